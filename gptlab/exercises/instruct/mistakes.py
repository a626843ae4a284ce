"""Wrong bodies of gptlab/instruct.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake

# ---- render_chat


def _chat(name, hint):
    return mistake("instruct.render_chat", name, hint)


def _render(
    role=lambda hers: False,
    content=lambda hers: hers,
    end=lambda hers: hers,
    reply=False,
    ends=True,
    names=True,
    more=True,
):
    """A template with one thing changed: who learns the role token, the content, the end token."""

    def body(messages, encode, special, add_reply=False):
        ids, mask = [], []
        for message in messages:
            hers, words = message["role"] == "assistant", encode(message["content"])
            if names:
                ids, mask = [*ids, special[message["role"]]], [*mask, role(hers)]
            ids, mask = [*ids, *words], [*mask, *[content(hers)] * len(words)]
            if ends or hers:
                ids, mask = [*ids, special["end"]], [*mask, end(hers)]
        if add_reply and more:
            ids, mask = [*ids, special["assistant"]], [*mask, reply]
        return ids, mask

    return body


_chat("the role token learnt", "Role tokens are put there by us: the model never has to say them.")(
    _render(role=lambda hers: hers)
)
_chat("the end token not learnt", "The model has to say itself when its reply ends.")(
    _render(end=lambda hers: False)
)
_chat("every end token learnt", "The user's end token is not the assistant's to say.")(
    _render(end=lambda hers: True)
)
_chat("everything learnt", "Only what the assistant says is learnt.")(
    _render(content=lambda h: True, end=lambda h: True)
)
_chat("the mask turned around", "True means learn this token.")(
    _render(role=lambda h: True, content=lambda h: not h, end=lambda h: not h)
)
_chat("no end token behind the others", "Every message ends with the end token.")(
    _render(ends=False)
)
_chat("no role tokens", "Each message begins with the token of its role.")(_render(names=False))
_chat("add_reply left out", "The argument `add_reply` changes nothing in your result.")(
    _render(more=False)
)
_chat("the token of add_reply learnt", "That token is put there by us, like every role token.")(
    _render(reply=True)
)


@_chat("the mask one token early", "The mask marks targets: the shift happens in the loss.")
def _(*arguments, **options):
    ids, mask = _render()(*arguments, **options)
    return ids, [*mask[1:], False]


@_chat("only the last reply learnt", "Every assistant message is learnt.")
def _(*arguments, **options):
    ids, mask = _render()(*arguments, **options)
    last = max((t for t in range(len(mask)) if mask[t]), default=-1)
    first = last
    while first > 0 and mask[first - 1]:
        first -= 1
    return ids, [m and t >= first for t, m in enumerate(mask)]


@_chat(
    "only the last message learnt",
    "Every reply is learnt, wherever in the chat its message stands.",
)
def _(messages, *arguments, **options):
    ids, mask = _render()(messages, *arguments, **options)
    before = len(_render()(messages[:-1], *arguments)[0])
    return ids, [learn and t >= before for t, learn in enumerate(mask)]


_chat("the user's words learnt", "Only what the assistant says is learnt.")(
    _render(content=lambda hers: not hers, end=lambda hers: not hers)
)
_chat("the user's words learnt, and every end token", "Only what the assistant says is learnt.")(
    _render(content=lambda hers: not hers, end=lambda hers: True)
)
_chat("nothing learnt", "What the assistant says, and its end token, is marked True.")(
    _render(content=lambda hers: False, end=lambda hers: False)
)


def _template(messages, encode, special, add_reply, piece, last=("assistant",)):
    ids, mask = [], []
    for message in messages:
        hers = message["role"] == "assistant"
        for tokens, learn in piece(message["role"], encode(message["content"]), special, hers):
            ids += tokens
            mask += [learn] * len(tokens)
    for name in last if add_reply else ():
        ids, mask = [*ids, special[name]], [*mask, False]
    return ids, mask


@_chat("no end tokens", "Every message ends with the end token.")
def _(messages, encode, special, add_reply=False):
    def piece(role, words, special, hers):
        return [([special[role]], False), (words, hers)]

    return _template(messages, encode, special, add_reply, piece)


@_chat("the system's words learnt too", "Only what the assistant says is learnt.")
def _(messages, encode, special, add_reply=False):
    def piece(role, words, special, hers):
        learn = role != "user"
        return [([special[role]], False), (words, learn), ([special["end"]], learn)]

    return _template(messages, encode, special, add_reply, piece)


@_chat("an end token behind add_reply", "The model speaks next: only the role token stands there.")
def _(messages, encode, special, add_reply=False):
    def piece(role, words, special, hers):
        return [([special[role]], False), (words, hers), ([special["end"]], hers)]

    return _template(messages, encode, special, add_reply, piece, ("assistant", "end"))


@_chat("a list inside the list", "append puts the whole list in as one item: extend, or +=.")
def _(messages, encode, special, add_reply=False):
    def piece(role, words, special, hers):
        return [([special[role]], False), ([words], hers), ([special["end"]], hers)]

    return _template(messages, encode, special, add_reply, piece)


@_chat("the role token twice", "Each message begins with its role token once.")
def _(messages, encode, special, add_reply=False):
    def piece(role, words, special, hers):
        return [([special[role]] * 2, False), ([*words, special["end"]], hers)]

    return _template(messages, encode, special, add_reply, piece)


@_chat(
    "the first role token twice",
    "Something stands there before the chat begins: a second start token.",
)
def _(messages, encode, special, add_reply=False):
    ids, mask = _render()(messages, encode, special, add_reply)
    return [*ids[:1], *ids], [*mask[:1], *mask]


@_chat(
    "the mask one token late", "The end token behind a reply is learnt, and its role token is not."
)
def _(*arguments, **options):
    ids, mask = _render()(*arguments, **options)
    return ids, [False, *mask[:-1]]


# ---- sft_loss


def _loss(name, hint):
    return mistake("instruct.sft_loss", name, hint)


def _nats(logits, ids):
    return F.cross_entropy(logits.transpose(1, 2), ids, reduction="none")


def _masked(losses, mask, below=None):
    return losses[mask].sum() / (mask.sum() if below is None else below)


_loss("nothing shifted", "Position t of the logits predicts token t + 1.")(
    lambda logits, ids, mask: _masked(_nats(logits, ids), mask)
)
_loss("shifted the wrong way", "Position t of the logits predicts token t + 1, not t − 1.")(
    lambda logits, ids, mask: _masked(_nats(logits[:, 1:], ids[:, :-1]), mask[:, :-1])
)
_loss("the mask of the inputs", "The mask marks targets: shift it as you shift the ids.")(
    lambda logits, ids, mask: _masked(_nats(logits[:, :-1], ids[:, 1:]), mask[:, :-1])
)
_loss("the mask left out", "Only marked tokens are learnt.")(
    lambda logits, ids, mask: _nats(logits[:, :-1], ids[:, 1:]).mean()
)
_loss("the mask turned around", "True means learn this token.")(
    lambda logits, ids, mask: _masked(_nats(logits[:, :-1], ids[:, 1:]), ~mask[:, 1:])
)
_loss("divided by all tokens", "The mean runs over the marked targets.")(
    lambda logits, ids, mask: _masked(
        _nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:], mask[:, 1:].numel()
    )
)
_loss(
    "the first column counted",
    "Nobody predicts the first column, so it does not count below the line either.",
)(lambda logits, ids, mask: _masked(_nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:], mask.sum()))
_loss("a sum for a mean", "The loss is per token.")(
    lambda logits, ids, mask: _masked(_nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:], 1)
)


@_loss(
    "a mean of means",
    "A long reply weighs more than a short one: all marked targets of the batch count alike.",
)
def _(logits, ids, mask):
    losses, learn = _nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:]
    return ((losses * learn).sum(1) / learn.sum(1)).mean()


@_loss("the log of a softmax that rounded to 0", "Take the logarithm before anything is rounded.")
def _(logits, ids, mask):
    learn = mask[:, 1:]
    return F.nll_loss(logits[:, :-1][learn].softmax(-1).log(), ids[:, 1:][learn])


_loss(
    "nan times 0",
    "nan · 0 is nan, and so is inf · 0: choose the marked places with losses[mask] or torch.where.",
)(
    lambda logits, ids, mask: (
        (_nats(logits[:, :-1], ids[:, 1:]) * mask[:, 1:]).sum() / mask[:, 1:].sum()
    )
)
_loss("the minus sign is missing", "A loss is above 0; a log-probability is not.")(
    lambda logits, ids, mask: -_masked(_nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:])
)
_loss("bits for nats", "The logarithm is the natural one.")(
    lambda logits, ids, mask: _masked(_nats(logits[:, :-1], ids[:, 1:]), mask[:, 1:]) / math.log(2)
)
_loss(
    "the mask not shifted",
    "There are T − 1 losses and T marks: shift the mask as you shift the ids.",
)(lambda logits, ids, mask: _nats(logits[:, :-1], ids[:, 1:])[mask].mean())
_loss(
    "multiplied by a mask that was not shifted",
    "There are T − 1 losses and T marks: shift the mask as you shift the ids.",
)(lambda logits, ids, mask: (_nats(logits[:, :-1], ids[:, 1:]) * mask).sum() / mask.sum())


def _chosen(scores, ids, mask):
    picked = scores[:, :-1].gather(-1, ids[:, 1:, None]).squeeze(-1)
    return -picked[mask[:, 1:]].mean()


_loss("scores for log-probabilities", "Logits are no log-probabilities yet: normalise them.")(
    _chosen
)
_loss(
    "the logarithm left out", "The loss is the surprise, minus the logarithm of the probability."
)(lambda logits, ids, mask: _chosen(logits.softmax(-1), ids, mask))
_loss("softmax over time", "Probabilities sum to 1 over the vocabulary, the last axis.")(
    lambda logits, ids, mask: _chosen(
        torch.cat([logits[:, :-1].log_softmax(1), logits[:, -1:]], 1), ids, mask
    )
)
_loss("one loss a token", "The result is one number, the mean.")(
    lambda logits, ids, mask: _nats(logits[:, :-1], ids[:, 1:])[mask[:, 1:]]
)
_loss("the log of the mean", "Each token has a loss of its own, and the mean is taken of these.")(
    lambda logits, ids, mask: (
        -_masked((-_nats(logits[:, :-1], ids[:, 1:])).exp(), mask[:, 1:]).log()
    )
)


# ---- pack


def _pack(name, hint):
    return mistake("instruct.pack", name, hint)


def _rows(
    sequences,
    context,
    fits=lambda n, room: n <= room,
    number=lambda i, row: i,
    place=lambda t, start: t,
    choose=lambda rows: rows[-1:],
):
    """Packing with one thing changed."""
    rows = []
    for i, sequence in enumerate(sequences):
        open_rows = choose(list(range(len(rows))))
        chosen = next((r for r in open_rows if fits(len(sequence), context - len(rows[r]))), None)
        if chosen is None:
            rows.append([])
            chosen = len(rows) - 1
        start = len(rows[chosen])
        rows[chosen] += [
            (int(token), number(i, chosen), place(t, start)) for t, token in enumerate(sequence)
        ]
    full = [row + [(0, -1, 0)] * (context - len(row)) for row in rows]
    return torch.tensor(full).reshape(len(rows), context, 3).unbind(-1)


def _numbered(sequences, context):
    ids, segments, positions = _rows(sequences, context)
    return ids, torch.arange(ids.numel()).reshape(ids.shape), positions


_pack("positions run on", "Positions count from 0 in every sequence.")(
    lambda s, context: _rows(s, context, place=lambda t, start: start + t)
)
_pack(
    "one segment for a whole row",
    "Two sequences in one row must not see each other: each has a segment of its own.",
)(lambda s, context: _rows(s, context, number=lambda i, row: row))
_pack("a segment for every token", "All tokens of a sequence share its segment.")(
    lambda s, context: _numbered(s, context)
)
_pack("in reverse order", "The sequences stay in the order in which they are given.")(
    lambda s, context: _rows(s[::-1], context)
)
_pack("one sequence a row", "A sequence that still fits goes into the current row.")(
    lambda s, context: _rows(s, context, fits=lambda n, room: n == 0)
)
_pack("a row never filled to its end", "A sequence of n tokens fits where n places are left.")(
    lambda s, context: _rows(s, context, fits=lambda n, room: n < room)
)
_pack("back to earlier rows", "Only the current row takes more, so that the order stays.")(
    lambda s, context: _rows(s, context, choose=lambda rooms: rooms)
)


@_pack("sequences cut at the end of a row", "Each sequence goes whole into one row.")
def _(sequences, context):
    flat = [
        (int(token), i, t)
        for i, sequence in enumerate(sequences)
        for t, token in enumerate(sequence)
    ]
    flat += [(0, -1, 0)] * (-len(flat) % context)
    return torch.tensor(flat).reshape(-1, context, 3).unbind(-1)


@_pack("sequences cut short", "A sequence longer than a row is no row's: raise a ValueError.")
def _(sequences, context):
    return _rows([sequence[:context] for sequence in sequences], context)


@_pack("too long is let through", "A sequence longer than a row is no row's: raise a ValueError.")
def _(sequences, context):
    return _rows(sequences, max([context, *map(len, sequences)]))


@_pack(
    "padding in front", "Rows are filled from the left; what is left over at their end is padding."
)
def _(sequences, context):
    tables = _rows(sequences, context)
    order = [sorted(range(context), key=lambda t: int(row[t]) >= 0) for row in tables[1]]
    return tuple(
        torch.stack([row[places] for row, places in zip(table, order, strict=True)])
        for table in tables
    )


@_pack("the last row lost", "The row that is still open at the end is a row too.")
def _(sequences, context):
    return tuple(table[:-1] for table in _rows(sequences, context))


_pack("positions from 1", "Positions count from 0.")(
    lambda s, context: _rows(s, context, place=lambda t, start: t + 1)
)
_pack("segments and positions swapped", "The order is ids, segments, positions.")(
    lambda s, context: [_rows(s, context)[i] for i in (0, 2, 1)]
)
