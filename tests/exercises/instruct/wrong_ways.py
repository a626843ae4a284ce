"""Wrong bodies of gptlab/instruct.py, right almost everywhere: its checks must reject each."""

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("instruct.render_chat")
def learnt_once_the_assistant_has_spoken(messages, encode, special, add_reply=False):
    ids, mask = reference("instruct.render_chat")(messages, encode, special, add_reply)
    return ids, [
        learn or (any(mask[:t]) and token == special["end"])
        for t, (token, learn) in enumerate(zip(ids, mask))
    ]


@wrong("instruct.render_chat")
def no_end_for_an_empty_message(messages, encode, special, add_reply=False):
    return reference("instruct.render_chat")(
        [m for m in messages if m["content"]], encode, special, add_reply
    )


@wrong("instruct.sft_loss")
def one_mean_a_text(logits, ids, mask):
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    learn = mask[:, 1:]
    return torch.stack(
        [losses[b][learn[b]].mean() for b in range(len(ids)) if learn[b].any()]
    ).mean()


@wrong("instruct.sft_loss")
def without_the_last_token(logits, ids, mask):
    return reference("instruct.sft_loss")(logits[:, :-1], ids[:, :-1], mask[:, :-1])


@wrong("instruct.pack")
def shortest_first(sequences, context):
    return reference("instruct.pack")(sorted(sequences, key=len), context)


@wrong("instruct.pack")
def the_last_row_lost_if_not_full(sequences, context):
    tables = reference("instruct.pack")(sequences, context)
    return tables if (tables[1][-1] >= 0).all() else tuple(table[:-1] for table in tables)


@wrong("instruct.pack")
def segments_counted_again_from_zero_after_two(sequences, context):
    ids, segments, positions = reference("instruct.pack")(sequences, context)
    return ids, torch.where(segments >= 0, segments % 2, segments), positions
