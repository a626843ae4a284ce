"""Wrong bodies of gptlab/agents.py as people write them, and what each is to be told."""

import re

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


@natural(BEST, "k asked of too few")
def topk_of_all(similarities, k, threshold):
    values, places = torch.topk(similarities, k)
    return [int(n) for value, n in zip(values, places) if value >= threshold]


@natural(BEST, "ties in any order")
def sorted_by_torch(similarities, k, threshold):
    values, places = similarities.sort(descending=True)
    return places[values >= threshold][:k].tolist()


@natural(BEST, "a tensor, not a list")
def a_tensor_of_places(similarities, k, threshold):
    order = similarities.argsort(descending=True, stable=True)
    return order[similarities[order] >= threshold][:k]


def _all_parts(hours, importance, query, keys, rate):
    relevance = agents.cosine_similarity(query, keys)
    return agents.retrieval_score(agents.recency_decay(hours, rate), importance, relevance)


@natural(RETRIEVE, "ties in any order")
def _unstable(hours, importance, query, keys, k, rate=0.995):
    scores = _all_parts(hours, importance, query, keys, rate)
    return scores.argsort(descending=True)[:k].tolist()


@natural(RETRIEVE, "ties in any order")
def _topk_of_so_many(hours, importance, query, keys, k, rate=0.995):
    scores = _all_parts(hours, importance, query, keys, rate)
    return scores.topk(min(k, len(scores))).indices.tolist()


@natural(RETRIEVE, "ties in any order")
def _sorted_scores(hours, importance, query, keys, k, rate=0.995):
    return _all_parts(hours, importance, query, keys, rate).sort(descending=True)[1][:k].tolist()


@natural(RETRIEVE, "a tensor, not a list")
def _no_tolist(hours, importance, query, keys, k, rate=0.995):
    return _all_parts(hours, importance, query, keys, rate).argsort(descending=True)[:k]


@natural(RETRIEVE, "the paper's rate for every rate")
def _rate_forgotten(hours, importance, query, keys, k, rate=0.995):
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.retrieval_score(agents.recency_decay(hours), importance, relevance)
    return scores.argsort(descending=True)[:k].tolist()


@natural(RETRIEVE, "hours for recency")
def _raw_hours(hours, importance, query, keys, k, rate=0.995):
    scores = agents.retrieval_score(hours, importance, agents.cosine_similarity(query, keys))
    return scores.argsort(descending=True)[:k].tolist()


@natural(RETRIEVE, "product for similarity")
def _dot(hours, importance, query, keys, k, rate=0.995):
    recency = agents.recency_decay(hours, rate)
    scores = agents.retrieval_score(recency, importance, keys @ query)
    return scores.topk(k).indices.tolist()


@natural(RETRIEVE, "the worst first")
def _ascending(hours, importance, query, keys, k, rate=0.995):
    return _all_parts(hours, importance, query, keys, rate).argsort()[:k].tolist()


@natural(RETRIEVE, "in the order of the stream")
def _places_sorted(hours, importance, query, keys, k, rate=0.995):
    scores = _all_parts(hours, importance, query, keys, rate)
    return sorted(scores.argsort(descending=True, stable=True)[:k].tolist())


@natural(RETRIEVE, "raw scores added")
def _unscaled(hours, importance, query, keys, k, rate=0.995):
    relevance = agents.cosine_similarity(query, keys)
    scores = agents.recency_decay(hours, rate) + importance + relevance
    return scores.argsort(descending=True)[:k].tolist()


@natural(DECAY, "the rate in the exponent")
def _by_a_time_constant(hours, rate=0.995):
    return torch.exp(-hours / rate)


