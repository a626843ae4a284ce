"""The pictures of lesson 14: the numbers in them are right, and each says what it shows."""

import pytest
from matplotlib.figure import Figure

from gptlab.experiments.alignment.toy_goodhart import toy_curves
from gptlab.view.alignment import by_hand, goodhart, tradeoffs
from gptlab.view.kit import style

NS = [1, 4, 16]
BEST = [
    {"proxy_of": 100, "seed": s, "n": NS, "proxy": [0.0, 1.0, 2.0], "gold": [1.0, 2.0 + s, 0.5],
     "kl": [0.0, 0.6, 1.8], "tokens": [9.0, 8.0, 7.0]}
    for s in (0, 1)
]  # fmt: skip
START = {"gold": 1.0, "proxy": 0.0, "page_loss": 0.8, "kl": 0.0}
TAX = [
    {"beta": b, "gamma": g, "seed": s, "gold": 1.2 + b / 10, "page_loss": 0.9 - g / 100}
    for b, g in ((0.1, 0.0), (0.1, 1.0), (1.0, 0.0))
    for s in (0, 1)
]
POINT = {"gold": 1.5, "proxy": 0.4, "tokens": 9.0}
METHODS = [
    {"method": m, "seed": s, "points": [{"round": r, "kl": r / 2 + s, **POINT} for r in (2, 4)]}
    for m in ("PPO", "DPO")
    for s in (0, 1)
]


def drawn(picture):
    svg = (
        style.to_svg(picture.image, picture.alt)
        if isinstance(picture.image, Figure)
        else picture.image
    )
    assert svg.startswith("<svg")
    return svg


def test_each_gamma_puts_the_bottom_where_it_belongs():
    picture = by_hand.pull_picture()
    drawn(picture)
    assert "γ = 0.25 at w = 4" in picture.alt
    assert "γ = 2 at w = 0.5" in picture.alt


def test_shares_of_the_best_of_two_among_four():
    picture = by_hand.rank_picture()
    drawn(picture)
    assert "best of 2: 1/16, 3/16, 5/16, 7/16" in picture.alt


def test_tilting_gives_back_the_rewards():
    best = by_hand.tilted((0.5, 0.25, 0.25), (0.0, 1.0, 2.0), 1.0)
    assert sum(best) == pytest.approx(1)
    assert best == pytest.approx([0.165, 0.224, 0.610], abs=1e-3)
    assert "+1, +1" in drawn(by_hand.tilt_picture())


def test_the_others_of_a_group():
    assert "reward 6, the others' mean 2.00" in by_hand.group_picture().alt
    assert "3.67" in drawn(by_hand.group_picture())


def test_the_toy_says_where_gold_is_highest():
    curves = toy_curves(ns=NS)
    picture = goodhart.toy_picture(curves, NS)
    drawn(picture)
    assert "blind, correlation" in picture.alt


def test_the_hump_is_drawn_from_means_over_seeds():
    rows = goodhart.mean_rows(BEST)
    assert rows[100]["gold"] == [1.0, 2.5, 0.5]
    picture = goodhart.hump_picture(rows[100], 1, "proxy of 100 rankings, best of 4")
    svg = drawn(picture)
    assert "gold is highest at n = 4" in picture.alt
    assert "gold +1.50" in svg
    assert "proxy +1.00" in svg


def test_the_widget_has_a_frame_for_every_proxy_and_n(capsys):
    goodhart.best_of_n_widget(BEST, first=(0, 1))
    assert "best of 4" in capsys.readouterr().out


def test_the_tax_names_every_setting_and_the_readers_runs():
    picture = tradeoffs.tax_picture(TAX, START, {"yours": (0.05, 0.2)})
    drawn(picture)
    for said in ("β = 0.1", "β = 1", "γ = 1: +0.090 nats, gold +0.21", "your run, yours"):
        assert said in picture.alt


def test_the_frontier_has_every_method():
    methods = {"best of n": tradeoffs.best_of_points(goodhart.mean_rows(BEST)[100])}
    methods |= tradeoffs.method_means(METHODS)
    assert methods["PPO"][0]["kl"] == pytest.approx(1.5)
    live = [{"kl": 1.0, **POINT}]
    picture = tradeoffs.frontier_picture(methods, START, live, "yours")
    drawn(picture)
    assert "best of n: gold at best +1.50, at KL 0.6" in picture.alt
    assert "DPO: gold at best +0.50" in picture.alt
