"""Wrong bodies of gptlab/chat.py as people write them, and what each is to be told."""

import math

import torch

from gptlab.blanks.registry import reference
from gptlab.chat import message_tokens
from tests.support.natural_ways import natural

APPEND = "chat.append_kv"
CACHED = "chat.attend_cached"
TRIM = "chat.trim_history"
ELO = "chat.elo_update"
WHOLE = "chat.whole_characters"


@natural(APPEND, "joined along the batch")
def no_dim(cache, k, v):
    if cache is None:
        return k, v
    return torch.cat([cache[0], k]), torch.cat([cache[1], v])


@natural(APPEND, "no cache yet is not thought of")
def always_joined(cache, k, v):
    old_k, old_v = cache[0], cache[1]
    return torch.cat((old_k, k), dim=-2), torch.cat((old_v, v), dim=-2)


@natural(APPEND, "the cache asked whether it is true")
def if_there_is_a_cache(cache, k, v):
    if cache:
        return torch.stack([torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2)])
    return k, v


def _attention(q, k, v, mask, hidden=float("-inf")):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1])
    return scores.masked_fill(~mask, hidden).softmax(dim=-1) @ v


def _times(q, k):
    S, T = k.shape[2], q.shape[2]
    return torch.arange(S)[None, :] <= torch.arange(S - T, S)[:, None]


@natural(CACHED, "a mask of T × T")
def causal_over_the_new(q, cache, keep=None):
    mask = torch.tril(torch.ones(q.shape[2], q.shape[2], dtype=torch.bool))
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return _attention(q, *cache, mask)


@natural(CACHED, "the triangle at the wrong corner")
def first_rows(q, cache, keep=None):
    k, v = cache
    mask = reference("attention.causal_mask")(k.shape[2])[: q.shape[2]]
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return torch.nan_to_num(_attention(q, k, v, mask, -1e9))


@natural(CACHED, "the triangle at the wrong corner")
def first_rows_of_her_own_attention(q, cache, keep=None):
    k, v = cache
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril()
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return reference("attention.scaled_dot_product_attention")(q, k, v, mask)


@natural(CACHED, "keep without its axes")
def and_keep(q, cache, keep=None):
    mask = _times(q, cache[0])
    return _attention(q, *cache, mask if keep is None else mask & keep)


@natural(CACHED, "a finite number for −inf")
def minus_ten_thousand(q, cache, keep=None):
    mask = _times(q, cache[0])
    return _attention(q, *cache, mask if keep is None else mask & keep[:, None, None, :], -1e4)


@natural(CACHED, "not itself")
def before_its_own_time(q, cache, keep=None):
    k, v = cache
    S, T = k.shape[2], q.shape[2]
    mask = torch.arange(S)[None, :] < torch.arange(S - T, S)[:, None]
    return _attention(q, k, v, mask if keep is None else mask & keep[:, None, None, :])


@natural(CACHED, "not itself")
def tril_one_too_low(q, cache, keep=None):
    k, v = cache
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool)
    mask = mask.tril(k.shape[2] - q.shape[2] - 1)
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return reference("attention.scaled_dot_product_attention")(q, k, v, mask)


@natural(CACHED, "the triangle upside down")
def triu_for_tril(q, cache, keep=None):
    k, v = cache
    mask = torch.triu(torch.ones(q.size(-2), k.size(-2)), k.size(-2) - q.size(-2)).bool()
    return _attention(q, k, v, mask if keep is None else mask & keep[:, None, None, :])


@natural(CACHED, "the triangle upside down")
def later_times(q, cache, keep=None):
    k, v = cache
    mask = torch.arange(k.shape[2]) >= torch.arange(k.shape[2] - q.shape[2], k.shape[2])[:, None]
    if keep is not None:
        mask = mask & keep[:, None, None, :]
    return reference("attention.scaled_dot_product_attention")(q, k, v, mask)


@natural(CACHED, "scores divided by D")
def without_the_root(q, cache, keep=None):
    k, v = cache
    mask = _times(q, k) if keep is None else _times(q, k) & keep[:, None, None, :]
    scores = q @ k.transpose(-1, -2) / q.shape[-1]
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=-1) @ v


def _walk(messages, budget, count_tokens, dropped):
    start = 1 if messages[0]["role"] == "system" and len(messages) > 1 else 0
    head, kept = messages[:start], [messages[-1]]
    used = sum(message_tokens(m, count_tokens) for m in head + kept)
    for message in messages[start:-1][::-1]:
        used += message_tokens(message, count_tokens)
        if used > budget:
            break
        kept.insert(0, message)
    return head + dropped(kept)


