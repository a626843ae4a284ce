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


def test_no_name_covers_a_dot_or_another_name(history):
    """Six dots in a heap: a name is left out rather than written over something."""
    heap = [(100.0 + 9 * (i % 3), 100.0 + 7 * (i // 3)) for i in range(6)]
    written = word_vectors._names(["Portuguese"] * 6, heap, ["#000"] * 6)
    assert 1 <= len(written) < 6
    places = []
    for name in written:
        text = ET.fromstring(name.replace("xml:space", "space"))
        left, middle = float(text.get("x")), float(text.get("y")) - 4
        right = left + word_vectors.svg.text_width("Portuguese", 12)
        assert all(not (left < x < right and abs(y - middle) < 6) for x, y in heap)
        assert all(right < a or left > b or abs(middle - m) > 10 for a, b, m in places)
        places.append((left, right, middle))


def test_the_picture_is_as_high_as_its_dots(history):
    svg, _ = word_vectors.word_vectors_picture(history, 1)
    root = ET.fromstring(svg)
    ys = [float(c.get("cy")) for c in root.iter(f"{NS}circle")]
    assert min(ys) >= word_vectors.TOP - 0.1
    assert max(ys) <= float(root.get("height")) - word_vectors.BELOW + 0.6
