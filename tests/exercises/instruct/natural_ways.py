"""Wrong bodies of gptlab/instruct.py as people write them, and what each is to be told."""

import torch
import torch.nn.functional as F

from tests.support.natural_ways import natural

CHAT = "instruct.render_chat"
LOSS = "instruct.sft_loss"
PACK = "instruct.pack"


def _chat(learn, add=True):
    def body(messages, encode, special, add_reply=False):
        ids, mask = [], []
        for message in messages:
            content = encode(message["content"])
            ids += [special[message["role"]], *content, special["end"]]
            mask += learn(message["role"], len(content))
        if add_reply and add:
            ids.append(special["assistant"])
            mask.append(False)
        return ids, mask

    return body


for _name, _learn in (
    (
        "the role token learnt",
        lambda role, n: [role == "assistant"] * (n + 2),
    ),
    (
        "the end token not learnt",
        lambda role, n: [False] + [role == "assistant"] * n + [False],
    ),
    ("the user's words learnt", lambda role, n: [False] + [role != "assistant"] * (n + 1)),
    ("the system's words learnt too", lambda role, n: [False] + [role != "user"] * (n + 1)),
    ("nothing learnt", lambda role, n: [False] * (n + 2)),
    (
        "every end token learnt",
        lambda role, n: [False] + [role == "assistant"] * n + [True],
    ),
):
    natural(CHAT, _name)(_chat(_learn))


@natural(CHAT, "the role token twice")
def opened_twice(messages, encode, special, add_reply=False):
    def turn(message):
        return [special[message["role"]], *encode(message["content"]), special["end"]]

    ids, mask = [], []
    for message in messages:
        tokens = turn(message)
        ids += [special[message["role"]], *tokens]
        mask += [False, False] + [message["role"] == "assistant"] * (len(tokens) - 1)
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask


@natural(CHAT, "the end token not learnt")
def the_end_taken_for_padding(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for message in messages:
        tokens = [*encode(message["content"]), special["end"]]
        ids += [special[message["role"]], *tokens]
        mask += [False] + [message["role"] == "assistant"] * len(tokens)
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, [learn and token != special["end"] for token, learn in zip(ids, mask)]


@natural(CHAT, "a list inside the list")
def appended(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for message in messages:
        ids.append(special[message["role"]])
        mask.append(False)
        ids.append(encode(message["content"]))
        mask.append(message["role"] == "assistant")
        ids.append(special["end"])
        mask.append(message["role"] == "assistant")
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask


@natural(LOSS, "nan times 0")
def times_the_mask(logits, ids, mask):
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    learn = mask[:, 1:].float()
    return (losses * learn).sum() / learn.sum().clamp(min=1)


@natural(LOSS, "nan times 0")
def weighted(logits, ids, mask):
    weight = mask[:, 1:].to(logits.dtype) / mask[:, 1:].sum()
    logprobs = F.log_softmax(logits, dim=-1)[:, :-1].gather(-1, ids[:, 1:, None]).squeeze(-1)
    return -(logprobs * weight).sum()


def _losses(logits, ids):
    return -logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)


natural(LOSS, "the mask not shifted")(
    lambda logits, ids, mask: _losses(logits[:, :-1], ids[:, 1:])[mask].mean()
)
natural(LOSS, "nothing shifted")(lambda logits, ids, mask: _losses(logits, ids)[mask].mean())
natural(LOSS, "the mask of the inputs")(
    lambda logits, ids, mask: _losses(logits[:, :-1], ids[:, 1:])[mask[:, :-1]].mean()
)
natural(LOSS, "divided by all tokens")(
    lambda logits, ids, mask: torch.where(
        mask[:, 1:], _losses(logits[:, :-1], ids[:, 1:]), 0.0
    ).mean()
)
natural(LOSS, "the minus sign is missing")(
    lambda logits, ids, mask: -_losses(logits[:, :-1], ids[:, 1:])[mask[:, 1:]].mean()
)


def _packed(sequences, context, cut=False, running=False, by_row=False, whole=True):
    ids, segments, positions = [[]], [[]], [[]]
    for number, sequence in enumerate(sequences):
        sequence = sequence[:context] if cut else sequence
        if len(ids[-1]) + len(sequence) > context:
            for table in (ids, segments, positions):
                table.append([])
        start = len(ids[-1]) if running else 0
        segments[-1] += [len(ids) - 1 if by_row else number] * len(sequence)
        positions[-1] += list(range(start, start + len(sequence)))
        ids[-1] += sequence
    for table, filler in ((ids, 0), (segments, -1), (positions, 0)):
        for row in table:
            row += [filler] * (context - len(row))
    end = None if whole else -1
    return tuple(torch.tensor(table[:end]) for table in (ids, segments, positions))


def _checked(**changed):
    def body(sequences, context):
        if any(len(sequence) > context for sequence in sequences):
            raise ValueError("too long")
        return _packed(sequences, context, **changed)

    return body


natural(PACK, "sequences cut short")(lambda s, context: _packed(s, context, cut=True))
natural(PACK, "positions run on")(_checked(running=True))
natural(PACK, "one segment for a whole row")(_checked(by_row=True))
natural(PACK, "the last row lost")(_checked(whole=False))
