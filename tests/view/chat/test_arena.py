"""The arena without a browser: blind before the vote, names after it, votes in the file; and pictures of ratings."""

import json

import pytest

from gptlab.course.labels import RANKED, SKIPPED, TIE, Label
from gptlab.engine.assistant import Reply
from gptlab.experiments.chat.arena import Game, Pool
from gptlab.view.chat import arena, elo
from gptlab.view.chat.arena import Arena
from gptlab.view.kit.style import to_svg
from gptlab.world.questions import Question
from tests.support.pictures import within, words_in

QUESTIONS = [Question("One?", "en", "fact"), Question("秘鲁的首都是哪座城市？", "zh", "fact")]
POOL = Pool(
    ["Ann", "Bob", "Cy"],
    QUESTIONS,
    [[Reply(f"{name} {i}", True) for i in "12"] for name in ("first", "second", "third")],
    [[1.0, 1.0], [2.0, 1.0], [0.0, 0.0]],
)
GAMES = [Game(0, 1, 0, 1.0), Game(1, 0, 1, 0.5), Game(0, 2, 0, 0.0)]


@pytest.fixture
def widget(tmp_path):
    return Arena(POOL, GAMES, tmp_path / "arena.jsonl")


def test_names_are_told_after_the_vote_only(widget):
    shown = widget.cards.value + widget.said.value + widget.head.value
    assert "second 1" in shown and not any(name in shown for name in POOL.names)
    widget.press("2")
    assert "reply 1 is by Bob, reply 2 by Ann; you chose Ann, gold prefers Bob" in widget.said.value
    assert "Ann 1016, Cy 1000, Bob 984" in widget.said.value
    assert "1 of 3 judged" in widget.head.value


def test_votes_are_kept_resumed_and_taken_back(widget):
    for key in ("1", "tie", "skip"):
        widget.press(key)
    rows = [json.loads(line) for line in widget.file.read_text(encoding="utf-8").splitlines()]
    assert [row["kind"] for row in rows] == [RANKED, TIE, SKIPPED]
    assert "Ann" not in widget.file.read_text(encoding="utf-8")
    again = Arena(POOL, GAMES, widget.file)
    assert again.place is None and "All are judged" in again.cards.value
    kept = arena.votes_in(POOL, GAMES, widget.file)
    assert [(game.question, game.outcome) for game in kept] == [(0, 1.0), (1, 0.5)]
    again.press("undo")
    again.press("2")
    assert [game.outcome for game in arena.votes_in(POOL, GAMES, widget.file)] == [1.0, 0.5, 0.0]


def test_what_a_vote_reveals():
    for kind, order, said in (
        (RANKED, (1, 0), "you chose Bob, gold prefers neither"),
        (TIE, (), "you called it a tie"),
        (SKIPPED, (), "you skipped it"),
    ):
        assert said in arena.revealed(POOL, GAMES[1], Label("?", ("a", "b"), kind, order))


def test_the_still_shows_a_vote_and_names(widget, capsys):
    image, _ = arena.vote_picture(POOL, GAMES[0], Label("?", ("a", "b"), RANKED, (0, 1)))
    assert (
        within(image) and "1 · Bob · your vote" in words_in(image) and "2 · Ann" in words_in(image)
    )
    arena.arena(widget)
    assert "you chose Ann" in capsys.readouterr().out


def test_the_expected_score_is_a_sigmoid():
    figure, alt = elo.expected_picture()
    assert "0 points ahead 0.50, 200 points ahead 0.76, 400 points ahead 0.91" in alt
    assert to_svg(figure, alt).startswith("<svg")


def test_pictures_of_ratings_say_their_numbers():
    names = ["base model", "SFT", "newcomer"]
    figure, alt = elo.history_picture([[1000, 1000, 1000], [1016, 984, 1000]], names)
    assert "base model 1016, SFT 984, newcomer 1000" in alt and "newcomer" in to_svg(figure, alt)
    spans = {
        "Elo": [(900, 950), (1000, 1100), (980, 990)],
        "fit": [(910, 940), (1010, 1090), (981, 989)],
    }
    figure, alt = elo.intervals_picture(spans, names, "Two ways")
    assert "fit: base model 910 to 940" in alt
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == [
        "base model",
        "newcomer",
        "SFT",
    ]
    _, alt = elo.gap_picture({50: (10, -5, 25), 100: (12, 3, 21)}, "a minus b")
    assert "50 games: 10, from −5 to 25; 100 games: 12, from 3 to 21" in alt
