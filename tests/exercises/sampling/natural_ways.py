"""Wrong bodies of gptlab/sampling.py as people write them, and what each is to be told."""

import math

import torch
import torch.nn.functional as F

from gptlab import sampling
from tests.support.natural_ways import natural

INF = float("inf")

# ---- append_token


@natural("sampling.append_token", "a tuple for a list")
def tuple_plus(ids, token):
    return tuple(ids) + (token,)


@natural("sampling.append_token", "append gives nothing back")
def append_returned(ids, token):
    return ids.append(token)


@natural("sampling.append_token", "the given list changed")
def in_place(ids, token):
    ids += [token]
    return ids


@natural("sampling.append_token", "the given list changed")
def alias(ids, token):
    new = ids
    new.append(token)
    return new


@natural("sampling.append_token", "a list inside a list")
def nested_plus(ids, token):
    return [ids] + [token]


@natural("sampling.append_token", "the token inside a list of its own")
def nested_token(ids, token):
    return ids + [[token]]


@natural("sampling.append_token", "the token in front")
def in_front(ids, token):
    return [token] + ids


@natural("sampling.append_token", "a list plus a number")
def star_without_brackets(ids, token):
    new = ids.copy()
    return new + token


# ---- softmax


def greedy(logits):
    return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)


@natural("sampling.softmax", "exp overflows, and a temperature of 0 divides")
def first_version(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "keepdim forgotten")
def sum_without_keepdim(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    return e / e.sum(-1)


@natural("sampling.softmax", "keepdim forgotten")
def max_without_keepdim(logits, temperature=1.0):
    z = (logits - logits.amax(-1)) / temperature
    return z.exp() / z.exp().sum(-1, keepdim=True)


@natural("sampling.softmax", "keepdim forgotten")
def max_values_without_keepdim(logits, temperature=1.0):
    if temperature == 0:
        return greedy(logits)
    z = (logits - logits.max(-1).values) / temperature
    e = torch.exp(z)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "max gives two things")
def max_with_its_places(logits, temperature=1.0):
    z = logits - logits.max(dim=-1, keepdim=True)
    e = torch.exp(z / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "math.exp of a tensor")
def with_math(logits, temperature=1.0):
    e = math.exp(logits / temperature)
    return e / sum(e)


@natural("sampling.softmax", "Python's max of a tensor")
def pythons_max(logits, temperature=1.0):
    z = (logits - max(logits)) / temperature
    e = torch.exp(z)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "all rows divided by one sum")
def one_sum(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    return e / e.sum()


@natural("sampling.softmax", "the largest score of all rows subtracted")
def global_max(logits, temperature=1.0):
    if temperature == 0:
        return greedy(logits)
    e = torch.exp((logits - logits.max()) / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "the largest score of all rows subtracted")
def global_max_and_no_branch(logits, temperature=1.0):
    e = torch.exp((logits - logits.max()) / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "the temperature left out")
def it_cancels(logits, temperature=1.0):
    e = torch.exp(logits) / temperature
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "the temperature left out")
def no_temperature(logits, temperature=1.0):
    e = torch.exp(logits)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "the temperature after the softmax")
def divided_at_the_end(logits, temperature=1.0):
    e = torch.exp(logits)
    return e / e.sum(-1, keepdim=True) / temperature


@natural("sampling.softmax", "multiplied by the temperature")
def times(logits, temperature=1.0):
    e = torch.exp(logits * temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "any number of axes in front of the last")
def two_axes_only(logits, temperature=1.0):
    out = torch.zeros_like(logits)
    for b in range(logits.shape[0]):
        e = [math.exp(z / temperature) for z in logits[b]]
        for v in range(len(e)):
            out[b, v] = e[v] / sum(e)
    return out


