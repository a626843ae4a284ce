"""The little web's pages: read back exactly, deterministic, true where they should be, silent where they must be."""

import collections
import csv
import hashlib
import itertools
import math
import os
import random
import re
import subprocess
import sys
import tracemalloc
from functools import partial

import pytest

from gptlab.world import facts as world_facts
from gptlab.world import pages as page_kinds
from gptlab.world.facts import Facts
from gptlab.world.grammar import Recorder, Table, log_prefix_probability
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web
from tests.support.paths import ROOT

EXAMPLE = "台湾最高的山是哪座山"
N = 40_000


@pytest.fixture(scope="module")
def web() -> Web:
    return Web(0)


@pytest.fixture(scope="module")
def sample(web):
    return list(itertools.islice(web.pages(11), N))


@pytest.fixture(scope="module")
def corpus(sample):
    return "\n\n".join(page.text for page in sample[:30_000])


class Auditor(Recorder):
    """Recomputes the probability of its draws from the tables' cumulative weights."""

    __slots__ = ("logp",)

    def __init__(self, uniform):
        super().__init__(uniform)
        self.logp = 0.0

    def _draw(self, table):
        row = super()._draw(table)
        before = 0.0 if not row or table.cumulative is None else table.cumulative[row - 1]
        self.logp += math.log(
            1 / table.n if table.cumulative is None else table.cumulative[row] - before
        )
        return row


@pytest.mark.slow
def test_ten_thousand_pages_are_read_back(web):
    uniform = random.Random(20).random
    for _ in range(10_000):
        writer = Auditor(uniform)
        web.write(writer)
        found = {tuple(reader.script): reader for reader in web.read(writer.text())}
        own = found[tuple(writer.script)]  # the writer's own choices are among the derivations
        assert own.logp == pytest.approx(writer.logp, abs=1e-7)
        assert own.stated == writer.stated
        assert sum(math.exp(r.logp - own.logp) for r in found.values()) >= 1.0


@pytest.mark.slow
def test_log_probability_sums_over_the_derivations(web, sample):
    for page in sample[:300]:
        readers = web.read(page.text)
        total = math.fsum(math.exp(r.logp) for r in readers)
        assert web.log_probability(page.text) == pytest.approx(math.log(total), abs=1e-9)
        assert web.log_probability(page.text) >= max(r.logp for r in readers) - 1e-12


def test_frequencies_of_beginnings_are_their_probabilities(web, sample):
    begins = collections.Counter(page.text[:n] for page in sample for n in (1, 3, 7))
    for beginning, count in begins.most_common(60):
        chance = math.exp(web.log_prefix_probability(beginning))
        if len(beginning) in (1, 3, 7) and not any(len(p.text) < len(beginning) for p in sample):
            assert abs(count - N * chance) < 5 * math.sqrt(N * chance * (1 - chance))


def test_frequencies_of_short_pages_are_their_probabilities(web, sample):
    """One popular fact stated and nothing else: as frequent as the sum of exp(log P) over its phrasings."""
    seen, total = collections.Counter(page.text for page in sample), [0, 0.0]
    for fact, lang in itertools.product(web.facts.known[:80], ("en", "zh")):
        texts = web.tables.statement(fact, lang).texts
        count, expected = (
            sum(seen[t] for t in texts),
            N * math.fsum(math.exp(web.log_probability(t)) for t in texts),
        )
        assert abs(count - expected) < 5 * math.sqrt(expected) + 1
        total = [total[0] + count, total[1] + expected]
    assert total[1] > 50 and abs(total[0] - total[1]) < 4 * math.sqrt(total[1])


