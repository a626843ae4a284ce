"""Pictures of lesson 12: what they draw, and what they say to those who cannot see them."""

import pytest
import torch

from gptlab.course.labels import RANKED, TIE, Label
from gptlab.experiments.reward.comparisons import Crowd, Replied
from gptlab.experiments.reward.learning_curve import Row
from gptlab.view.kit.style import to_svg
from gptlab.view.reward import noise, pairs, probes, rankings
from gptlab.view.reward.labeler import Labeler
from gptlab.world.questions import Question
from tests.support.pictures import within, words_in

PAIR = Replied(Question("秘鲁的首都是哪座城市？", "zh", "fact"), ("利马。", "北京。"), (2.0, -2.0))
OTHERS = [[[0, 1]], [[1, 0]]]


def test_a_label_is_drawn_with_what_becomes_of_it():
    label = Label(PAIR.question.text, PAIR.replies, RANKED, (1, 0))
    image, alt = pairs.label_picture(PAIR, label, OTHERS, 0)
    assert "2 · your choice" in words_in(image) and "Lima." in words_in(image) and within(image)
    assert "chosen = reply 2, rejected = reply 1" in alt and "labeler A said 1 and B said 2" in alt
    tie = Label(PAIR.question.text, PAIR.replies, TIE)
    assert "not trained on" in pairs.label_picture(PAIR, tie, OTHERS, 0).alt


def test_from_a_pair_to_a_loss_the_numbers_are_those_of_the_formula():
    image, alt = pairs.loss_picture("How much is 3 + 4?", ("7.", "12."), (1.1, -0.4))
    assert "1.10 − (−0.40) = 1.50" in words_in(image) and within(image)
    assert "sigmoid 0.82, loss 0.20 nats" in alt


def test_disagreements_are_those_that_the_model_is_surest_of():
    labels = [Label(PAIR.question.text, PAIR.replies, RANKED, (i, 1 - i)) for i in (0, 1, 0)]
    image, alt = pairs.disagreements_picture([PAIR] * 3, labels, torch.tensor([0.4, 0.9, 0.8]), 1)
    assert alt.startswith("It disagrees on 2 of 3 choices.")
    assert "gives it 10%: “北京。” (Beijing.)" in alt and "90%" in alt and "40%" not in alt
    assert within(image)


def test_without_a_notebook_the_labeler_is_told_in_words(tmp_path, capsys):
    pairs.labeler(Labeler([PAIR], tmp_path / "labels.jsonl", Crowd(0.0)))
    four = Replied(PAIR.question, ("a", "b", "c", "d"), (1.0, 2.0, 3.0, 4.0))
    pairs.labeler(Labeler([four], tmp_path / "labels.jsonl", Crowd(0.0)))
    said = capsys.readouterr().out
    assert "chosen = reply 2" in said and "the gold labeler says 4 3 2 1" in said


def test_a_triangle_holds_every_pair_once():
    image, alt = rankings.triangle_picture([1.5, 0.5, 0.9, -1.0])
    assert alt.count(" above ") == 6 and "B above C: 0.40" in alt and within(image)
    assert "0.73" in words_in(image)
    assert "36 pairs: 72 readings pair by pair, 9 together" in rankings.readings_picture().alt


@pytest.mark.parametrize("p", noise.SURE)
def test_the_square_has_area_one(p):
    image, alt = noise.square_picture(p)
    assert within(image) and f"they agree on {p * p + (1 - p) ** 2:.3f}" in alt


def test_the_curve_is_drawn_below_its_ceiling():
    rows = [
        Row(n, agreement, seed, 1 if n > 200 else 3, predicts=0.6 + n / 1e4 + seed / 100)
        for n in (100, 300)
        for agreement in (1.0, 0.726)
        for seed in (0, 1)
    ]
    live = [Row(100, 0.726, predicts=0.66)]
    figure, alt = noise.learning_picture(rows, {"1.0": 1.0, "0.726": 0.79}, live)
    drawn = to_svg(figure, alt)
    assert "ceiling 79.0 %" in drawn and "yours: 66.0 % after 600" in alt
    assert "agree on 100 %, ceiling 100.0 %: 62 % after 600, 64 % after 1800" in alt


def test_calibration_leaves_out_bins_of_few_pairs():
    figure, alt = noise.calibration_picture({"a model": [[0.6, 0.55, 20], [0.9, 0.7, 3]]})
    assert "60 and 55 %" in alt and "90" not in alt
    assert "a model" in to_svg(figure, alt)


def test_distances_are_taken_bin_by_bin():
    figure, alt = noise.distances_picture((0.95, 0.95, 0.65, 0.65), (1, 1, 1, 0))
    assert "2 answers: sure 0.65, right 0.50, distance 0.15" in alt and "In all 0.10." in alt
    assert "2/4 · 0.15 + 2/4 · 0.05 = 0.10" in to_svg(figure, alt)


def test_probes_say_how_often_and_by_how_much():
    image, alt = probes.probes_picture({"truth over lie": torch.tensor([1.0, -0.5, 0.5, 1.0])})
    assert "truth over lie: 75%, mean difference +0.50" in alt and within(image)
