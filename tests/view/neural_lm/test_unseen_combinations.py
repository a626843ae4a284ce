"""The table of combinations."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.view.neural_lm.unseen_combinations import combinations_picture
from gptlab.view.palette import COLOURS
from tests.support.pictures import NS
from tests.support.toy_data import few_combinations


@pytest.fixture
def data():
    return few_combinations()


def test_the_table_of_combinations(data):
    svg, alt = combinations_picture(data, 6)
    assert alt.count("new") == 12 and alt.count("tuning") == 6
    colours = [r.get("fill") for r in ET.fromstring(svg).iter(f"{NS}rect")]
    assert (
        colours.count(COLOURS["you"]) == 13 and colours.count(COLOURS["floor"]) == 7
    )  # one each in the key
