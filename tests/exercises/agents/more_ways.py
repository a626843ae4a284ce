"""More other ways to write gptlab/agents.py."""

import itertools
import math
import re

import torch

from gptlab import agents
from tests.support.other_ways import other_way


@other_way("agents.calculate")
def term_sums_by_hand(expression):
    e = expression.replace("×", "*").replace("−", "-")
    pos = 0

    def skip():
        nonlocal pos
        while pos < len(e) and e[pos] == " ":
            pos += 1

    def number():
        nonlocal pos
        skip()
        sign = 1
        if pos < len(e) and e[pos] == "-":
            sign = -1
            pos += 1
        start = pos
        while pos < len(e) and e[pos] in "0123456789":
            pos += 1
        if start == pos:
            raise ValueError("expected a number in " + repr(expression))
        return sign * int(e[start:pos])

    def term():
        nonlocal pos
        value = number()
        skip()
        while pos < len(e) and e[pos] == "*":
            pos += 1
            value *= number()
            skip()
        return value

    total = term()
    skip()
    while pos < len(e):
        op = e[pos]
        if op not in "+-":
            raise ValueError("refused " + repr(op))
        pos += 1
        t = term()
        total = total + t if op == "+" else total - t
        skip()
    return str(total)


@other_way("agents.calculate")
def regex_then_ast(expression):
    e = expression.replace("×", "*").replace("−", "-")
    if not re.fullmatch(r" *-?[0-9]+( *[-+*] *-?[0-9]+)* *", e):
        raise ValueError(f"not a sum: {expression!r}")
    tokens = re.findall(r"[0-9]+|[-+*]", e)
    stack, sign, op, expect = [], 1, "+", True
    for t in tokens:
        if t.isdigit():
            v = sign * int(t)
            if op == "+":
                stack.append(v)
            elif op == "-":
                stack.append(-v)
            else:
                stack[-1] *= v
            sign, expect = 1, False
        elif expect:
            sign = -1
        else:
            op, expect = t, True
    return str(sum(stack))


@other_way("agents.parse_action")
def partition(text):
    lines = [l for l in text.split("\n") if l[:7] == "Action:"]
    if not lines:
        return None
    tool, opened, rest = lines[0][7:].partition("[")
    given, closed, _ = rest.rpartition("]")
    if not (opened and closed and tool.strip()):
        return None
    return tool.strip(), given.strip()


@other_way("agents.parse_action")
def regex_multiline(text):
    m = re.search(r"^Action:(.*)$", text, re.M)
    if m is None:
        return None
    m = re.match(r"\s*([^\[]*?)\s*\[\s*(.*)\]", m[1])
    if m is None or not m[1]:
        return None
    return m[1], m[2].rstrip()


@other_way("agents.react_loop")
def regex_cut(model, question, tools, max_steps):
    transcript = f"Question: {question}\n"
    done = []
    while max_steps > 0:
        max_steps -= 1
        text = model(transcript)
        cut = re.search(r"^(Action|Answer):[^\n]*", text, re.M)
        if cut:
            text = text[: cut.end()]
        transcript += text if text.endswith("\n") else text + "\n"
        if cut and cut[1] == "Answer":
            return cut[0][7:].strip(), transcript
        action = agents.parse_action(text)
        if action in done:
            break
        if action is not None:
            done.append(action)
        transcript += "Observation: " + agents.observe(action, tools) + "\n"
    return None, transcript


@other_way("agents.react_loop")
def recursion(model, question, tools, max_steps):
    def go(transcript, left, seen):
        if left == 0:
            return None, transcript
        text = model(transcript)
        lines = text.split("\n")
        at = next(
            (i for i, l in enumerate(lines) if l.startswith((agents.ACTION, agents.ANSWER))), None
        )
        if at is None:
            transcript += text if text.endswith("\n") else text + "\n"
            return go(
                transcript + agents.OBSERVATION + " " + agents.observe(None, tools) + "\n",
                left - 1,
                seen,
            )
        transcript += "\n".join(lines[: at + 1]) + "\n"
        if lines[at].startswith(agents.ANSWER):
            return lines[at].removeprefix(agents.ANSWER).strip(), transcript
        action = agents.parse_action(lines[at])
        if action is not None and action in seen:
            return None, transcript
        transcript += agents.OBSERVATION + " " + agents.observe(action, tools) + "\n"
        return go(transcript, left - 1, seen | {action})

    return go(agents.QUESTION + " " + question + "\n", max_steps, frozenset())


