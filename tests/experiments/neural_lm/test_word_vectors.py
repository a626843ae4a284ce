"""Word vectors while they are learnt: kinds, neighbours, projections."""

import pytest

from gptlab.experiments.neural_lm.word_vectors import word_kinds
from gptlab.world.web import Web
from tests.support.toy_data import few_combinations, toy_history


@pytest.fixture
def history():
    return toy_history()


@pytest.fixture
def data():
    return few_combinations()


def test_words_of_a_kind_find_each_other(history):
    assert history.frames.shape == (2, 7, 5) and not history.frames.requires_grad
    assert history.same_kind_share(1) == 1.0 and history.chance_share() == pytest.approx(12 / 30)
    assert history.share_of("early", 1) == history.share_of("late", 1) == 1.0
    mean = (history.share_of("early", 0) + history.share_of("late", 0)) / 2  # as many words in each
    assert history.same_kind_share(0) == pytest.approx(mean)
    assert set(history.nearest("a", 1, 2)) == {"b", "c"} and "a" not in history.nearest("a", 0)


def test_the_side_from_which_most_can_be_seen(history):
    flat = history.projected()
    assert flat.shape == (2, 6, 2)
    rows = history.rows(-1) - history.rows(-1).mean(0)
    assert flat[1].square().sum() > 0.99 * rows.square().sum()  # two groups lie on one line
    assert (flat[1, :3, 0].mean() - flat[1, 3:, 0].mean()).abs() > 3


def test_kinds_are_words_of_the_vocabulary(data):
    kinds = word_kinds(Web(), data.vocabulary, data.frequency)
    every = [word for words in kinds.values() for word in words]
    assert (
        set(every) <= set(data.vocabulary)
        and len(set(every)) == len(every)
        and {"people", "countries"} <= set(kinds)
    )
    assert all(" " not in word for word in every)
