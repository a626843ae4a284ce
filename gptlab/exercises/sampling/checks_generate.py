"""The checks of `sample_next` and `generate`: chance is checked by frequencies over many rows."""

import math

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, Seed, case, reproducible

ROWS = 6000  # a frequency then errs by at most 0.0065 (one standard deviation)
NEAR = {"atol": 0.035, "rtol": 0.0}
KNOWN = torch.tensor([0.4, 0.1, 0.3, 0.2], dtype=torch.float64)


def _frequencies(drawn: Tensor) -> Tensor:
    """How often each of 4 tokens was drawn; of a result of another shape only the shape is compared."""
    if drawn.shape != (ROWS,):
        return torch.zeros_like(drawn[:8])
    return torch.bincount(drawn.long(), minlength=4) / ROWS


def _drawn_chances(seed: int) -> tuple[Tensor, Tensor, float]:
    """Logits of 4 tokens, their probabilities at a temperature, and that temperature."""
    inputs = RandomInputs(seed)
    logits, temperature = inputs.numbers(4), inputs.between(0.6, 1.8)
    weights = [math.exp(x / temperature) for x in logits.tolist()]
    return logits, torch.tensor([weight / sum(weights) for weight in weights]), temperature


def _often(
    expected: list[float], about: str, logits: Tensor | None = None, stage: str = "plain", **options
) -> Case:
    """Many rows with the same known probabilities."""
    logits = KNOWN.log() if logits is None else logits
    return case(
        logits.expand(ROWS, 4).clone(),
        generator=Seed(7),
        expected=torch.tensor(expected),
        about=about,
        summary=_frequencies,
        stage=stage,
        **NEAR,
        **options,
    )


def _halves(drawn: Tensor) -> Tensor:
    half = ROWS // 2
    return torch.stack(
        [torch.bincount(part.long(), minlength=4) / half for part in (drawn[:half], drawn[half:])]
    )


def sample_next() -> list[Case]:
    """Frequencies against probabilities worked by hand; greedy against the maximum."""
    logits = RandomInputs(14).numbers(3, 5)
    best = torch.tensor([max(range(5), key=row.__getitem__) for row in logits.tolist()])
    two_kinds = torch.cat(
        [KNOWN.log().expand(ROWS // 2, 4), KNOWN.flip(0).log().expand(ROWS // 2, 4)]
    )
    said = "probabilities 0.4, 0.1, 0.3, 0.2 in each row; how often each token is drawn"
    drawn, chances, temperature = _drawn_chances(202)
    wide = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 0.0, 1e4]]).double()
    return [
        case(
            torch.tensor([[1.0, 3.0, 2.0], [5.0, 0.0, 4.0]]).double(),
            temperature=0.0,
            expected=torch.tensor([1, 0]),
            about="the largest score of each row",
        ),
        case(logits, temperature=0.0, expected=best),
        case(logits, top_k=1, generator=Seed(1), expected=best),
        case(logits, top_p=1e-6, generator=Seed(1), expected=best),
        _often([0.4, 0.1, 0.3, 0.2], said),
        _often([16 / 30, 1 / 30, 9 / 30, 4 / 30], said, temperature=0.5),
        _often([0.3254, 0.1627, 0.2818, 0.2301], said, temperature=2.0),
        _often([4 / 7, 0, 3 / 7, 0], said, top_k=2),
        _often([4 / 9, 0, 3 / 9, 2 / 9], said, top_p=0.75),
        _often([1, 0, 0, 0], said, top_k=2, top_p=0.5),
        _often([4 / 7, 0, 3 / 7, 0], said, top_k=3, top_p=0.65),
        _often([1, 0, 0, 0], said, temperature=0.5, top_p=0.5),
        _often(
            chances.tolist(),
            "the same logits in each row; how often each token is drawn",
            logits=drawn,
            temperature=temperature,
        ),
        case(
            two_kinds,
            generator=Seed(3),
            expected=torch.stack([KNOWN, KNOWN.flip(0)]),
            about="two kinds of rows",
            summary=_halves,
            **NEAR,
        ),
        reproducible(
            logits.repeat(9, 1), about="the same draw from the same seed, and then another one"
        ),
        case(
            logits[:1], top_k=1, generator=Seed(1), expected=best[:1], stage=EDGE, about="one row"
        ),
        case(
            logits.repeat(9, 1),
            top_p=0.0,
            generator=Seed(1),
            expected=best.repeat(9),
            stage=EDGE,
            about="the likeliest always stays",
        ),
        case(logits[1:2], temperature=0, expected=best[1:2], stage=EDGE, about="one row"),
        case(
            torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]).double(),
            temperature=0.0,
            expected=torch.tensor([1, 0]),
            stage=EDGE,
            about="with ties",
        ),
        case(wide, expected=torch.tensor([0, 2]), stage=EDGE, about="scores of ±10,000"),
        case(wide, temperature=0, top_k=2, top_p=0.5, expected=torch.tensor([0, 2]), stage=EDGE),
        _often(
            [0.5, 0, 0.5, 0],
            "scores of −inf are never drawn",
            stage=EDGE,
            logits=torch.tensor([0, -float("inf"), 0, -float("inf")]).double(),
        ),
    ]


# ---- generate: models that are functions of all tokens so far

STOP, V = 6, 7


def _next_of(tokens: list[int]) -> int:
    """What the small model says next: it depends on every token, and on their order."""
    return sum((i + 1) * token for i, token in enumerate(tokens)) % V


