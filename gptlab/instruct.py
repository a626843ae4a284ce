"""Lesson 11: instruction tuning. A chat becomes tokens, and only the reply is learnt."""

import torch
from torch import Tensor

from gptlab.attention import causal_mask
from gptlab.blanks import blank
from gptlab.ngram import cross_entropy

ROLES = ("system", "user", "assistant")
PADDING_ID = 0
PADDING_SEGMENT = -1


@blank(lesson=11, minutes=15, difficulty=2)
def render_chat(messages, encode, special, add_reply=False):
    """Turn a conversation into token ids, and mark the tokens that the model has to learn to write.

        message = special[role], encode(content), special["end"]

    With `add_reply`, special["assistant"] follows the last message, so that the model speaks next. The mask is
    True on every token that the model must write itself when people talk to it, and False on what is given to
    it: by those people, or by the program that opens each turn.

    messages   list of {"role": one of ROLES, "content": str}
    encode     function str -> list of ids
    special    dict that names the ids of "system", "user", "assistant" and "end"
    ->         (T) int, ids, a plain list
    ->         (T) bool, mask, a plain list, True = learn this token

    Raises ValueError for a role that is not in ROLES (the check does not ask for it).

    Example, with encode = len of each word and special = {"user": 90, "assistant": 91, "end": 99}:
        user "so it is", assistant "yes"
        ids   [90, 2, 2, 2, 99, 91, 3, 99]
    """
    raise NotImplementedError


@blank(lesson=11, minutes=10, difficulty=2)
def sft_loss(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """Give the language-model loss on the marked tokens only, in nats per token.

        L = −(1/n) Σ_{b,t : mask[b,t]} log p(ids[b,t] | ids[b,:t])       n = number of marked targets

    Ouyang et al. 2022, supervised fine-tuning on demonstrations. The shift happens
    in here: position t of the logits predicts token t + 1. mask[b, t] says that ids[b, t] counts
    as a target; nobody predicts the first column. The mean runs over all marked targets of the
    batch, so a long reply weighs more than a short one. What is not marked has no influence,
    whatever stands there.

    logits  (B, T, V) float
    ids     (B, T) int
    mask    (B, T) bool, True = learn this token
    ->      () float, nats per token
    """
    raise NotImplementedError


@blank(lesson=11, minutes=20, difficulty=3)
def pack(sequences, context):
    """Lay sequences behind each other in rows of exactly `context` tokens.

    In the given order, each sequence goes whole into the current row where it still fits, and
    otherwise opens the next row. Segment ids tell which sequence (counted from 0 over all rows)
    a token comes from; the check only asks that no two sequences of a row share one. Positions
    count from 0 in every sequence. The rest of a row is padding: id PADDING_ID, segment
    PADDING_SEGMENT, position 0, so `segments >= 0` is the keep mask. An empty sequence takes no
    room. The masks of `render_chat` can be packed in the same way.

    sequences  list of lists of ids
    context    int, tokens in a row
    ->         (B, context) int, ids
    ->         (B, context) int, segments
    ->         (B, context) int, positions

    Raises ValueError for a sequence longer than `context`.

    Example: pack([[5, 6], [7], [8, 9]], context=4)
        ids        [[5, 6, 7, 0],    [8, 9, 0, 0]]
        segments   [[0, 0, 1, −1],   [2, 2, −1, −1]]
        positions  [[0, 1, 0, 0],    [0, 1, 0, 0]]
    """
    raise NotImplementedError


def packed_mask(segments: Tensor) -> Tensor:
    """Let every token look back at its own segment only, so that packed chats do not leak.

    segments  (B, T) int, as `pack` gives them
    ->        (B, 1, T, T) bool, True = may look
    """
    same_segment = segments[:, :, None] == segments[:, None, :]  # (B, T, T)
    visible = same_segment & causal_mask(segments.shape[1]).to(segments.device)
    return visible[:, None]  # (B, 1, T, T)
