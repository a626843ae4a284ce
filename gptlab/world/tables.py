"""Tables of sentences: the facts in all their phrasings, ready for pages to draw from."""

import random
from functools import cached_property, lru_cache

from gptlab.world import reply_styles, word_lists
from gptlab.world.facts import LANGUAGES, Fact, Facts, Name, Subject
from gptlab.world.grammar import Table
from gptlab.world.phrasings import PHRASINGS, fill

N_DISTRACTORS = 8
N_RUMOURS = 60


def without_replacement(facts: list[Fact]) -> Table:
    """A silent choice among `facts` by popularity; values are (fact, the choice among the other facts, or None)."""
    made: dict[int, Table] = {}  # by the set of facts left, one bit each

    def choice(left: int) -> Table | None:
        if left and left not in made:
            rows = [i for i in range(len(facts)) if left >> i & 1]
            values = [(facts[i], choice(left & ~(1 << i))) for i in rows]
            made[left] = Table.of_values(values, [facts[i].weight for i in rows])
        return made.get(left)

    return choice((1 << len(facts)) - 1)


def _two_of(texts: list[str]) -> Table:
    """One of `texts`; a row's value is the table of the others, for a second draw."""
    return Table(texts, [Table(texts[:i] + texts[i + 1 :]) for i in range(len(texts))])


def _mixed(parts: list, lang: str) -> Table:
    """One text of a few groups, each with its share."""
    rows = [(text, weight / len(texts[lang])) for weight, texts in parts for text in texts[lang]]
    return Table([t for t, _ in rows], weights=[w for _, w in rows])


def _pairs() -> list[tuple[int, int]]:
    """The numbers that are added on pages."""
    return [
        (a, b)
        for a in range(reply_styles.LARGEST_NUMBER + 1)
        for b in range(reply_styles.LARGEST_NUMBER + 1)
    ]


def _each(templates: list[str], names: list[str]) -> Table:
    """Every template with the name of every person, each template as likely."""
    rows = [(t, name) for t in templates for name in names if "{p}" in t or name == names[0]]
    weights = [1 / len(names) if "{p}" in t else 1.0 for t, _ in rows]
    return Table([t.format(p=name) for t, name in rows], weights=weights)


class Tables:
    """Every weighted table that the pages of one world draw from, built when first asked for."""

    def __init__(self, facts: Facts, seed: int = 0):
        self.facts, self.seed = facts, seed
        self.mapping = lru_cache(maxsize=None)(self._mapping)

    def statement(self, fact: Fact, lang: str) -> Table:
        """`fact` in each phrasing that pages may use."""
        return self._statements[lang][fact.index]

    def answer(self, fact: Fact, lang: str) -> Table:
        """The bare answer, as people write it under a question."""
        return self._answers[lang][fact.index]

    def distractors(self, fact: Fact, lang: str) -> Table:
        """Wrong answers to `fact` that exams offer: well-known ones. A row's value is the table of the other ones."""
        return self._distractors[lang][fact.index]

    def wrong_answers(self, fact: Fact) -> list[Name]:
        """A few answers to the same question about other subjects, the same ones whenever the fact is asked for."""
        return self._wrong[fact.index]

    @cached_property
    def _wrong(self) -> list[list[Name]]:
        chosen = []
        for fact in self.facts.facts:
            others = [
                a
                for a in self.facts.answers[fact.relation]
                if a not in (fact.answer, fact.subject.name)
            ]
            draw = random.Random(
                f"gptlab decoys {self.seed} {fact.subject.name.en} {fact.relation}"
            )
            chosen.append(draw.sample(others, min(N_DISTRACTORS, len(others))))
        return chosen

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
        others = (
            [a for a in self.facts.answers[f.relation] if a not in (f.answer, f.subject.name)]
            for f in self.facts.facts
        )
        known = [names[:N_DISTRACTORS] for names in others]
        return {lang: [_two_of([a[lang] for a in names]) for names in known] for lang in LANGUAGES}

    @cached_property
    def questions(self) -> dict[str, Table]:
        """By language: every known fact asked in every phrasing that pages may use, without the final mark."""
        tables = {}
        for lang in LANGUAGES:
            texts, values, weights = [], [], []
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
            texts, values, weights = [], [], []
            for fact in self.facts.known:
                rows = self.statement(fact, lang).texts
                texts, values = texts + rows, values + [fact] * len(rows)
                weights += [fact.weight / len(rows)] * len(rows)
            tables[lang] = Table(texts, values, weights)
        return tables

    @cached_property
    def titles(self) -> dict[str, Table]:
        """By language: the names of countries and people, by the popularity of their facts.

        Values are (number of facts, a silent choice among them), as `without_replacement` makes it.
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
    def rumours(self) -> dict[str, Table]:
        """By language: a few wrong claims that go round the web, in every phrasing. Values are (fact, claim)."""
        draw = random.Random(f"gptlab rumours {self.seed}")
        facts = draw.sample(self.facts.known[: 6 * N_RUMOURS], N_RUMOURS)
        claims = [(f, draw.choice(self.wrong_answers(f))) for f in facts]
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
    def subjects_by_continent(self) -> dict[Name, list[Subject]]:
        """Countries whose continent pages may state, by continent."""
        groups: dict[Name, list[Subject]] = {}
        for fact in self.facts.known:
            if fact.relation == "continent":
                groups.setdefault(fact.answer, []).append(fact.subject)
        return groups

    @cached_property
    def sums(self) -> dict[str, Table]:
        """By language: additions and subtractions, one a line."""
        pairs = _pairs()
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
        return {lang: _mixed(reply_styles.OPENERS, lang) for lang in LANGUAGES}

    @cached_property
    def closers(self) -> dict[str, Table]:
        """By language: how those who reply end."""
        return {lang: _mixed(reply_styles.CLOSERS, lang) for lang in LANGUAGES}

    @cached_property
    def requests(self) -> dict[str, dict[str, Table]]:
        """By kind ("unknowable", "improper", "sum") and language: what else people ask on pages, without the final
        mark. Values of sums are the answers."""
        kept, unknowable, improper, asked = reply_styles.N_HELD_OUT, {}, {}, {}
        for lang in LANGUAGES:
            names = self.people[lang].texts
            unknowable[lang] = _each(reply_styles.UNKNOWABLE[lang][: -kept["unknowable"]], names)
            improper[lang] = _each(reply_styles.IMPROPER[lang][: -kept["improper"]], names)
            rows = [
                (t.format(a=a, b=b), str(a + b))
                for t in reply_styles.SUMS[lang][: -kept["sum"]]
                for a, b in _pairs()
            ]
            asked[lang] = Table([t for t, _ in rows], [v for _, v in rows])
        return {"unknowable": unknowable, "improper": improper, "sum": asked}

    def _mapping(self, name: str, lang: str, arrow: str = " -> ") -> Table:
        """Rows "x -> y" of one map, one a line; values are the facts where the map states facts, else None."""
        words = {
            "antonym": word_lists.ANTONYMS,
            "plural": word_lists.PLURALS,
            "double": word_lists.DOUBLES,
            "held out": word_lists.HELD_OUT_MAPS,
        }
        values = weights = None
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
