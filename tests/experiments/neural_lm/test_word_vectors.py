"""Word vectors while they are learnt: kinds, neighbours, projections."""

import pytest
import torch

from gptlab.experiments.neural_lm.word_vectors import vector_history, word_kinds
from gptlab.experiments.unseen_combinations import Combinations
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def history():
    draw = torch.Generator().manual_seed(5)
    words = ["|", *"abcdef"]
    first = torch.randn(7, 5, generator=draw)
    last = first.clone()
    last[1:4], last[4:7] = torch.tensor([3.0, 0, 0, 0, 0]), torch.tensor([0, 3.0, 0, 0, 0])
    last = last + 0.01 * torch.randn(7, 5, generator=draw)
    return vector_history(
        [(0, first), (70, last.requires_grad_())],
        words,
        {"early": tuple("abc"), "late": tuple("def")},
    )


@pytest.fixture(scope="module")
def data():
    return Combinations(Web(), n_facts=60, n_train=1500, n_test=120)


def test_words_of_a_kind_find_each_other(history):
    assert history.frames.shape == (2, 7, 5) and not history.frames.requires_grad
    assert history.same_kind_share(1) == 1.0 and history.chance_share() == pytest.approx(12 / 30)
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
