"""Other ways to write gptlab/chat.py."""

import codecs
import math
import re
from collections import deque

import torch
import torch.nn.functional as F

from gptlab import attention, chat
from gptlab.chat import message_tokens
from tests.support.other_ways import other_way


@other_way("chat.append_kv")
def both_at_once(cache, k, v):
    new = (k, v)
    return (
        new
        if cache is None
        else tuple(torch.cat(pair, dim=-2) for pair in zip(cache, new, strict=True))
    )


@other_way("chat.append_kv")
def into_empty(cache, k, v):
    if not cache:
        return [k, v]
    old_k, old_v = cache
    S, T = old_k.shape[2], k.shape[2]
    keys = k.new_empty(*k.shape[:2], S + T, k.shape[3])
    values = torch.empty_like(keys)
    keys[:, :, :S], values[:, :, :S] = old_k, old_v
    keys[:, :, S:], values[:, :, S:] = k, v
    return [keys, values]


@other_way("chat.append_kv")
def one_stacked_tensor(cache, k, v):
    """A tensor unpacks like a pair, so it may be the next call's cache."""
    if cache is None:
        return k, v
    return torch.stack([torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)])


@other_way("chat.attend_cached")
def with_tril(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[-2], k.shape[-2]
    mask = torch.ones(T, S, dtype=torch.bool).tril(S - T).expand(len(q), 1, T, S)
    if keep is not None:
        mask = mask & keep.view(len(q), 1, 1, S)
    scores = torch.where(mask, q @ k.mT / math.sqrt(q.shape[-1]), float("-inf"))
    return scores.softmax(-1).nan_to_num(0.0) @ v


@other_way("chat.attend_cached")
def token_by_token(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    columns = []
    for i in range(T):
        end = S - T + i + 1
        if keep is None:
            columns.append(
                F.scaled_dot_product_attention(q[:, :, i : i + 1], k[:, :, :end], v[:, :, :end])
            )
            continue
        mask = keep[:, None, None, :end]
        found = F.scaled_dot_product_attention(
            q[:, :, i : i + 1], k[:, :, :end], v[:, :, :end], attn_mask=mask
        )
        columns.append(torch.where(mask.any(-1, keepdim=True), found, 0.0))
    return torch.cat(columns, dim=2)


@other_way("chat.attend_cached")
def nan_without_anything_to_see(q, cache, keep=None):
    k, v = cache
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~mask, float("-inf")).softmax(-1) @ v


@other_way("chat.trim_history")
def dropping_from_the_front(messages, budget, count_tokens):
    system, rest = [], list(messages)
    if len(rest) > 1 and rest[0]["role"] == "system":
        system = [rest.pop(0)]
    while len(rest) > 1 and sum(message_tokens(m, count_tokens) for m in system + rest) > budget:
        rest.pop(0)
    if any(m["role"] != "assistant" for m in rest):
        while rest[0]["role"] == "assistant":
            del rest[0]
    return system + rest


@other_way("chat.trim_history")
def with_costs(messages, budget, count_tokens):
    costs = [message_tokens(m, count_tokens) for m in messages]
    head = 1 if messages[0]["role"] == "system" and len(messages) > 1 else 0
    start = len(messages) - 1
    while start > head and sum(costs[:head]) + sum(costs[start - 1 :]) <= budget:
        start -= 1
    first = next(
        (i for i in range(start, len(messages)) if messages[i]["role"] != "assistant"), start
    )
    return [*messages[:head], *messages[first:]]


@other_way("chat.trim_history")
def with_a_rest_that_may_be_empty(messages, budget, count_tokens):
    first = int(messages[0]["role"] == "system")
    head, kept = messages[:first], messages[first:][-1:]
    room = budget - sum(message_tokens(m, count_tokens) for m in head + kept)
    for message in messages[first:-1][::-1]:
        room -= message_tokens(message, count_tokens)
        if room < 0:
            break
        kept = [message] + kept
    begins = [i for i, m in enumerate(kept) if m["role"] != "assistant"]
    return head + kept[begins[0] if begins else 0 :]


@other_way("chat.trim_history")
def by_content(messages, budget, count_tokens):
    head = messages[:1] if messages[0]["role"] == "system" else []
    kept = list(messages[len(head) :])
    while len(kept) > 1 and sum(count_tokens(m["content"]) for m in head + kept) > budget:
        kept = kept[1:]
    while len(kept) > 1 and kept[0]["role"] == "assistant":
        kept = kept[1:]
    return head + kept


@other_way("chat.elo_update")
def both_expected(rating_a, rating_b, outcome, k=32):
    strength_a, strength_b = 10 ** (rating_a / 400), 10 ** (rating_b / 400)
    expected_a, expected_b = (
        strength_a / (strength_a + strength_b),
        strength_b / (strength_a + strength_b),
    )
    return rating_a + k * (outcome - expected_a), rating_b + k * ((1 - outcome) - expected_b)


@other_way("chat.elo_update")
def with_a_sigmoid(rating_a, rating_b, outcome, k=32):
    gap = torch.tensor(float(rating_a - rating_b), dtype=torch.float64)
    change = k * (outcome - torch.sigmoid(gap * math.log(10) / 400))
    return rating_a + change, rating_b - change


@other_way("chat.elo_update")
def as_one_tensor(rating_a, rating_b, outcome, k=32):
    change = k * (outcome - 1 / (1 + 10 ** ((rating_b - rating_a) / 400)))
    return torch.tensor([rating_a + change, rating_b - change])


@other_way("chat.append_kv")
def without_a_gradient(cache, k, v):
    with torch.no_grad():
        return (
            (k, v) if cache is None else (torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2))
        )


