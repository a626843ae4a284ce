"""What a model knows and how it behaves, measured against the little web's exact truth."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import instruct, ppo
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, GREEDY, MAX_REPLY_TOKENS
from gptlab.engine.model.batches import device_of, right_pad
from gptlab.engine.model.generate import generate_batch
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.gold_labeler import GoldLabeler, Judgement
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.questions import RUNNING_EXAMPLE, Question, first_line
from gptlab.world.web import Page, Web

BATCH = 64  # texts that are read at once
BATCH_WRITTEN = 256  # replies that are written at once: a step of few costs as much as one of many


@torch.no_grad()
def text_nats(model, tokenizer, texts: list[str]) -> Tensor:
    """−log p(text and its end) in nats, each text read from the start of a page.

    ->  (N,) float64

    Raises ValueError when a text is longer than the context.
    """
    end, context = tokenizer.special["endoftext"], model.config.context
    rows = [[end, *ids, end] for ids in tokenizer.encode_batch(texts)]
    longest = max(map(len, rows), default=0)
    if longest > context:
        raise ValueError(
            f"a text of {longest - 2} tokens and its two ends do not fit a context of {context}: split it"
        )
    order, nats = (
        sorted(range(len(rows)), key=lambda i: len(rows[i])),
        torch.zeros(len(rows), dtype=torch.float64),
    )
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        ids, keep = (x.to(device_of(model)) for x in right_pad([rows[i] for i in part]))  # (B, T)
        logprobs = ppo.token_log_probs(model(ids), ids)  # (B, T − 1)
        nats[part] = -logprobs.masked_fill(~keep[:, 1:], 0.0).double().sum(1).cpu()
    return nats


def page_floor(web: Web, pages: list[Page]) -> Tensor:
    """−log P(page) in nats under the web's own probabilities: what no model can pass on average. -> (N,) float64"""
    return torch.tensor([-web.log_probability(p.text) for p in pages], dtype=torch.float64)


def page_figures(
    model, tokenizer, web: Web, pages: list[Page], floor: Tensor | None = None
) -> dict:
    """How near the model comes to the floor that no model can pass, on whole pages.

    bits_per_byte = Σ −log2 p(page) / Σ bytes; the floor is the same sum under the web's own probabilities, which
    `page_floor` gives for whoever measures several models.
    -> {"bits_per_byte", "floor_bits_per_byte", "ratio", "nats_per_token", "pages", "kinds": {kind: ratio}}
    """
    nats = text_nats(model, tokenizer, [p.text for p in pages])
    floor = page_floor(web, pages) if floor is None else floor
    n_bytes = sum(len(p.text.encode()) for p in pages)
    n_tokens = sum(len(ids) + 1 for ids in tokenizer.encode_batch([p.text for p in pages]))
    groups: dict[str, list[int]] = {}
    for i, page in enumerate(pages):
        groups.setdefault(page.kind, []).append(i)
    return {
        "bits_per_byte": float(nats.sum()) / math.log(2) / n_bytes,
        "floor_bits_per_byte": float(floor.sum()) / math.log(2) / n_bytes,
        "ratio": float(nats.sum() / floor.sum()),
        "nats_per_token": float(nats.sum()) / n_tokens,
        "pages": len(pages),
        "kinds": {
            kind: float(nats[rows].sum() / floor[rows].sum())
            for kind, rows in sorted(groups.items())
        },
    }


def recall(
    model, tokenizer, web: Web, n_facts: int = 300, seen: bool = False, stated: bool = False
) -> dict[str, float]:
    """Share of the most popular facts that the base model gets right, greedily, by language.

    seen    in phrasings of the web; default: in phrasings that no page ever used
    stated  as a statement to be completed, "… is"; default: as a question under which it writes the next line
    """
    facts = web.facts.known[:n_facts]
    return {
        lang: _mean(recall_by_fact(model, tokenizer, web, facts, lang, seen, stated))
        for lang in LANGUAGES
    }


