"""Pages as programs: probabilities worked by hand, and against a naive enumeration of all that a program writes."""

import math
import random

import pytest

from gptlab.world.grammar import (
    Recorder,
    Table,
    Writer,
    derivations,
    log_prefix_probability,
    log_probability,
    log_sum_exp,
)

NAMES = Table(["Ann", "Anna", "Bo"], ["ann", "anna", "bo"], [1, 2, 1])
POLITE = Table.of_values([True, False], [3, 1])
HINTS = Table(["", "na", "na na"], weights=[2, 1, 1])


def greeting(page):
    """Ann|Anna|Bo, then with 3/4 ", hi", then "", na or na na."""
    name = page.emit(NAMES)
    if page.choose(POLITE):
        page.write(", hi")
    page.emit(HINTS)
    page.state(name)


def doubled(page):
    """Two draws that can write "aaa" in two ways."""
    table = Table(["a", "aa"], weights=[1, 3])
    page.emit(table)
    page.emit(table)


def branching(page):
    """A silent choice of how many times a row is drawn, without any mark between the rows."""
    for _ in range(page.choose(Table.of_values([1, 2, 3]))):
        page.emit(HINTS)
    page.write("!")


class Enumerator:
    """Runs a program along given rows; where the rows end it asks for all continuations. Independent of PageReader."""

    def __init__(self, rows):
        self.rows, self.taken, self.text, self.chance = rows, 0, "", 1.0

    def choose(self, table):
        if self.taken == len(self.rows):
            raise IndexError(table.n)
        row = self.rows[self.taken]
        self.taken += 1
        edges = [0.0, *(table.cumulative or [(i + 1) / table.n for i in range(table.n)])]
        self.chance *= edges[row + 1] - edges[row]
        return table.values[row]

    def emit(self, table):
        value = self.choose(table)
        self.text += table.texts[self.rows[self.taken - 1]]
        return value

    def write(self, text):
        self.text += text

    def state(self, fact):
        pass


def everything(program) -> dict[str, float]:
    """P(text) of every text that the program can write."""
    pages, open_rows = {}, [()]
    while open_rows:
        rows = open_rows.pop()
        page = Enumerator(rows)
        try:
            program(page)
        except IndexError as more:
            open_rows += [(*rows, i) for i in range(more.args[0])]
            continue
        pages[page.text] = pages.get(page.text, 0.0) + page.chance
    return {text: chance for text, chance in pages.items() if chance > 0}


def test_probabilities_worked_by_hand():
    assert log_probability(greeting, "Bo, hi") == pytest.approx(
        math.log(1 / 4 * 3 / 4 * 2 / 4), abs=1e-12
    )
    assert log_probability(greeting, "Annna na") == pytest.approx(
        math.log(1 / 4 * 1 / 4 * 1 / 4), abs=1e-12
    )
    assert log_probability(greeting, "Anna") == pytest.approx(
        math.log(2 / 4 * 1 / 4 * 2 / 4), abs=1e-12
    )
    assert log_probability(doubled, "aa") == pytest.approx(math.log(1 / 16), abs=1e-12)
    assert log_probability(doubled, "aaa") == pytest.approx(math.log(2 * 3 / 16), abs=1e-12)


def test_every_derivation_of_an_ambiguous_text_is_found_once():
    scripts = sorted(tuple(r.script) for r in derivations(doubled, "aaa"))
    assert scripts == [(0, 1), (1, 0)]
    # once: na na is impossible with one row less; twice: (na na, ""), ("", na na); thrice: three places for na na
    ways = list(derivations(branching, "na na!"))
    assert len(ways) == 1 + 2 + 3 and len({tuple(r.script) for r in ways}) == 6


def test_what_was_stated_is_read_back():
    (reader,) = derivations(greeting, "Anna, hina")
    assert reader.stated == ["anna"] and reader.script == [1, 0, 1]


@pytest.mark.parametrize("program", [greeting, doubled, branching])
def test_probabilities_of_all_texts_agree_with_enumeration_and_sum_to_one(program):
    pages = everything(program)
    assert math.fsum(pages.values()) == pytest.approx(1.0, abs=1e-12)
    for text, chance in pages.items():
        assert math.exp(log_probability(program, text)) == pytest.approx(chance, abs=1e-12)


@pytest.mark.parametrize("program", [greeting, doubled, branching])
def test_probabilities_of_all_beginnings_agree_with_enumeration(program):
    pages = everything(program)
    for beginning in {text[:n] for text in pages for n in range(len(text) + 1)}:
        begins = math.fsum(chance for text, chance in pages.items() if text.startswith(beginning))
        assert math.exp(log_prefix_probability(program, beginning)) == pytest.approx(
            begins, abs=1e-12
        )
        ends = math.exp(log_prefix_probability(program, beginning, ends=True))
        assert ends == pytest.approx(pages.get(beginning, 0.0), abs=1e-12)


