"""The table of combinations."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.experiments.unseen_combinations import Combinations
from gptlab.view.neural_lm.unseen_combinations import combinations_picture
from gptlab.view.palette import COLOURS
from gptlab.world.web import Web
from tests.support.pictures import NS


@pytest.fixture(scope="module")
def data():
    return Combinations(Web(), n_facts=60, n_train=1500, n_test=120)


def test_the_table_of_combinations(data):
    svg, alt = combinations_picture(data, 6)
    assert alt.count("new") == 12 and alt.count("tuning") == 6
    colours = [r.get("fill") for r in ET.fromstring(svg).iter(f"{NS}rect")]
    assert (
        colours.count(COLOURS["you"]) == 13 and colours.count(COLOURS["floor"]) == 7
    )  # one each in the key
