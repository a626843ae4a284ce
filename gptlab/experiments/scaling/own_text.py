"""A model trained on a text that is not the little web, beside everything simpler that can read it.

`python -m dev.own_text` makes the log that is shipped; `read_log` gives it.
"""

import bz2
import json
import lzma
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gptlab import bpe, scaling
from gptlab.course import lesson
from gptlab.engine.data import corpus, installed_docs
from gptlab.engine.data.installed_docs import Document
from gptlab.engine.evaluate.baselines.token_ngram import TokenNgram
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.run.presets import preset
from gptlab.engine.train.pretrain import pretrain, stream_loss

LOG = FOLDER / "logs" / "own_text.json"
ORDER = 5
HELD_OUT_EACH = 60_000  # characters of each package that is held out
PROMPTS = ("Return the", "Parameters\n----------\n", "This function")
SAMPLE_TOKENS = 120


def docs_texts(documents: Iterable[Document]) -> tuple[str, str]:
    """(training text, held-out text): documentation of installed packages, other packages in the two parts."""
    training, held_out = installed_docs.split_by_package(documents)
    packages = sorted({one.package for one in held_out})
    each = (installed_docs.joined(d for d in held_out if d.package == p) for p in packages)
    return installed_docs.joined(training), "\n\n".join(text[:HELD_OUT_EACH] for text in each)


@dataclass(frozen=True)
class Reading:
    """A text that is cut into tokens, and one that no training sees."""

    tokenizer: Tokenizer
    ids: Tensor  # (N) int
    held_out: str
    held_out_ids: Tensor  # (M) int, begun by the end-of-text token

    @classmethod
    def of(cls, training: str, held_out: str, tokenizer: Tokenizer | None = None) -> "Reading":
        """Both texts as tokens; where no tokenizer is given, one is trained on the training text."""
        lesson.fill_other_lessons()
        tokenizer = tokenizer or Tokenizer.train(
            training[: corpus.TOKENIZER_CHARACTERS],
            preset("small").model.vocab_size,
            bpe.GPT2_PATTERN,
        )
        ids, held_out_ids = (
            corpus.as_stream(corpus.text_tokens(tokenizer, text)) for text in (training, held_out)
        )
        return cls(tokenizer, ids, held_out, held_out_ids)

    def bits_per_byte(self, nats_per_token: float) -> float:
        """The loss on the held-out text in a unit that all models share, by the reader's function."""
        n_tokens = len(self.held_out_ids) - 1
        return float(scaling.bits_per_byte(nats_per_token, n_tokens, self.held_out))

    def loss(self, model: GPT) -> float:
        """Of a model on the held-out text, in nats a token."""
        return stream_loss(model, self.held_out_ids, model.config.context)

    def ngram(self, order: int = ORDER) -> float:
        """The loss of a Kneser-Ney n-gram over the same tokens, in nats a token."""
        ids, held_out = self.ids.numpy(), self.held_out_ids[1:].numpy()
        return TokenNgram(ids, self.tokenizer.vocab_size, order).nats(held_out, ids)

    def best_ngram(self) -> tuple[int, float]:
        """(order, nats a token on the held-out text); the order is chosen on the last tenth of the training text."""
        ids = self.ids.numpy()
        cut = len(ids) - len(ids) // 10
        vocab = self.tokenizer.vocab_size
        order = min(
            range(2, ORDER + 1),
            key=lambda n: TokenNgram(ids[:cut], vocab, n).nats(ids[cut:], ids[:cut]),
        )
        return order, self.ngram(order)


def compressors(training: str, held_out: str) -> dict[str, float]:
    """Bits per byte of the held-out text: of bz2 and xz alone, and of xz when it has read the training text first."""
    first, text = training.encode(), held_out.encode()

    def bits(n_bytes: int) -> float:
        return 8 * n_bytes / len(text)

    return {
        "bz2": bits(len(bz2.compress(text, 9))),
        "xz": bits(len(lzma.compress(text, preset=9))),
        "xz after the training text": bits(
            len(lzma.compress(first + text, preset=9)) - len(lzma.compress(first, preset=9))
        ),
    }


def train(
    reading: Reading,
    steps: int,
    look_every: int = 100,
    seed: int = 0,
    report: Callable[[int, float], None] = lambda step, nats: None,
    like: str = "small",
) -> tuple[GPT, list[tuple[int, float]]]:
    """(model, [(step, nats a token on the held-out text)]) of a training as a preset has it, but of its own length."""
    lesson.fill_other_lessons()
    settings = preset(like)
    model = GPT(
        replace(settings.model, vocab_size=reading.tokenizer.vocab_size), fused=True, seed=seed
    )
    config = replace(
        settings.pretrain, steps=steps, warmup=min(settings.pretrain.warmup, steps // 10), seed=seed
    )
    curve: list[tuple[int, float]] = []
    done = 0

    def look() -> bool:
        nonlocal done
        done += 1
        if done % look_every == 0 or done == steps:
            curve.append((done, reading.loss(model)))
            model.train()
            report(*curve[-1])
        return False

    pretrain(model, reading.ids, config, stop=look)
    return model, curve


def samples(
    model: GPT, tokenizer: Tokenizer, temperature: float, n: int = 4, seed: int = 0
) -> list[str]:
    """What the model writes after each prompt, n times, prompt and all."""
    prompts = [tokenizer.encode(prompt) for prompt in PROMPTS for _ in range(n)]
    generator = torch.Generator().manual_seed(seed)
    written = generate_batch(
        model, prompts, SAMPLE_TOKENS, temperature=temperature, generator=generator
    )
    return [tokenizer.decode([*p, *w]) for p, w in zip(prompts, written, strict=True)]


def read_log() -> dict:
    """How it was made, what simpler models reach, the plan, and the curve of the training."""
    return json.loads(LOG.read_text(encoding="utf-8"))
