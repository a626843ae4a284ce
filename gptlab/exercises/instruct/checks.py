"""The checks of gptlab/instruct.py."""

import math

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds
from gptlab.instruct import PADDING_ID, PADDING_SEGMENT

PADDING = (PADDING_ID, PADDING_SEGMENT, 0)  # id, segment, position
SPECIAL = {"system": 70, "user": 80, "assistant": 90, "end": 99}


def word_lengths(text: str) -> list[int]:
    """An encoder whose tokens are the lengths of the words."""
    return [len(word) for word in text.split()]


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _rendered(messages, encode, special, add_reply=False):
    """Write (id, learn) pairs message by message."""
    pairs = []
    for message in messages:
        hers = message["role"] == "assistant"
        pairs.append((special[message["role"]], False))
        pairs.extend((token, hers) for token in encode(message["content"]))
        pairs.append((special["end"], hers))
    if add_reply:
        pairs.append((special["assistant"], False))
    return [token for token, _ in pairs], [learn for _, learn in pairs]


def render_chat() -> list[Case]:
    """Pairs written message by message are the oracle; the docstring's example by hand."""
    short = [_said("user", "so it is"), _said("assistant", "yes")]
    long = [
        _said("system", "be kind"),
        _said("user", "what is the highest mountain"),
        _said("assistant", "it is Yushan"),
        _said("user", "and how high"),
        _said("assistant", "very"),
        _said("user", "thanks"),
    ]
    given = word_lengths, SPECIAL
    inputs = RandomInputs(74)
    lengths = (inputs.ids(9, 4, 5) + 1).tolist()
    drawn = [
        _said(role, inputs.words(words))
        for role, words in zip(("system", "user", "assistant", "user"), lengths, strict=True)
    ]
    numbers = (inputs.ids(900, 4) * 4 + torch.arange(100, 104)).tolist()
    special = dict(zip(SPECIAL, numbers, strict=True))
    return [
        case(short, *given, expected=([80, 2, 2, 2, 99, 90, 3, 99], [False] * 6 + [True] * 2)),
        case(long, *given, oracle=_rendered),
        case(long, *given, add_reply=True, oracle=_rendered),
        case(short[:1], *given, add_reply=True, oracle=_rendered),
        case(short[1:], *given, oracle=_rendered),
        case(drawn, word_lengths, special, oracle=_rendered),
        case(drawn, word_lengths, special, add_reply=True, oracle=_rendered),
        case(
            [_said("assistant", ""), _said("user", "")],
            *given,
            oracle=_rendered,
            stage=EDGE,
            about="empty contents",
        ),
    ]


def _learnt(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """One marked target after the other."""
    losses = [
        logits[b, t - 1].logsumexp(0) - logits[b, t - 1, ids[b, t]]
        for b in range(ids.shape[0])
        for t in range(1, ids.shape[1])
        if mask[b, t]
    ]
    return torch.stack(losses).mean()


def sft_loss() -> list[Case]:
    """One marked target after the other is the oracle."""
    inputs = RandomInputs(61)
    logits, ids = inputs.numbers(3, 5, 7), inputs.ids(7, 3, 5)
    mask = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]).bool()
    first = mask | torch.tensor([True, False, False, False, False])
    used = torch.cat([mask[:, 1:], torch.zeros(3, 1).bool()], dim=1)[..., None]
    odd = torch.tensor([math.nan, math.inf, -math.inf]).double()[:, None, None]
    two = torch.tensor([[[0.0, 0.0], [0.0, math.log(3)], [5.0, 9.0]]]).double()
    return [
        case(
            two,
            torch.tensor([[0, 1, 0]]),
            torch.tensor([[False, True, True]]),
            expected=torch.tensor(1.5 * math.log(2)).double(),
            about="the two targets had the probabilities ½ and ¼: (ln 2 + ln 4)/2",
        ),
        *in_all_dtypes(logits, ids, mask, oracle=_learnt),
        case(
            logits,
            ids,
            first,
            oracle=_learnt,
            about="the first column is marked; nobody predicts it",
        ),
        *in_all_dtypes(
            logits.sign() * 1e4, ids, mask, oracle=_learnt, stage=EDGE, about="scores of ±10,000"
        ),
        case(
            torch.where(used, logits, 5 * inputs.numbers(3, 5, 7).tanh()),
            ids,
            mask,
            expected=_learnt(logits, ids, mask),
            about="other scores where nothing is learnt",
        ),
        case(
            torch.where(used, logits, odd),
            ids,
            mask,
            expected=_learnt(logits, ids, mask),
            stage=EDGE,
            about="nan, inf and −inf where nothing is learnt",
        ),
    ]


