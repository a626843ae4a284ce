"""Wrong bodies of `instruct.pack`."""

import torch

from gptlab.exercises.mistake import mistake


@mistake(
    "instruct.pack",
    "sequences cut at the ends of rows",
    "A sequence goes whole into one row: where it does not fit, the next row begins.",
)
def _(sequences, context):
    flat = [t for s in sequences for t in s]
    rows = [flat[i : i + context] for i in range(0, len(flat), context)]
    ids = torch.zeros(len(rows), context, dtype=torch.long)
    seg = torch.full((len(rows), context), -1)
    pos = torch.zeros(len(rows), context, dtype=torch.long)
    for r, row in enumerate(rows):
        ids[r, : len(row)] = torch.tensor(row)
        seg[r, : len(row)] = 0
        pos[r, : len(row)] = torch.arange(len(row))
    if any(len(s) > context for s in sequences):
        raise ValueError("too long")
    return ids, seg, pos


@mistake("instruct.pack", "sequences in another order", "The order that is given stays.")
def _(sequences, context):
    rows, cur = [], []
    for n, s in enumerate(sorted(sequences, key=len, reverse=True)):
        if len(s) > context:
            raise ValueError("too long")
        if len(cur) + len(s) > context:
            rows.append(cur)
            cur = []
        cur = cur + [(t, n, i) for i, t in enumerate(s)]
    if cur:
        rows.append(cur)
    rows = [r + [(0, -1, 0)] * (context - len(r)) for r in rows]
    t = torch.tensor(rows).reshape(-1, context, 3)
    return t[..., 0], t[..., 1], t[..., 2]


@mistake(
    "instruct.pack",
    "padding with a segment of its own",
    "Padding has PADDING_SEGMENT: else the keep mask, segments >= 0, takes it for text.",
)
def _(sequences, context):
    rows, cur = [], []
    for n, s in enumerate(sequences):
        if len(s) > context:
            raise ValueError("too long")
        if len(cur) + len(s) > context:
            rows.append(cur)
            cur = []
        cur = cur + [(t, n, i) for i, t in enumerate(s)]
    if cur:
        rows.append(cur)
    rows = [r + [(0, 0, 0)] * (context - len(r)) for r in rows]
    t = torch.tensor(rows).reshape(-1, context, 3)
    return t[..., 0], t[..., 1], t[..., 2]


@mistake("instruct.pack", "positions in the padding", "At padding the position is 0.")
def _(sequences, context):
    rows, cur = [], []
    for n, s in enumerate(sequences):
        if len(s) > context:
            raise ValueError("too long")
        if len(cur) + len(s) > context:
            rows.append(cur)
            cur = []
        cur = cur + [(t, n, i) for i, t in enumerate(s)]
    if cur:
        rows.append(cur)
    rows = [r + [(0, -1, i) for i in range(context - len(r))] for r in rows]
    t = torch.tensor(rows).reshape(-1, context, 3)
    return t[..., 0], t[..., 1], t[..., 2]


@mistake(
    "instruct.pack",
    "the given lists made longer",
    "What was given stays as it is: make rows of your own.",
)
def _(sequences, context):
    rows = []
    for n, s in enumerate(sequences):
        if len(s) > context:
            raise ValueError("too long")
        if rows and len(rows[-1][0]) + len(s) <= context:
            rows[-1][0].extend(s)
            rows[-1][1].extend([n] * len(s))
            rows[-1][2].extend(range(len(s)))
        else:
            rows.append((s, [n] * len(s), list(range(len(s)))))

    def pad(row, filler):
        return [*row, *[filler] * (context - len(row))]

    return (
        torch.tensor([pad(r[0], 0) for r in rows]),
        torch.tensor([pad(r[1], -1) for r in rows]),
        torch.tensor([pad(r[2], 0) for r in rows]),
    )


@mistake(
    "instruct.pack",
    "no padding",
    "Every row has `context` tokens: what a row lacks is filled up with padding.",
)
def _(sequences, context):
    if any(len(sequence) > context for sequence in sequences):
        raise ValueError("too long")
    ids, segments, positions = [], [], []
    for i, sequence in enumerate(sequences):
        if not ids or len(ids[-1]) + len(sequence) > context:
            for table in (ids, segments, positions):
                table.append([])
        ids[-1].extend(sequence)
        segments[-1].extend([i] * len(sequence))
        positions[-1].extend(range(len(sequence)))
    return ids, segments, positions