@natural("sampling.softmax", "any number of axes in front of the last")
def dim_one(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    return e / e.sum(dim=1, keepdim=True)


@natural("sampling.softmax", "softmax over the wrong axis")
def axis_zero(logits, temperature=1.0):
    return torch.softmax(logits / temperature, dim=0)


@natural("sampling.softmax", "scores divided without exp")
def without_exp(logits, temperature=1.0):
    z = logits / temperature
    return z / z.sum(-1, keepdim=True)


@natural("sampling.softmax", "divided by a temperature of 0")
def no_branch(logits, temperature=1.0):
    return torch.softmax(logits / temperature, -1)


@natural("sampling.softmax", "at temperature 0 every maximum gets 1")
def ties_all_win(logits, temperature=1.0):
    if temperature == 0:
        return (logits == logits.max(-1, keepdim=True).values).double()
    return torch.softmax(logits / temperature, -1)


@natural("sampling.softmax", "float32 at temperature 0")
def single_precision(logits, temperature=1.0):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    return torch.softmax(logits / temperature, -1)


@natural("sampling.softmax", "whole numbers at temperature 0")
def one_hot_integers(logits, temperature=1.0):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1])
    return torch.softmax(logits / temperature, -1)


@natural("sampling.softmax", "a little added below the fraction line")
def a_little_below(logits, temperature=1.0):
    if temperature == 0:
        return greedy(logits)
    e = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    return e / (e.sum(-1, keepdim=True) + 1e-8)


@natural("sampling.softmax", "the temperature kept from getting small")
def clamped(logits, temperature=1.0):
    if temperature == 0:
        return greedy(logits)
    return torch.softmax(logits / max(temperature, 1e-3), -1)


@natural("sampling.softmax", "the least score subtracted")
def the_minimum(logits, temperature=1.0):
    if temperature == 0:
        return greedy(logits)
    e = torch.exp((logits - logits.amin(-1, keepdim=True)) / temperature)
    return e / e.sum(-1, keepdim=True)


# ---- top_k_filter


@natural("sampling.top_k_filter", "sorted from small to large")
def ascending(logits, k):
    kth = logits.sort(-1).values[..., k - 1 : k]
    return torch.where(logits >= kth, logits, torch.tensor(-INF).to(logits))


@natural("sampling.top_k_filter", "sorted from small to large")
def ascending_and_none(logits, k):
    k = min(k, logits.shape[-1])
    kth = logits.sort(-1)[0][..., k - 1].unsqueeze(-1)
    return logits.masked_fill(logits < kth, -INF)


@natural("sampling.top_k_filter", "an axis lost")
def last_of_topk(logits, k):
    kth = logits.topk(k).values[..., -1]
    return logits.masked_fill(logits < kth, -INF)


@natural("sampling.top_k_filter", "the last row for the last column")
def last_row_of_topk(logits, k):
    kth = logits.topk(k).values[-1]
    return logits.masked_fill(logits < kth, -INF)


@natural("sampling.top_k_filter", "float32 for the logits' own dtype")
def full_in_single_precision(logits, k):
    top = logits.topk(k, dim=-1)
    return torch.full(logits.shape, -INF).scatter(-1, top.indices, top.values)


@natural("sampling.top_k_filter", "ties with the k-th dropped")
def scattered(logits, k):
    top = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -INF).scatter(-1, top.indices, top.values)


@natural("sampling.top_k_filter", "k larger than the vocabulary")
def without_min(logits, k):
    kth = logits.topk(k).values[..., -1:]
    return torch.where(logits < kth, -INF, logits)


@natural("sampling.top_k_filter", "dropped scores become 0")
def times_the_mask(logits, k):
    return logits * (logits >= logits.topk(min(k, logits.shape[-1])).values[..., -1:])


@natural("sampling.top_k_filter", "dropped scores become large but finite")
def a_thousand_below(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, -1e4)


@natural("sampling.top_k_filter", "dropped scores become large but finite")
def the_least_number(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, torch.finfo(logits.dtype).min)


@natural("sampling.top_k_filter", "the k-th itself dropped")
def less_or_equal(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits <= kth, -INF)


