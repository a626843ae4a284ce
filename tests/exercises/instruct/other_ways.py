"""Other ways to write gptlab/instruct.py."""

import itertools

import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("instruct.render_chat")
def piece_by_piece(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for message in messages:
        role, text = message["role"], message["content"]
        ids.append(special[role])
        mask.append(False)
        for token in encode(text):
            ids.append(token)
            mask.append(role == "assistant")
        ids.append(special["end"])
        mask.append(role == "assistant")
    if add_reply:
        ids, mask = ids + [special["assistant"]], mask + [False]
    return ids, mask


@other_way("instruct.render_chat")
def with_chain(messages, encode, special, add_reply=False):
    parts = [
        (m["role"], [special[m["role"]], *encode(m["content"]), special["end"]]) for m in messages
    ]
    parts += [("", [special["assistant"]])] if add_reply else []
    ids = list(itertools.chain.from_iterable(part for _, part in parts))
    mask = [role == "assistant" and t > 0 for role, part in parts for t in range(len(part))]
    return [ids, mask]


@other_way("instruct.render_chat")
def as_tensors(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for m in messages:
        content = [*encode(m["content"]), special["end"]]
        ids += [special[m["role"]], *content]
        mask += [0] + [int(m["role"] == "assistant")] * len(content)
    if add_reply:
        ids, mask = [*ids, special["assistant"]], [*mask, 0]
    return torch.tensor(ids), torch.tensor(mask).bool()


@other_way("instruct.render_chat")
def zeros_and_ones(messages, encode, special, add_reply=False):
    ids, mask = as_tensors(messages, encode, special, add_reply)
    return ids.tolist(), mask.int().tolist()


@other_way("instruct.sft_loss")
def with_ignored_targets(logits, ids, mask):
    targets = torch.where(mask, ids, -100)[:, 1:]
    return F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), targets.reshape(-1))


@other_way("instruct.sft_loss")
def with_where(logits, ids, mask):
    logprobs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:].unsqueeze(-1)).squeeze(-1)
    learn = mask[:, 1:]
    return -torch.where(learn, logprobs, 0.0).sum() / learn.sum()


@other_way("instruct.sft_loss")
def text_by_text(logits, ids, mask):
    losses = [
        F.cross_entropy(logits[b, :-1][mask[b, 1:]], ids[b, 1:][mask[b, 1:]], reduction="sum")
        for b in range(len(ids))
        if mask[b, 1:].any()
    ]
    return torch.stack(losses).sum() / mask[:, 1:].sum()


def _fits(sequences, context):
    if max(map(len, sequences)) > context:
        raise ValueError("a sequence is longer than a row")


@other_way("instruct.pack")
def with_three_lists(sequences, context):
    ids, segments, positions = [], [], []
    for i, sequence in enumerate(sequences):
        if not sequence:
            continue
        if not ids or len(ids[-1]) + len(sequence) > context:
            ids.append([])
            segments.append([])
            positions.append([])
        ids[-1] += sequence
        segments[-1] += [i] * len(sequence)
        positions[-1] += list(range(len(sequence)))
    out = []
    for rows, fill in ((ids, 0), (segments, -1), (positions, 0)):
        out.append(torch.tensor([row + [fill] * (context - len(row)) for row in rows]))
    return out


@other_way("instruct.pack")
def into_full_tensors(sequences, context):
    _fits(sequences, context)
    places, row, column = [], 0, 0
    for sequence in sequences:
        if column + len(sequence) > context:
            row, column = row + 1, 0
        places.append((row, column))
        column += len(sequence)
    shape = (row + 1, context)
    ids, segments, positions = (
        torch.zeros(shape).long(),
        -torch.ones(shape).long(),
        torch.zeros(shape).long(),
    )
    for i, ((b, t), sequence) in enumerate(zip(places, sequences, strict=True)):
        ids[b, t : t + len(sequence)] = torch.tensor(sequence).long()
        segments[b, t : t + len(sequence)] = i
        positions[b, t : t + len(sequence)] = torch.arange(len(sequence))
    return ids, segments, positions


@other_way("instruct.pack")
def segments_from_one_in_each_row(sequences, context):
    _fits(sequences, context)
    rows = [[]]
    for sequence in sequences:
        if sum(map(len, rows[-1])) + len(sequence) > context:
            rows.append([])
        rows[-1].append(sequence)
    tables = [[], [], []]
    for row in rows:
        rest = context - sum(map(len, row))
        tables[0].append([token for sequence in row for token in sequence] + [0] * rest)
        tables[1].append([i + 1 for i, sequence in enumerate(row) for _ in sequence] + [-1] * rest)
        tables[2].append([t for sequence in row for t in range(len(sequence))] + [0] * rest)
    return tables


@other_way("instruct.pack")
def filled_up_at_the_end(sequences, context):
    _fits(sequences, context)
    ids, segments, positions = [], [], []
    for i, sequence in enumerate(sequences):
        if not ids or len(ids[-1]) + len(sequence) > context:
            for table in (ids, segments, positions):
                table.append([])
        ids[-1].extend(sequence)
        segments[-1].extend([i] * len(sequence))
        positions[-1].extend(range(len(sequence)))
    for table, filler in ((ids, 0), (segments, -1), (positions, 0)):
        for row in table:
            row.extend([filler] * (context - len(row)))
    return ids, segments, positions


@other_way("instruct.render_chat")
def with_extend(messages, encode, special, add_reply=False):
    ids, mask = [], []

    def say(tokens, learn):
        ids.extend(tokens)
        mask.extend([learn] * len(tokens))

    for m in messages:
        say([special[m["role"]]], False)
        say(list(encode(m["content"])) + [special["end"]], m["role"] == "assistant")
    if add_reply:
        say([special["assistant"]], False)
    return ids, mask


@other_way("instruct.sft_loss")
def one_target_at_a_time(logits, ids, mask):
    losses = []
    for b, t in mask.nonzero().tolist():
        if t > 0:
            losses.append(torch.logsumexp(logits[b, t - 1], 0) - logits[b, t - 1, ids[b, t]])
    return sum(losses) / len(losses)


@other_way("instruct.pack")
def into_one_long_row(sequences, context):
    _fits(sequences, context)
    flat = []
    for i, sequence in enumerate(sequences):
        if -len(flat) % context < len(sequence):
            flat += [(0, -1, 0)] * (-len(flat) % context)
        flat += [(token, i, t) for t, token in enumerate(sequence)]
    flat += [(0, -1, 0)] * (-len(flat) % context)
    return tuple(torch.tensor(flat).view(-1, context, 3).permute(2, 0, 1))
