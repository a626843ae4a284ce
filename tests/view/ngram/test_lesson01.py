"""Lesson 01's widgets and figures: the microscope, Shannon's game, the ladder."""

import math
import random
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import torch

from gptlab.engine.assistant import shipped
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.kit import bar_ladder
from gptlab.view.kit.count_table import count_table_picture
from gptlab.view.kit.next_token_bars import next_token_picture
from gptlab.view.kit.style import to_svg
from gptlab.view.ngram import shannon_game, shannon_guesses
from gptlab.view.ngram.printed_english import SHANNON, printed_english
from gptlab.view.ngram.smoothing import smoothing_curve
from gptlab.view.sampling import joint_sampling, microscope
from gptlab.world.grammar import PageReader, Table, Writer
from gptlab.world.web import Page, Web

NS = "{http://www.w3.org/2000/svg}"
SENTENCES = {"anna has a cat": 2, "anna has a dog": 1, "ben has no dog": 1}


class ToyWeb:
    """Three pages, twice as many of the first as of each other."""

    table = Table(list(SENTENCES), weights=list(SENTENCES.values()))

    def write(self, page: Writer | PageReader):
        page.emit(self.table)

    def pages(self, seed, kinds=None, lang=None):
        draw = random.Random(seed)
        while True:
            text = draw.choices(list(SENTENCES), weights=list(SENTENCES.values()))[0]
            yield Page(text, "toy", "en", ())


@pytest.fixture(scope="module")
def letters():
    """A tokenizer without merges: every byte is a token."""
    return Tokenizer([])


@pytest.fixture(scope="module")
def neighbours(letters):
    """Scores from how often each byte follows each other one on the toy web, and a model that knows nothing."""
    counts = torch.full((letters.vocab_size, letters.vocab_size), 1e-4)
    end = letters.special["endoftext"]
    for text, weight in SENTENCES.items():
        ids = [end, *letters.encode(text), end]
        for a, b in zip(ids, ids[1:]):
            counts[a, b] += weight
    table = counts.log()
    return {
        "neighbours": lambda ids: table[ids],
        "nothing": lambda ids: torch.zeros(*ids.shape, letters.vocab_size),
    }


def words_in(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text")]


# --- the microscope


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), [
    (1.0, None, None), (0.5, 3, None), (2.0, None, 0.6), (1.3, 4, 0.7), (0.0, None, None), (1.0, 1, 1.0)])  # fmt: skip
