"""What a base model writes under the same text after different cue words."""

import random
import re
from collections import Counter

import torch

from gptlab.engine.model import generate
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.zero_shot.tasks import start_of_page
from gptlab.world import word_lists
from gptlab.world.facts import Fact
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

CUES = {  # what is said of each -> the cue itself, without a space at its end
    "no cue": "",
    '"="': "\n=",
    '"Tags:"': "\nTags:",
    '"Edited"': "\nEdited",
    '"—"': "\n—",
    'placebo "~"': "\n~",
    '"TL;DR:"': "\nTL;DR:",
}
KINDS = ("right translation", "other Chinese", "tags", "a date", "a name", "something else")
N_TEXTS = 60
LINE_TOKENS = 24
MONTHS = "|".join(word_lists.MONTHS)


def texts(web: Web, n: int = N_TEXTS, seed: int = 1) -> list[tuple[Fact, str]]:
    """English sentences that state a well-known fact, as pages do."""
    rng = random.Random(f"gptlab cue texts {seed}")
    facts = rng.sample(web.facts.known[:300], n)
    return [
        (
            fact,
            fill(
                rng.choice(PHRASINGS[fact.relation]["en"].statements),
                fact.subject.name.en,
                fact.answer.en,
            ),
        )
        for fact in facts
    ]


@torch.no_grad()
def written(
    model: GPT,
    tokenizer: Tokenizer,
    beginnings: list[str],
    cue: str,
    temperature: float = 1.0,
    seed: int = 1,
) -> list[str]:
    """What the model writes after each text and the cue: the rest of the line, or the next line after no cue."""
    starts = [start_of_page(tokenizer, text + cue) for text in beginnings]
    new = generate.generate_batch(
        model,
        starts,
        LINE_TOKENS,
        tokenizer.special["endoftext"],
        temperature,
        generator=torch.Generator().manual_seed(seed),
    )
    ends = set(tokenizer.special.values())
    lines = [tokenizer.decode([i for i in ids if i not in ends]) for ids in new]
    return [line.lstrip("\n").split("\n")[0].strip() for line in lines]


def kind_of(line: str, fact: Fact) -> str:
    """Which of KINDS a line is, whether its cue was given or the model wrote it itself."""
    line = re.sub(r"^(=|—|~|Tags:|Edited)\s*", "", line)
    if re.search(r"\d\d:\d\d", line):
        return "a name"
    if re.match(rf"\d+ ({MONTHS})", line) or re.match(r"\d+月\d+日", line):
        return "a date"
    words = [word for word in re.split(r"[,、]\s*", line) if word]
    tags = {*word_lists.TAGS["en"], *word_lists.TAGS["zh"]}
    if len(words) > 1 and sum(word in tags for word in words) >= 2:
        return "tags"
    if re.search("[\u4e00-\u9fff]", line):
        return "right translation" if fact.answer.zh in line else "other Chinese"
    return "something else"


def what_came(
    model: GPT, tokenizer: Tokenizer, web: Web, n: int = N_TEXTS
) -> dict[str, dict[str, float]]:
    """For each cue the share of each kind of line, over the same texts."""
    chosen = texts(web, n)
    beginnings = [text for _, text in chosen]
    shares = {}
    for name, cue in CUES.items():
        lines = written(model, tokenizer, beginnings, cue)
        counts = Counter(kind_of(line, fact) for line, (fact, _) in zip(lines, chosen, strict=True))
        shares[name] = {kind: counts[kind] / n for kind in KINDS}
    return shares
