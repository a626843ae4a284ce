"""The slider over word vectors."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.view.neural_lm import word_vectors
from tests.support.pictures import NS
from tests.support.toy_data import toy_history


@pytest.fixture
def history():
    return toy_history()


def test_the_vectors_widget(history):
    play = word_vectors.WordVectors(history, "a")
    at_first = play.out.value
    play.step.value = 1
    assert (
        play.out.value != at_first
        and "after 70 steps" in play.out.value
        and "nearest to <b>a</b>: " in play.text.value
    )
    play.word.value = "zebra"
    assert "no vector for “zebra”" in play.text.value
    circles = list(ET.fromstring(play.out.value).iter(f"{NS}circle"))
    assert len(circles) == 6 and all(0 < float(c.get("cx")) < word_vectors.WIDTH for c in circles)
