"""Other ways to write gptlab/agents.py."""

import itertools
import math

import torch

from gptlab import agents
from tests.support.other_ways import other_way


@other_way("agents.recency_decay")
def with_an_exponential(hours, rate=0.995):
    return torch.exp(hours * math.log(rate))


@other_way("agents.recency_decay")
def with_pow(hours, rate=0.995):
    return torch.pow(torch.full_like(hours, rate), hours)


@other_way("agents.recency_decay")
def one_by_one(hours, rate=0.995):
    return torch.tensor([rate ** float(hour) for hour in hours], dtype=hours.dtype)


@other_way("agents.retrieval_score")
def all_three_at_once(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    rows = torch.stack([recency, importance, relevance])
    low, high = rows.aminmax(dim=1, keepdim=True)
    scaled = (rows - low) / (high - low).where(high > low, torch.ones_like(high))
    return torch.tensor(weights, dtype=rows.dtype) @ scaled


@other_way("agents.retrieval_score")
def with_nan_to_num(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    total = 0
    for weight, x in zip(weights, (recency, importance, relevance)):
        total = total + weight * ((x - x.min()) / (x.max() - x.min())).nan_to_num(0.0)
    return total


@other_way("agents.retrieval_score")
def with_plain_lists(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    def scaled(values):
        low, high = min(values), max(values)
        return [(value - low) / (high - low) if high > low else 0.0 for value in values]

    columns = zip(*(scaled(x.tolist()) for x in (recency, importance, relevance)))
    scores = [sum(w * part for w, part in zip(weights, parts)) for parts in columns]
    return torch.tensor(scores, dtype=recency.dtype)


@other_way("agents.retrieve")
def with_topk(hours, importance, query, keys, k, rate=0.995):
    scores = agents.retrieval_score(
        agents.recency_decay(hours, rate), importance, agents.cosine_similarity(query, keys)
    )
    small = torch.arange(len(scores), dtype=scores.dtype) * 1e-12
    return (scores.double() - small).topk(min(k, len(scores))).indices.tolist()


@other_way("agents.retrieve")
def with_sorted(hours, importance, query, keys, k, rate=0.995):
    recency = agents.recency_decay(hours, rate)
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(recency, importance, relevance).tolist()
    return sorted(range(len(scores)), key=lambda i: -scores[i])[:k]


@other_way("agents.retrieve")
def the_best_again_and_again(hours, importance, query, keys, k, rate=0.995):
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(agents.recency_decay(hours, rate), importance, relevance)
    chosen = []
    for _ in range(min(k, len(scores))):
        chosen.append(int(scores.argmax()))
        scores = scores.index_fill(0, torch.tensor(chosen), -torch.inf)
    return chosen


@other_way("agents.reflection_points")
def counting_down(importance, threshold=150):
    points, left = [], threshold
    for i, weight in enumerate(importance):
        left -= weight
        if left < 0:
            points, left = [*points, i], threshold
    return points


@other_way("agents.reflection_points")
def from_slices(importance, threshold=150):
    points, start = [], 0
    for i in range(len(importance)):
        if sum(importance[start : i + 1]) > threshold:
            points.append(i)
            start = i + 1
    return points


@other_way("agents.reflection_points")
def with_accumulate(importance, threshold=150):
    def after(total, weight):
        return weight if total > threshold else total + weight

    sums = itertools.accumulate(importance, after)
    return [i for i, total in enumerate(sums) if total > threshold]
