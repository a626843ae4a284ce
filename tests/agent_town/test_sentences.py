"""The town's sentences are read as they were written, and the examples teach what they say."""

import random

import pytest

from gptlab.agent_town import examples
from gptlab.agent_town import sentences as s
from gptlab.agent_town.sentences import News


@pytest.mark.parametrize(
    "news", [News("Rosa", "party", "library", "six"), News("Umar", "mayor")], ids=str
)
def test_news_is_read_as_it_was_written_whoever_tells_it(news):
    assert s.read_news(str(news)) == news
    assert s.read_news(s.heard("Ben", str(news))) == news
    assert s.told(s.heard("Ben", str(news))) == ("Ben", str(news))


@pytest.mark.parametrize("text", [s.saw("Ben", "inn"), s.RESTED, s.thought("Ben"), "Nothing new."])
def test_what_is_no_news_is_none(text):
    assert s.read_news(text) is None and s.told(text) == (None, text)


def test_hours_are_in_the_afternoon():
    assert News("Rosa", "party", "library", "seven").clock == "19:00"
    assert News("Rosa", "mayor").clock == ""


def test_no_example_holds_the_news_of_the_town_or_rates_it():
    rng = random.Random(1)
    for _ in range(3000):
        memories, question, _ = examples.draw(rng)
        text = memories + question
        for what, place in examples.KEPT_FROM_TRAINING:
            assert f"{what} at the {place}" not in text
        if question.startswith(s.RATE):
            assert not any(word in question for word in examples.NEVER_RATED)


def test_the_answer_of_an_example_follows_from_its_first_fitting_memory():
    rng = random.Random(2)
    for _ in range(300):
        memories, _, answer = examples.whats_new(rng)
        first = next((n for line in memories.split("\n") if (n := s.read_news(line))), None)
        assert answer == (str(first) if first else s.NO_NEWS)
        memories, question, answer = examples.seen(rng)
        name = question.rstrip("?").split()[-1]
        sights = [line for line in memories.split("\n") if line.startswith(f"I saw {name} ")]
        place = sights[0].split()[-1] if sights else ""
        assert answer == (f"At the {place}" if sights else s.UNKNOWN)


def test_who_is_met_most_is_met_more_often_than_anyone_else():
    rng = random.Random(3)
    for _ in range(300):
        memories, _, answer = examples.met_most(rng)
        counts = {name: memories.count(f" {name} ") for name in s.NAMES}
        most = answer.rstrip(".")
        assert all(counts[most] > n for name, n in counts.items() if name != most)