def rule(ids: Tensor) -> Tensor:
    """A model (B, T) -> (B, T, V) that follows `_next_of` at every position."""
    logits = torch.zeros(*ids.shape, V)
    for b, tokens in enumerate(ids.tolist()):
        for t in range(len(tokens)):
            logits[b, t, _next_of(tokens[: t + 1])] = 9.0
    return logits


def chance(ids: Tensor) -> Tensor:
    """A model with the same known probabilities everywhere."""
    return KNOWN.log().expand(*ids.shape, 4).clone()


def next_number(ids: Tensor) -> Tensor:
    """A model (B, T) -> (B, T, V) by which the next token is the last one plus 1."""
    return torch.nn.functional.one_hot((ids + 1) % V, V) * 9.0


def _continued(model, ids: Tensor, max_new_tokens: int, stop_id: int | None = None, **_) -> Tensor:
    """Greedy, in plain lists."""
    rows, prompt = ids.tolist(), ids.shape[1]
    for _ in range(max_new_tokens):
        rows = [[*row, stop_id if stop_id in row[prompt:] else _next_of(row)] for row in rows]
        if all(stop_id in row[prompt:] for row in rows):
            break
    return torch.tensor(rows)


def generate() -> list[Case]:
    """Plain lists and a rule for the next token are the oracle."""
    ids = torch.tensor([[1, 2, 3], [4, 0, 5]])
    both = torch.tensor([[1, 2], [1, 0], [2, 2]])  # stop after 2, 3 and 1 tokens
    with_stop, ends_with_stop = torch.tensor([[6, 1]]), torch.tensor([[2, 6], [3, 6]])
    one_step = torch.zeros(ROWS, 2, dtype=torch.int64)
    drawn, chances, temperature = _drawn_chances(203)
    return [
        case(
            next_number,
            torch.tensor([[0, 2, 1]]),
            3,
            temperature=0.0,
            expected=torch.tensor([[0, 2, 1, 2, 3, 4]]),
            about="a model that says: the last token plus 1",
        ),
        case(rule, ids, 4, temperature=0.0, oracle=_continued),
        case(rule, ids[:1], 1, temperature=0.0, oracle=_continued),
        case(
            rule,
            ids.T.contiguous().T,
            6,
            top_k=1,
            oracle=_continued,
            about="not contiguous in memory",
        ),
        case(rule, ids, 5, top_p=1e-6, oracle=_continued),
        case(
            rule,
            both,
            9,
            stop_id=STOP,
            temperature=0.0,
            oracle=_continued,
            about="rows that stop at different times",
        ),
        case(
            rule,
            both,
            2,
            stop_id=STOP,
            temperature=0.0,
            oracle=_continued,
            about="one row has not stopped at the end",
        ),
        case(
            rule,
            both,
            9,
            stop_id=STOP,
            top_k=1,
            generator=Seed(2),
            oracle=_continued,
            about="with a generator",
        ),
        case(
            rule,
            with_stop,
            9,
            stop_id=STOP,
            temperature=0.0,
            oracle=_continued,
            about="stop_id stands in the prompt",
        ),
        case(
            chance,
            one_step,
            1,
            generator=Seed(4),
            expected=KNOWN,
            summary=_new_frequencies,
            **NEAR,
            about="how often each token is drawn",
        ),
        case(
            chance,
            one_step,
            1,
            temperature=0.5,
            generator=Seed(4),
            summary=_new_frequencies,
            **NEAR,
            expected=torch.tensor([16 / 30, 1 / 30, 9 / 30, 4 / 30]),
            about="how often each token is drawn",
        ),
        case(
            chance,
            one_step,
            1,
            top_k=2,
            generator=Seed(4),
            summary=_new_frequencies,
            **NEAR,
            expected=torch.tensor([4 / 7, 0, 3 / 7, 0]),
            about="how often each token is drawn",
        ),
        case(
            chance,
            one_step,
            1,
            top_p=0.75,
            generator=Seed(4),
            summary=_new_frequencies,
            **NEAR,
            expected=torch.tensor([4 / 9, 0, 3 / 9, 2 / 9]),
            about="how often each token is drawn",
        ),
        case(rule, RandomInputs(204).ids(V, 2, 12), 7, temperature=0.0, oracle=_continued),
        case(
            lambda ids: drawn.expand(*ids.shape, 4).clone(),
            one_step,
            1,
            temperature=temperature,
            generator=Seed(4),
            summary=_new_frequencies,
            **NEAR,
            expected=chances,
            about="how often each token is drawn",
        ),
        reproducible(
            chance, one_step[:5], 8, about="the same text from the same seed, and then another one"
        ),
        case(
            rule,
            ends_with_stop,
            9,
            stop_id=STOP,
            temperature=0.0,
            oracle=_continued,
            stage=EDGE,
            about="the prompt ends with stop_id",
        ),
        case(
            rule,
            torch.tensor([[6], [3]]),
            9,
            stop_id=0,
            temperature=0.0,
            oracle=_continued,
            stage=EDGE,
            about="a prompt of one token; stop_id is 0",
        ),
        case(
            rule,
            torch.tensor([[1], [5]]),
            4,
            temperature=0.0,
            oracle=_continued,
            stage=EDGE,
            about="a prompt of one token",
        ),
        case(rule, ids, 0, temperature=0.0, expected=ids, stage=EDGE, about="no new token"),
    ]


def _new_frequencies(ids: Tensor) -> Tensor:
    if ids.shape != (ROWS, 3):
        return torch.zeros_like(ids[:2])
    return torch.bincount(ids[:, -1], minlength=4) / ROWS