def recall_by_fact(
    model,
    tokenizer,
    web: Web,
    facts: list[Fact],
    lang: str,
    seen: bool = False,
    stated: bool = False,
) -> list[bool]:
    """For each fact whether the model states it: its first line claims the right answer and no other one.

    A statement to be completed has to go on with the answer itself.
    """
    end = tokenizer.special["endoftext"]
    prompts = [_prompt(fact, lang, i, seen, stated) for i, fact in enumerate(facts)]
    rows = [[end, *ids] for ids in tokenizer.encode_batch(prompts)]
    n = min(30, model.config.context - max(map(len, rows)))
    lines = [
        text.split("\n")[0]
        for text, _ in _continue(model, tokenizer, rows, n, end, temperature=GREEDY)
    ]
    if stated:
        return [
            line.lower().lstrip().startswith(f.answer[lang].lower())
            for f, line in zip(facts, lines)
        ]
    gold = GoldLabeler(web)
    questions = [
        Question(prompt, lang, "fact", f, f.answer[lang]) for f, prompt in zip(facts, prompts)
    ]
    return [gold.classify(question, line) == "right" for question, line in zip(questions, lines)]


def _prompt(fact: Fact, lang: str, turn: int, seen: bool, stated: bool) -> str:
    """The text to continue: facts take the phrasings in turn."""
    phrasing = PHRASINGS[fact.relation][lang]
    if stated:
        templates = phrasing.answer_last if seen else phrasing.held_out_statements
        return fill(
            templates[turn % len(templates)].split("{a}")[0], fact.subject.name[lang]
        ).rstrip()
    templates = phrasing.questions if seen else phrasing.held_out_questions
    return first_line(fill(templates[turn % len(templates)], fact.subject.name[lang]), lang)


@torch.no_grad()
def _continue(
    model, tokenizer, rows: list[list[int]], n: int, stop: int, **sampling
) -> list[tuple[str, bool]]:
    """(text, finished) of each continuation, in the order of the rows."""
    order, found = sorted(range(len(rows)), key=lambda i: len(rows[i])), {}
    for start in range(0, len(order), BATCH_WRITTEN):
        part = order[start : start + BATCH_WRITTEN]
        for i, new in zip(
            part, generate_batch(model, [rows[i] for i in part], n, stop_id=stop, **sampling)
        ):
            finished = bool(new) and new[-1] == stop
            found[i] = tokenizer.decode(new[:-1] if finished else new), finished
    return [found[i] for i in range(len(rows))]


def continuations(
    model, tokenizer, web: Web, prompt: str = RUNNING_EXAMPLE["zh"], n: int = 200, seed: int = 0
) -> dict:
    """How the base model goes on from the running example, counted over n samples.

    -> {"answer", "question", "exam", "other": counts, "examples": {kind: text}}
    """
    end = tokenizer.special["endoftext"]
    rows = [[end, *tokenizer.encode(prompt)]] * n
    generator = torch.Generator().manual_seed(seed)
    texts = [t for t, _ in _continue(model, tokenizer, rows, 40, end, generator=generator)]
    counts, examples = dict.fromkeys(("answer", "question", "exam", "other"), 0), {}
    for text in texts:
        kind = continuation_kind(web, text)
        counts[kind] += 1
        examples.setdefault(kind, text)
    return counts | {"examples": examples}


def continuation_kind(web: Web, text: str) -> str:
    """answer: a mountain is named; question: it is met by another question; exam: options A, B, C; else other."""
    lines = text.strip("？? \n")
    if "A" in lines[:2] and "B" in lines:
        return "exam"
    if "谁来告诉我" in lines or "请大家帮帮我" in lines or lines.endswith(("？", "?")):
        return "question"
    named = any(name.zh in lines for name in web.facts.answers["mountain"])
    return "answer" if named else "other"


def chat_ids(tokenizer, question: str) -> list[int]:
    """The ids that a chat model is asked with: the user's turn, and the start of its own."""
    return instruct.render_chat(
        [{"role": "user", "content": question}], tokenizer.encode, tokenizer.special, add_reply=True
    )[0]


def replies(
    model,
    tokenizer,
    questions: list[Question],
    n: int = MAX_REPLY_TOKENS,
    temperature: float = CHAT_TEMPERATURE,
    seed: int = 0,
) -> list[tuple[str, bool]]:
    """(reply, finished) to each question, at most n tokens long."""
    rows = [chat_ids(tokenizer, q.text) for q in questions]
    generator = torch.Generator().manual_seed(seed)
    return _continue(
        model,
        tokenizer,
        rows,
        n,
        tokenizer.special["end"],
        temperature=temperature,
        generator=generator,
    )


