"""A plan for a text of one's own: what the text holds, what fits into a time, and what loss to expect.

Nothing is trained but a few steps that are measured, and two short pilots.
"""

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from gptlab import scaling
from gptlab.engine import hardware
from gptlab.engine.data import corpus
from gptlab.engine.evaluate.baselines.token_ngram import TokenNgram
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.run import pilot, plan
from gptlab.engine.run.presets import Preset
from gptlab.world.web import Web

ORDER = 5
LONG_LINE = 40  # characters from which on a line that comes back counts as a repeat
MANY_REPEATS = 0.1  # of the bytes: worth a hint
MANY_READINGS = 4  # beyond which reading again helps little; Muennighoff et al. 2023, abstract
MOST_COMPRESSED = 4_000_000  # bytes that are given to bz2 and xz: a sample of a longer text


@dataclass(frozen=True)
class TextFacts:
    """What can be said of a text before any model reads it."""

    bytes: int
    held_out_bytes: int
    tokens: int  # of the part to train on
    bytes_per_token: float
    bz2: float  # bits per byte of the training part, compressed
    xz: float
    repeated: float  # share of the bytes in long lines that occurred before
    ngram: float  # bits per byte of the held-out part, by a Kneser-Ney 5-gram over the same tokens


@dataclass(frozen=True)
class Option:
    """One size of model, and what the time is enough for."""

    n_layers: int
    d_model: int
    parameters: int
    tokens_per_second: float
    tokens: int
    readings: float  # of the text
    above_floor: float  # nats a token by the little web's law, the repeats at what they are worth


@dataclass(frozen=True)
class TextPlan:
    """The plan: facts, options with the chosen one first, what to expect of it, and what it takes."""

    facts: TextFacts
    seconds: float  # of pretraining
    options: list[Option]
    expected: pilot.Expected | None
    memory_gb: float  # the most that measuring it took here
    hints: list[str]


@dataclass(frozen=True)
class CutText:
    """A text in its two parts, and the tokens of both."""

    training: str
    held_out: str
    tokenizer: Tokenizer
    ids: Tensor
    held_out_ids: Tensor

    @classmethod
    def of(cls, text: str, vocab_size: int, seed: int = 0) -> "CutText":
        """Cut the text and train a tokenizer as a run does."""
        training, held_out = corpus.split_text(text)
        tokenizer = corpus.train_tokenizer(Web(), vocab_size, seed, training)
        ids, held_out_ids = (
            corpus.as_stream(corpus.text_tokens(tokenizer, part)) for part in (training, held_out)
        )
        return cls(training, held_out, tokenizer, ids, held_out_ids)


def facts(cut: CutText) -> TextFacts:
    """Sizes, compressibility, repeats, and how well an n-gram does."""
    training = cut.training.encode()
    sample = training[:MOST_COMPRESSED]
    ids, rest = cut.ids.numpy(), cut.held_out_ids.numpy()[1:]
    nats = TokenNgram(ids, cut.tokenizer.vocab_size, ORDER).nats(rest, ids)
    return TextFacts(
        bytes=len(training),
        held_out_bytes=len(cut.held_out.encode()),
        tokens=len(ids),
        bytes_per_token=round(len(training) / len(ids), 3),
        bz2=round(8 * len(bz2.compress(sample, 9)) / len(sample), 3),
        xz=round(8 * len(lzma.compress(sample)) / len(sample), 3),
        repeated=round(repeated_share(cut.training), 3),
        ngram=round(float(scaling.bits_per_byte(nats, len(rest), cut.held_out)), 3),
    )


def repeated_share(text: str) -> float:
    """Share of a text, by characters, that is in long lines which have occurred before."""
    seen: set[str] = set()
    again = 0
    for line in text.splitlines():
        key = line.strip()
        if len(key) >= LONG_LINE:
            again += len(line) if key in seen else 0
            seen.add(key)
    return again / max(1, len(text))


def options(seconds: float, unique_tokens: int) -> list[Option]:
    """What each size would read in that time, the one that the law chooses first; measures each for a moment."""
    shaped = [plan.with_shape(*shape) for shape in plan.SHAPES]
    speeds = []
    for one in shaped:
        rate = plan.tokens_per_step(one) / plan.step_seconds(one.model, one.pretrain)
        speeds.append((plan.n_block_parameters(one.model), rate))
    law = plan.law()
    constants = (law["a"], law["alpha"], law["b"], law["beta"])
    best, _ = scaling.plan_run(speeds, seconds, unique_tokens, constants)
    found = [
        _option(one, rate, seconds, unique_tokens)
        for one, (_, rate) in zip(shaped, speeds, strict=True)
    ]
    chosen = [n for n, _ in speeds].index(best)
    return [found.pop(chosen), *found]


def _option(of: Preset, rate: float, seconds: float, unique_tokens: int) -> Option:
    tokens = rate * seconds
    worth = scaling.effective_tokens(unique_tokens, tokens)
    shape = of.model
    return Option(
        shape.n_layers,
        shape.d_model,
        shape.n_parameters,
        round(rate, 1),
        int(tokens),
        round(tokens / unique_tokens, 2),
        round(plan.nats_above_floor(shape, worth), 4),
    )


def plan_text(
    text: str,
    minutes: float,
    with_pilot: bool = True,
    seed: int = 0,
    report: Callable[[str], None] = lambda text: None,
) -> TextPlan:
    """Plan the pretraining of a run of so many minutes on this text, as `gptlab run --minutes` would do it."""
    report("reading the text: tokenizer, compressors, 5-gram")
    cut = CutText.of(text, plan.with_shape(*plan.SHAPES[0]).model.vocab_size, seed)
    known = facts(cut)
    seconds = 60 * minutes * plan.PRETRAINING_SHARE
    report("measuring how fast this machine trains three sizes")
    tried = options(seconds, known.tokens)
    best = tried[0]
    expected = None
    if with_pilot:
        of = plan.with_shape(best.n_layers, best.d_model)
        per_step = plan.tokens_per_step(of)
        steps = max(plan.LEAST_STEPS, best.tokens // per_step)
        config = replace(
            of.pretrain, steps=steps, warmup=min(of.pretrain.warmup, steps // 10), seed=seed
        )
        shape = replace(of.model, vocab_size=cut.tokenizer.vocab_size)
        held_out = (cut.held_out_ids, cut.held_out)
        expected = pilot.expect(
            shape, config, cut.ids, held_out, per_step / best.tokens_per_second, report
        )
    memory = round(hardware.peak_memory_gb(), 2)
    return TextPlan(known, seconds, tried, expected, memory, hints(known, best))


def hints(known: TextFacts, best: Option) -> list[str]:
    """What she might do about her text."""
    found = []
    if known.repeated > MANY_REPEATS:
        found.append(
            f"{known.repeated:.0%} of the text is in lines that occurred before: take the repeats out, or the model "
            "learns them by heart, and the held-out part may hold some of them too"
        )
    if best.readings > MANY_READINGS:
        found.append(
            f"the text is read {best.readings:.1f} times: beyond {MANY_READINGS} readings little is gained; "
            "more text would help more than more time"
        )
    return found
