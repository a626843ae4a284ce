"""The timeline of papers: sizes where they belong, a source for every figure."""

import math
import xml.etree.ElementTree as ET

import pytest

from gptlab.view import timeline
from tests.support.pictures import NS, words_in


def test_the_timeline_stands_where_the_sizes_are():
    picture, alt = timeline.timeline(10**6, 11_900_000)
    dots = [float(c.get("cx")) for c in ET.fromstring(picture).iter(f"{NS}circle")]
    step = (timeline.RIGHT - timeline.LEFT) / 6  # pixels for a power of ten
    sizes = [4e6, 65e6, 117e6, 1.542e9, 175e9, 1.3e9, 175e9, 1e6]
    assert dots == pytest.approx(
        [timeline.LEFT + math.log10(s / 1e6) * step for s in sizes], abs=0.1
    )
    shown = words_in(picture)
    assert {
        "175 B",
        "1.3 B to 175 B",
        "not published",
        "1 M",
        "data: 11.9 M tokens of the little web",
    } <= set(shown)
    assert all(p.name in shown and p.idea in shown and p.idea in alt for p in timeline.PAPERS)


def test_every_figure_of_the_timeline_has_a_source():
    lines = timeline.sources().splitlines()
    assert len(lines) == len(timeline.PAPERS) == 7
    assert all(p.source and p.source in line for p, line in zip(timeline.PAPERS, lines))
    years = [int(p.year) for p in timeline.PAPERS]
    assert years == sorted(years)