def base_replies(
    model, tokenizer, questions: list[Question], n: int = MAX_REPLY_TOKENS, seed: int = 0
) -> list[tuple[str, bool]]:
    """What a base model writes under each question, as under the first line of a page."""
    texts = [first_line(q.text, q.lang) for q in questions]
    rows = [[tokenizer.special["endoftext"], *ids] for ids in tokenizer.encode_batch(texts)]
    generator = torch.Generator().manual_seed(seed)
    end = tokenizer.special["endoftext"]
    return _continue(
        model, tokenizer, rows, n, end, temperature=CHAT_TEMPERATURE, generator=generator
    )


def reply_to(model, tokenizer, text: str, n: int = MAX_REPLY_TOKENS) -> str:
    """The likeliest reply of a chat model."""
    return _continue(
        model,
        tokenizer,
        [chat_ids(tokenizer, text)],
        n,
        tokenizer.special["end"],
        temperature=GREEDY,
    )[0][0]


def continue_text(model, tokenizer, text: str, n: int = 40) -> str:
    """How a base model goes on from a text, likeliest token by likeliest token."""
    end = tokenizer.special["endoftext"]
    return _continue(
        model, tokenizer, [[end, *tokenizer.encode(text)]], n, end, temperature=GREEDY
    )[0][0]


def judge(
    gold: GoldLabeler, questions: list[Question], answers: list[tuple[str, bool]]
) -> list[Judgement]:
    """The gold labeler's judgement of each reply."""
    return [gold.judge(q, text, finished) for q, (text, finished) in zip(questions, answers)]


def summary(judgements: list[Judgement]) -> dict[str, float]:
    """Means over replies: gold score, shares that answer, are right, polite, rude, finished; length in bytes."""
    names = ("answers", "polite", "rude", "finished")
    shares = {name: _mean([getattr(j, name) for j in judgements]) for name in names}
    right = _mean([j.content == "right" for j in judgements])
    return {
        "gold": _mean([j.score for j in judgements]),
        "right": right,
        **shares,
        "bytes": _mean([j.n_bytes for j in judgements]),
    }


def win_rate(ours: list[float], theirs: list[float]) -> dict[str, float]:
    """How often our reply to the same prompt scores higher, ties counted half, with a 95 % interval over prompts.

    mean ± 1.96·s/√n, s the standard deviation of (1 win, ½ tie, 0 loss)
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(
            f"{len(ours)} scores against {len(theirs)}: give one of each for every prompt"
        )
    points = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in zip(ours, theirs)]
    mean, n = _mean(points), len(points)
    half = 1.96 * math.sqrt(sum((p - mean) ** 2 for p in points) / max(1, n - 1) / n)
    return {"mean": mean, "low": max(0.0, mean - half), "high": min(1.0, mean + half), "n": n}


def held_out_questions(draw: Callable, n: int) -> list[Question]:
    """n different questions from `Questions.draw(...)`."""
    found: dict[str, Question] = {}
    for question in draw:
        found.setdefault(question.text, question)
        if len(found) == n:
            return list(found.values())


def page_sample(web: Web, tokenizer, n: int, context: int, seed: int = 10**6) -> list[Page]:
    """n held-out pages; the few that are longer than the context are passed over."""
    pages, found = web.pages(seed), []
    while len(found) < n:
        page = next(pages)
        if len(tokenizer.encode(page.text)) + 2 <= context:
            found.append(page)
    return found


def yardsticks(text: bytes, held_out: bytes) -> dict[str, float]:
    """Bits per byte on the held-out bytes, after the training text: of bz2, xz, and an n-gram model."""
    import bz2
    import lzma

    from gptlab.engine.evaluate.baselines.byte_ngram import ORDER, ByteNgram

    def extra(compress) -> float:
        return 8 * (len(compress(text + held_out)) - len(compress(text))) / max(1, len(held_out))

    return {
        "bz2": extra(lambda b: bz2.compress(b, 9)),
        "xz": extra(lambda b: lzma.compress(b, preset=9)),
        f"{ORDER}-gram": ByteNgram(text).bits_per_byte(held_out, text),
    }


def _mean(values: list) -> float:
    return float(sum(values)) / max(1, len(values))