@natural(TRIM, "only one answer dropped from the start")
def an_if_for_a_while(messages, budget, count_tokens):
    def dropped(kept):
        others = [m for m in kept if m["role"] != "assistant"]
        return kept[1:] if kept[0]["role"] == "assistant" and others else kept

    return _walk(messages, budget, count_tokens, dropped)


@natural(TRIM, "an answer without its question")
def nothing_dropped_at_the_start(messages, budget, count_tokens):
    return _walk(messages, budget, count_tokens, lambda kept: kept)


def _down_to_one(kept):
    while kept[0]["role"] == "assistant" and len(kept) > 1:
        kept = kept[1:]
    return kept


@natural(TRIM, "the last message dropped as an answer")
def no_answer_left(messages, budget, count_tokens):
    def dropped(kept):
        while kept and kept[0]["role"] == "assistant":
            kept.pop(0)
        return kept

    return _walk(messages, budget, count_tokens, dropped)


@natural(TRIM, "the last message dropped as an answer")
def over_the_end(messages, budget, count_tokens):
    def dropped(kept):
        i = 0
        while kept[i]["role"] == "assistant":
            i += 1
        return kept[i:]

    return _walk(messages, budget, count_tokens, dropped)


@natural(TRIM, "the system message lost")
def the_system_message_is_a_message(messages, budget, count_tokens):
    kept = messages[-1:]
    used = message_tokens(kept[0], count_tokens)
    for message in reversed(messages[:-1]):
        used += message_tokens(message, count_tokens)
        if used > budget:
            break
        kept = [message, *kept]
    return _down_to_one(kept)


@natural(TRIM, "dropped until a user speaks")
def until_a_user(messages, budget, count_tokens):
    def dropped(kept):
        while len(kept) > 1 and kept[0]["role"] != "user":
            kept = kept[1:]
        return kept

    return _walk(messages, budget, count_tokens, dropped)


@natural(TRIM, "dropped until a user speaks")
def from_the_first_user(messages, budget, count_tokens):
    def dropped(kept):
        users = [i for i, message in enumerate(kept) if message["role"] == "user"]
        return kept[users[0] :] if users else kept

    return _walk(messages, budget, count_tokens, dropped)


def _apart(messages, budget, count_tokens, system, rest, dropped=_down_to_one):
    kept = [rest[-1]]
    used = sum(message_tokens(m, count_tokens) for m in system + kept)
    for message in rest[-2::-1]:
        used += message_tokens(message, count_tokens)
        if used > budget:
            break
        kept.insert(0, message)
    return system + dropped(kept)


@natural(TRIM, "a system message alone not thought of")
def system_messages_and_the_rest(messages, budget, count_tokens):
    system = [m for m in messages if m["role"] == "system"]
    rest = [m for m in messages if m["role"] != "system"]
    return _apart(messages, budget, count_tokens, system, rest)


@natural(TRIM, "a system message alone not thought of")
def the_first_and_the_rest(messages, budget, count_tokens):
    n = 1 if messages[0]["role"] == "system" else 0
    return _apart(messages, budget, count_tokens, messages[:n], messages[n:])


@natural(TRIM, "every system message stays")
def all_system_messages_in_front(messages, budget, count_tokens):
    system = [m for m in messages if m["role"] == "system"]
    rest = [m for m in messages if m["role"] != "system"]
    if not rest:
        return system
    return _apart(messages, budget, count_tokens, system, rest)


def _expected(a, b):
    return 1.0 / (1.0 + math.pow(10, (b - a) / 400))


@natural(ELO, "the second against the first's new rating")
def one_after_the_other(rating_a, rating_b, outcome, k=32):
    rating_a += k * (outcome - _expected(rating_a, rating_b))
    rating_b += k * ((1 - outcome) - _expected(rating_b, rating_a))
    return rating_a, rating_b


@natural(ELO, "the same outcome for both")
def both_won(rating_a, rating_b, outcome, k=32):
    a = rating_a + k * (outcome - _expected(rating_a, rating_b))
    return a, rating_b + k * (outcome - _expected(rating_b, rating_a))


@natural(ELO, "no brackets around the exponent")
def precedence(rating_a, rating_b, outcome, k=32):
    change = k * (outcome - 1 / (1 + 10 ** (rating_b - rating_a) / 400))
    return rating_a + change, rating_b - change


