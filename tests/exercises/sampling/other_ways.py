"""Other ways to write gptlab/sampling.py."""

import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way

INF = float("inf")


@other_way("sampling.append_token")
def with_plus(ids, token):
    return ids + [token]


@other_way("sampling.append_token")
def with_a_copy(ids, token):
    longer = ids.copy()
    longer.append(token)
    return longer


@other_way("sampling.append_token")
def with_list(ids, token):
    return list(ids) + [token]


def _greedy(logits):
    return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)


@other_way("sampling.softmax")
def with_torch(logits, temperature=1.0):
    return F.softmax(logits / temperature, dim=-1) if temperature else _greedy(logits)


@other_way("sampling.softmax")
def with_logsumexp(logits, temperature=1.0):
    if temperature == 0:
        return _greedy(logits)
    z = logits / temperature
    return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))


@other_way("sampling.softmax")
def row_by_row(logits, temperature=1.0):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]):
        if temperature == 0:
            best = row.tolist().index(max(row.tolist()))
            rows.append(torch.tensor([float(i == best) for i in range(len(row))]).to(row))
        else:
            weights = torch.exp(row / temperature - row.max() / temperature)
            rows.append(weights / sum(weights))
    return torch.stack(rows).reshape(logits.shape)


@other_way("sampling.top_k_filter")
def with_sort(logits, k):
    k = min(k, logits.size(-1))
    limit = torch.sort(logits, dim=-1, descending=True)[0][..., k - 1].unsqueeze(-1)
    return torch.where(logits >= limit, logits, torch.tensor(-INF, dtype=logits.dtype))


@other_way("sampling.top_k_filter")
def with_ranks(logits, k):
    larger = (logits[..., None, :] > logits[..., :, None]).sum(dim=-1)  # how many beat each
    out = logits.clone()
    out[larger >= k] = -INF
    return out


@other_way("sampling.top_k_filter")
def with_kthvalue(logits, k):
    if k >= logits.shape[-1]:
        return logits
    kth = logits.kthvalue(logits.shape[-1] - k + 1, dim=-1, keepdim=True).values
    return logits.masked_fill(logits < kth, -INF)


@other_way("sampling.top_p_filter")
def as_in_transformers(logits, p):
    if p >= 1.0:
        return logits
    ordered, places = torch.sort(logits, descending=False)
    mass = ordered.softmax(dim=-1).cumsum(dim=-1)
    remove = mass <= 1 - p
    remove[..., -1:] = False
    return logits.masked_fill(remove.scatter(-1, places, remove), -INF)


@other_way("sampling.top_p_filter")
def with_a_loop(logits, p):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]):
        chances, kept = row.softmax(0), torch.full_like(row, -INF)
        mass = 0.0
        for i in chances.argsort(descending=True).tolist():
            kept[i] = row[i]
            mass += chances[i].item()
            if mass >= p and p < 1:
                break
        rows.append(kept)
    return torch.stack(rows).reshape(logits.shape)


@other_way("sampling.top_p_filter")
def with_what_is_before(logits, p):
    if p >= 1:
        return logits.clone()
    chances, order = torch.softmax(logits, -1).sort(-1, descending=True)
    keep_sorted = torch.cumsum(chances, -1) - chances < p
    keep_sorted[..., 0] = True
    keep = torch.zeros_like(keep_sorted)
    keep.scatter_(-1, order, keep_sorted)
    return torch.where(keep, logits, -INF)


@other_way("sampling.top_p_filter")
def crossing_shifted(logits, p):
    ordered, order = torch.sort(logits, descending=True)
    drop = ordered.softmax(-1).cumsum(-1) > p
    drop[..., 1:] = drop[..., :-1].clone()
    drop[..., 0] = False
    return logits if p >= 1 else logits.masked_fill(drop.scatter(-1, order, drop), -INF)


def _filtered(logits, temperature, top_k, top_p):
    scores = logits / temperature
    if top_k is not None:
        scores = with_kthvalue(scores, top_k)
    if top_p is not None:
        scores = with_what_is_before(scores, top_p)
    return scores