def _tables(results: object) -> list[list[list[int]]] | None:
    """Three tables as plain lists, from tensors or lists; None for anything else."""
    if not isinstance(results, (tuple, list, Tensor)) or len(results) != 3:
        return None
    plain = [table.tolist() if isinstance(table, Tensor) else list(table) for table in results]
    if not all(isinstance(row, (list, tuple, Tensor)) for table in plain for row in table):
        return None
    return [[[int(number) for number in row] for row in table] for table in plain]


def _packs(function, sequences: list[list[int]], context: int) -> bool | str:
    """Read the rows from left to right: every sequence is there, whole, in order, as early as it fits."""
    tables = _tables(function(sequences, context))
    if tables is None:
        return "something that is no three tables"
    waiting, room = list(sequences), 0
    for number, (ids, segments, positions) in enumerate(zip(*tables, strict=False)):
        row = f"row {number}: ids {ids}, segments {segments}, positions {positions}"
        if not len(ids) == len(segments) == len(positions) == context:
            return f"{row}: not {context} in each"
        if waiting and len(waiting[0]) <= room:
            return f"{row}; but {waiting[0]} fits into the row before"
        start = 0
        seen = []
        while waiting and ids[start : start + len(waiting[0])] == waiting[0]:
            stretch = slice(start, start + len(waiting[0]))
            inside = set(segments[stretch])
            if (
                len(inside) > 1
                or inside & set(seen)
                or positions[stretch] != list(range(len(waiting[0])))
            ):
                return row
            start, seen = stretch.stop, [*seen, *inside]
            waiting.pop(0)
        if start == 0:
            return row
        padding = [(number, segments[i], positions[i]) for i, number in enumerate(ids)][start:]
        if any(place != PADDING for place in padding):
            return f"{row}: padding is not {PADDING} in all three"
        room = context - start
    return not waiting or f"no place for {waiting[0]}"


def _refuses_too_long(function, sequences: list[list[int]], context: int) -> bool | str:
    """A ValueError is promised; an error of torch's stops her as well."""
    try:
        tables = _tables(function(sequences, context))
    except (ValueError, RuntimeError, IndexError, AssertionError):
        return True
    return "something that is no three tables" if tables is None else f"rows of ids {tables[0]}"


def pack() -> list[Case]:
    """What every packing must keep is looked for, padding with it; the segments' numbers are left open."""
    inputs = RandomInputs(62)
    many = [inputs.ids(90, 1 + i % 5).add(5).tolist() for i in range(11)]
    about = "whole sequences in order, as early as they fit; positions from 0; a segment of its own for each"
    given = [
        ([[5, 6], [7], [8, 9]], 4),
        ([[5, 6], [7, 8]], 4),
        ([[5, 6, 7], [8, 9], [4]], 4),
        (many, 7),
        (many, 12),
        ([[3, 2, 1]], 3),
    ]
    return [
        *(property_holds(_packs, sequences, context, about=about) for sequences, context in given),
        property_holds(
            _refuses_too_long,
            [[5, 6], [7, 8, 9, 4, 3]],
            4,
            stage=EDGE,
            about="a ValueError, for a sequence is longer than a row",
        ),
    ]
