"""Other ways to write gptlab/instruct.py."""

import itertools

import torch
import torch.nn.functional as F

from gptlab import instruct, ngram
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


@other_way("instruct.render_chat")
def pairs(messages, encode, special, add_reply=False):
    pairs = []
    for m in messages:
        own = m["role"] == "assistant"
        pairs.append((special[m["role"]], False))
        pairs.extend((t, own) for t in [*encode(m["content"]), special["end"]])
    if add_reply:
        pairs.append((special["assistant"], False))
    return [p[0] for p in pairs], [p[1] for p in pairs]


@other_way("instruct.render_chat")
def state_machine(messages, encode, special, add_reply=False):
    ids = []
    for m in messages:
        ids.append(special[m["role"]])
        ids.extend(encode(m["content"]))
        ids.append(special["end"])
    mask = []
    for m in messages:
        n = len(encode(m["content"])) + 1
        mask.append(False)
        for _ in range(n):
            mask.append(m["role"] == "assistant")
    return (ids + [special["assistant"]], mask + [False]) if add_reply else (ids, mask)


@other_way("instruct.sft_loss")
def ignore_index(logits, ids, mask):
    target = ids[:, 1:].clone()
    target[~mask[:, 1:]] = -100
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), target.reshape(-1)
    )


@other_way("instruct.sft_loss")
def by_loop(logits, ids, mask):
    total, n = 0.0, 0
    for b in range(ids.shape[0]):
        for t in range(1, ids.shape[1]):
            if mask[b, t]:
                total = total + torch.logsumexp(logits[b, t - 1], 0) - logits[b, t - 1, ids[b, t]]
                n += 1
    return total / n


@other_way("instruct.sft_loss")
def own_cross_entropy(logits, ids, mask):
    keep = mask[:, 1:]
    return ngram.cross_entropy(logits[:, :-1][keep], ids[:, 1:][keep])


@other_way("instruct.pack")
def preallocated_with_segments_per_row(sequences, context):
    starts, row, used = [], 0, 0
    for s in sequences:
        if len(s) > context:
            raise ValueError("sequence too long for a row")
        if used + len(s) > context:
            row, used = row + 1, 0
        starts.append((row, used))
        used += len(s)
    n = max((r for (r, _), s in zip(starts, sequences) if s), default=-1) + 1
    ids = torch.full((n, context), instruct.PADDING_ID)
    seg = torch.full((n, context), instruct.PADDING_SEGMENT)
    pos = torch.zeros((n, context), dtype=torch.long)
    for i, ((r, c), s) in enumerate(zip(starts, sequences)):
        for j, token in enumerate(s):
            ids[r, c + j] = token
            seg[r, c + j] = i
            pos[r, c + j] = j
    return ids, seg, pos


@other_way("instruct.pack")
def three_lists(sequences, context):
    rows = [[]]
    for s in sequences:
        if len(s) > context:
            raise ValueError
        if sum(map(len, rows[-1])) + len(s) > context:
            rows.append([])
        if s:
            rows[-1].append(s)
    rows = [r for r in rows if r]

    def table(f, pad):
        out, n = [], 0
        for r in rows:
            line = []
            for s in r:
                line += f(n, s)
                n += 1
            out.append(line + [pad] * (context - len(line)))
        return torch.tensor(out, dtype=torch.long).reshape(len(rows), context)

    return (
        table(lambda n, s: list(s), instruct.PADDING_ID),
        table(lambda n, s: [n] * len(s), -1),
        table(lambda n, s: list(range(len(s))), 0),
    )