@pytest.mark.parametrize("program", [greeting, doubled, branching])
def test_next_characters_and_the_end_share_out_every_beginning(program):
    pages = everything(program)
    characters = sorted(set("".join(pages)))
    for beginning in {text[:n] for text in pages for n in range(len(text) + 1)}:
        parts = [math.exp(log_prefix_probability(program, beginning + c)) for c in characters]
        parts.append(math.exp(log_prefix_probability(program, beginning, ends=True)))
        assert math.fsum(parts) == pytest.approx(
            math.exp(log_prefix_probability(program, beginning)), abs=1e-12
        )


def test_steps_of_the_prefix_probability_add_up_to_the_page():
    text = "Anna, hina na"
    logps = [log_prefix_probability(greeting, text[:n]) for n in range(len(text) + 1)]
    logps.append(log_prefix_probability(greeting, text, ends=True))
    steps = [after - before for before, after in zip(logps, logps[1:], strict=False)]
    assert all(step <= 1e-12 for step in steps)
    assert math.fsum(steps) == pytest.approx(log_probability(greeting, text), abs=1e-12)


@pytest.mark.parametrize("text", ["", "Cy", "Ann, h", "Bo, hi!", "ann", "BoBo"])
def test_impossible_texts_have_probability_zero(text):
    assert log_probability(greeting, text) == -math.inf


@pytest.mark.parametrize("text", ["Cy", "Bo, hi!", "ann", "Bo, hinana"])
def test_impossible_beginnings_have_probability_zero(text):
    assert log_prefix_probability(greeting, text) == -math.inf


def test_every_page_begins_with_nothing():
    assert log_prefix_probability(greeting, "") == 0.0


def test_a_table_draws_by_weight():
    table = Table(["a", "b", "c"], weights=[1, 0, 3])
    assert [table.draw(u) for u in (0.0, 0.2499, 0.25, 0.9999999)] == [0, 0, 2, 2]
    assert [Table(["a", "b", "c"]).draw(u) for u in (0.0, 0.34, 0.67, 1 - 2**-53)] == [0, 1, 2, 2]
    assert table.logps == pytest.approx([math.log(1 / 4), -math.inf, math.log(3 / 4)], abs=1e-15)


def test_rows_without_weight_are_never_drawn_or_read():
    table = Table(["a", "b", "c", "d"], weights=[0, 0.1, 0.2, 0])
    assert {table.draw(u) for u in (0.0, 0.5, 1 - 2**-53)} == {1, 2}
    assert log_probability(lambda page: page.emit(table), "d") == -math.inf
    assert log_prefix_probability(lambda page: page.emit(table), "a") == -math.inf
    silent = Table.of_values([1, 2], [0, 1])
    assert [r.script for r in derivations(lambda page: page.choose(silent), "")] == [[1]]


@pytest.mark.parametrize("n", [5, 8, 60])
def test_indexed_look_ups_agree_with_plain_ones(n):
    rng = random.Random(n)
    texts = [
        "".join(rng.choices("ab玉", k=rng.choice([0, 1, 2, 3, 23, 24, 25, 26]))) for _ in range(n)
    ]
    texts += [texts[-1] + "a", texts[-1] + "ab"]
    table = Table(texts)
    for _ in range(300):
        source = rng.choice(texts) + rng.choice(texts)
        start = rng.randrange(len(source) + 1)
        plain = [i for i, t in enumerate(texts) if source[start:].startswith(t)]
        assert sorted(table.matches(source, start)) == plain
        beginning = source[start:]
        goes_on = [i for i, t in enumerate(texts) if t.startswith(beginning) and t != beginning]
        assert sorted(table.longer(beginning)) == goes_on


def test_a_recorder_writes_what_a_writer_writes_and_keeps_its_rows():
    for seed in range(20):
        writer, recorder = Writer(random.Random(seed).random), Recorder(random.Random(seed).random)
        greeting(writer)
        greeting(recorder)
        assert recorder.text() == writer.text() and recorder.stated == writer.stated
        assert recorder.script in [r.script for r in derivations(greeting, writer.text())]


def test_frequencies_are_the_probabilities():
    uniform, counts, n = random.Random(3).random, {}, 40_000
    for _ in range(n):
        writer = Writer(uniform)
        branching(writer)
        counts[writer.text()] = counts.get(writer.text(), 0) + 1
    for text, chance in everything(branching).items():
        assert abs(counts.get(text, 0) - n * chance) < 5 * math.sqrt(n * chance * (1 - chance)) + 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Table([]), "at least one row"),
        (lambda: Table(["a", "b"], weights=[1]), "a table of 2 texts needs as many"),
        (lambda: Table(["a", "b"], values=[1, 2, 3]), "a table of 2 texts needs as many"),
        (lambda: Table(["a", "b"], weights=[-1, 2]), "the least is -1"),
        (lambda: Table(["a", "b", "c"], weights=[0, 0, math.inf]), "with a positive sum"),
    ],
)
def test_tables_that_make_no_sense_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def test_log_sum_exp_is_stable():
    assert log_sum_exp([]) == -math.inf == log_sum_exp([-math.inf, -math.inf])
    assert log_sum_exp([-1000.0, -1000.0]) == pytest.approx(-1000 + math.log(2), abs=1e-12)
    assert log_sum_exp([0.0, -math.inf]) == 0.0