@natural("sampling.top_k_filter", "the given logits changed")
def written_into(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    logits[logits < kth] = -INF
    return logits


@natural("sampling.top_k_filter", "one too many kept")
def index_k(logits, k):
    kth = logits.sort(-1, descending=True).values[..., k, None]
    return logits.masked_fill(logits < kth, -INF)


@natural("sampling.top_k_filter", "any number of axes in front of the last")
def two_axes(logits, k):
    kth = logits.topk(min(k, logits.shape[-1]), dim=-1).values[:, -1:]
    return logits.masked_fill(logits < kth, -INF)


@natural("sampling.top_k_filter", "probabilities for scores")
def softmaxed(logits, k):
    p = logits.softmax(-1)
    return p.masked_fill(p < p.topk(min(k, p.shape[-1])).values[..., -1:], -INF)


# ---- top_p_filter


def sorted_chances(logits):
    ordered, order = logits.sort(dim=-1, descending=True)
    return ordered, order, ordered.softmax(-1).cumsum(-1)


@natural("sampling.top_p_filter", "the token that crosses p dropped")
def below_p(logits, p):
    _, order, c = sorted_chances(logits)
    keep = c <= p
    back = torch.zeros_like(keep).scatter(-1, order, keep)
    return torch.where(back, logits, torch.tensor(-INF, dtype=logits.dtype))


@natural("sampling.top_p_filter", "the token that crosses p dropped")
def strictly_below_p(logits, p):
    _, order, c = sorted_chances(logits)
    keep = (c < p).gather(-1, order.argsort(-1))
    return logits.masked_fill(~keep, -INF)


@natural("sampling.top_p_filter", "the token that crosses p dropped")
def below_p_with_the_first(logits, p):
    if p >= 1:
        return logits
    _, order, c = sorted_chances(logits)
    keep = c <= p
    keep[..., 0] = True
    back = torch.zeros_like(keep).scatter(-1, order, keep)
    return logits.masked_fill(~back, -INF)


@natural("sampling.top_p_filter", "nothing kept at p = 0")
def before_p(logits, p):
    if p >= 1:
        return logits
    ordered, order, c = sorted_chances(logits)
    keep = c - ordered.softmax(-1) < p
    back = torch.zeros_like(keep).scatter(-1, order, keep)
    return logits.masked_fill(~back, -INF)


@natural("sampling.top_p_filter", "the mask gathered for scattered")
def gathered(logits, p):
    ordered, order, c = sorted_chances(logits)
    keep = c - ordered.softmax(-1) < p
    keep[..., 0] = True
    return logits.masked_fill(~keep.gather(-1, order), -INF)


@natural("sampling.top_p_filter", "not brought back into the old order")
def left_in_sorted_order(logits, p):
    ordered, order, c = sorted_chances(logits)
    keep = c - ordered.softmax(-1) < p
    keep[..., 0] = True
    return logits.masked_fill(~keep, -INF)


@natural("sampling.top_p_filter", "sorted scores returned")
def sorted_result(logits, p):
    ordered, order, c = sorted_chances(logits)
    drop = c - ordered.softmax(-1) >= p
    drop[..., 0] = False
    return ordered.masked_fill(drop, -INF)


@natural("sampling.top_p_filter", "each probability held against p")
def own_probability(logits, p):
    return logits.masked_fill(logits.softmax(-1) < p, -INF)


@natural("sampling.top_p_filter", "added up without sorting")
def unsorted(logits, p):
    c = logits.softmax(-1).cumsum(-1)
    return logits.masked_fill(c > p, -INF)


@natural("sampling.top_p_filter", "added up without sorting")
def unsorted_with_the_crossing_one(logits, p):
    chances = logits.softmax(-1)
    keep = chances.cumsum(-1) - chances < p
    return logits.masked_fill(~keep, -INF)


@natural("sampling.top_p_filter", "probabilities for scores")
def probabilities_returned(logits, p):
    ordered, order, c = sorted_chances(logits)
    drop = c - ordered.softmax(-1) >= p
    drop[..., 0] = False
    return logits.softmax(-1).masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@natural("sampling.top_p_filter", "log-probabilities for scores")
def logs_returned(logits, p):
    ordered, order, c = sorted_chances(logits)
    drop = c - ordered.softmax(-1) >= p
    drop[..., 0] = False
    return logits.log_softmax(-1).masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@natural("sampling.top_p_filter", "tokens as likely as the last one kept are kept too")
def by_threshold(logits, p):
    if p >= 1:
        return logits.clone()
    chances = logits.softmax(-1)
    ordered = chances.sort(dim=-1, descending=True).values
    n = (ordered.cumsum(-1) - ordered < p).sum(-1, keepdim=True).clamp(min=1)
    return logits.masked_fill(chances < ordered.gather(-1, n - 1), -INF)


@natural("sampling.top_p_filter", "scores added up, not probabilities")
def scores_added(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True)
    drop = ordered.cumsum(-1) - ordered >= p
    drop[..., 0] = False
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@natural("sampling.top_p_filter", "the least likely first")
def ascending_order(logits, p):
    ordered, order = logits.sort(dim=-1)
    chances = ordered.softmax(-1)
    drop = chances.cumsum(-1) - chances >= p
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@natural("sampling.top_p_filter", "one token too many")
def shifted_twice(logits, p):
    ordered, order, c = sorted_chances(logits)
    keep = c - ordered.softmax(-1) < p
    keep = torch.cat([torch.ones_like(keep[..., :1]), keep[..., :-1]], -1)
    return logits.masked_fill(~torch.zeros_like(keep).scatter(-1, order, keep), -INF)


@natural("sampling.top_p_filter", "dropped scores become large but finite")
def finite_floor(logits, p):
    if p >= 1:
        return logits
    ordered, order, c = sorted_chances(logits)
    drop = c - ordered.softmax(-1) >= p
    drop[..., 0] = False
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -1e4)


