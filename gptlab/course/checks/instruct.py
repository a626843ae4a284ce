"""The checks of gptlab/instruct.py."""

import torch
from torch import Tensor

from gptlab.course.checks.cases import EDGE, Case, Draw, each_way, one, refuses

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
    long = [_said("system", "be kind"), _said("user", "what is the highest mountain"), _said("assistant", "it is Yushan"),
            _said("user", "and how high"), _said("assistant", "very"), _said("user", "thanks")]
    given = word_lengths, SPECIAL
    return [
        one(short, *given, expected=([80, 2, 2, 2, 99, 90, 3, 99], [False] * 6 + [True] * 2)),
        one(long, *given, oracle=_rendered),
        one(long, *given, add_reply=True, oracle=_rendered),
        one(short[:1], *given, add_reply=True, oracle=_rendered),
        one(short[1:], *given, oracle=_rendered),
        one([_said("assistant", ""), _said("user", "")], *given, oracle=_rendered, stage=EDGE, about="empty contents"),
        refuses([_said("user", "a"), _said("narrator", "b")], *given, about="'narrator' is no role"),
        refuses([_said("end", "b")], *given, about="'end' is no role"),
    ]


def _learnt(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """One marked target after the other."""
    losses = [logits[b, t - 1].logsumexp(0) - logits[b, t - 1, ids[b, t]]
              for b in range(ids.shape[0]) for t in range(1, ids.shape[1]) if mask[b, t]]
    return torch.stack(losses).mean()


def sft_loss() -> list[Case]:
    """One marked target after the other is the oracle."""
    draw = Draw(61)
    logits, ids = draw.numbers(3, 5, 7), draw.ids(7, 3, 5)
    mask = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]).bool()
    first = mask | torch.tensor([True, False, False, False, False])
    used = torch.cat([mask[:, 1:], torch.zeros(3, 1).bool()], dim=1)[..., None]
    return [
        *each_way(logits, ids, mask, oracle=_learnt),
        one(logits, ids, first, oracle=_learnt, about="the first column is marked; nobody predicts it"),
        *each_way(logits.sign() * 1e4, ids, mask, oracle=_learnt, stage=EDGE, about="scores of ±10,000"),
        one(torch.where(used, logits, 1e30), ids, mask, oracle=_learnt, stage=EDGE,
            about="large numbers where nothing is learnt"),
        one(torch.where(used, logits, float("nan")), ids, mask, oracle=_learnt, stage=EDGE,
            about="nan where nothing is learnt"),
    ]


def _packed(sequences, context):
    """Write places and rows down first, then the numbers."""
    row, room, places = -1, 0, []
    for i, sequence in enumerate(sequences):
        if len(sequence) > room:
            row, room = row + 1, context
        start = context - room
        places += [(row, start + t, int(token), i, t) for t, token in enumerate(sequence)]
        room -= len(sequence)
    ids, segments, positions = (torch.full((row + 1, context), fill) for fill in (0, -1, 0))
    for b, t, token, segment, position in places:
        ids[b, t], segments[b, t], positions[b, t] = token, segment, position
    return ids, segments, positions


def _ids_only(function, sequences, context) -> Tensor:
    return function(sequences, context)[0]


def pack() -> list[Case]:
    """Places written down first are the oracle; the docstring's example by hand."""
    draw = Draw(62)
    many = [draw.ids(90, 1 + i % 5).add(5).tolist() for i in range(11)]
    return [
        one([[5, 6], [7], [8, 9]], 4, expected=(
            torch.tensor([[5, 6, 7, 0], [8, 9, 0, 0]]), torch.tensor([[0, 0, 1, -1], [2, 2, -1, -1]]),
            torch.tensor([[0, 1, 0, 0], [0, 1, 0, 0]]))),
        one([[5, 6], [7, 8]], 4, oracle=_packed, about="a row filled to its end"),
        one([[5, 6, 7], [8, 9], [4]], 4, oracle=_packed, about="the last one would fit into the first row"),
        one(many, 7, oracle=_packed), one(many, 12, oracle=_packed), one([[3, 2, 1]], 3, oracle=_packed),
        one([[4, 4], []], 2, oracle=_packed, stage=EDGE, about="an empty sequence takes no room"),
        one([[True, False], [True]], 2, oracle=_packed, stage=EDGE, shapes=False, about="masks are packed alike"),
        one([[], [5, 6], [7]], 2, expected=torch.tensor([[5, 6], [7, 0]]), call=_ids_only, stage=EDGE,
            about="an empty sequence first takes no room"),
        refuses([[3, 4, 5, 6, 7]], 4, about="5 tokens do not fit into rows of 4"),
        refuses([[1, 2], [3, 4, 5, 6, 7]], 4, about="5 tokens do not fit into rows of 4"),
    ]
