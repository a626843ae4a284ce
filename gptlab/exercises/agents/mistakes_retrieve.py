"""Wrong bodies of retrieve and reflection_points."""

import torch

from gptlab import agents
from gptlab.blanks.registry import reference
from gptlab.exercises.mistake import another_way, mistake


def _decay(hours, rate):
    return rate**hours


def _similar(query, keys):
    return reference("agents.cosine_similarity")(query, keys)


def _score(*parts):
    return reference("agents.retrieval_score")(*parts)


def _first(scores, k, descending=True):
    return torch.argsort(scores, descending=descending, stable=True)[:k].tolist()


RETRIEVE = "agents.retrieve"


def _memory(name, hint):
    return mistake(RETRIEVE, name, hint)


@_memory("hours for recency", "Many hours mean little recency: first the decay, then the score.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(hours, importance, _similar(query, keys)), k)


@_memory("the worst first", "The best score comes first.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, rate), importance, _similar(query, keys)), k, False)


@_memory("the best of the end", "The best score comes first; an ascending order ends with it.")
def _(hours, importance, query, keys, k, rate=0.995):
    scores = _score(_decay(hours, rate), importance, _similar(query, keys))
    return torch.argsort(scores, stable=True)[-k:].tolist()


@_memory("product for similarity", "A long vector is not more similar for being long.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, rate), importance, keys @ query), k)


@_memory("raw scores added", "Importance goes to 10 and the other two to 1: scale each first.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_decay(hours, rate) + importance + _similar(query, keys), k)


@_memory("relevance alone", "Recency and importance change nothing in your result.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_similar(query, keys), k)


@_memory("importance left out", "The argument `importance` changes nothing in your result.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, rate), torch.zeros_like(hours), _similar(query, keys)), k)


@_memory("relevance left out", "The query changes nothing in your result.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, rate), importance, torch.zeros_like(hours)), k)


@_memory("recency left out", "The hours change nothing in your result.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(torch.zeros_like(hours), importance, _similar(query, keys)), k)


@_memory("the paper's rate for every rate", "The argument `rate` changes nothing in your result.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, 0.995), importance, _similar(query, keys)), k)


@_memory("the scores, not the places", "Return places in `keys`, a plain list of int.")
def _(hours, importance, query, keys, k, rate=0.995):
    scores = _score(_decay(hours, rate), importance, _similar(query, keys))
    return sorted(scores.tolist(), reverse=True)[:k]


@_memory("in the order of the stream", "The one with the best score comes first, not the oldest.")
def _(hours, importance, query, keys, k, rate=0.995):
    return sorted(_first(_score(_decay(hours, rate), importance, _similar(query, keys)), k))


@_memory("all of them", "No more than k memories are chosen.")
def _(hours, importance, query, keys, k, rate=0.995):
    scores = _score(_decay(hours, rate), importance, _similar(query, keys))
    return _first(scores, len(scores))


@_memory("one too many", "No more than k memories are chosen.")
def _(hours, importance, query, keys, k, rate=0.995):
    return _first(_score(_decay(hours, rate), importance, _similar(query, keys)), k + 1)


def _with(choose):
    def body(hours, importance, query, keys, k, rate=0.995):
        return choose(_score(_decay(hours, rate), importance, _similar(query, keys)), k)

    return body


_memory("k asked of too few", "There may be fewer memories than k, and torch.topk raises then.")(
    _with(lambda scores, k: torch.topk(scores, k).indices.tolist())
)
_memory("a tensor, not a list", "Places go on into plain Python: return a list of int.")(
    _with(lambda scores, k: torch.argsort(scores, descending=True, stable=True)[:k])
)
another_way(RETRIEVE, "a tensor, not a list")(
    _with(lambda scores, k: torch.argsort(scores, descending=True)[:k])
)
another_way(RETRIEVE, "a tensor, not a list")(
    _with(lambda scores, k: torch.topk(scores, k).indices)
)
another_way(RETRIEVE, "a tensor, not a list")(
    _with(lambda scores, k: torch.topk(scores, min(k, len(scores))).indices)
)
_memory("a list of tensors", "A tensor's entries are tensors: its .tolist() makes plain numbers.")(
    _with(lambda scores, k: list(torch.argsort(scores, descending=True, stable=True)[:k]))
)
another_way(RETRIEVE, "a list of tensors")(
    _with(lambda scores, k: list(torch.argsort(scores, descending=True)[:k]))
)
_memory(
    "ties in any order",
    "Of equal scores the earlier comes first; torch promises that of argsort and sort with stable=True alone.",
)(_with(lambda scores, k: torch.argsort(scores, descending=True)[:k].tolist()))
another_way(RETRIEVE, "ties in any order")(
    _with(lambda scores, k: torch.argsort(-scores)[:k].tolist())
)
another_way(RETRIEVE, "ties in any order")(
    _with(lambda scores, k: torch.topk(scores, min(k, len(scores))).indices.tolist())
)


@_memory(
    "chosen in turns", "One score decides. Filtering by one of the three first loses good ones."
)
def _(hours, importance, query, keys, k, rate=0.995):
    near = _first(_similar(query, keys), k)
    scores = _score(_decay(hours[near], rate), importance[near], _similar(query, keys[near]))
    return [near[i] for i in _first(scores, k)]


@_memory("the later of two alike", "Of equal scores the earlier memory comes first.")
def _(hours, importance, query, keys, k, rate=0.995):
    scores = _score(_decay(hours, rate), importance, _similar(query, keys))
    return sorted(range(len(scores)), key=lambda i: (-float(scores[i]), -i))[:k]


@_memory("age counted as rank", "Fading goes by hours, not by how many memories came in between.")
def _(hours, importance, query, keys, k, rate=0.995):
    rank = hours.argsort().argsort().to(hours.dtype)
    return _first(_score(_decay(rank, rate), importance, _similar(query, keys)), k)


# ---- reflection_points


def _points(name, hint):
    return mistake("agents.reflection_points", name, hint)


def _walk(importance, threshold, left=lambda total, threshold, weight: 0, enough=None):
    """The reference with parts to exchange: what is left after a reflection, and when it is enough."""
    points, total = [], 0
    for i, weight in enumerate(importance):
        total += weight
        if (enough or (lambda t, limit: t > limit))(total, threshold):
            points.append(i)
            total = left(total, threshold, weight)
    return points


_points("never begun again", "After a reflection the sum begins again at 0.")(
    lambda importance, threshold=150: _walk(importance, threshold, lambda t, *_: t)
)
_points("the rest kept", "After a reflection the sum begins again at 0, whatever was too much.")(
    lambda importance, threshold=150: _walk(importance, threshold, lambda t, limit, _: t - limit)
)
_points(
    "counted twice", "The memory that set off a reflection is part of it; it does not count again."
)(lambda importance, threshold=150: _walk(importance, threshold, lambda t, limit, w: w))
_points("at the threshold", "The sum has to be more than the threshold, not as much.")(
    lambda importance, threshold=150: _walk(
        importance, threshold, enough=lambda total, limit: total >= limit
    )
)
_points("only the first", "A resident may reflect many times.")(
    lambda importance, threshold=150: _walk(importance, threshold)[:1]
)
_points("counted from 1", "Places count from 0.")(
    lambda importance, threshold=150: [i + 1 for i in _walk(importance, threshold)]
)
_points("each memory by itself", "It is the sum since the last reflection that has to be large.")(
    lambda importance, threshold=150: [i for i, x in enumerate(importance) if x > threshold]
)
_points("the sums, not the places", "Say after which memories, as places in the list.")(
    lambda importance, threshold=150: [
        sum(importance[a:b])
        for a, b in zip(
            [0, *(i + 1 for i in _walk(importance, threshold))],
            [i + 1 for i in _walk(importance, threshold)],
        )
    ]
)
_points("the importance, not the places", "Say after which memories, as places in the list.")(
    lambda importance, threshold=150: [importance[i] for i in _walk(importance, threshold)]
)
_points("how often", "Say after which memories, not how many times.")(
    lambda importance, threshold=150: len(_walk(importance, threshold))
)
_points("true and false", "Return places, not one answer for each memory.")(
    lambda importance, threshold=150: [
        i in _walk(importance, threshold) for i in range(len(importance))
    ]
)
_points("the paper's threshold for every threshold", "The argument `threshold` changes nothing.")(
    lambda importance, threshold=150: _walk(importance, 150)
)


@_points("before the memory, not after", "The memory counts first; then see whether it is enough.")
def _(importance, threshold=150):
    points, total = [], 0
    for i, weight in enumerate(importance):
        if total > threshold:
            points.append(i)
            total = 0
        total += weight
    return points


@_points("always at the end", "What is not enough yet waits; the end is no reason to reflect.")
def _(importance, threshold=150):
    points = _walk(importance, threshold)
    end = len(importance) - 1
    return points if end in points else [*points, end]


@another_way("agents.reflection_points", "always at the end")
def _(importance, threshold=150):
    points = _walk(importance, threshold)
    end = len(importance) - 1
    return points if end in points or end < 0 else [*points, end]


@mistake(
    "agents.cosine_similarity",
    "sums of absolute values for lengths",
    "‖x‖ is the root of the sum of squares.",
)
def _(query, keys):
    return keys @ query / (query.abs().sum() * keys.abs().sum(-1)).clamp(min=1e-12)


@mistake(
    "agents.cosine_similarity",
    "something added to the lengths",
    "A number that is added below the line makes every similarity smaller: treat the length 0 apart.",
)
def _(query, keys):
    return keys @ query / (query.norm() * keys.norm(dim=-1) + 1e-2)


@mistake(
    "agents.cosine_similarity",
    "a query of length 0 not thought of",
    "The query may have length 0 too: then every similarity is 0.",
)
def _(query, keys):
    kn = keys.norm(dim=-1)
    out = keys @ query / query.norm() / kn
    out[kn == 0] = 0
    return out


@mistake(
    "agents.retrieve",
    "a threshold for the scores",
    "The k best are chosen, however low their scores are.",
)
def _(hours, importance, query, keys, k, rate=0.995):
    score = agents.retrieval_score(
        agents.recency_decay(hours, rate), importance, agents.cosine_similarity(query, keys)
    )
    return agents.best_matches(score, k, 0.5)


@mistake(
    "agents.reflection_points",
    "a mean for the sum",
    "Small events add up: the sum is held against the threshold.",
)
def _(importance, threshold=150):
    out, n, t = [], 0, 0
    for i, x in enumerate(importance):
        t += x
        n += 1
        if t / n > threshold:
            out.append(i)
            t = n = 0
    return out
