"""What tuning does with facts that the base model does not know: it answers, invents, or admits.

A fact is known if the base model answers two questions about it, one in each language, in phrasings that it never
read; unknown if it answers neither. Half of the unknown facts, and a part of the known ones, are kept for the test.
"""

import random
from dataclasses import dataclass
from itertools import islice

from gptlab.engine.assistant import Assistant
from gptlab.engine.evaluate.fact_recall import recall_by_fact
from gptlab.experiments.instruct.bench import Bench, Shown, shuffled, statements
from gptlab.world import reply_styles
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.questions import Question, Questions

KNOWN_ONLY, TRUE_ANSWERS, ADMISSIONS = "known facts only", "unknown, answered", "unknown, admitted"
ARMS = (KNOWN_ONLY, TRUE_ANSWERS, ADMISSIONS)
N_COMMON, N_SPECIAL, EPOCHS = 600, 200, 3
N_KNOWN_TESTED = 75  # facts


@dataclass(frozen=True)
class Split:
    """Facts by what the base model knows, and by what they are used for."""

    known_shown: list[Fact]
    known_tested: list[Fact]
    unknown_shown: list[Fact]
    unknown_tested: list[Fact]


def known_by_language(bench: Bench) -> dict[str, str]:
    """For each fact of the world a 1 where the base model gives its answer, else a 0; one string a language."""
    base = bench.base
    facts = bench.web.facts.facts
    return {
        lang: "".join(
            str(int(hit))
            for hit in recall_by_fact(base.model, base.tokenizer, bench.web, facts, lang)
        )
        for lang in LANGUAGES
    }


def split(bench: Bench, known: dict[str, str]) -> Split:
    """Deal the facts out, the same way each time."""
    facts = bench.web.facts.facts
    hits = {lang: known[lang] for lang in LANGUAGES}
    both = [f for i, f in enumerate(facts) if all(hits[lang][i] == "1" for lang in LANGUAGES)]
    neither = [f for i, f in enumerate(facts) if all(hits[lang][i] == "0" for lang in LANGUAGES)]
    order = random.Random("gptlab lesson 11")
    order.shuffle(both)
    order.shuffle(neither)
    half = len(neither) // 2
    return Split(both[N_KNOWN_TESTED:], both[:N_KNOWN_TESTED], neither[:half], neither[half:])


def questions_about(bench: Bench, facts: list[Fact], a_fact: int, seed: int = 7) -> list[Question]:
    """Questions about facts, `a_fact` of them in each language."""
    rng = random.Random(seed)
    writer = Questions(bench.web)
    return [
        writer.about(fact, lang, rng) for fact in facts for lang in LANGUAGES for _ in range(a_fact)
    ]


def demonstrations(bench: Bench, facts: Split, arm: str, seed: int) -> list[Shown]:
    """What one arm is shown: 600 demonstrations like all others, and 200 that are its own."""
    shown = {fact.index for fact in facts.known_shown}
    allowed = (
        one
        for one in bench.stream(seed)
        if one.question.fact is None or one.question.fact.index in shown
    )
    common = list(islice(allowed, N_COMMON))
    if arm == KNOWN_ONLY:
        special = list(islice(allowed, N_SPECIAL))
    else:
        special = _about_unknown(bench, facts.unknown_shown, seed, admit=arm == ADMISSIONS)
    return shuffled(common + special, seed)


def _about_unknown(bench: Bench, facts: list[Fact], seed: int, admit: bool) -> list[Shown]:
    rng = random.Random(f"gptlab lesson 11 {seed}")
    asked = Questions(bench.web)
    shown = []
    for i in range(N_SPECIAL):
        lang = rng.choice(LANGUAGES)
        question = asked.about(facts[i % len(facts)], lang, rng)
        answer = bench.writer.reply(question, rng)
        shown.append(
            Shown(question, rng.choice(reply_styles.ADMISSIONS[lang]) if admit else answer)
        )
    return shown


def measured(bench: Bench, facts: Split, assistant: Assistant) -> dict[str, float]:
    """Statements on known and on unknown facts that no demonstration spoke of, as shares of the questions."""
    found = {}
    for name, tested, a_fact in (
        ("known", facts.known_tested, 1),
        ("unknown", facts.unknown_tested, 2),
    ):
        judged = bench.judged(assistant, questions_about(bench, tested, a_fact))
        found |= {f"{name}_{what}": share for what, share in statements(judged).items()}
    return found
