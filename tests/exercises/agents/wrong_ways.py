"""Wrong bodies of gptlab/agents.py, right almost everywhere: its checks must reject each."""

import torch

from gptlab import agents
from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("agents.recency_decay")
def in_days(hours, rate=0.995):
    return rate ** (hours / 24)


@wrong("agents.retrieval_score")
def a_tiny_number_below(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    total = 0
    for weight, x in zip(weights, (recency, importance, relevance)):
        total = total + weight * (x - x.min()) / (x.max() - x.min() + 1e-3)
    return total


@wrong("agents.retrieve")
def the_whole_hour(hours, importance, query, keys, k, rate=0.995):
    return reference("agents.retrieve")(hours.floor(), importance, query, keys, k, rate)


@wrong("agents.retrieve")
def importance_twice(hours, importance, query, keys, k, rate=0.995):
    scores = agents.retrieval_score(
        agents.recency_decay(hours, rate),
        importance,
        agents.cosine_similarity(query, keys),
        (1.0, 2.0, 1.0),
    )
    return torch.argsort(scores, descending=True, stable=True)[:k].tolist()


@wrong("agents.reflection_points")
def the_last_may_not(importance, threshold=150):
    return reference("agents.reflection_points")(importance[:-1], threshold)
