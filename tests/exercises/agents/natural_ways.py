"""Wrong bodies of gptlab/agents.py as people write them, and what each is to be told."""

import torch

from gptlab import agents
from tests.support.natural_ways import natural

DECAY = "agents.recency_decay"
SCORE = "agents.retrieval_score"
RETRIEVE = "agents.retrieve"
REFLECT = "agents.reflection_points"

natural(DECAY, "base and exponent exchanged")(lambda hours, rate=0.995: torch.pow(hours, rate))
natural(DECAY, "a straight line")(lambda hours, rate=0.995: 1 - hours * (1 - rate))
natural(DECAY, "the paper's rate for every rate")(lambda hours, rate=0.995: torch.pow(0.995, hours))


@natural(SCORE, "raw scores added")
def _added(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    return torch.stack([recency, importance, relevance], dim=1) @ torch.tensor(
        weights, dtype=recency.dtype
    )


@natural(SCORE, "divided by nothing")
def _no_question(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    rows = torch.stack([recency, importance, relevance])
    low, high = rows.amin(1, keepdim=True), rows.amax(1, keepdim=True)
    return ((rows - low) / (high - low) * torch.tensor(weights, dtype=rows.dtype)[:, None]).sum(0)


@natural(RETRIEVE, "hours for recency")
def _hours(hours, importance, query, keys, k, rate=0.995):
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(hours, importance, relevance)
    return scores.sort(descending=True, stable=True).indices[:k].tolist()


@natural(RETRIEVE, "k asked of too few")
def _topk(hours, importance, query, keys, k, rate=0.995):
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(agents.recency_decay(hours, rate), importance, relevance)
    return scores.topk(k).indices.tolist()


@natural(REFLECT, "never begun again")
def _sum_so_far(importance, threshold=150):
    return [i for i in range(len(importance)) if sum(importance[: i + 1]) > threshold]


@natural(REFLECT, "at the threshold")
def _as_much(importance, threshold=150):
    points, since = [], 0
    for i, x in enumerate(importance):
        since += x
        if not since < threshold:
            points.append(i)
            since = 0
    return points
