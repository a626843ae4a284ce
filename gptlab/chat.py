"""Lesson 15: the conversation. A cache for keys and values, a stream of text, a history that fits, an arena."""

import torch
from torch import Tensor

from gptlab.attention import scaled_dot_product_attention
from gptlab.blanks import blank

ELO_SCALE = 400  # points of rating that make the odds ten to one


@blank(lesson=15, minutes=5, difficulty=1)
def append_kv(cache, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Put new keys and values after those of the tokens that came before.

    The new tokens are last in time. The old cache stays as it was; the result is a new pair, and the next call's cache.

    cache  None, or the pair (k, v) that an earlier call returned
    k      (B, H, T, D) float, of the T new tokens
    v      (B, H, T, D) float
    ->     (B, H, S, D) float, all keys
    ->     (B, H, S, D) float, all values
    """
    raise NotImplementedError


@blank(lesson=15, minutes=20, difficulty=3)
def attend_cached(q: Tensor, cache, keep: Tensor | None = None) -> Tensor:
    """Let the newest T tokens attend to everything in the cache up to themselves.

    Fed token by token, in pieces or all at once, this equals causal attention over the whole text.
    The new tokens' own keys and values are in the cache already, at its end. For a query to which `keep` leaves nothing
    (it is padding itself) the reference gives 0, as in `attention.scaled_dot_product_attention`; the check does not
    ask for it.

    q      (B, H, T, D) float
    cache  the pair (k, v), each (B, H, S, D)
    keep   (B, S) bool, True = may look; None = all
    ->     (B, H, T, D) float
    """
    raise NotImplementedError


@blank(lesson=15, minutes=15, difficulty=3)
def whole_characters(data: bytes) -> tuple[str, bytes]:
    """Split the bytes of a stream into text that can be shown now, and bytes that must wait for more.

    What waits is the beginning of a character at the very end, one to three bytes that more bytes can still
    make whole. Bytes that can become no character do not wait: they are written as U+FFFD at once, as many as
    `data.decode(errors="replace")` writes (one for the bytes of a character broken off, not one for each byte).

        0xxxxxxx                                      UTF-8, RFC 3629
        110xxxxx 10xxxxxx
        1110xxxx 10xxxxxx 10xxxxxx
        11110xxx 10xxxxxx 10xxxxxx 10xxxxxx

    `data` is what waited before, with the bytes of the new token after it. Lead bytes that no character has
    (C0, C1, F5 and above) and second bytes that their lead byte forbids may wait or not: the check does not ask.

    Example: whole_characters("a山".encode()[:3]) -> ("a", b"\\xe5\\xb1")
    """
    raise NotImplementedError


def message_tokens(message, count_tokens) -> int:
    """Count one message, with a counter that takes its text or one that takes the whole message.

    message       {"role": ..., "content": str}
    count_tokens  function of the text, or of the message where the template's tokens count too
    ->            a number of tokens
    """
    try:
        return count_tokens(message["content"])
    except (TypeError, AttributeError, KeyError):  # the counter wanted the message, not a str
        return count_tokens(message)


@blank(lesson=15, minutes=15, difficulty=2)
def trim_history(messages, budget, count_tokens):
    """Keep the part of a conversation that still fits the context.

        kept = the system message at the very start, if there is one, and the longest ending that may stay

    An ending, the last n messages without a gap, may stay if everything kept is at most `budget` tokens
    together, and if it does not begin with an assistant message: an answer without its question. Where no
    ending may stay, the last message stays all the same, alone after the system message. (Where all others are an
    assistant's, the check asks only that the last message stays.)

    messages      list of {"role": ..., "content": str}
    budget        number of tokens, the system message's included
    count_tokens  a counter for `message_tokens`, which counts one message with it
    ->            a new list of the kept messages, in order
    """
    raise NotImplementedError


@blank(lesson=15, minutes=10, difficulty=1)
def elo_update(rating_a, rating_b, outcome, k=32):
    """Move two ratings after a game, by how surprising its outcome was.

        expected score of a = 1 / (1 + 10^((b − a) / 400))                             Elo 1978

    A rating moves by k times the difference between the outcome and the expected score; what one
    wins, the other loses.

    rating_a  float
    rating_b  float
    outcome   float, 1 where a won, 0 where b won, 0.5 for a draw
    k         float, the most points that one game can move
    ->        float, the new rating of a
    ->        float, the new rating of b; the sum of the two does not change
    """
    raise NotImplementedError
