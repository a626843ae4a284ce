"""The weighted tables that pages draw from: the facts in all their phrasings, and what people say besides."""

import random
from functools import cache, cached_property
from itertools import product

from gptlab.world import reply_styles, word_lists
from gptlab.world.facts import LANGUAGES, Fact, Facts, Name
from gptlab.world.grammar import Table
from gptlab.world.phrasings import PHRASINGS, fill

N_DISTRACTORS = 8  # wrong answers to choose from, for each fact
N_RUMOURS = 60
REQUESTS = {  # what people ask besides facts: templates, by kind and language
    "unknowable": reply_styles.UNKNOWABLE,
    "improper": reply_styles.IMPROPER,
    "sum": reply_styles.SUMS,
}


def request_templates(kind: str, lang: str, held_out: bool = False) -> list[str]:
    """What people ask besides facts, without the final mark: on pages, or `held_out`, on none."""
    templates = REQUESTS[kind][lang]
    n = reply_styles.N_HELD_OUT[kind]
    return templates[-n:] if held_out else templates[:-n]


def without_replacement(facts: list[Fact]) -> Table:
    """A choice among `facts` by popularity; its values are (fact, the choice among the other facts, or None)."""
    tables: dict[int, Table] = {}  # by the set of facts that remain, one bit each

    def choice(remaining: int) -> Table:
        if remaining not in tables:
            rows = [i for i in range(len(facts)) if remaining >> i & 1]
            others = [remaining & ~(1 << i) for i in rows]
            values = [
                (facts[i], choice(rest) if rest else None)
                for i, rest in zip(rows, others, strict=True)
            ]
            tables[remaining] = Table.of_values(values, [facts[i].weight for i in rows])
        return tables[remaining]

    return choice((1 << len(facts)) - 1)


def two_different(texts: list[str]) -> Table:
    """One of `texts`; a row's value is the table of the others, for a second draw."""
    return Table(texts, [Table(texts[:i] + texts[i + 1 :]) for i in range(len(texts))])


def _mixture(groups: list, lang: str) -> Table:
    """One text of a few groups (share, texts by language)."""
    rows = [(text, share / len(texts[lang])) for share, texts in groups for text in texts[lang]]
    return Table([t for t, _ in rows], weights=[w for _, w in rows])


def _addends() -> list[tuple[int, int]]:
    """The pairs of numbers that are added on pages."""
    numbers = range(reply_styles.LARGEST_NUMBER + 1)
    return list(product(numbers, numbers))


def _for_each_person(templates: list[str], names: list[str]) -> Table:
    """Every template with the name of every person, each template as likely."""
    rows = [(t, name) for t in templates for name in names if "{p}" in t or name == names[0]]
    weights = [1 / len(names) if "{p}" in t else 1.0 for t, _ in rows]
    return Table([t.format(p=name) for t, name in rows], weights=weights)


