"""Wrong bodies of gptlab/agents.py as people write them, and what each is to be told."""

import torch
import torch.nn.functional as F

from gptlab import agents
from tests.support.natural_ways import natural

CALCULATE = "agents.calculate"
PARSE = "agents.parse_action"
LOOP = "agents.react_loop"
TOKENS = "agents.transcript_tokens"
CHUNKS = "agents.overlapping_chunks"
COSINE = "agents.cosine_similarity"
BEST = "agents.best_matches"


@natural(CALCULATE, "the text is run")
def in_one_line(expression):
    return str(eval(expression.replace("×", "*").replace("−", "-")))


@natural(PARSE, "a later action taken")
def the_first_good_one(text):
    for line in text.split("\n"):
        if line.startswith("Action:") and "[" in line and "]" in line:
            tool, rest = line[7:].split("[", 1)
            if tool.strip() and "]" in rest:
                return tool.strip(), rest.rsplit("]", 1)[0].strip()
    return None


@natural(PARSE, "up to the first closing bracket")
def split_twice(text):
    for line in text.split("\n"):
        if line.startswith("Action:"):
            if "[" not in line or "]" not in line.split("[", 1)[1]:
                return None
            tool, rest = line[len("Action:") :].split("[", 1)
            return (tool.strip(), rest.split("]")[0].strip()) if tool.strip() else None
    return None


def _plain_loop(model, question, tools, max_steps, cut, remember):
    transcript, done = "Question: " + question + "\n", []
    for _ in range(max_steps):
        written = cut(model(transcript).rstrip("\n")) + "\n"
        transcript += written
        lines = [line for line in written.split("\n") if line.startswith("Answer:")]
        if lines:
            return lines[-1][7:].strip(), transcript
        action = agents.parse_action(written)
        if remember and action is not None and action in done:
            break
        done.append(action)
        transcript += "Observation: " + agents.observe(action, tools) + "\n"
    return None, transcript


def _up_to_the_action(written):
    kept = []
    for line in written.split("\n"):
        kept.append(line)
        if line.startswith(("Action:", "Answer:")):
            break
    return "\n".join(kept)


@natural(LOOP, "what follows the action is kept")
def nothing_cut(model, question, tools, max_steps):
    return _plain_loop(model, question, tools, max_steps, lambda text: text, True)


@natural(LOOP, "the same action runs again")
def nothing_remembered(model, question, tools, max_steps):
    return _plain_loop(model, question, tools, max_steps, _up_to_the_action, False)


@natural(TOKENS, "observations are learnt")
def all_but_the_question(transcript, encode):
    ids, mask = [], []
    for i, line in enumerate(transcript.splitlines(keepends=True)):
        piece = encode(line)
        ids += piece
        mask += [i > 0] * len(piece)
    return ids, mask


@natural(CHUNKS, "a last chunk without anything new")
def range_to_the_end(ids, size, overlap):
    if overlap >= size or overlap < 0:
        raise ValueError("overlap")
    return [ids[i : i + size] for i in range(0, len(ids), size - overlap)]


@natural(COSINE, "0 / 0")
def by_the_equation(query, keys):
    return keys @ query / (keys.norm(dim=1) * query.norm())


@natural(COSINE, "the keys' lengths left out")
def only_the_query(query, keys):
    return keys @ F.normalize(query, dim=0)


@natural(BEST, "the threshold left out")
def order_only(similarities, k, threshold):
    return torch.argsort(similarities, descending=True, stable=True)[:k].tolist()


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
