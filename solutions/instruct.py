"""Reference bodies for gptlab/instruct.py."""

import torch
from torch import Tensor

from gptlab.instruct import PADDING_ID, PADDING_SEGMENT, ROLES
from gptlab.ngram import cross_entropy


def render_chat(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for message in messages:
        role = message["role"]
        if role not in ROLES:
            raise ValueError(f"role {role!r} is unknown; use one of {', '.join(ROLES)}")
        spoken = [*encode(message["content"]), special["end"]]
        ids += [special[role], *spoken]
        mask += [False] + [role == "assistant"] * len(spoken)
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask


def sft_loss(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    learn = mask[:, 1:]
    predictions = logits[:, :-1][learn]  # (B, T-1, V) -> (n, V)
    targets = ids[:, 1:][learn]  # (B, T-1) -> (n,)
    return cross_entropy(predictions, targets)


def pack(sequences, context):
    rows = []
    room = 0
    for index, sequence in enumerate(sequences):
        n = len(sequence)
        if n > context:
            raise ValueError(
                f"sequence {index} has {n} tokens, but a row holds {context}; shorten it or raise context"
            )
        if n > room:
            rows.append([])
            room = context
        for position, token in enumerate(sequence):
            rows[-1].append((token, index, position))
        room -= n
    padding = (PADDING_ID, PADDING_SEGMENT, 0)
    full = [row + [padding] * (context - len(row)) for row in rows]
    packed = torch.tensor(full, dtype=torch.long).reshape(len(rows), context, 3)
    ids, segments, positions = packed.unbind(-1)  # each (rows, context)
    return ids.contiguous(), segments.contiguous(), positions.contiguous()
