"""Bars on one scale, a row for each model."""

import math
import xml.etree.ElementTree as ET

import pytest

from gptlab.view.kit import bar_ladder
from tests.support.pictures import NS, words_in


def test_rungs_are_as_long_as_their_losses():
    rungs = [
        bar_ladder.Rung("a", None),
        bar_ladder.Rung("b", 4.0, "four"),
        bar_ladder.Rung("c", (1.0, 2.0)),
        bar_ladder.Rung("d", math.inf, "∞"),
    ]
    picture = ET.fromstring(bar_ladder.ladder(rungs, "title", "axis", floor=1.0))
    boxes = [(float(r.get("x")), float(r.get("width"))) for r in picture.iter(f"{NS}rect")][1:]
    (x, whole), (low, half) = boxes
    assert half == pytest.approx(whole / 4, rel=1e-3) and low - x == pytest.approx(
        whole / 4, rel=1e-3
    )
    assert len(list(picture.iter(f"{NS}line"))) == 3  # the floor, beside each bar
    with pytest.raises(ValueError, match="give at least one"):
        bar_ladder.ladder([bar_ladder.Rung("a", None)], "", "")


def test_losses_in_three_units():
    svg, said = bar_ladder.losses_picture(
        {"uniform": math.log(4096), "your bigram": math.log(8), "floor": math.log(2)}, 0.25, "T"
    )
    shown = words_in(svg)
    assert (
        "8.32 nats · 4,096 choices · 3.00 bits/byte" in shown
        and "2.08 nats · 8 choices · 0.75 bits/byte" in shown
    )
    assert said.startswith("T. uniform: 8.32 nats")
    assert bar_ladder.choices(math.inf) == "∞ choices" and bar_ladder.choices(0) == "1 choice"
