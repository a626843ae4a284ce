"""Other ways to write gptlab/agents.py."""

import ast
import itertools
import math
import operator
import re

import torch
import torch.nn.functional as F

from gptlab import agents
from tests.exercises.agents import more_ways  # noqa: F401
from tests.support.other_ways import other_way

SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


@other_way("agents.calculate")
def by_the_syntax_tree(expression):
    def value(node):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return node.value
        if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
            return SIGNS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        raise ValueError("only whole numbers with +, − and ×")

    try:
        tree = ast.parse(expression.strip().translate({0xD7: "*", 0x2212: "-"}), mode="eval")
    except SyntaxError as error:
        raise ValueError("not a sum") from error
    return f"{value(tree.body)}"


@other_way("agents.calculate")
def character_by_character(expression):
    text = expression.replace("×", "*").replace("−", "-").strip(" ")
    total, product, sign, number, minus, ended = 0, None, "+", "", "", False
    for c in text + "+":
        if c.isascii() and c.isdigit() and not ended:
            number += c
        elif c == " ":
            ended = ended or bool(number)
            if minus and not number:
                raise ValueError("a minus sign belongs right before its number")
        elif c == "-" and not number and not minus:
            minus = "-"
        elif c in "+-*" and number:
            value = int(minus + number)
            if sign == "*":
                product *= value
            else:
                total, product = total + (product or 0), value if sign == "+" else -value
            sign, number, minus, ended = c, "", "", False
        else:
            raise ValueError(f"cannot calculate {expression!r}")
    return str(total + product)


@other_way("agents.calculate")
def by_splitting(expression):
    def product(text):
        result = 1
        for number in text.split("*"):
            if not re.fullmatch(r"\s*-?\d+\s*", number):
                raise ValueError(f"{number!r} is no whole number")
            result *= int(number)
        return result

    text = expression.replace("×", "*").replace("−", "-")
    text = re.sub(r"(?<=\d)\s*-", " +~", text)  # a difference is a sum with a negative product
    parts = [part.strip() for part in text.split("+")]
    return str(sum(-product(p[1:]) if p.startswith("~") else product(p) for p in parts))


@other_way("agents.parse_action")
def with_an_expression(text):
    line = re.search(r"^Action:.*$", text, re.MULTILINE)
    if line is None:
        return None
    found = re.match(r"Action:\s*([^\[]*?)\s*\[(.*)\]", line.group())
    return (found[1], found[2].strip()) if found and found[1] else None


@other_way("agents.parse_action")
def with_find(text):
    for line in text.splitlines():
        if not line.startswith("Action:"):
            continue
        left, right = line.find("["), line.rfind("]")
        tool = line[len("Action:") : left].strip()
        if left < 0 or right < left or not tool:
            return None
        return tool, line[left + 1 : right].strip()


@other_way("agents.parse_action")
def with_split(text):
    lines = [line for line in text.split("\n") if line[:7] == "Action:"]
    try:
        name, rest = lines[0][7:].split("[", maxsplit=1)
        inside, _ = rest.rsplit("]", maxsplit=1)
    except (IndexError, ValueError):
        return None
    return (name.strip(), inside.strip()) if name.strip() else None


@other_way("agents.react_loop")
def with_an_expression_for_the_cut(model, question, tools, max_steps):
    transcript, seen = f"Question: {question}\n", set()
    while max_steps > 0:
        max_steps -= 1
        written = model(transcript)
        end = re.search(r"^(Action|Answer):.*$", written, re.MULTILINE)
        written = (written[: end.end()] if end else written.rstrip("\n")) + "\n"
        transcript += written
        if end and end[1] == "Answer":
            return end.group()[len("Answer:") :].strip(), transcript
        action = agents.parse_action(written)
        if action in seen:
            return None, transcript
        seen |= {action} - {None}
        transcript += "Observation: " + agents.observe(action, tools) + "\n"
    return None, transcript


@other_way("agents.react_loop")
def line_by_line(model, question, tools, max_steps):
    lines, actions = ["Question: " + question], []
    for _ in range(max_steps):
        for line in model("\n".join(lines) + "\n").split("\n"):
            lines.append(line)
            if line.startswith("Answer:"):
                return line.split(":", 1)[1].strip(), "\n".join(lines) + "\n"
            if line.startswith("Action:"):
                break
        while lines[-1] == "":
            lines.pop()
        action = agents.parse_action(lines[-1])
        if action is not None and action in actions:
            break
        actions.append(action)
        lines.append("Observation: " + agents.observe(action, tools))
    return None, "\n".join(lines) + "\n"


@other_way("agents.react_loop")
def by_recursion(model, question, tools, max_steps):
    def go_on(transcript, steps, done):
        if steps == 0:
            return None, transcript
        kept = []
        for line in model(transcript).strip("\n").splitlines():
            kept.append(f"{line}\n")
            if line.startswith(("Action:", "Answer:")):
                break
        transcript += "".join(kept)
        if kept[-1].startswith("Answer:"):
            return kept[-1][7:].strip(), transcript
        action = agents.parse_action("".join(kept))
        if action and action in done:
            return None, transcript
        seen = f"Observation: {agents.observe(action, tools)}\n"
        return go_on(transcript + seen, steps - 1, [*done, action])

    return go_on(f"Question: {question}\n", max_steps, [])