def test_the_next_character_of_simple_pages_shares_out_the_probability(web):
    """Sums, patterns and reviews: P(beginning) = Σ over next characters of P(beginning + c) + P(it ends)."""
    tables = [web.tables.mapping(name, "zh") for name in page_kinds.MAPS.values] + [
        web.tables.people["en"]
    ]
    tables += [
        t
        for words in vars(page_kinds).values()
        if isinstance(words, dict)
        for t in words.values()
        if isinstance(t, Table)
    ]
    written = "".join(text for table in tables for text in table.texts)
    characters = sorted({*written, *"The was and .,\n—Review: 0123456789+-="})
    for kind, lang in [("sums", "en"), ("pattern", "zh"), ("review", "en")]:
        program = partial(getattr(page_kinds, kind), tables=web.tables, lang=lang)
        writer = Recorder(random.Random(kind).random)
        program(writer)
        text = writer.text()
        for n in range(0, len(text) + 1, 5):
            whole = math.exp(log_prefix_probability(program, text[:n]))
            parts = [math.exp(log_prefix_probability(program, text[:n] + c)) for c in characters]
            parts.append(math.exp(log_prefix_probability(program, text[:n], ends=True)))
            assert math.fsum(parts) == pytest.approx(whole, rel=1e-9)


def test_the_running_example_goes_on_in_three_ways(web):
    base = web.log_prefix_probability(EXAMPLE)
    ways = {
        way: math.exp(web.log_prefix_probability(EXAMPLE + way) - base)
        for way in (
            "？\n",
            "？",
            "，谁来告诉我？\n",
            "？谁来告诉我？\n",
            " A ",
            "？ A. ",
            "？\n玉山是台湾最高的山。",
            "？玉山。",
        )
    }
    assert all(chance > 0.001 for chance in ways.values()), ways
    first = sum(ways[way] for way in ("？", "，谁来告诉我？\n", " A "))
    assert first == pytest.approx(1.0, abs=1e-9)
    assert web.log_probability(EXAMPLE + "？玉山。") > -30
    assert web.log_probability(EXAMPLE + "？富士山。") == -math.inf


def test_the_same_seed_gives_the_same_pages_and_another_seed_others(web):
    first, again, other, elsewhere = (
        list(itertools.islice(w.pages(s), 300))
        for w, s in ((web, 1), (Web(0), 1), (web, 2), (Web(1), 1))
    )
    assert first == again
    assert not {p.text for p in first[:30]} & {p.text for p in other[:30]}
    assert first != elsewhere


