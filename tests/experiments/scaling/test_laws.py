"""Laws of the loss: published ones against their own papers, and fits to losses that are made from a law."""

import math
import random
from itertools import product

import pytest

from gptlab import scaling
from gptlab.experiments.scaling import isoflop, laws
from gptlab.experiments.scaling.laws import LossLaw, Point

TRUE = LossLaw(0.5, 60.0, 0.4, 900.0, 0.5)
SIZES = (1000, 2000, 4000, 8000, 16_000)
LENGTHS = (30_000, 60_000, 120_000, 240_000)


def made(law, noise=0.0, seed=0):
    draw = random.Random(seed)
    return [
        Point(n, d, s, law.loss(n, d) * math.exp(draw.gauss(0, noise)))
        for n, d, s in product(SIZES, LENGTHS, range(3))
    ]


def test_the_printed_constants_contradict_the_rule_of_twenty():
    for law, ratio in ((laws.CHINCHILLA, 93), (laws.REFIT, 18.4)):
        n, d = law.best(laws.CHINCHILLA_BUDGET)
        assert d / n == pytest.approx(ratio, rel=0.01)
        assert scaling.training_flops(n, d) == pytest.approx(laws.CHINCHILLA_BUDGET)


def test_a_law_is_found_again():
    found = laws.fit_loss_law(made(TRUE), TRUE.floor)
    for name in ("a", "alpha", "b", "beta"):
        assert getattr(found, name) == pytest.approx(getattr(TRUE, name), rel=1e-3)
    assert found.size_exponent == pytest.approx(0.5 / 0.9, rel=1e-3)


def test_a_law_predicts_a_size_that_it_has_not_seen():
    small = [p for p in made(TRUE, noise=0.01) if p.n_params < SIZES[-1]]
    found = laws.fit_loss_law(small, TRUE.floor)
    assert found.loss(SIZES[-1], LENGTHS[-1]) == pytest.approx(
        TRUE.loss(SIZES[-1], LENGTHS[-1]), rel=0.02
    )


def test_the_bootstrap_draws_seeds_and_holds_the_mean():
    found = made(TRUE, noise=0.02)

    def mean(drawn):
        return sum(p.loss for p in drawn) / len(drawn)

    low, high = laws.bootstrap(found, mean)
    assert low < mean(found) < high
    assert high - low < 0.1 * mean(found)
    assert laws.bootstrap(made(TRUE), mean) == pytest.approx((mean(made(TRUE)),) * 2)


def test_isoflop_curves_lie_on_the_diagonals_and_find_the_best_size():
    curves = isoflop.isoflops(made(TRUE), scaling.training_flops)
    assert [len(curve.sizes) for curve in curves] == [4, 4]
    for curve in curves:
        assert curve.budget == pytest.approx(6 * curve.sizes[0] * curve.sizes[-1] * 30, rel=1)
        best = TRUE.best(curve.budget)[0]
        if curve.inside:
            assert curve.best_size == pytest.approx(best, rel=0.25)


def test_counting_without_embeddings_changes_only_n():
    run = {
        "n_parameters": 10_104,
        "d_model": 8,
        "n_tokens": 4,
        "seed": 0,
        "held_out": [(2, 5.0), (4, 3.0)],
    }
    log = {"runs": [run]}
    assert laws.points(log) == [Point(10_104, 4, 0, 3.0)]
    assert laws.points(log, embeddings=False) == [Point(888, 4, 0, 3.0)]
    assert laws.unmatched_points(log) == [Point(10_104, 2, 0, 5.0), Point(10_104, 4, 0, 3.0)]
