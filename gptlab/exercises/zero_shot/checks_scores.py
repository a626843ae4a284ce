"""The checks of what scores a continuation: each oracle goes token by token."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes


def _summed(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """Token by token: the logit of each marked target, less the logarithm of the sum."""
    rows = []
    for b in range(ids.shape[0]):
        row = torch.zeros((), dtype=logits.dtype)
        for t in range(1, ids.shape[1]):
            if mask[b, t]:
                row = row + logits[b, t - 1, ids[b, t]] - logits[b, t - 1].logsumexp(0)
        rows.append(row)
    return torch.stack(rows)


def sequence_log_probability() -> list[Case]:
    """Token by token is the oracle; two tokens by hand."""
    inputs = RandomInputs(81)
    by_hand = torch.tensor([[1 / 4, 3 / 4], [1 / 2, 1 / 2], [9 / 10, 1 / 10]]).double().log()[None]
    target = torch.tensor([[1, 1, 0]])
    logits, ids = 2 * inputs.numbers(3, 5, 4), inputs.ids(4, 3, 5)
    tail = torch.tensor([[0, 0, 1, 1, 1], [0, 0, 0, 1, 0], [0, 1, 1, 0, 0]]).bool()
    holes = torch.tensor([[1, 0, 1, 0, 1], [1, 1, 1, 1, 1], [1, 0, 0, 0, 1]]).bool()
    cases = [
        case(
            by_hand,
            target,
            torch.tensor([[False, True, True]]),
            expected=torch.tensor([math.log(3 / 4 * 1 / 2)]).double(),
            about="logits that are ln ¼, ln ¾; ln ½, ln ½; …, so that the tokens have ¾ and ½",
        ),
        case(
            by_hand,
            target,
            torch.tensor([[False, False, True]]),
            expected=torch.tensor([math.log(1 / 2)]).double(),
            about="the same, only the last token counts",
        ),
        *in_all_dtypes(logits, ids, tail, oracle=_summed),
        case(logits, ids, holes, oracle=_summed, about="gaps, and a mask that begins with True"),
    ]
    unlike = torch.where(tail[:, [1, 2, 3, 4, 0], None], logits, 7 * inputs.numbers(3, 5, 4))
    expected = _summed(logits, ids, tail)
    cases.append(case(unlike, ids, tail, expected=expected, about="other logits where none count"))
    far = torch.tensor([[1e4, 0.0, -1e4], [-1e4, 1e4, 1e4 - 3], [0.0, 0.0, 0.0]]).double()
    banned = by_hand.clone()
    banned[0, 0, 1] = -math.inf
    return [
        *cases,
        case(
            far.expand(2, 3, 3),
            torch.tensor([[0, 0, 1], [0, 1, 2]]),
            torch.tensor([[False, True, True]]).expand(2, 3),
            oracle=_summed,
            stage=EDGE,
            about="logits of ±10,000",
        ),
        case(
            banned,
            target,
            torch.tensor([[False, False, True]]),
            expected=torch.tensor([math.log(1 / 2)]).double(),
            stage=EDGE,
            about="a token of probability 0 that does not count",
        ),
    ]


N_TOKENS = 7  # V of the toy model


def _read(ids: Tensor, vocab_size: int) -> None:
    """Raises ValueError for what no GPT would read."""
    if not isinstance(ids, Tensor) or ids.dim() != 2 or ids.numel() == 0:
        raise ValueError("model reads ids (B, T), a tensor that is not empty")
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= vocab_size:
        odd = low if low < 0 else high
        raise ValueError(f"token id {odd} is outside a vocabulary of {vocab_size}")


def toy_model(ids: Tensor) -> Tensor:
    """A causal model: what it says depends on every token before, and on the positions from the left."""
    _read(ids, N_TOKENS)
    inputs = RandomInputs(82)
    table, head = inputs.numbers(N_TOKENS, 6), inputs.numbers(6, N_TOKENS)
    positions = torch.arange(ids.shape[1], dtype=torch.float64)[:, None]
    mixed = (table[ids] * torch.cos(positions + 1)).cumsum(dim=1)  # (B, T, 6)
    return mixed.tanh() @ head


BIGRAM = [[1 / 2, 1 / 4, 1 / 4], [1 / 8, 3 / 4, 1 / 8], [1 / 3, 1 / 3, 1 / 3]]


def bigram_model(ids: Tensor) -> Tensor:
    """A model that looks at the last token only, so that its scores can be followed by hand."""
    _read(ids, len(BIGRAM))
    return torch.tensor(BIGRAM, dtype=torch.float64).log()[ids]


def _continued(model: Callable, prompt: list[int], option: list[int]) -> Tensor:
    """One token after the other, each with a call of its own."""
    read, total = list(prompt), torch.zeros((), dtype=torch.float64)
    for token in option:
        total = total + model(torch.tensor([read]))[0, -1].log_softmax(0)[token]
        read.append(token)
    return total


def _scored(
    model: Callable, prompt: list[int], options: list[list[int]], neutral: list[int] | None = None
) -> Tensor:
    scores = [_continued(model, prompt, option) for option in options]
    if neutral is not None:
        scores = [
            score - _continued(model, neutral, option)
            for score, option in zip(scores, options, strict=True)
        ]
    return torch.stack(scores)


def score_options() -> list[Case]:
    """One token after the other is the oracle; a bigram model by hand."""
    hand = "p(1 | 0) = ¼, p(2 | 1) = ⅛, p(0 | 0) = ½"
    uneven = [[5, 0, 2], [1], [3, 6]]
    inputs = RandomInputs(88)
    prompt, neutral = inputs.ids(N_TOKENS, 9).tolist(), inputs.ids(N_TOKENS, 7).tolist()
    options = [inputs.ids(N_TOKENS, n).tolist() for n in (6, 2, 4)]
    return [
        case(
            bigram_model,
            [2, 0],
            [[1], [1, 2], [0]],
            expected=torch.tensor([1 / 4, 1 / 4 * 1 / 8, 1 / 2]).double().log(),
            about=hand,
        ),
        case(
            bigram_model,
            [0],
            [[1], [1, 2], [0]],
            neutral=[2],
            expected=torch.tensor([3 / 4, 3 / 4, 3 / 2]).double().log(),
            about=f"{hand}; after 2 each of the three has ⅓",
        ),
        case(toy_model, [3, 1, 4], [[2, 6], [5, 3]], oracle=_scored, about="equal lengths"),
        case(toy_model, [3, 1, 4, 1], uneven, oracle=_scored),
        case(toy_model, [6], [[2, 4, 4, 0], [0], [0, 0]], oracle=_scored, about="tokens with id 0"),
        case(toy_model, [0, 2, 5], uneven, neutral=[4, 0, 0, 1, 6], oracle=_scored),
        case(toy_model, [0, 2, 5, 1], uneven[:2], neutral=[6], oracle=_scored),
        case(toy_model, prompt, options, oracle=_scored),
        case(toy_model, prompt, options, neutral=neutral, oracle=_scored),
        case(toy_model, [2, 5], [[1, 3, 3]], oracle=_scored, stage=EDGE, about="a single option"),
    ]


def _best(option_scores: Tensor, option_lengths: Tensor, normalize: bool = True) -> Tensor:
    """Row by row, option by option; the first wins a tie."""
    K = option_scores.shape[-1]
    scores, lengths = option_scores.reshape(-1, K).tolist(), option_lengths.reshape(-1, K).tolist()
    picks = []
    for row, sizes in zip(scores, lengths, strict=True):
        fair = [s / n if normalize else s for s, n in zip(row, sizes, strict=True)]
        picks.append(fair.index(max(fair)))
    return torch.tensor(picks).reshape(option_scores.shape[:-1])


def choose_option() -> list[Case]:
    """Numbers by hand; rows one by one."""
    inputs = RandomInputs(83)
    scores, lengths = torch.tensor([-6.0, -4.0]).double(), torch.tensor([3, 1])
    many, sizes = -5 * inputs.numbers(4, 3, 5).abs() - 1, inputs.ids(6, 4, 3, 5) + 1
    tied = torch.tensor([[-2.0, -1.0, -1.0], [-3.0, -3.0, -3.0]]).double()
    differences = torch.tensor([0.5, 1.2, -3.0, 2.0]).double()
    close = torch.tensor([[-12.0, -4.2], [-1.0, -2.7]]).double()
    return [
        case(scores, lengths, expected=torch.tensor(0), about="−2 against −4 per token"),
        case(scores, lengths, normalize=False, expected=torch.tensor(1), about="−6 against −4"),
        case(
            differences,
            torch.tensor([1, 2, 2, 8]),
            expected=torch.tensor(1),
            about="scores above 0, as against a neutral prompt",
        ),
        case(
            close,
            torch.tensor([[16, 4], [1, 3]]),
            expected=torch.tensor([0, 1]),
            about="−0.75 against −1.05, and −1 against −0.9 per token",
        ),
        case(many[0], sizes[0], oracle=_best),
        case(many, sizes, oracle=_best),
        case(many, sizes, normalize=False, oracle=_best),
        case(many.float(), sizes, oracle=_best, about="float32"),
        case(
            tied, torch.ones(2, 3).long(), expected=torch.tensor([1, 0]), stage=EDGE, about="ties"
        ),
        case(
            tied,
            torch.ones(2, 3).long(),
            normalize=False,
            expected=torch.tensor([1, 0]),
            stage=EDGE,
            about="ties",
        ),
    ]