def test_a_fresh_process_writes_the_same_pages(web):
    code = (
        "import hashlib; from gptlab.world.web import Web;"
        "print(hashlib.sha256(Web(0).text(200_000, seed=5).encode()).hexdigest())"
    )
    here = hashlib.sha256(web.text(200_000, seed=5).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        assert (
            subprocess.run(
                [sys.executable, "-c", code],
                env=env,
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            ).stdout.strip()
            == here
        )


@pytest.mark.slow
def test_pages_need_constant_memory(web):
    pages = web.pages(3)
    collections.deque(itertools.islice(pages, 20_000), maxlen=0)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        collections.deque(itertools.islice(pages, 50_000), maxlen=0)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000 and peak - before < 1_000_000


def test_text_reaches_its_size_and_stops(web):
    text = web.text(50_000, seed=4)
    assert 50_000 - 2 <= len(text.encode()) < 52_000
    assert web.text(50_000, seed=4, separator="\n") != text
    assert all(page.lang == "zh" for page in itertools.islice(web.pages(4, lang="zh"), 50))
    assert {page.kind for page in itertools.islice(web.pages(4, kinds=["exam", "sums"]), 50)} == {
        "exam",
        "sums",
    }


def test_unknown_kinds_and_languages_are_refused(web):
    with pytest.raises(ValueError, match="poem"):
        next(web.pages(0, kinds=["poem"]))
    with pytest.raises(ValueError, match="fr"):
        next(web.pages(0, lang="fr"))


def test_kinds_and_languages_come_in_their_shares(sample):
    assert sum(page_kinds.KINDS.values()) == pytest.approx(1.0, abs=1e-12)
    counts = collections.Counter((page.kind, page.lang) for page in sample)
    for kind, share in page_kinds.KINDS.items():
        for lang in ("en", "zh"):
            expected = N * share / 2
            assert abs(counts[kind.__name__, lang] - expected) < 5 * math.sqrt(expected)


def test_held_out_facts_are_never_stated_or_asked(web, corpus):
    names = {lang: [s.name[lang] for s in web.facts.subjects] for lang in ("en", "zh")}
    hidden = [f for f in web.facts.facts if f.held_out]
    assert 30 <= len(hidden) <= 40
    for fact, lang in itertools.product(hidden, ("en", "zh")):
        s, a, phrasing = fact.subject.name[lang], fact.answer[lang], PHRASINGS[fact.relation][lang]
        templates = [*phrasing.statements, *phrasing.questions, "{s} | {a}\n", "{s} -> {a}\n"]
        longer = [
            name for name in names[lang] if name != s and name.endswith(s)
        ]  # 南苏丹 ends in 苏丹
        for template in templates:
            count = corpus.count(fill(template, s, a))
            assert count == sum(corpus.count(fill(template, name, a)) for name in longer), (
                template,
                s,
                a,
            )


def test_held_out_facts_are_stated_nowhere_by_record(web, sample):
    assert not any(fact.held_out for page in sample for fact in page.stated)
    assert not any(
        fact.held_out for lang in ("en", "zh") for fact in web.tables.questions[lang].values
    )


def test_held_out_phrasings_and_maps_are_never_used(web, corpus):
    for fact, lang in itertools.product(web.facts.known[:40], ("en", "zh")):
        phrasing = PHRASINGS[fact.relation][lang]
        for template in (*phrasing.held_out_statements, *phrasing.held_out_questions):
            assert fill(template, fact.subject.name[lang], fact.answer[lang]) not in corpus
        # the same search finds what is used
        assert any(
            fill(t, fact.subject.name[lang], fact.answer[lang]) in corpus
            for t in phrasing.statements
        )
    assert "\ncat -> dog" not in corpus and "\n猫 -> 狗" not in corpus


def test_popularity_falls_off_and_mentions_follow_it(web, sample):
    weights = [f.weight for f in web.facts.facts]
    assert weights == sorted(weights, reverse=True)
    assert [f.index for f in web.facts.facts] == list(range(len(weights)))
    assert sum(weights[:70]) > 0.2 * sum(weights) and weights[-1] < weights[0] / 50
    mentions = collections.Counter(fact.index for page in sample for fact in page.stated)
    known = web.facts.known
    counts = [mentions[f.index] for f in known]
    assert correlation([f.weight for f in known], counts) > 0.9
    ranks = [correlation_rank(values) for values in ([f.weight for f in known], counts)]
    assert correlation(*ranks) > 0.9
    assert min(counts) < max(counts) / 30


def correlation(x, y) -> float:
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    products = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return products / math.sqrt(
        sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    )


def correlation_rank(values) -> list[int]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    for rank, i in enumerate(order):
        ranks[i] = rank
    return ranks


def test_rumours_are_wrong(web, sample):
    truth = collections.defaultdict(set)
    for fact in web.facts.facts:
        truth[fact.subject.name, fact.relation].add(fact.answer)
    for fact, claim in web.tables.rumours["zh"].values + web.tables.rumours["en"].values:
        assert claim not in truth[fact.subject.name, fact.relation] and claim != fact.subject.name
    rumours = [page for page in sample if page.kind == "rumour"]
    assert rumours and not any(page.stated for page in rumours)


def test_exam_keys_are_right(sample):
    with world_facts.COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = {row["en"]: row for row in csv.DictReader(file, delimiter="\t")}
    exams = [page for page in sample if page.kind == "exam"]
    pattern = re.compile(
        r"(.*?)(?:\? A\. |？ A\. |: A | A )(.*?)(?: B\. |, B | B )(.*?)(?: C\. |, C | C )(.*?)"
        r"(?:\nAnswer: |\. Answer: |\n答案：| 答案：)([ABC])"
    )
    for page in exams:
        *options, key = pattern.fullmatch(page.text).groups()[1:]
        assert len(set(options)) == 3
        (fact,) = page.stated
        chosen = options["ABC".index(key)]
        assert chosen == fact.answer[page.lang]
        if fact.subject.kind == "country":
            column = "water" if fact.relation in ("river", "lake") else fact.relation
            article = "the " if column == "currency" and page.lang == "en" else ""
            assert chosen == article + rows[fact.subject.name.en][f"{column}_{page.lang}"]
    keys = collections.Counter(page.text[-1] for page in exams)
    assert min(keys.values()) > 0.25 * len(exams)


def test_registers_do_not_call_regions_countries(sample):
    heads = {page.text.split(" | ")[0] for page in sample if page.kind == "register"}
    assert heads == {"name", "place", "名称", "地方"}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_facts_of_every_seed_keep_the_rules(seed):
    facts = Facts(seed)
    assert len(facts.facts) >= 100 * 6 + 100 - 2
    for fact in facts.facts:
        assert fact.answer != fact.subject.name or (fact.relation, fact.answer.en) == (
            "capital",
            "Singapore",
        )
        assert fact.relation != "capital" or fact.subject.name.en not in ("Taiwan", "Puerto Rico")
        assert fact.weight > 0
    for relation in ("home", "job", "pet", "friend"):
        answers = [f.answer for f in facts.facts if f.relation == relation]
        assert len(answers) == len(set(answers)) == 25
    assert (
        facts.find("台湾", "mountain").answer.zh == "玉山"
        and not facts.find("台湾", "mountain").held_out
    )


def test_seeds_draw_different_towns_and_the_same_countries():
    one, two = Facts(1), Facts(2)
    assert one.find("Anna", "home") and any(
        one.find(p, "home").answer != two.find(p, "home").answer for p in ("Anna", "Ben", "Clara")
    )
    assert one.find("France", "capital").answer == two.find("France", "capital").answer


def pages_of(web, kind, n, seed=3):
    """The first n pages of one kind."""
    return list(itertools.islice((page for page in web.pages(seed) if page.kind == kind), n))


def test_nobody_talks_to_themselves(web):
    for page in pages_of(web, "dialogue", 300):
        speakers = [re.split("[:：]", line)[0] for line in page.text.split("\n")]
        assert len(speakers) == 4 and speakers[0] == speakers[2] != speakers[1] == speakers[3], (
            page.text
        )
    names = list(web.tables.people["en"].values)
    for page in pages_of(web, "story", 300):
        lang = "zh" if re.search("[\u4e00-\u9fff]", page.text) else "en"
        assert len({n[lang] for n in names if n[lang] in page.text.split("\n")[0]}) == 2, page.text


def test_dates_exist(web):
    dates = {lang: set(page_kinds.DATES[lang].texts) for lang in ("en", "zh")}
    assert {"30 June", "31 July", "28 February"} <= dates["en"] and "31 June" not in dates["en"]
    assert len(dates["en"]) == len(dates["zh"]) == 365 and "2月30日" not in dates["zh"]
    text = "\n".join(page.text for page in itertools.islice(web.pages(5), 3000))
    assert set(re.findall(r"\nEdited (.+)", text)) <= dates["en"]
    assert set(re.findall(r"\n修改于(.+)", text)) <= dates["zh"]
    assert re.search(r"\n— [\u4e00-\u9fff]+，\d\d:\d\d", text)


def test_nothing_is_said_twice(web):
    for page in pages_of(web, "review", 300):
        said = re.search(r" was (.+?) and (.+?)\.", page.text) or re.search("，", page.text)
        if said.re.groups:
            assert said[1] != said[2], page.text
    for page in pages_of(web, "register", 300):
        rows = [line for line in page.text.split("\n")[1:] if " | " in line]
        assert len(set(rows)) == len(rows) >= 2, page.text
