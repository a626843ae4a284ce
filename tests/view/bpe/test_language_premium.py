"""Tokens of Chinese for each token of English."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.view.bpe import (
    language_premium,
)
from gptlab.view.palette import COLOURS
from tests.support.pictures import NS, within


def test_premiums_are_ratios_beside_the_published_ones():
    svg, said = language_premium.premium_picture({"mine": (100, 150)})
    assert (
        "mine 1.50; " in said
        and "GPT-2 3.21" in said
        and "bytes (ByT5) 0.93" in said
        and "BLOOM (46 languages) 0.95" in said
    )
    boxes = [
        r
        for r in ET.fromstring(svg).iter(f"{NS}rect")
        if r.get("fill") in (COLOURS["you"], COLOURS["neutral"])
    ]
    mine, published = float(boxes[0].get("width")), float(boxes[2].get("width"))
    assert published / mine == pytest.approx(168_850 / 52_567 / 1.5, rel=1e-3) and within(svg)