@other_way("chat.attend_cached")
def in_inference(q, cache, keep=None):
    with torch.no_grad():
        return nan_without_anything_to_see(q, cache, keep)


@other_way("chat.attend_cached")
def with_einsum(q, cache, keep=None):
    k, v = cache
    T, S = q.size(2), k.size(2)
    hidden = torch.arange(S)[None, :] > torch.arange(T)[:, None] + (S - T)
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / q.size(3) ** 0.5
    scores = scores.masked_fill(hidden, torch.finfo(q.dtype).min)
    if keep is not None:
        scores = scores.masked_fill(keep.logical_not()[:, None, None], torch.finfo(q.dtype).min)
    return torch.einsum("bhts,bhsd->bhtd", scores.softmax(-1), v)


@other_way("chat.trim_history")
def by_trying(messages, budget, count_tokens):
    fixed = [m for m in messages[:1] if m["role"] == "system" and len(messages) > 1]
    rest = messages[len(fixed) :]
    for start in range(len(rest)):
        kept = rest[start:]
        if (
            start == len(rest) - 1
            or sum(message_tokens(m, count_tokens) for m in fixed + kept) <= budget
        ):
            break
    first = [i for i, m in enumerate(kept) if m["role"] != "assistant"]
    return fixed + (kept[first[0] :] if first else kept)


@other_way("chat.elo_update")
def with_odds(rating_a, rating_b, outcome, k=32):
    odds = 10.0 ** ((rating_a - rating_b) / 400.0)
    change = k * (outcome - odds / (1 + odds))
    return [rating_a + change, rating_b - change]


@other_way("chat.whole_characters")
def with_the_incremental_decoder(data):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return decoder.decode(data), decoder.getstate()[0]


@other_way("chat.whole_characters")
def by_the_lead_byte(data):
    for n in range(1, min(3, len(data)) + 1):
        byte = data[-n]
        if byte >> 6 == 0b10:
            continue
        needs = 4 if byte >> 4 == 0b1111 else 3 if byte >> 4 == 0b1110 else 1 + (byte >> 6 == 0b11)
        if needs > n:
            return data[:-n].decode(errors="replace"), data[-n:]
        break
    return data.decode(errors="replace"), b""


@other_way("chat.whole_characters")
def from_the_front(data):
    text, i = "", 0
    while i < len(data):
        size = next((n for n, low in ((4, 0xF0), (3, 0xE0), (2, 0xC0)) if data[i] >= low), 1)
        part = data[i : i + size]
        tail = [0x80 <= byte < 0xC0 for byte in part[1:]]
        if len(part) < size and all(tail):
            return text, part
        whole = 1 + (tail.index(False) if False in tail else len(tail))
        text += part[:whole].decode(errors="replace")
        i += whole
    return text, b""


@other_way("chat.whole_characters")
def by_trying_what_may_follow(data):
    for n in range(min(3, len(data)), 0, -1):
        last = data[-n:]
        for rest in (b"\x80", b"\x90", b"\xbf", b"\x80\x80", b"\x90\x80", b"\xbf\x80") + (
            b"\x90\x80\x80",
            b"\x80\x80\x80",
        ):
            try:
                if len((last + rest).decode()) == 1:
                    return data[:-n].decode(errors="replace"), last
            except UnicodeDecodeError:
                continue
    return data.decode(errors="replace"), b""


@other_way("chat.append_kv")
def minus_two(cache, k, v):
    return (
        (k, v) if cache is None else tuple(torch.cat(pair, dim=-2) for pair in zip(cache, (k, v)))
    )