@natural(ELO, "e for 10")
def with_e(rating_a, rating_b, outcome, k=32):
    change = k * (outcome - 1 / (1 + math.exp((rating_b - rating_a) / 400)))
    return rating_a + change, rating_b - change


@natural(ELO, "0 taken for no k")
def k_or_the_default(rating_a, rating_b, outcome, k=None):
    return reference(ELO)(rating_a, rating_b, outcome, k or 32)


@natural(ELO, "a draw changes nothing")
def nobody_won(rating_a, rating_b, outcome, k=32):
    if outcome not in (0, 1):
        return rating_a, rating_b
    return reference(ELO)(rating_a, rating_b, outcome, k)


@natural(WHOLE, "nothing waits")
def decoded_at_once(data):
    return data.decode("utf-8", errors="replace"), b""


@natural(WHOLE, "what waits is thrown away")
def ignored(data):
    return data.decode("utf-8", "ignore"), b""


@natural(WHOLE, "everything waits")
def try_again_later(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "", data
    return text, b""


@natural(WHOLE, "bytes that become nothing wait")
def shorter_until_it_decodes(data):
    for n in range(0, min(4, len(data) + 1)):
        end = len(data) - n
        try:
            return data[:end].decode("utf-8"), data[end:]
        except UnicodeDecodeError:
            pass
    return data.decode("utf-8", errors="replace"), b""


@natural(WHOLE, "the last byte alone looked at")
def is_the_last_byte_a_lead_byte(data):
    if data and data[-1] >> 6 == 0b11:
        return data[:-1].decode(errors="replace"), data[-1:]
    return data.decode(errors="replace"), b""


@natural(WHOLE, "a \ufffd for each byte")
def byte_by_byte(data):
    text = ""
    while data:
        size = next((n for n, low in ((4, 0xF0), (3, 0xE0), (2, 0xC0)) if data[0] >= low), 1)
        if len(data) < size and all(byte >> 6 == 0b10 for byte in data[1:]):
            break
        try:
            text, data = text + data[:size].decode(), data[size:]
        except UnicodeDecodeError:
            text, data = text + "\ufffd", data[1:]
    return text, data


@natural(WHOLE, "everything from the first error on waits")
def up_to_the_error(data):
    try:
        return data.decode(), b""
    except UnicodeDecodeError as e:
        return data[: e.start].decode(), data[e.start :]


@natural(WHOLE, "everything from the first error on waits")
def the_longest_that_decodes(data):
    for end in range(len(data), -1, -1):
        try:
            return data[:end].decode(), data[end:]
        except UnicodeDecodeError:
            continue
    return "", data


@natural(WHOLE, "bytes too many wait")
def back_over_all_that_continue(data):
    try:
        return data.decode(), b""
    except UnicodeDecodeError:
        i = len(data) - 1
        while i > 0 and 0x80 <= data[i] <= 0xBF:
            i -= 1
        if data[i] < 0xC0:
            return data.decode(errors="replace"), b""
        return data[:i].decode(errors="replace"), data[i:]


@natural(WHOLE, "a character broken off waits")
def the_last_lead_byte(data):
    for n in (1, 2, 3):
        if n <= len(data) and data[-n] >= 0xC0:
            needs = 2 + (data[-n] >= 0xE0) + (data[-n] >= 0xF0)
            if needs > n:
                return data[:-n].decode(errors="replace"), data[-n:]
            break
    return data.decode(errors="replace"), b""


@natural(WHOLE, "bytes counted by their \ufffd")
def one_byte_for_each_sign(data):
    text = data.decode(errors="replace")
    n = 0
    while text.endswith("\ufffd"):
        text, n = text[:-1], n + 1
    return (text, data[-n:]) if n else (text, b"")


@natural(WHOLE, "every \ufffd at the end waits")
def what_is_left_after_the_text(data):
    text = data.decode(errors="replace").rstrip("\ufffd")
    return text, data[len(text.encode()) :]


@natural(WHOLE, "too few bytes not thought of")
def three_steps_back(data):
    for n in (1, 2, 3):
        byte = data[-n]
        if byte >> 6 == 0b10:
            continue
        needs = 4 if byte >> 4 == 0b1111 else 3 if byte >> 4 == 0b1110 else 1 + (byte >> 6 == 0b11)
        if needs > n:
            return data[:-n].decode(errors="replace"), data[-n:]
        return data.decode(errors="replace"), b""
    return data.decode(errors="replace"), b""


@natural(WHOLE, "too few bytes not thought of")
def ascii_first(data):
    if data[-1] <= 0x7F:
        return data.decode(errors="replace"), b""
    return reference(WHOLE)(data)
