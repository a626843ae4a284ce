"""Wrong bodies of gptlab/sampling.py, right almost everywhere: its checks must reject each."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong

INF = float("inf")


@wrong("sampling.softmax")
def a_tiny_temperature_for_zero(logits, temperature=1.0):
    return torch.softmax(logits / max(temperature, 1e-6), dim=-1)


@wrong("sampling.softmax")
def in_place(logits, temperature=1.0):
    if temperature == 0:
        return reference("sampling.softmax")(logits, 0)
    logits /= temperature
    return logits.softmax(-1)


@wrong("sampling.softmax")
def the_last_maximum(logits, temperature=1.0):
    if temperature == 0:
        return F.one_hot(logits.shape[-1] - 1 - logits.flip(-1).argmax(-1), logits.shape[-1]).to(
            logits.dtype
        )
    return torch.softmax(logits / temperature, -1)


@wrong("sampling.softmax")
def clamped_scores(logits, temperature=1.0):
    if temperature == 0:
        return reference("sampling.softmax")(logits, 0)
    return (logits / temperature).clamp(-80, 80).softmax(-1)


@wrong("sampling.softmax")
def something_added_below_the_line(logits, temperature=1.0):
    if temperature == 0:
        return reference("sampling.softmax")(logits, 0)
    weights = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    return weights / (weights.sum(-1, keepdim=True) + 1e-3)


@wrong("sampling.top_k_filter")
def only_two_axes(logits, k):
    k = min(k, logits.shape[-1])
    return logits.masked_fill(logits < logits.topk(k).values[:, -1:], -INF)


@wrong("sampling.top_k_filter")
def dropped_in_place(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    logits[logits < kth] = -INF
    return logits


@wrong("sampling.top_k_filter")
def a_very_low_score(logits, k):
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, torch.finfo(logits.dtype).min)


@wrong("sampling.top_k_filter")
def distinct_scores_counted(logits, k):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]):
        values = row.unique().flip(0)
        rows.append(row.masked_fill(row < values[min(k, len(values)) - 1], -INF))
    return torch.stack(rows).reshape(logits.shape)


@wrong("sampling.top_p_filter")
def shares_of_the_scores(logits, p):
    limit = logits.amax(-1, keepdim=True) + math.log(max(p, 1e-9))
    return logits if p >= 1 else logits.masked_fill(logits < limit, -INF)


@wrong("sampling.top_p_filter")
def at_least_two(logits, p):
    kept = logits.topk(min(2, logits.shape[-1]), -1).indices
    out = reference("sampling.top_p_filter")(logits, p)
    return out.scatter(-1, kept, logits.gather(-1, kept))


@wrong("sampling.top_p_filter")
def sorted_in_the_first_row_only(logits, p):
    if p >= 1:
        return logits
    order = logits.reshape(-1, logits.shape[-1])[0].argsort(descending=True)
    chances = logits[..., order].softmax(-1)
    drop = chances.cumsum(-1) - chances >= p
    drop[..., 0] = False
    return logits.masked_fill(drop[..., order.argsort()], -INF)


def _sampled(logits, temperature, top_k, top_p):
    scores = logits / temperature
    scores = scores if top_k is None else reference("sampling.top_k_filter")(scores, top_k)
    return scores if top_p is None else reference("sampling.top_p_filter")(scores, top_p)


@wrong("sampling.sample_next")
def squeezed_everywhere(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial(
        _sampled(logits, temperature, top_k, top_p).softmax(-1), 1, generator=generator
    ).squeeze()


@wrong("sampling.sample_next")
def the_same_draw_each_time(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    again = torch.Generator().manual_seed(generator.initial_seed() if generator else 0)
    return torch.multinomial(
        _sampled(logits, temperature, top_k, top_p).softmax(-1), 1, generator=again
    )[:, 0]


@wrong("sampling.sample_next")
def one_number_for_all_rows(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    mass = _sampled(logits, temperature, top_k, top_p).softmax(-1).cumsum(-1)
    return (
        (mass < torch.rand(1, generator=generator, dtype=mass.dtype))
        .sum(-1)
        .clamp(max=logits.shape[-1] - 1)
    )


@wrong("sampling.sample_next")
def filters_at_temperature_one_only(
    logits, temperature=1.0, top_k=None, top_p=None, generator=None
):
    if temperature == 0:
        return logits.argmax(-1)
    filtered = (
        _sampled(logits, temperature, top_k, top_p) if temperature == 1 else logits / temperature
    )
    return torch.multinomial(filtered.softmax(-1), 1, generator=generator)[:, 0]


@wrong("sampling.sample_next")
def greedy_below_one(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature < 1:
        return logits.argmax(-1)
    return torch.multinomial(
        _sampled(logits, temperature, top_k, top_p).softmax(-1), 1, generator=generator
    )[:, 0]


def _generated(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
    has_stop=lambda stop_id: stop_id is not None,
    stopped_at_first=lambda ids, stop_id: None,
):
    stopped = stopped_at_first(ids, stop_id)
    stopped = torch.zeros(len(ids), dtype=torch.bool) if stopped is None else stopped
    for _ in range(max_new_tokens):
        new = reference("sampling.sample_next")(
            model(ids)[:, -1], temperature, top_k, top_p, generator
        )
        if has_stop(stop_id):
            new = torch.where(stopped, stop_id, new)
            stopped = stopped | (new == stop_id)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if has_stop(stop_id) and stopped.all():
            break
    return ids


@wrong("sampling.generate")
def a_stop_token_of_zero_is_none(*given, **options):
    return _generated(*given, **options, has_stop=lambda stop_id: bool(stop_id))


@wrong("sampling.generate")
def stopped_by_the_prompts_last_token(*given, **options):
    return _generated(
        *given, **options, stopped_at_first=lambda ids, stop_id: ids[:, -1] == stop_id
    )


@wrong("sampling.generate")
def a_prompt_of_one_token_twice(model, ids, *given, **options):
    ids = ids if ids.shape[1] > 1 else torch.cat([ids, ids], dim=1)
    return _generated(model, ids, *given, **options)


@wrong("sampling.generate")
def the_generator_made_anew(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    seed = generator.initial_seed() if generator else 0
    return _generated(
        model,
        ids,
        max_new_tokens,
        stop_id,
        temperature,
        top_k,
        top_p,
        torch.Generator().manual_seed(seed),
    )


@wrong("sampling.generate")
def rows_one_after_the_other_and_cut(model, ids, *given, **options):
    rows = [_generated(model, ids[b : b + 1], *given, **options) for b in range(len(ids))]
    shortest = min(row.shape[1] for row in rows)
    return torch.cat([row[:, :shortest] for row in rows])


@wrong("sampling.softmax")
def one_hot_in_single_precision(logits, temperature=1.0):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    return torch.softmax(logits / temperature, -1)


@wrong("sampling.top_p_filter")
def with_a_smallest_score(logits, p):
    if p >= 1:
        return logits
    ordered = logits.sort(dim=-1, descending=True).values
    mass = torch.cumsum(torch.softmax(ordered, dim=-1), dim=-1)
    number = (mass < p).sum(dim=-1, keepdim=True).clamp(max=logits.shape[-1] - 1)
    return logits.masked_fill(logits < ordered.gather(-1, number), -INF)


@wrong("sampling.top_p_filter")
def with_all_pairs(logits, p):
    chances = logits.softmax(-1)
    in_front = (chances.unsqueeze(-2) > chances.unsqueeze(-1)).to(chances) @ chances.unsqueeze(-1)
    keep = (in_front.squeeze(-1) < p) | (chances == chances.amax(-1, keepdim=True))
    return torch.where(keep | torch.tensor(p >= 1), logits, -INF)


@wrong("sampling.append_token")
def a_tuple(ids, token):
    return (*ids, token)


@wrong("sampling.softmax")
def something_tiny_added_below_the_line(logits, temperature=1.0):
    if temperature == 0:
        return reference("sampling.softmax")(logits, 0)
    weights = torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)
    return weights / (weights.sum(-1, keepdim=True) + 1e-8)


@wrong("sampling.softmax")
def never_below_a_thousandth(logits, temperature=1.0):
    if temperature == 0:
        return reference("sampling.softmax")(logits, 0)
    return torch.softmax(logits / max(temperature, 1e-3), -1)


@wrong("sampling.sample_next")
def zero_is_off(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return reference("sampling.sample_next")(
        logits, temperature, top_k or None, top_p or None, generator
    )
