"""Simulated labelers: how often they agree, and the ceiling that follows; heads that learn simple tastes."""

import random

import pytest
import torch

from gptlab.engine.assistant import shipped
from gptlab.experiments.reward import head, learning_curve
from gptlab.experiments.reward.comparisons import (
    Crowd,
    Replied,
    Source,
    agreement_of_two,
    ceiling,
    crowd_that_agrees,
    equally_hard,
    gaps_of,
)
from gptlab.experiments.reward.people import habits, labels_or_else, people
from gptlab.experiments.reward.probes import probes
from gptlab.world.questions import Question
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def source():
    return Source(Web(), shipped("sft"))


@pytest.fixture(scope="module")
def forty(source):
    return source.pairs(40, seed=12)


def test_two_labelers_agree_as_often_as_was_asked_for(source):
    pairs = source.pairs(300, seed=3)
    crowd, gaps = crowd_that_agrees(0.726, pairs), gaps_of(pairs)
    assert agreement_of_two(crowd, gaps) == pytest.approx(0.726, abs=1e-3)
    apart = [pair for pair in pairs if pair.gold[0] != pair.gold[1]]
    says = [
        [crowd.choice(pair, random.Random(f"{who} {i}")) for i, pair in enumerate(apart)]
        for who in "AB"
    ]
    equal = sum(a == b for a, b in zip(*says)) / len(apart)
    assert equal == pytest.approx(0.726, abs=0.09)


def test_the_ceiling_of_equally_hard_pairs_and_that_it_is_the_highest_there_is(source):
    p = equally_hard(0.726)
    assert p == pytest.approx(0.836, abs=5e-4) and p * p + (1 - p) ** 2 == pytest.approx(0.726)
    assert equally_hard(1.0) == 1.0 and equally_hard(0.5) == 0.5
    alike = [2.0] * 10
    crowd = Crowd(1.0)
    assert equally_hard(agreement_of_two(crowd, alike)) == pytest.approx(ceiling(crowd, alike))
    mixed = [0.1, 4.0]
    assert ceiling(crowd, mixed) < equally_hard(agreement_of_two(crowd, mixed))
    pairs = source.pairs(200, seed=4)
    assert ceiling(crowd_that_agrees(0.726, pairs), gaps_of(pairs)) < p - 0.01


def test_a_crowd_without_noise_is_never_wrong_and_a_tie_is_a_coin():
    one = Replied(Question("?", "en", "fact"), ("a", "b", "c"), (1.0, 3.0, 2.0))
    assert Crowd(0.0).ranking(one, random.Random(0)) == [1, 2, 0]
    assert [Crowd(0.0).prefers(gap) for gap in (-1.0, 0.0, 1.0)] == [0.0, 0.5, 1.0]
    assert Crowd(2.0).prefers(2.0) == pytest.approx(torch.sigmoid(torch.tensor(1.0)).item())


def test_pairs_are_drawn_again_alike_differ_and_fit(source, forty):
    assert source.pairs(40, seed=12) == forty
    assert all(a != b for a, b in (pair.replies for pair in forty))
    assert all(len(row) <= 128 for rows in source.sequences(forty) for row in rows)
    four = source.fours(3, seed=1)[0]
    assert len(four.replies) == 4 and len(four.pairs) == 6 and four.gold[0] > four.gold[1]


def test_a_head_learns_a_simple_taste_from_forty_labels(source, forty):
    ada, ben, _ = people(source.gold)
    new = source.pairs(150, seed=1234)
    networks = {"after SFT": source.assistant.model, "reward": head.shipped_reward_model().gpt}
    known = {name: head.features(source, network, forty) for name, network in networks.items()}
    for person, least in ((ada, 0.9), (ben, 0.8)):
        places, choices = head.decided([person.label(pair) for pair in forty])
        readings = {name: vectors.rows(places) for name, vectors in known.items()}
        best = head.best_reading(readings, choices)
        fitted = head.fit_head(readings[best], choices)
        there, wanted = head.decided([person.label(pair) for pair in new])
        vectors = head.features(source, networks[best], new).rows(there)
        assert head.share_right(fitted, vectors, wanted) >= least, person.name
        assert head.share_foreseen(readings[best], choices) > 0.7


def test_habits_and_whose_labels_they_are(source, forty):
    ada = people(source.gold)[0]
    said = labels_or_else({}, forty, stand_in=ada)
    assert said.name == "Ada" and len(said.labels) == 40
    found = habits(said.labels, said.items, source.gold)
    assert found.shorter == 100 and "the shorter: 100 %" in str(found)
    mine = {i: ada.label(forty[i]) for i in range(20)}
    assert labels_or_else(mine, forty, stand_in=ada).name == "you"
    assert len(labels_or_else(mine, forty, stand_in=ada).items) == 20


def test_probes_change_one_thing(source):
    found = probes(source, 5, seed=1)
    for _, better, worse in found["polite over plain"]:
        assert better.startswith(worse) and better != worse
    for question, better, worse in found["a rude truth over a polite lie"]:
        assert source.gold.score(question, better) > source.gold.score(question, worse)


def test_bins_hold_every_pair_and_the_choice_is_the_surer_side():
    given = torch.tensor([0.9, 0.1, 0.55]).double()
    shares = torch.tensor([0.7, 0.3, 0.4]).double()
    rows = learning_curve.binned(given, shares)
    assert rows == [[0.55, 0.4, 1], [0.9, 0.7, 2]]


def test_the_shipped_table_is_whole():
    rows, made = learning_curve.load()
    seeds = made["seeds"]
    assert len(seeds) >= 3 and made["commit"]
    largest = max(row.n_rankings for row in rows)
    for setting, values in learning_curve.by_setting(rows).items():
        assert setting[0] == largest or len(values) == len(seeds), setting
        assert max(values) <= made["ceilings"][str(setting[1])] + 0.005
    assert made["ceilings"]["0.726"] < equally_hard(0.726)
