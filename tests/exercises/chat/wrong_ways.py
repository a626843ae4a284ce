"""Wrong bodies of gptlab/chat.py, right almost everywhere: its checks must reject each."""

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from gptlab.chat import message_tokens
from tests.support.wrong_ways import wrong


@wrong("chat.append_kv")
def into_the_old_cache(cache, k, v):
    if cache is None:
        return k, v
    joined = [torch.cat([old, new], 2) for old, new in zip(cache, (k, v))]
    cache[0].zero_()
    return tuple(joined)


@wrong("chat.attend_cached")
def one_query_only(q, cache, keep=None):
    k, v = cache
    mask = None if keep is None else keep[:, None, None, :].expand(-1, 1, q.shape[2], -1)
    return F.scaled_dot_product_attention(q, k, v, mask)


@wrong("chat.attend_cached")
def the_first_rows_keep(q, cache, keep=None):
    return reference("chat.attend_cached")(
        q, cache, None if keep is None else keep[:1].expand(len(q), -1)
    )


@wrong("chat.trim_history")
def the_system_message_is_dropped_when_it_does_not_fit(messages, budget, count_tokens):
    if sum(message_tokens(m, count_tokens) for m in (messages[0], messages[-1])) > budget:
        return messages[-1:]
    return reference("chat.trim_history")(messages, budget, count_tokens)


@wrong("chat.trim_history")
def the_last_answer_is_dropped(messages, budget, count_tokens):
    kept = reference("chat.trim_history")(messages, budget, count_tokens)
    start = 1 if kept[0]["role"] == "system" else 0
    return kept[:start] if all(m["role"] == "assistant" for m in kept[start:]) else kept


@wrong("chat.trim_history")
def any_system_message_stays(messages, budget, count_tokens):
    kept = reference("chat.trim_history")(messages, budget, count_tokens)
    return [m for m in messages if m in kept or m["role"] == "system"]


@wrong("chat.elo_update")
def rounded(rating_a, rating_b, outcome, k=32):
    a, b = reference("chat.elo_update")(rating_a, rating_b, outcome, k)
    return float(round(a)), float(round(b))


@wrong("chat.elo_update")
def never_more_than_four_hundred_apart(rating_a, rating_b, outcome, k=32):
    gap = max(-400, min(400, rating_b - rating_a))
    change = k * (outcome - 1 / (1 + 10 ** (gap / 400)))
    return rating_a + change, rating_b - change


@wrong("chat.whole_characters")
def a_broken_character_waits(data):
    """The lead byte is looked for, but what comes after it is not."""
    for n in (3, 2, 1):
        if len(data) >= n and data[-n] >= 0xC0:
            size = 4 if data[-n] >= 0xF0 else 3 if data[-n] >= 0xE0 else 2
            if n < size:
                return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


@wrong("chat.whole_characters")
def the_text_is_stripped(data):
    text, waiting = reference("chat.whole_characters")(data)
    return text.strip("\x7f\x80"), waiting