@natural(SCORE, "left unscaled where all are the same")
def _returned_as_it_is(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    def scale(x):
        if x.max() == x.min():
            return x
        return (x - x.min()) / (x.max() - x.min())

    parts = [scale(x) for x in (recency, importance, relevance)]
    return weights[0] * parts[0] + weights[1] * parts[1] + weights[2] * parts[2]


@natural(SCORE, "the mean for the smallest")
def _mean_taken_away(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    total = torch.zeros_like(recency)
    for weight, x in zip(weights, (recency, importance, relevance)):
        width = x.max() - x.min()
        if width != 0:
            total += weight * (x - x.mean()) / width
    return total


@natural(REFLECT, "the importance, not the places")
def _ratings(importance, threshold=150):
    found, total = [], 0
    for rating in importance:
        total += rating
        if total > threshold:
            found.append(rating)
            total = 0
    return found


@natural(CALCULATE, "only the characters are tested")
def characters_then_eval(expression):
    text = expression.replace("×", "*").replace("−", "-")
    if not re.fullmatch(r"[0-9+*\- ]+", text):
        raise ValueError(f"cannot calculate {expression}")
    return str(eval(text))


@natural(CALCULATE, "spaces taken out first")
def no_spaces(expression):
    text = expression.replace(" ", "").replace("×", "*").replace("−", "-")
    if not re.fullmatch(r"-?\d+([+*-]-?\d+)*", text):
        raise ValueError(f"cannot calculate {expression}")
    return str(eval(text))


@natural(PARSE, "an action without a name")
def one_expression(text):
    found = re.search(r"^Action:(.*?)\[(.*)\]", text, re.M)
    if found is None:
        return None
    return found.group(1).strip(), found.group(2).strip()


@natural(PARSE, "an action without a name")
def one_expression_for_the_first_line(text):
    for line in text.splitlines():
        if line.startswith("Action:"):
            found = re.match(r"Action:\s*([^\[]*)\[(.*)\]", line)
            return (found[1].strip(), found[2].strip()) if found else None
    return None


@natural(PARSE, "up to the first closing bracket")
def not_greedy(text):
    for line in text.splitlines():
        if line.startswith("Action:"):
            found = re.match(r"Action:\s*([^\[]+?)\s*\[(.*?)\]", line)
            return (found[1].strip(), found[2].strip()) if found else None
    return None


@natural(PARSE, "a ] before the [")
def two_places(text):
    for line in text.split("\n"):
        if line.startswith("Action:"):
            start, end = line.find("["), line.rfind("]")
            name = line[7:start].strip()
            if start == -1 or end == -1 or not name:
                return None
            return name, line[start + 1 : end].strip()
    return None


def _observed(model, question, tools, max_steps, no_action=None, parse=None, repeated=True):
    transcript, seen = f"Question: {question}\n", []
    for _ in range(max_steps):
        written = _up_to_the_action(model(transcript).rstrip("\n")) + "\n"
        transcript += written
        last = written.splitlines()[-1]
        if last.startswith("Answer:"):
            return last[7:].strip(), transcript
        action = agents.parse_action(transcript if parse else written)
        if action is None and no_action == "skip":
            continue
        if action is not None and action in seen:
            return None, transcript if repeated else transcript.removesuffix(written)
        seen.append(action)
        if no_action == "unpack":
            name, given = action
            seen_now = tools[name](given)
        else:
            seen_now = agents.observe(action, tools)
        transcript += f"Observation: {seen_now}\n"
    return None, transcript


@natural(LOOP, "no observation where there was no action")
def silent(model, question, tools, max_steps):
    return _observed(model, question, tools, max_steps, no_action="skip")


@natural(LOOP, "a tool's error ends the loop")
def called_directly(model, question, tools, max_steps):
    return _observed(model, question, tools, max_steps, no_action="unpack")


@natural(LOOP, "the whole transcript parsed")
def all_of_it_parsed(model, question, tools, max_steps):
    return _observed(model, question, tools, max_steps, parse=True)


@natural(LOOP, "the repeated action left out of the transcript")
def the_repeat_dropped(model, question, tools, max_steps):
    return _observed(model, question, tools, max_steps, repeated=False)


@natural(LOOP, "answer and transcript swapped")
def transcript_first(model, question, tools, max_steps):
    answer, transcript = _observed(model, question, tools, max_steps)
    return transcript, answer


@natural(LOOP, "a blank line after what the model wrote")
def one_break_too_many(model, question, tools, max_steps):
    return _plain_loop(
        lambda text: model(text) + "\0",  # keeps the model's own line break from rstrip
        question,
        tools,
        max_steps,
        lambda text: _up_to_the_action(text.removesuffix("\0")),
        True,
    )


@natural(TOKENS, "thoughts left out")
def thoughts_skipped(transcript, encode):
    ids, mask = [], []
    for line in transcript.splitlines(keepends=True):
        if line.startswith("Thought:"):
            continue
        piece = encode(line)
        ids += piece
        mask += [not line.startswith(("Question:", "Observation:"))] * len(piece)
    return ids, mask


@natural(CHUNKS, "the overlap is not tested")
def as_in_the_equation(ids, size, overlap):
    chunks = []
    for start in range(0, len(ids), size - overlap):
        chunks.append(ids[start : start + size])
        if start + size >= len(ids):
            break
    return chunks