@other_way("sampling.sample_next")
def with_multinomial(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return torch.max(logits, dim=-1).indices
    chances = F.softmax(_filtered(logits, temperature, top_k, top_p), dim=-1)
    return torch.multinomial(chances, num_samples=1, generator=generator)[:, 0]


@other_way("sampling.sample_next")
def with_gumbel(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    noise = torch.rand(logits.shape, generator=generator, dtype=torch.float64).clamp(min=1e-300)
    return (
        _filtered(logits, temperature, top_k, top_p).double() - torch.log(-torch.log(noise))
    ).argmax(-1)


@other_way("sampling.sample_next")
def with_cumsum(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    mass = _filtered(logits, temperature, top_k, top_p).softmax(-1).cumsum(-1)
    point = torch.rand((len(logits), 1), generator=generator, dtype=logits.dtype)
    return (mass <= point * mass[:, -1:]).sum(-1)


@other_way("sampling.generate")
def with_a_grown_tensor(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    B, T = ids.shape
    done = torch.full((B,), False)
    for _ in range(max_new_tokens):
        logits = model(ids)
        new = with_multinomial(logits[:, -1, :], *settings, **named)
        if stop_id is not None:
            new = torch.where(done, torch.tensor(stop_id), new)
            done |= new == stop_id
        ids = torch.hstack([ids, new.view(B, 1)])
        if bool(done.all()):
            break
    return ids


@other_way("sampling.generate")
def with_lists(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    rows, width = ids.tolist(), ids.shape[1]
    for _ in range(max_new_tokens):
        drawn = with_cumsum(
            model(torch.tensor(rows))[:, -1], temperature, top_k, top_p, generator
        ).tolist()
        for row, token in zip(rows, drawn, strict=True):
            row.append(stop_id if stop_id is not None and stop_id in row[width:] else token)
        if stop_id is not None and all(stop_id in row[width:] for row in rows):
            break
    return torch.tensor(rows)


@other_way("sampling.append_token")
def with_a_slice(ids, token):
    longer = ids[:]
    longer += [token]
    return longer


@other_way("sampling.append_token")
def with_a_comprehension(ids, token):
    return [ids[i] if i < len(ids) else token for i in range(len(ids) + 1)]


@other_way("sampling.softmax")
def through_log_softmax(logits, temperature=1.0):
    if temperature > 0:
        return (logits.double() / temperature).log_softmax(-1).exp().to(logits.dtype)
    places = torch.arange(logits.shape[-1])
    return (places == logits.argmax(-1).unsqueeze(-1)).to(logits.dtype)


@other_way("sampling.softmax")
def in_place_on_its_own_copy(logits, temperature=1.0):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out.scatter_(-1, logits.argmax(-1, keepdim=True), 1)
        return out
    out = logits.clone()
    out = out - out.max(-1, keepdim=True)[0].detach()
    out = out.div_(temperature).exp()
    return out / out.sum(-1)[..., None]


@other_way("sampling.softmax")
def with_the_first_of_the_maxima(logits, temperature=1.0):
    if temperature == 0.0:
        best = logits == logits.amax(-1, keepdim=True)
        return (best & (best.cumsum(-1) == 1)).type_as(logits)
    return torch.nn.Softmax(dim=-1)(logits / temperature)


@other_way("sampling.top_k_filter")
def with_topk(logits, k):
    values, _ = torch.topk(logits, min(k, logits.size(-1)))
    out = logits.clone()
    out[out < values[..., [-1]]] = -INF
    return out


@other_way("sampling.top_k_filter")
def with_python_lists(logits, k):
    rows = [
        sorted(row, reverse=True)[:k][-1] for row in logits.reshape(-1, logits.shape[-1]).tolist()
    ]
    limit = torch.tensor(rows, dtype=logits.dtype).reshape(*logits.shape[:-1], 1)
    return torch.where(logits < limit, -INF, logits)


@other_way("sampling.top_k_filter")
def with_something_added(logits, k):
    ordered = logits.sort(dim=-1).values
    limit = ordered[..., max(0, logits.shape[-1] - k) :][..., :1]
    return logits + torch.zeros_like(logits).masked_fill(logits < limit, -INF)


@other_way("sampling.sample_next")
def row_by_row_drawn(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return torch.tensor([row.index(max(row)) for row in logits.tolist()])
    chances = _filtered(logits, temperature, top_k, top_p).softmax(-1)
    return torch.cat([torch.multinomial(row, 1, generator=generator) for row in chances])


@other_way("sampling.sample_next")
def with_an_exponential_race(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(1)
    chances = _filtered(logits, temperature, top_k, top_p).softmax(-1)
    return (chances / torch.empty_like(chances).exponential_(generator=generator)).argmax(-1)


@other_way("sampling.sample_next")
def with_searchsorted(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.max(1)[1]
    mass = _filtered(logits, temperature, top_k, top_p).double().softmax(-1).cumsum(-1)
    point = torch.rand(len(mass), 1, generator=generator, dtype=torch.float64) * mass[:, -1:]
    return torch.searchsorted(mass, point, right=True).squeeze(1).to(torch.int32)


@other_way("sampling.generate")
def into_room_made_before(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    B, T = ids.shape
    room = torch.zeros(B, T + max_new_tokens, dtype=ids.dtype)
    room[:, :T] = ids
    going = torch.ones(B, dtype=torch.bool)
    n = T
    while n < T + max_new_tokens and going.any():
        drawn = with_multinomial(model(room[:, :n])[:, n - 1], *settings, **named)
        room[:, n] = drawn if stop_id is None else torch.where(going, drawn, stop_id)
        if stop_id is not None:
            going &= room[:, n] != stop_id
        n += 1
    return room[:, :n]


@other_way("sampling.generate")
def by_itself_again(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
    done=None,
):
    if max_new_tokens == 0 or (done is not None and done.all()):
        return ids
    new = with_multinomial(model(ids)[:, -1], temperature, top_k, top_p, generator)
    if stop_id is not None:
        done = torch.zeros_like(new).bool() if done is None else done
        new[done] = stop_id
        done = done | new.eq(stop_id)
    longer = torch.column_stack([ids, new])
    return by_itself_again(
        model, longer, max_new_tokens - 1, stop_id, temperature, top_k, top_p, generator, done
    )


@other_way("sampling.top_p_filter")
def nothing_special_at_one(logits, p):
    ordered, order = logits.sort(descending=True)
    drop = ordered.softmax(-1).cumsum(-1).roll(1, -1) >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, order, drop), -INF)


@other_way("sampling.top_p_filter")
def as_in_textbooks(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True)
    chances = ordered.softmax(-1)
    keep = chances.cumsum(-1) - chances < p
    keep[..., 0] = True
    return torch.where(torch.zeros_like(keep).scatter(-1, order, keep), logits, -INF)