@other_way("agents.transcript_tokens")
def one_loop_more(transcript, encode):
    ids, mask = [], []
    for line in transcript.split("\n")[:-1]:
        for token in encode(line + "\n"):
            ids.append(token)
            mask.append(line[:9] != "Question:" and line[:12] != "Observation:")
    return ids, mask


@other_way("agents.transcript_tokens")
def pieces_first(transcript, encode):
    lines = transcript.splitlines(True)
    pieces = [list(encode(line)) for line in lines]
    given = [line.partition(":")[0] in ("Question", "Observation") for line in lines]
    mask = [not known for piece, known in zip(pieces, given) for _ in piece]
    return [token for piece in pieces for token in piece], mask


@other_way("agents.transcript_tokens")
def as_tensors(transcript, encode):
    ids, mask = [], []
    for line in re.findall(r".*\n", transcript):
        piece = encode(line)
        ids.extend(piece)
        mask.extend([re.match(r"Question:|Observation:", line) is None] * len(piece))
    return ids, torch.tensor(mask, dtype=torch.bool)


@other_way("agents.overlapping_chunks")
def while_there_is_more(ids, size, overlap):
    if overlap < 0 or overlap >= size:
        raise ValueError("overlap must be between 0 and size - 1")
    chunks = []
    while ids:
        chunks.append(ids[:size])
        if len(ids) <= size:
            break
        ids = ids[size - overlap :]
    return chunks


@other_way("agents.overlapping_chunks")
def by_number(ids, size, overlap):
    if overlap not in range(size):
        raise ValueError("an overlap out of range")
    if not ids:
        return []
    step = size - overlap
    n = 1 + max(0, -(-(len(ids) - size) // step))
    return [list(ids[k * step : k * step + size]) for k in range(n)]


@other_way("agents.overlapping_chunks")
def without_repeats(ids, size, overlap):
    if not (overlap >= 0 and size > overlap):
        raise ValueError(overlap)
    chunks, end = [], 0
    for start in range(0, len(ids), size - overlap):
        if start + size > end and end < len(ids):
            chunks += [ids[start : start + size]]
            end = start + len(chunks[-1])
    return chunks


@other_way("agents.cosine_similarity")
def of_torch(query, keys):
    return F.cosine_similarity(query[None], keys, dim=-1)


@other_way("agents.cosine_similarity")
def unit_vectors(query, keys):
    return F.normalize(keys, dim=1, eps=1e-30) @ F.normalize(query, dim=0, eps=1e-30)


@other_way("agents.cosine_similarity")
def one_by_one(query, keys):
    found = []
    for key in keys:
        length = torch.sqrt((key**2).sum() * (query**2).sum())
        found.append((key * query).sum() / length if length > 0 else length)
    return torch.stack(found)


@other_way("agents.cosine_similarity")
def with_nan_to_num(query, keys):
    products = torch.einsum("nc,c->n", keys, query)
    return (products / keys.norm(dim=-1) / torch.linalg.vector_norm(query)).nan_to_num(0.0)


@other_way("agents.best_matches")
def sorted_places(similarities, k, threshold):
    places = sorted(range(len(similarities)), key=lambda n: -similarities[n])
    return [n for n in places[:k] if similarities[n] >= threshold]


@other_way("agents.best_matches")
def one_after_the_other(similarities, k, threshold):
    left, chosen = similarities.tolist(), []
    for _ in range(min(k, len(left))):
        best = max(left)
        if best < threshold:
            break
        chosen.append(left.index(best))
        left[chosen[-1]] = float("-inf")
    return chosen


@other_way("agents.best_matches")
def with_a_mask(similarities, k, threshold):
    values, places = similarities.sort(descending=True, stable=True)
    return places[values >= threshold][:k].tolist()


@other_way("agents.recency_decay")
def with_an_exponential(hours, rate=0.995):
    return torch.exp(hours * math.log(rate))


@other_way("agents.recency_decay")
def with_pow(hours, rate=0.995):
    return torch.pow(torch.full_like(hours, rate), hours)


@other_way("agents.recency_decay")
def hour_by_hour(hours, rate=0.995):
    return torch.tensor([rate ** float(hour) for hour in hours], dtype=hours.dtype)


@other_way("agents.retrieval_score")
def all_three_at_once(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    rows = torch.stack([recency, importance, relevance])
    low, high = rows.aminmax(dim=1, keepdim=True)
    scaled = (rows - low) / (high - low).where(high > low, torch.ones_like(high))
    return torch.tensor(weights, dtype=rows.dtype) @ scaled


@other_way("agents.retrieval_score")
def with_nan_set_to_0(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
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