def test_a_reading_is_what_torch_makes_of_it(temperature, top_k, top_p):
    logits = torch.randn(7, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    p = (
        torch.softmax(logits / temperature, -1).tolist()
        if temperature
        else [float(x == logits.max()) for x in logits]
    )
    order, kept, mass = sorted(range(7), key=lambda i: -p[i]), [], 0.0
    pool = order[:top_k] if top_k else order
    total = sum(p[i] for i in pool)
    for i in pool:
        if mass < (top_p or 2.0) and p[i] > 0:
            kept.append(i)
            mass += p[i] / total
    weight = sum(p[i] for i in kept)
    expected = [p[i] / weight if i in kept else 0.0 for i in range(7)]
    reading = microscope.look(logits, temperature, top_k, top_p)
    assert reading.final.tolist() == pytest.approx(expected, abs=1e-12)
    assert reading.plain.tolist() == pytest.approx(torch.softmax(logits, -1).tolist(), abs=1e-12)
    assert reading.n_kept == len(kept) and reading.mass_cut == pytest.approx(1 - weight, abs=1e-12)
    assert reading.bits == pytest.approx(-sum(q * math.log2(q) for q in expected if q), abs=1e-12)
    assert reading.choices == pytest.approx(2**reading.bits)


def test_the_sliders_move_the_picture(letters, neighbours):
    scope = microscope.Microscope(neighbours, letters, ["anna has a ", "b"])
    assert scope.model.value == "nothing" and scope.reading().choices == pytest.approx(
        letters.vocab_size
    )
    scope.model.value = "neighbours"
    before = scope.out.value
    assert "equally likely choices" in before and words_in(before)[0] == "anna has a ▁"
    scope.temperature.value = 0.3
    cooler = scope.out.value
    assert cooler != before
    scope.top_k.value = 2
    assert scope.reading().n_kept == 2 and "cut" in words_in(scope.out.value)
    scope.top_k.value = microscope.OFF
    scope.temperature.value = 1.0
    assert scope.out.value == before
    scope.top_p.value = 0.05
    assert scope.reading().n_kept == 1 and scope.reading().bits == 0
    scope.temperature.value = 0.0
    assert scope.reading().choices == 1
    scope.prompt.value = ""  # an empty text is the start of a page
    assert words_in(scope.out.value)[0] == "▁"
    scope.prompt.value = "<b>&玉"
    assert words_in(scope.out.value)[0] == "<b>&玉▁"


def test_microscope_without_a_notebook_says_what_it_shows(letters, neighbours, capsys):
    microscope.microscope(neighbours, letters, ["anna"])
    assert capsys.readouterr().out.startswith("Distribution microscope, top-k at 5. anna: ")


# --- Shannon's game


def test_a_bet_is_a_distribution():
    assert shannon_guesses.bet(0, 0.7, n=4) == pytest.approx((0.7, 0.1, 0.1, 0.1))
    assert sum(shannon_guesses.bet(3, 0.95)) == pytest.approx(1) and shannon_guesses.bet(
        3, 0.125
    ) == pytest.approx((0.125,) * 8)
    for wrong in (0, 1, -0.2, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            shannon_guesses.bet(0, wrong)


def test_the_floor_is_exact_and_every_player_has_a_distribution(letters, neighbours):
    end, seen = letters.special["endoftext"], Counter()
    for text in SENTENCES:
        ids = [end, *letters.encode(text), end]
        for guess in shannon_guesses.guesses_of(
            ToyWeb(), letters, neighbours, ids, 99, random.Random(5)
        ):
            shown = Counter()
            for page, weight in SENTENCES.items():
                shown[text_after(page, guess.before)] += weight * page.startswith(guess.before)
            total = sum(shown[option] for option in guess.options)
            expected = [shown[option] / total for option in guess.options]
            assert guess.chances[shannon_guesses.FLOOR] == pytest.approx(expected), guess
            assert all(sum(p) == pytest.approx(1) for p in guess.chances.values())
            assert guess.options[guess.truth] == text_after(text, guess.before) and guess.before
            assert len(set(guess.options)) == shannon_guesses.OFFERED
            seen[text] += 1
    assert min(seen.values()) >= 10


def text_after(text, before):
    """The next token's visible text when every byte is a token."""
    return {"": "(end of page)", " ": "␣"}.get(
        text[len(before) : len(before) + 1], text[len(before) : len(before) + 1]
    )


def test_the_eight_do_not_depend_on_what_comes(letters, neighbours):
    """So that dividing by their sum is all that is needed, for every player."""
    chances = [
        torch.softmax(m(torch.tensor([[97]]))[0, -1].double(), -1) for m in neighbours.values()
    ]
    offered = shannon_guesses.offer(chances, lambda i: i > 32)
    assert (
        offered == shannon_guesses.offer(chances, lambda i: i > 32)
        and len(offered) == 8
        and min(offered) > 32
    )
    best = max(range(33, letters.vocab_size), key=lambda i: chances[0][i])
    assert offered[0] == best


def test_guesses_on_the_real_web_are_asked_in_order_and_can_be_read():
    base, web = shipped("base"), Web()
    uniform = {
        "nothing": lambda ids: torch.zeros(*ids.shape, base.tokenizer.vocab_size),
        "base model": base.model,
    }
    for lang in ("en", "zh"):
        ids = shannon_guesses.draw_pages(web, lang, 7, 1, base.tokenizer, base.context)[0]
        found = shannon_guesses.guesses_of(web, base.tokenizer, uniform, ids, 3, random.Random(0))
        assert len(found) == 3 and [len(g.before) for g in found] == sorted(
            len(g.before) for g in found
        )
        page = base.text(ids)
        assert all(page.startswith(g.before) for g in found)
        assert all(
            g.chances[shannon_guesses.FLOOR][g.truth] > 0 and "‹" not in "".join(g.options)
            for g in found
        )


@pytest.fixture
def game(letters, neighbours):
    return shannon_game.ShannonGame(ToyWeb(), letters, neighbours)


def test_a_game_is_played_to_its_end(game):
    assert len(game.guesses) == 25 and "page 1 of 5 · guess 1 of 25" in game.head.value
    asked = [guess for _, guess in game.guesses]
    game.sure.value = 0.95
    for guess in asked[:3]:
        game.buttons[guess.truth].click()
    assert game.bits()["you"] == pytest.approx(-math.log2(0.95)) and "✓" in game.told.value
    game.buttons[(asked[3].truth + 1) % 8].click()
    assert "✗" in game.told.value and game.bits()["you"] == pytest.approx(
        (-3 * math.log2(0.95) - math.log2(0.05 / 7)) / 4
    )
    assert game.bits()[shannon_guesses.FLOOR] == pytest.approx(
        sum(g.bits(shannon_guesses.FLOOR) for g in asked[:4]) / 4
    )
    assert {"you", "a blind guess", "3.00 bits = 8 choices"} <= set(words_in(game.score.value))
    game.sure.value = 1 / 8
    while not game.over:
        game.buttons[0].click()
    assert all(b.disabled for b in game.buttons) and "hesitated between" in game.text.value
    game.buttons[0].click()
    game.guess(3)
    assert len(game.bets) == 25


def test_the_game_listens_to_keys_and_begins_anew(game):
    first = [guess.before for _, guess in game.guesses]
    game.keys.value = "3"
    assert len(game.bets) == 1 and game.keys.value == ""
    for nonsense in ("9", "0", "x", "³", " "):
        game.keys.value = nonsense
    assert len(game.bets) == 1
    game.keys.value = "81"
    assert len(game.bets) == 3
    game.again.click()
    assert (
        not game.bets and game.told.value == game.score.value == "" and not game.buttons[0].disabled
    )
    assert [guess.before for _, guess in game.guesses] != first
    again = shannon_game.ShannonGame(game.web, game.tokenizer, game.models, seed=game.seed)
    assert again.guesses == game.guesses  # the same pages for everyone


def test_the_game_shows_text_as_text(game):
    assert "&lt;b&gt;&amp;" in shannon_game._page_html("<b>&")
    told = shannon_game._told(
        shannon_guesses.Guess("", ("<i>",) * 8, 0, {"a&b": (1.0,) + (0.0,) * 7}), 0, 0.5
    )
    assert "<i>" not in told and "&lt;i&gt;" in told and "a&amp;b 0.00" in told


def test_the_games_picture_stands_in_where_nothing_is_live(game, capsys):
    still = words_in(game.still())
    assert {"a blind guess", "neighbours", "exact floor"} <= set(still) and "you" not in still
    shannon_game.shannon_game(game.web, game.tokenizer, game.models)
    assert capsys.readouterr().out.startswith(
        "Shannon's game: which of eight tokens comes next? Over 25 guesses: "
    )


# --- figures


def test_rungs_are_as_long_as_their_losses():
    rungs = [
        bar_ladder.Rung("a", None),
        bar_ladder.Rung("b", 4.0, "four"),
        bar_ladder.Rung("c", (1.0, 2.0)),
        bar_ladder.Rung("d", math.inf, "∞"),
    ]
    picture = ET.fromstring(bar_ladder.ladder(rungs, "title", "axis", floor=1.0))
    boxes = [(float(r.get("x")), float(r.get("width"))) for r in picture.iter(f"{NS}rect")][1:]
    (x, whole), (low, half) = boxes
    assert half == pytest.approx(whole / 4, rel=1e-3) and low - x == pytest.approx(
        whole / 4, rel=1e-3
    )
    assert len(list(picture.iter(f"{NS}line"))) == 3  # the floor, beside each bar
    with pytest.raises(ValueError, match="give at least one"):
        bar_ladder.ladder([bar_ladder.Rung("a", None)], "", "")


def test_losses_in_three_units():
    svg, said = bar_ladder.losses_picture(
        {"uniform": math.log(4096), "your bigram": math.log(8), "floor": math.log(2)}, 0.25, "T"
    )
    shown = words_in(svg)
    assert (
        "8.32 nats · 4,096 choices · 3.00 bits/byte" in shown
        and "2.08 nats · 8 choices · 0.75 bits/byte" in shown
    )
    assert said.startswith("T. uniform: 8.32 nats")
    assert bar_ladder.choices(math.inf) == "∞ choices" and bar_ladder.choices(0) == "1 choice"


def test_the_grid_marks_what_does_not_sum_to_one():
    table = torch.tensor([[0.5, 0.5], [1.0, 1.0]])
    svg, said = count_table_picture(table, ["山", "<b>"], "title", sums=True)
    bold = [t.text for t in ET.fromstring(svg).iter(f"{NS}text") if t.get("fill") == "#d55e00"]
    assert (
        bold == ["1.50", "2", "1.50"] and said == "title. 山: 山 0.50, <b> 0.50; <b>: 山 1, <b> 1"
    )
    assert "2" in words_in(count_table_picture(torch.tensor([[2, 0], [0, 1]]), ["a", "b"], "t")[0])
    with pytest.raises(ValueError, match=r"\(2, 2\) does not fit 3 words"):
        count_table_picture(table, ["a", "b", "c"], "t")


def test_the_other_pictures():
    svg, said = printed_english({"every token alike": 3.0, "exact floor": 0.3})
    assert {label for label, _ in SHANNON} < set(words_in(svg)) and "between 0.6 and 1.3" in said
    figure, told = smoothing_curve({0.0: math.inf, 0.01: 2.5, 1.0: 4.0})
    assert "The best is 0.01" in told and "0.01: 2.50 nats" in to_svg(figure, told)
    probabilities = torch.zeros(261).scatter(0, torch.tensor([97, 98]), torch.tensor([0.4, 0.6]))
    svg, said = next_token_picture(probabilities, Tokenizer([]), "after x", n=2)
    assert "all others" not in words_in(svg) and said == "after x: b 60 %, a 40 %"
    assert "all others" in words_in(
        next_token_picture(probabilities, Tokenizer([]), "after x", n=1)[0]
    )


# --- one by one, all at once


def test_shares_are_judged_by_the_world():
    base, web = shipped("base"), Web()
    fact = web.facts.find("Taiwan", "mountain")
    question = joint_sampling.question_about(fact, "en")
    assert question.text.endswith("?\n") and "Taiwan" in question.text
    lines = ["Yushan.", "Mount Fuji.", "Yushan Yushan is is", "Mount Fuji or Yushan."]
    ids = [base.tokenizer.encode(line) for line in lines]
    longest = max(map(len, ids))
    rows = torch.tensor([row + [base.stop] * (longest + 1 - len(row)) for row in ids])
    assert joint_sampling.texts(base, rows) == lines
    page = web.log_probability(question.text + "Yushan.")
    found = joint_sampling.share(web, base, question, rows)
    assert found.right == 0.5 and found.legal == (0.25 if page > -math.inf else 0.0)
    svg, said = joint_sampling.at_once_picture(
        {"one by one": [found], "all at once": [joint_sampling.Share(0.0, 0.1)]}
    )
    assert "50 %" in words_in(svg) and "all at once 0 %" in said


def test_one_by_one_is_padded_with_the_stop_token():
    base, web = shipped("base"), Web()
    question = joint_sampling.question_about(web.facts.find("Peru", "capital"), "zh")
    rows = joint_sampling.one_by_one(base, question, n=3)
    assert rows.shape[0] == 3 and rows.shape[1] <= joint_sampling.NEW
    for row in rows.tolist():
        assert base.stop not in row or set(row[row.index(base.stop) :]) == {base.stop}
    assert torch.equal(rows, joint_sampling.one_by_one(base, question, n=3))
