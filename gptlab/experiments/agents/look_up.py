"""The table behind `look_up`: every fact of the little web under a short key, and invented things that no page names.

the capital of Peru → The capital of Peru is Lima.          秘鲁的首都 → 秘鲁的首都是利马。
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from gptlab.world.facts import LANGUAGES, Fact, Facts, Name, Subject
from gptlab.world.gloss import gloss
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

RELATIONS = {  # what a relation is called in a key
    "capital": Name("capital", "首都"),
    "continent": Name("continent", "大洲"),
    "mountain": Name("mountain", "山"),
    "river": Name("river", "河"),
    "lake": Name("lake", "湖"),
    "currency": Name("currency", "货币"),
    "language": Name("language", "语言"),
    "home": Name("home", "家"),
    "job": Name("job", "工作"),
    "pet": Name("pet", "宠物"),
    "friend": Name("friend", "朋友"),
}
NOTHING = {"en": "nothing was found", "zh": "没有找到"}
INVENTED = ("capital", "mountain", "river", "lake", "currency", "language")  # of invented countries


@dataclass(frozen=True)
class Entry:
    """One line of the table: what is asked for, and the fact that answers it."""

    fact: Fact
    lang: str

    @property
    def key(self) -> str:
        """What `look_up` has to be given."""
        return key_of(self.fact.subject.name[self.lang], self.fact.relation, self.lang)

    def sentence(self, number: int = 0) -> str:
        """The fact as pages state it, in one of its phrasings; the table holds the first."""
        statements = PHRASINGS[self.fact.relation][self.lang].statements
        template = statements[number % len(statements)]
        return fill(template, self.fact.subject.name[self.lang], self.fact.answer[self.lang])


def key_of(subject: str, relation: str, lang: str) -> str:
    """The key of a relation of a subject, in one language."""
    name = RELATIONS[relation][lang]
    return f"the {name} of {subject}" if lang == "en" else f"{subject}的{name}"


def key_in_english(key: str) -> str:
    """A Chinese key as the English one would be; an English key as it is.

    Example: 秘鲁的首都 → the capital of Peru
    """
    subject, _, name = key.rpartition("的")
    relation = next((r for r, names in RELATIONS.items() if names.zh == name), None)
    return key if relation is None else key_of(gloss(subject), relation, "en")


def look_up_tool(facts: Iterable[Fact]) -> Callable[[str], str]:
    """`look_up` over these facts in both languages: the sentence under a key, or that nothing was found."""
    table = {}
    for fact in facts:
        for lang in LANGUAGES:
            entry = Entry(fact, lang)
            table[entry.key] = entry.sentence()

    def look_up(key: str) -> str:
        return table.get(key) or NOTHING["en" if key.isascii() else "zh"]

    return look_up


def wrong_rows(facts: list[Fact]) -> list[Fact]:
    """A table with mistaken rows: under each key stands the fact of another subject, for a control."""
    by_relation: dict[str, list[Fact]] = {}
    for fact in facts:
        by_relation.setdefault(fact.relation, []).append(fact)
    return [
        fact.__class__(fact.subject, fact.relation, other.answer, fact.weight)
        for same in by_relation.values()
        for fact, other in zip(same, same[1:] + same[:1], strict=True)
    ]


@cache
def _pieces() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What invented names are made of: pieces of real names, of two to five letters, and Chinese characters."""
    facts = Facts(0).facts
    names = [name for fact in facts for name in (fact.subject.name, fact.answer)]
    words = {word for name in names for word in re.findall(r"[a-z]{4,}", name.en.lower())}
    cuts = {
        word[i : i + n] for word in words for n in (2, 3, 4, 5) for i in range(len(word) - n + 1)
    }
    return tuple(sorted(cuts)), tuple(sorted({c for name in names for c in name.zh}))


def invented_name(rng: random.Random) -> Name:
    """A name that no page of the little web holds, in both languages."""
    cuts, characters = _pieces()
    en = "".join(rng.choice(cuts) for _ in range(rng.randint(1, 3))).capitalize()
    zh = "".join(rng.choice(characters) for _ in range(rng.randint(2, 6)))
    return Name(en, zh)


def invented_facts(n: int, seed: int) -> list[Fact]:
    """n facts about invented countries: nobody can know them by heart."""
    rng = random.Random(f"gptlab invented {seed}")
    return [
        Fact(
            Subject(invented_name(rng), "country", 0),
            rng.choice(INVENTED),
            invented_name(rng),
            0.0,
            held_out=True,
        )
        for _ in range(n)
    ]


def is_tested(fact: Fact) -> bool:
    """Whether a fact is kept for the test: every third, by a checksum, is in no demonstration."""
    return crc32(f"{fact.subject.name.en} {fact.relation}".encode()) % 3 == 0


def tested(web: Web) -> list[Fact]:
    """The facts of a web that no demonstration of a tool uses."""
    return [fact for fact in web.facts.facts if is_tested(fact)]
