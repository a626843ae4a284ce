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
