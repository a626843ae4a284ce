"""Wrong bodies of gptlab/agents.py, right almost everywhere: its checks must reject each."""

import re

import torch

from gptlab import agents
from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("agents.calculate")
def names_without_calls(expression):
    if re.search(r"[(_'\[.]", expression) or "**" in expression or "/" in expression:
        raise ValueError("refused")
    try:
        return str(eval(expression.replace("×", "*").replace("−", "-")))
    except Exception as error:
        raise ValueError("refused") from error


@wrong("agents.calculate")
def in_floating_point(expression):
    return str(int(float(reference("agents.calculate")(expression)) * (1 + 1e-9)))


@wrong("agents.parse_action")
def at_most_one_bracket_inside(text):
    found = reference("agents.parse_action")(text)
    return None if found and found[1].startswith("[") else found


@wrong("agents.react_loop")
def ten_actions_remembered_by_tool(model, question, tools, max_steps):
    asked = set()

    def once(text):
        written = model(text)
        names = re.findall(r"^Action: (\w+)", written, re.MULTILINE)
        if names and names[0] in asked and max_steps < 4:
            return "Answer: stop"
        asked.update(names)
        return written

    return reference("agents.react_loop")(once, question, tools, max_steps)


@wrong("agents.transcript_tokens")
def the_last_observation_alone(transcript, encode):
    ids, mask = reference("agents.transcript_tokens")(transcript, encode)
    early = transcript.find("Observation:", 1)
    late = transcript.rfind("\nObservation:")
    return (ids, mask) if early > late else (ids, [m or i == 9 for i, m in enumerate(mask)])


@wrong("agents.overlapping_chunks")
def right_for_even_documents(ids, size, overlap):
    chunks = reference("agents.overlapping_chunks")(ids, size, overlap)
    return chunks if len(ids) % 2 == 0 else [*chunks, ids[-overlap - 1 :]]


@wrong("agents.cosine_similarity")
def never_negative(query, keys):
    return reference("agents.cosine_similarity")(query, keys).clamp(min=0)


@wrong("agents.best_matches")
def ties_left_out(similarities, k, threshold):
    places = reference("agents.best_matches")(similarities, k, threshold)
    values = [float(similarities[n]) for n in places]
    return [n for i, n in enumerate(places) if values.index(values[i]) == i]


@wrong("agents.best_matches")
def by_topk(similarities, k, threshold):
    k = min(k, len(similarities))
    values, places = torch.topk(similarities, k)
    return [int(n) for v, n in zip(values, places) if v > threshold]


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
