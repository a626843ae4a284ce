"""Reference bodies for gptlab/agents.py."""

import re

import torch
from torch import Tensor

from gptlab import agents
from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION


def calculate(expression):
    text = expression.replace("×", "*").replace("−", "-")
    if not re.fullmatch(r"\s*-?\d+\s*([+*-]\s*-?\d+\s*)*", text):
        raise ValueError(
            f"only whole numbers with +, − and × can be calculated, not {expression!r}"
        )
    terms = []
    for sign, number in re.findall(r"(^|[+*-])\s*(-?\d+)", text):
        if sign == "*":
            terms[-1] *= int(number)
        else:
            terms.append(-int(number) if sign == "-" else int(number))
    return str(sum(terms))


def parse_action(text):
    line = next((line for line in text.split("\n") if line.startswith(ACTION)), "")
    tool, _, rest = line.removeprefix(ACTION).partition("[")
    inside, closed, _ = rest.rpartition("]")
    return (tool.strip(), inside.strip()) if tool.strip() and closed else None


def react_loop(model, question, tools, max_steps):
    transcript = f"{QUESTION} {question}\n"
    done = []
    for _ in range(max_steps):
        written = ""
        for line in model(transcript).rstrip("\n").split("\n"):
            written += line + "\n"
            if line.startswith((ACTION, ANSWER)):
                break
        transcript += written
        if line.startswith(ANSWER):
            return line.removeprefix(ANSWER).strip(), transcript
        action = agents.parse_action(written)
        if action in done:
            break
        if action is not None:
            done.append(action)
        transcript += f"{OBSERVATION} {agents.observe(action, tools)}\n"
    return None, transcript


def transcript_tokens(transcript, encode):
    ids, mask = [], []
    for line in transcript.splitlines(keepends=True):
        piece = encode(line)
        ids += piece
        mask += [not line.startswith((QUESTION, OBSERVATION))] * len(piece)
    return ids, mask


def overlapping_chunks(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be at least 0 and less than size {size}, not {overlap}")
    starts = range(0, max(len(ids) - overlap, 1), size - overlap)
    return [ids[start : start + size] for start in starts if ids]


def cosine_similarity(query: Tensor, keys: Tensor) -> Tensor:
    lengths = query.norm() * keys.norm(dim=1)  # (N)
    return keys @ query / lengths.where(lengths > 0, 1)


def best_matches(similarities: Tensor, k, threshold):
    order = torch.argsort(similarities, descending=True, stable=True).tolist()
    return [n for n in order if similarities[n] >= threshold][:k]


def recency_decay(hours: Tensor, rate: float = 0.995) -> Tensor:
    return rate**hours


def retrieval_score(
    recency: Tensor, importance: Tensor, relevance: Tensor, weights=(1.0, 1.0, 1.0)
) -> Tensor:
    score = torch.zeros_like(relevance)
    for weight, x in zip(weights, (recency, importance, relevance)):
        spread = x.max() - x.min()
        if spread > 0:
            score = score + weight * (x - x.min()) / spread
    return score


def retrieve(hours: Tensor, importance: Tensor, query: Tensor, keys: Tensor, k, rate=0.995):
    recency = agents.recency_decay(hours, rate)
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(recency, importance, relevance)
    return torch.argsort(scores, descending=True, stable=True)[:k].tolist()


def reflection_points(importance, threshold=150):
    points, total = [], 0
    for i, weight in enumerate(importance):
        total += weight
        if total > threshold:
            points.append(i)
            total = 0
    return points