@other_way("agents.transcript_tokens")
def split_and_rebuild(transcript, encode):
    pairs = [
        (i, not l.startswith((agents.QUESTION, agents.OBSERVATION)))
        for l in transcript.split("\n")[:-1]
        for i in encode(l + "\n")
    ]
    return [i for i, _ in pairs], [m for _, m in pairs]


@other_way("agents.transcript_tokens")
def regex(transcript, encode):
    ids, mask = [], []
    for line in re.findall(r"[^\n]*\n", transcript):
        learn = re.match("Question:|Observation:", line) is None
        for token in encode(line):
            ids.append(token)
            mask.append(learn)
    return ids, mask


@other_way("agents.overlapping_chunks")
def formula(ids, size, overlap):
    if overlap < 0 or overlap >= size:
        raise ValueError(f"overlap must lie in 0..{size - 1}")
    if not ids:
        return []
    n = max(1, math.ceil((len(ids) - overlap) / (size - overlap)))
    return [ids[k * (size - overlap) : k * (size - overlap) + size] for k in range(n)]


@other_way("agents.cosine_similarity")
def by_loop(query, keys):
    out = torch.zeros(len(keys), dtype=keys.dtype)
    for n in range(len(keys)):
        size = torch.sqrt((query * query).sum()) * torch.sqrt((keys[n] * keys[n]).sum())
        if size > 0:
            out[n] = (query * keys[n]).sum() / size
    return out


@other_way("agents.cosine_similarity")
def normalize(query, keys):
    return torch.nn.functional.normalize(keys, dim=-1) @ torch.nn.functional.normalize(query, dim=0)


@other_way("agents.cosine_similarity")
def f_cosine_similarity(query, keys):
    return torch.nn.functional.cosine_similarity(query[None], keys, dim=-1)


@other_way("agents.best_matches")
def repeated_argmax(similarities, k, threshold):
    s = similarities.tolist()
    out = []
    while len(out) < k:
        best = None
        for n, value in enumerate(s):
            if n not in out and value >= threshold and (best is None or value > s[best]):
                best = n
        if best is None:
            return out
        out.append(best)
    return out


@other_way("agents.best_matches")
def by_sorting(similarities, k, threshold):
    ranked = sorted(((-v, n) for n, v in enumerate(similarities.tolist()) if v >= threshold))
    return [n for _, n in ranked[:k]]


@other_way("agents.recency_decay")
def exp_log(hours, rate=0.995):
    return torch.exp(hours * math.log(rate))


@other_way("agents.recency_decay")
def loop_list(hours, rate=0.995):
    return torch.tensor([rate**h for h in hours.tolist()], dtype=hours.dtype)


@other_way("agents.retrieval_score")
def stacked(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    table = torch.stack([recency, importance, relevance])
    low = table.amin(1, keepdim=True)
    span = table.amax(1, keepdim=True) - low
    scaled = torch.where(
        span > 0,
        (table - low) / torch.where(span > 0, span, torch.ones_like(span)),
        torch.zeros_like(table),
    )
    return torch.tensor(weights, dtype=table.dtype) @ scaled


@other_way("agents.retrieval_score")
def loops(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    total = torch.zeros(len(recency), dtype=recency.dtype)
    for w, xs in zip(weights, (recency, importance, relevance)):
        lo, hi = min(xs.tolist()), max(xs.tolist())
        if hi == lo:
            continue
        for n, v in enumerate(xs.tolist()):
            total[n] += w * (v - lo) / (hi - lo)
    return total


@other_way("agents.retrieve")
def best_matches_with_inf(hours, importance, query, keys, k, rate=0.995):
    score = agents.retrieval_score(
        agents.recency_decay(hours, rate), importance, agents.cosine_similarity(query, keys)
    )
    return agents.best_matches(score, k, float("-inf"))


@other_way("agents.retrieve")
def from_scratch(hours, importance, query, keys, k, rate=0.995):
    def scale(xs):
        lo, hi = xs.min(), xs.max()
        return (xs - lo) / (hi - lo) if hi > lo else xs * 0

    cos = torch.nn.functional.cosine_similarity(keys, query.unsqueeze(0), dim=1)
    score = (scale(rate**hours) + scale(importance) + scale(cos)).tolist()
    return sorted(range(len(score)), key=lambda n: -score[n])[:k]


@other_way("agents.reflection_points")
def slices(importance, threshold=150):
    out, start = [], 0
    for i in range(len(importance)):
        if sum(importance[start : i + 1]) > threshold:
            out.append(i)
            start = i + 1
    return out


@other_way("agents.reflection_points")
def while_with_cumulative(importance, threshold=150):
    sums = list(itertools.accumulate(importance))
    out, base = [], 0
    for i, s in enumerate(sums):
        if s - base > threshold:
            out.append(i)
            base = s
    return out
