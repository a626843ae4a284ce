"""Shannon's game as a widget, driven without a browser."""

import math

import pytest

from gptlab.experiments.ngram import shannon_guesses
from gptlab.view.ngram import shannon_game
from tests.support.pictures import words_in
from tests.support.toy_web import LETTERS, ToyWeb, toy_models


@pytest.fixture(scope="module")
def letters():
    return LETTERS


@pytest.fixture(scope="module")
def neighbours():
    return toy_models()


@pytest.fixture
def game(letters, neighbours):
    return shannon_game.ShannonGame(ToyWeb(), letters, neighbours)


def test_a_game_is_played_to_its_end(game):
    assert len(game.guesses) == 25 and "page 1 of 5 · guess 1 of 25" in game.head.value
    asked = [guess for _, guess in game.guesses]
    game.sure.value = 0.95
    for guess in asked[:3]:
        game.buttons[guess.truth].click()
    assert game.bits()["you"] == pytest.approx(-math.log2(0.95)) and "✓" in game.answer.value
    game.buttons[(asked[3].truth + 1) % 8].click()
    assert "✗" in game.answer.value and game.bits()["you"] == pytest.approx(
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


def test_the_last_guess_is_told_to_whoever_asked(letters, neighbours):
    told = []
    game = shannon_game.ShannonGame(ToyWeb(), letters, neighbours, when_over=told.append)
    for _ in range(24):
        game.guess(0)
    assert not told
    for _ in range(3):
        game.guess(0)
    assert told == [game.bits()] and told[0]["you"] > 0


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
        not game.bets
        and game.answer.value == game.score.value == ""
        and not game.buttons[0].disabled
    )
    assert [guess.before for _, guess in game.guesses] != first
    again = shannon_game.ShannonGame(game.web, game.tokenizer, game.models, seed=game.seed)
    assert again.guesses == game.guesses  # the same pages for everyone


def test_the_game_shows_text_as_text(game):
    assert "&lt;b&gt;&amp;" in shannon_game.page_html("<b>&")
    told = shannon_game.answer_html(
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


def test_options_are_shown_so_that_nothing_is_invisible():
    options = (" has", "\n", shannon_guesses.END_OF_PAGE)
    guess = shannon_guesses.Guess("anna", options, 0, {})
    assert shannon_game.labels(guess) == ["␣has", "⏎", "(end of page)"]