# ---- sample_next


def drawn(scores, generator):
    return torch.multinomial(sampling.softmax(scores), 1, generator=generator)


@natural("sampling.sample_next", "an axis too many")
def a_column(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)


@natural("sampling.sample_next", "an axis too many")
def a_column_always(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1, keepdim=True)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)


@natural("sampling.sample_next", "squeezed without an axis")
def squeezed(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator).squeeze()


@natural("sampling.sample_next", "softmax before the filters")
def softmax_first(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    p = sampling.softmax(logits, temperature)
    if top_k is not None:
        p = sampling.top_k_filter(p, top_k)
    if top_p is not None:
        p = sampling.top_p_filter(p, top_p)
    return torch.multinomial(p, 1, generator=generator)[:, 0]


@natural("sampling.sample_next", "softmax before the filters")
def softmax_first_and_again(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    p = sampling.softmax(logits, temperature)
    if top_k is not None:
        p = sampling.top_k_filter(p, top_k)
    if top_p is not None:
        p = sampling.top_p_filter(p, top_p)
    return drawn(p, generator)[:, 0]


@natural("sampling.sample_next", "neither filter has an effect")
def thrown_away(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        sampling.top_k_filter(z, top_k)
    if top_p is not None:
        sampling.top_p_filter(z, top_p)
    return drawn(z, generator)[:, 0]


@natural("sampling.sample_next", "filtered with None")
def no_question_about_none(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = sampling.top_k_filter(logits / temperature, top_k)
    z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)[:, 0]


@natural("sampling.sample_next", "a top_p of 0 taken for none")
def truth_of_top_p(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k:
        z = sampling.top_k_filter(z, top_k)
    if top_p:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)[:, 0]


@natural("sampling.sample_next", "the temperature twice")
def temperature_twice(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return torch.multinomial(sampling.softmax(z, temperature), 1, generator=generator)[:, 0]


@natural("sampling.sample_next", "the temperature after the filters")
def temperature_last(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return torch.multinomial(sampling.softmax(z, temperature), 1, generator=generator)[:, 0]


@natural("sampling.sample_next", "the generator not passed on")
def no_generator(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, None)[:, 0]


@natural("sampling.sample_next", "only one of the two filters")
def either_filter(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    elif top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)[:, 0]


@natural("sampling.sample_next", "top-p before top-k")
def other_order(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    return drawn(z, generator)[:, 0]


@natural("sampling.sample_next", "always the likeliest")
def argmax_at_the_end(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    return sampling.softmax(z).argmax(-1)


@natural("sampling.sample_next", "scores drawn from as if they were probabilities")
def no_softmax(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial(logits / temperature, 1, generator=generator)[:, 0]


@natural("sampling.sample_next", "temperature 0 without a branch of its own")
def no_greedy_branch(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return drawn(z, generator)[:, 0]


# ---- generate


@natural("sampling.generate", "the new tokens without an axis of their own")
def cat_of_tokens(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token], dim=1)
    return ids


@natural("sampling.generate", "the new tokens without an axis of their own")
def cat_without_a_dim(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token])
    return ids


@natural("sampling.generate", "append_token on a tensor")
def with_append_token(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = sampling.append_token(ids, token)
    return ids


@natural("sampling.generate", "stop_id compared although it is None")
def all_stopped(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if (token == stop_id).all():
            break
    return ids


@natural("sampling.generate", "all positions' logits")
def every_position(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids), *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
    return ids


@natural("sampling.generate", "max_new_tokens taken for the whole length")
def whole_length(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    stopped = torch.zeros(len(ids), dtype=torch.bool)
    while ids.shape[1] < max_new_tokens:
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            token = token.masked_fill(stopped, stop_id)
            stopped |= token == stop_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stopped.all():
            break
    return ids


@natural("sampling.generate", "temperature, top_k, top_p and generator not passed on")
def nothing_passed_on(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    stopped = torch.zeros(len(ids), dtype=torch.bool)
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1])
        if stop_id is not None:
            token = token.masked_fill(stopped, stop_id)
            stopped |= token == stop_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stopped.all():
            break
    return ids


@natural("sampling.generate", "only the new tokens")
def new_tokens(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    stopped = torch.zeros(len(ids), dtype=torch.bool)
    prompt = ids.shape[1]
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            token = token.masked_fill(stopped, stop_id)
            stopped |= token == stop_id
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stopped.all():
            break
    return ids[:, prompt:]


@natural("sampling.generate", "None written for a token")
def filled_with_none(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    stopped = torch.zeros(len(ids), dtype=torch.bool)
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        token = torch.where(stopped, stop_id, token)
        stopped = stopped | (token == stop_id)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stopped.all():
            break
    return ids


@natural("sampling.generate", "rows that have stopped go on")
def until_all_have_drawn_it(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    stopped = torch.zeros(len(ids), dtype=torch.bool)
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stop_id is not None:
            stopped |= token == stop_id
            if stopped.all():
                break
    return ids


@natural("sampling.generate", "it ends only where all rows stop at the same time")
def all_at_the_same_time(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stop_id is not None and (token == stop_id).all():
            break
    return ids


@natural("sampling.generate", "stop_id left out")
def never_stops(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
    return ids


@natural("sampling.generate", "everything ends with the first row that stops")
def any_stop(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if stop_id is not None and (token == stop_id).any():
            break
    return ids


@natural("sampling.generate", "the last text, not the last position")
def last_text(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        token = sampling.sample_next(model(ids)[-1], *settings, **named)
        ids = torch.cat([ids, token[:, None]], dim=1)
    return ids


# ---- one fault in a body that is right otherwise


@natural("sampling.softmax", "all rows divided by one sum")
def one_sum_shifted(logits, temperature=1.0):
    if temperature == 0:
        return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
    z = logits / temperature
    e = torch.exp(z - z.max(dim=-1, keepdim=True).values)
    return e / e.sum()


@natural("sampling.softmax", "all rows divided by one sum")
def one_sum_one_shift(logits, temperature=1.0):
    z = logits / temperature
    e = torch.exp(z - z.max())
    return e / torch.sum(e)


@natural("sampling.softmax", "at temperature 0 whole columns get 1")
def columns_of_ones(logits, temperature=1.0):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[..., logits.argmax(-1)] = 1
        return out
    e = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "temperature 0 taken for 1")
def zero_as_one(logits, temperature=1.0):
    if temperature == 0:
        temperature = 1.0
    e = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    return e / e.sum(-1, keepdim=True)


@natural("sampling.softmax", "temperature 0 taken for 1")
def zero_not_divided(logits, temperature=1.0):
    if temperature > 0:
        logits = logits / temperature
    return torch.softmax(logits, dim=-1)


@natural("sampling.generate", "the stop token left out of the result")
def break_before_it(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None and (new == stop_id).all():
            break
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids


@natural("sampling.generate", "the stop token left out of the result")
def break_before_it_any(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None and (new == stop_id).any():
            break
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids


@natural("sampling.generate", "the stop token left out of the result")
def break_before_it_unfilled(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    done = torch.zeros(ids.shape[0], dtype=torch.bool)
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            done |= new == stop_id
            if done.all():
                break
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids


@natural("sampling.generate", "the stop token left out of the result")
def break_before_it_filled(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    done = torch.zeros(ids.shape[0], dtype=torch.bool)
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new[done] = stop_id
            done = done | (new == stop_id)
            if done.all():
                break
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids


@natural("sampling.generate", "only the new tokens")
def new_ones_stacked(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    done, out = torch.zeros(ids.shape[0], dtype=torch.bool), []
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new[done] = stop_id
            done = done | (new == stop_id)
        out.append(new)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if done.all():
            break
    return torch.stack(out, dim=1)


@natural("sampling.generate", "only the new tokens")
def new_ones_without_stop(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    T = ids.shape[1]
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if stop_id is not None and (new == stop_id).all():
            break
    return ids[:, T:]


@natural("sampling.generate", "only the new tokens")
def new_ones_rows_go_on(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    T, done = ids.shape[1], torch.zeros(ids.shape[0], dtype=torch.bool)
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if stop_id is not None:
            done |= new == stop_id
            if done.all():
                break
    return ids[:, T:]


@natural("sampling.generate", "only the new tokens")
def new_ones_never_ending(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    out = []
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, new[:, None]], dim=1)
        out.append(new)
    return torch.stack(out, dim=1)


@natural("sampling.generate", "rows that have stopped go on")
def end_read_off_ids(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if stop_id is not None and (ids == stop_id).any(1).all():
            break
    return ids


@natural("sampling.generate", "rows that have stopped go on")
def end_read_off_new_ids(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    T = ids.shape[1]
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if stop_id is not None and (ids[:, T:] == stop_id).any(1).all():
            break
    return ids


@natural("sampling.generate", "a prompt that ends with stop_id taken for stopped")
def begun_by_the_last(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    done = torch.zeros(ids.shape[0], dtype=torch.bool) if stop_id is None else ids[:, -1] == stop_id
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new = torch.where(done, stop_id, new)
            done = done | (new == stop_id)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if done.all():
            break
    return ids


@natural("sampling.generate", "a prompt that ends with stop_id taken for stopped")
def last_asked_each_time(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new = torch.where(ids[:, -1] == stop_id, stop_id, new)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if stop_id is not None and (new == stop_id).all():
            break
    return ids


@natural("sampling.generate", "a prompt that ends with stop_id taken for stopped")
def asked_before_the_draw(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        if stop_id is not None and (ids[:, -1] == stop_id).all():
            break
        new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new = torch.where(ids[:, -1] == stop_id, stop_id, new)
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids
