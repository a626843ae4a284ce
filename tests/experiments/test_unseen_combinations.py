"""Sentences with combinations of fact and phrasing held out for the test."""

import pytest
import torch

from gptlab.experiments.unseen_combinations import MARK, Combinations, loss_by_count
from gptlab.world.web import Web
from tests.support.toy_data import few_combinations


@pytest.fixture
def data():
    return few_combinations()


def test_a_held_out_combination_is_never_in_training_and_all_else_is(data):
    train = {s.pair for s in data.train}
    stated, vocabulary = {fact for fact, _ in train}, set(data.vocabulary)
    phrased = {(s.fact.relation, s.phrasing) for s in data.train}
    assert len(data.train) == 1500 and len(data.seen) == 120 and len(data.new) > 100
    for part in ("tuning", "new"):
        for s in getattr(data, part):
            assert s.pair not in train and data.held_out[s.fact.index][s.phrasing] == part
            assert (
                s.fact.index in stated
                and (s.fact.relation, s.phrasing) in phrased
                and set(s.words) <= vocabulary
            )
    assert {s.pair for s in data.seen} <= train
    assert not {s.pair for s in data.tuning} & {s.pair for s in data.new}
    assert sum(data.count.values()) == 1500


def test_sentences_read_as_the_web_writes_them(data):
    web = Web()
    for s in data.new[:20] + data.train[:20]:
        assert s.text in web.tables.statements["en"].texts


def test_windows_begin_with_marks_and_never_reach_into_another_sentence(data):
    contexts, targets = data.windows(data.train[:3], 4)
    words = [data.vocabulary[i] for i in targets.tolist()]
    assert words == [word for s in data.train[:3] for word in s.words]
    assert [data.vocabulary[i] for i in contexts[0].tolist()] == [MARK] * 4
    n = len(data.train[0].words)
    assert [data.vocabulary[i] for i in contexts[n].tolist()] == [MARK] * 4
    assert [data.vocabulary[i] for i in contexts[n - 1].tolist()] == list(
        ([MARK] * 4 + list(data.train[0].words))[-5:-1]
    )


def test_the_floor_is_what_the_web_says():
    web = Web()
    whole = Combinations(web, n_facts=len(web.facts.known), n_train=300, n_test=20)
    table = web.tables.statements["en"]
    for s in whole.train[:10]:
        assert float(whole.floor([s]).sum()) == pytest.approx(
            table.logps[table.texts.index(s.text)]
        )
    assert whole.floor(whole.train[:2]).shape == (sum(len(s.words) for s in whole.train[:2]),)


def test_loss_by_count_sorts_words_by_their_sentence(data):
    sentences = data.new[:5] + data.seen[:30]
    n = sum(len(s.words) for s in sentences)
    losses = loss_by_count(data, sentences, {"m": torch.full((n,), -2.0)})["m"]
    assert losses["never"] == pytest.approx(2.0) and all(
        loss == pytest.approx(2.0) for loss in losses.values()
    )
    marked = torch.cat([torch.full((len(s.words),), float(-data.count[s.pair])) for s in sentences])
    by = loss_by_count(data, sentences, {"m": marked})["m"]
    assert (
        by["never"] == 0 and by["once"] == 1 and 2 <= by["2–3 times"] <= 3 and 4 <= by["4–7"] <= 7
    )
