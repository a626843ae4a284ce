"""The pictures of induction heads, and the switchboard."""

import torch

from gptlab.experiments.scaling import repeats
from gptlab.view.kit.style import to_svg
from gptlab.view.scaling import induction
from tests.support.pictures import within, words_in


def test_the_circuit_names_who_copies_what():
    svg, alt = induction.circuit_picture(("a", "b", "c", "a"))
    assert {"b, after a", "c, after b", "a, after c"} <= set(words_in(svg)) and within(svg)
    assert "finds b, and copies it" in alt


def test_curves_scores_and_maps():
    runs = [repeats.Training(repeats.TWO, repeats.AttentionOnly(2), [0, 5], [3.5, 0.4])]
    figure, alt = induction.curves_picture(runs, 0.3, "Learning")
    assert "two layers: from 3.50 to 0.40" in alt and "two layers" in to_svg(figure, alt)
    svg, alt = induction.scores_picture(torch.tensor([[0.5, 0.1]]), torch.tensor([[0.0, 0.9]]), "S")
    assert {"layer 0 head 1", "0.90", "0.50"} <= set(words_in(svg)) and within(svg)
    svg, alt = induction.map_picture(torch.eye(4).roll(-1, 1).tril(-1), "abab", "Map")
    assert words_in(svg).count("a") == 4 and within(svg) and "On the page abab" in alt


def test_the_switches():
    model = repeats.AttentionOnly(2, seed=1)
    board = induction.HeadSwitches(model, "abcab", [(1, 2)])
    assert board.off == [(1, 2)] and "off: L1 head 2" in board.out.value
    before = board.out.value
    board.switches[0, 0].value = True  # pressed: silent
    assert board.off == [(0, 0), (1, 2)] and board.out.value != before
    svg, alt = induction.switched_picture(model, "abcab", [(0, 0)])
    assert within(svg) and "Heads off: L0 head 0" in alt


def test_the_fed_model():
    part = {"losses": [5.0, 4.0], "scores": [[0.1, 0.2]]}
    rows = [{"update": n, "drawn": part, "never drawn": part} for n in (0, 10)]
    figure, alt = induction.fed_picture(rows)
    assert "tokens drawn: loss 4.0 to 4.0, score 0.20 to 0.20" in alt
    assert "update" in to_svg(figure, alt)