@other_way("chat.append_kv")
def empty_buffers(cache, k, v):
    if cache is None:
        cache = (k[:, :, :0], v[:, :, :0])
    old_k, old_v = cache
    s, t = old_k.shape[2], k.shape[2]
    all_k = k.new_empty(k.shape[0], k.shape[1], s + t, k.shape[3])
    all_v = v.new_empty(v.shape[0], v.shape[1], s + t, v.shape[3])
    all_k[:, :, :s], all_k[:, :, s:] = old_k, k
    all_v[:, :, :s], all_v[:, :, s:] = old_v, v
    return all_k, all_v


@other_way("chat.attend_cached")
def rows_of_causal_mask(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    mask = attention.causal_mask(S)[S - T :]
    if keep is not None:
        mask = mask[None, None] & keep[:, None, None, :]
    return attention.scaled_dot_product_attention(q, k, v, mask)


@other_way("chat.attend_cached")
def loop_over_queries(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    rows = []
    for t in range(T):
        n = S - T + t + 1
        scores = torch.einsum("bhd,bhsd->bhs", q[:, :, t], k[:, :, :n]) * q.shape[-1] ** -0.5
        if keep is not None:
            scores = scores.masked_fill(~keep[:, None, :n], float("-inf"))
        rows.append(torch.einsum("bhs,bhsd->bhd", torch.softmax(scores, -1), v[:, :, :n]))
    return torch.stack(rows, dim=2)


@other_way("chat.attend_cached")
def positions_compared(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    asks = torch.arange(S - T, S)
    mask = torch.arange(S)[None, :] <= asks[:, None]
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    scores = scores.masked_fill(~mask, float("-inf"))
    if keep is not None:
        scores = scores.masked_fill(~keep[:, None, None, :], float("-inf"))
    return torch.softmax(scores, -1) @ v


@other_way("chat.whole_characters")
def incremental_decoder(data):
    d = codecs.getincrementaldecoder("utf-8")("replace")
    text = d.decode(data)
    return text, d.getstate()[0]


@other_way("chat.whole_characters")
def lead_byte_search(data):
    for n in range(1, min(3, len(data)) + 1):
        b = data[-n]
        if 0x80 <= b <= 0xBF:
            continue
        width = 4 if b >= 0xF0 else 3 if b >= 0xE0 else 2 if b >= 0xC0 else 1
        if width > n:
            return data[:-n].decode(errors="replace"), data[-n:]
        break
    return data.decode(errors="replace"), b""


@other_way("chat.whole_characters")
def error_reason(data):
    m = re.search(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z", data)
    cut = m.start() if m else len(data)
    return data[:cut].decode("utf-8", "replace"), data[cut:]


@other_way("chat.trim_history")
def index_start(messages, budget, count_tokens):
    has = 1 if len(messages) > 1 and messages[0]["role"] == "system" else 0
    cost = [chat.message_tokens(m, count_tokens) for m in messages]
    start = len(messages) - 1
    while start > has and sum(cost[:has]) + sum(cost[start - 1 :]) <= budget:
        start -= 1
    while start < len(messages) - 1 and messages[start]["role"] == "assistant":
        start += 1
    return messages[:has] + messages[max(start, has) :]


@other_way("chat.trim_history")
def with_a_deque(messages, budget, count_tokens):
    history = deque(messages)
    head = []
    if history and history[0]["role"] == "system":
        head.append(history.popleft())
    left = budget - sum(chat.message_tokens(m, count_tokens) for m in head)
    kept = deque()
    if history:
        last = history.pop()
        kept.append(last)
        left -= chat.message_tokens(last, count_tokens)
    while history:
        left -= chat.message_tokens(history[-1], count_tokens)
        if left < 0:
            break
        kept.appendleft(history.pop())
    while len(kept) > 1 and kept[0]["role"] == "assistant":
        kept.popleft()
    return head + list(kept)


@other_way("chat.elo_update")
def two_expectations(rating_a, rating_b, outcome, k=32):
    qa, qb = 10 ** (rating_a / chat.ELO_SCALE), 10 ** (rating_b / chat.ELO_SCALE)
    return rating_a + k * (outcome - qa / (qa + qb)), rating_b + k * (
        (1 - outcome) - qb / (qa + qb)
    )


@other_way("chat.elo_update")
def sigmoid_by_tanh(rating_a, rating_b, outcome, k=32):
    e = 0.5 * (1 + math.tanh(math.log(10) * (rating_a - rating_b) / (2 * 400)))
    new_a = rating_a + k * (outcome - e)
    return new_a, rating_a + rating_b - new_a