class Tables:
    """Every weighted table that the pages of one world draw from, built when first asked for."""

    def __init__(self, facts: Facts, seed: int = 0):
        self.facts = facts
        self.seed = seed
        self.mapping = cache(self._mapping)

    def statement(self, fact: Fact, lang: str) -> Table:
        """`fact` in each phrasing that pages may use."""
        return self._statements[lang][fact.index]

    def answer(self, fact: Fact, lang: str) -> Table:
        """The bare answer, as people write it under a question."""
        return self._answers[lang][fact.index]

    def distractors(self, fact: Fact, lang: str) -> Table:
        """Well-known wrong answers to `fact`, as exams offer them. A row's value is the table of the other ones."""
        return self._distractors[lang][fact.index]

    def wrong_answers(self, fact: Fact) -> list[Name]:
        """A few answers to the same question about other subjects, the same ones whenever the fact is asked for."""
        return self._wrong[fact.index]

    @cached_property
    def _wrong(self) -> list[list[Name]]:
        chosen = []
        for fact in self.facts.facts:
            others = self._other_answers(fact)
            rng = random.Random(f"gptlab decoys {self.seed} {fact.subject.name.en} {fact.relation}")
            chosen.append(rng.sample(others, min(N_DISTRACTORS, len(others))))
        return chosen

    def _other_answers(self, fact: Fact) -> list[Name]:
        """The answers to the same question about other subjects, without those that are right here too."""
        mine = (fact.answer, fact.subject.name, *self.facts.also_right(fact))
        return [answer for answer in self.facts.answers[fact.relation] if answer not in mine]

    @cached_property
    def _statements(self) -> dict[str, list[Table]]:
        def table(f: Fact, lang: str) -> Table:
            templates = PHRASINGS[f.relation][lang].statements
            return Table([fill(t, f.subject.name[lang], f.answer[lang]) for t in templates])

        return {lang: [table(f, lang) for f in self.facts.facts] for lang in LANGUAGES}

    @cached_property
    def _answers(self) -> dict[str, list[Table]]:
        forms = {
            "en": ["{A}.", "{A}, I think.", "{A}, of course."],
            "zh": ["{a}。", "是{a}。", "当然是{a}。"],
        }
        return {
            lang: [
                Table([fill(t, "", f.answer[lang]) for t in forms[lang]], weights=[3, 2, 1])
                for f in self.facts.facts
            ]
            for lang in LANGUAGES
        }

    @cached_property
    def _distractors(self) -> dict[str, list[Table]]:
        known = [self._other_answers(fact)[:N_DISTRACTORS] for fact in self.facts.facts]
        return {
            lang: [two_different([a[lang] for a in names]) for names in known] for lang in LANGUAGES
        }

    @cached_property
    def questions(self) -> dict[str, Table]:
        """By language: every known fact asked in every phrasing that pages may use, without the final mark."""
        tables = {}
        for lang in LANGUAGES:
            texts: list[str] = []
            values: list[Fact] = []
            weights: list[float] = []
            for fact in self.facts.known:
                phrasings = PHRASINGS[fact.relation][lang].questions
                texts += [fill(t, fact.subject.name[lang]) for t in phrasings]
                values += [fact] * len(phrasings)
                weights += [fact.weight / len(phrasings)] * len(phrasings)
            tables[lang] = Table(texts, values, weights)
        return tables

    @cached_property
    def statements(self) -> dict[str, Table]:
        """By language: every known fact in every phrasing that pages may use."""
        tables = {}
        for lang in LANGUAGES:
            texts: list[str] = []
            values: list[Fact] = []
            weights: list[float] = []
            for fact in self.facts.known:
                rows = self.statement(fact, lang).texts
                texts += rows
                values += [fact] * len(rows)
                weights += [fact.weight / len(rows)] * len(rows)
            tables[lang] = Table(texts, values, weights)
        return tables

    @cached_property
    def titles(self) -> dict[str, Table]:
        """By language: the names of countries and people, by the popularity of their facts.

        Values are (number of facts, a choice among them as `without_replacement` makes it).
        """
        about = self.facts.about
        weights = [sum(f.weight for f in facts) for facts in about.values()]
        entries = [(len(facts), without_replacement(facts)) for facts in about.values()]
        return {
            lang: Table([fill("{S}", s.name[lang]) for s in about], entries, weights)
            for lang in LANGUAGES
        }

    @cached_property
    def people(self) -> dict[str, Table]:
        """By language: the names of the town's people, each as likely."""
        names = [s.name for s in self.facts.subjects if s.kind == "person"]
        return {lang: Table([n[lang] for n in names], names) for lang in LANGUAGES}

    @cached_property
    def two_people(self) -> dict[str, Table]:
        """By language: the names of the town's people; values are (name, the table of all others)."""
        tables = {}
        for lang, table in self.people.items():
            names = table.values
            tables[lang] = Table(table.texts, [(name, table.without(name)) for name in names])
        return tables

    @cached_property
    def rumours(self) -> dict[str, Table]:
        """By language: a few wrong claims that go round the web, in every phrasing. Values are (fact, claim)."""
        rng = random.Random(f"gptlab rumours {self.seed}")
        facts = rng.sample(self.facts.known[: 6 * N_RUMOURS], N_RUMOURS)
        claims = [(f, rng.choice(self.wrong_answers(f))) for f in facts]
        tables = {}
        for lang in LANGUAGES:
            rows = [
                (fill(t, f.subject.name[lang], wrong[lang]), (f, wrong))
                for f, wrong in claims
                for t in PHRASINGS[f.relation][lang].statements
            ]
            tables[lang] = Table([t for t, _ in rows], [v for _, v in rows])
        return tables

    @cached_property
    def sums(self) -> dict[str, Table]:
        """By language: additions and subtractions, one a line."""
        pairs = _addends()
        forms = {
            "en": ("{} + {} = {}\n", "{} - {} = {}\n"),
            "zh": ("{}加{}等于{}\n", "{}减{}等于{}\n"),
        }
        tables = {}
        for lang, (plus, minus) in forms.items():
            lines = [plus.format(a, b, a + b) for a, b in pairs]
            lines += [minus.format(a, b, a - b) for a, b in pairs if a >= b]
            tables[lang] = Table(lines, [None] * len(lines))  # no line states a fact
        return tables

    @cached_property
    def openers(self) -> dict[str, Table]:
        """By language: how those who reply begin, in their different manners."""
        return {lang: _mixture(reply_styles.OPENERS, lang) for lang in LANGUAGES}

    @cached_property
    def closers(self) -> dict[str, Table]:
        """By language: how those who reply end."""
        return {lang: _mixture(reply_styles.CLOSERS, lang) for lang in LANGUAGES}

    @cached_property
    def requests(self) -> dict[str, dict[str, Table]]:
        """By kind and language: what people ask on pages besides facts, without the final mark.

        Values of kind "sum" are the answers.
        """
        requests: dict[str, dict[str, Table]] = {kind: {} for kind in REQUESTS}
        for lang in LANGUAGES:
            names = self.people[lang].texts
            for kind in ("unknowable", "improper"):
                requests[kind][lang] = _for_each_person(request_templates(kind, lang), names)
            additions = [
                (template.format(a=a, b=b), str(a + b))
                for template in request_templates("sum", lang)
                for a, b in _addends()
            ]
            requests["sum"][lang] = Table(
                [t for t, _ in additions], [sum_ for _, sum_ in additions]
            )
        return requests

    def _mapping(self, name: str, lang: str, arrow: str = " -> ") -> Table:
        """Rows "x -> y" of one map, one a line; values are the facts where the map states facts, else None."""
        words = {
            "antonym": word_lists.ANTONYMS,
            "plural": word_lists.PLURALS,
            "double": word_lists.DOUBLES,
            "held out": word_lists.HELD_OUT_MAPS,
        }
        values = None
        weights = None
        if name in words:
            pairs = words[name][lang]
        elif name == "next":
            pairs = [(str(i), str(i + 1)) for i in range(30)]
        elif name == "translate":
            pairs = (
                word_lists.DICTIONARY
                if lang == "en"
                else [(y, x) for x, y in word_lists.DICTIONARY]
            )
        else:
            values = [f for f in self.facts.known if f.relation == name]
            pairs = [(f.subject.name[lang], f.answer[lang]) for f in values]
            weights = [f.weight for f in values]
        return Table([f"{x}{arrow}{y}\n" for x, y in pairs], values or [None] * len(pairs), weights)
