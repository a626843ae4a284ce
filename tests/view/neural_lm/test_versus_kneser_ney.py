"""The neural model against the one that counts, drawn."""

import math
import xml.etree.ElementTree as ET

import pytest

from gptlab.view.kit import style
from gptlab.view.neural_lm import versus_kneser_ney as versus
from tests.support.pictures import NS, words_in
from tests.support.toy_data import few_combinations


@pytest.fixture
def data():
    return few_combinations()


def test_result_pictures_tell_their_figures(data):
    means = {
        "new ones": {
            versus.COUNTING: math.log(8),
            versus.NETWORK: math.log(4),
            versus.BOTH: math.log(5),
        }
    }
    svg, alt = versus.perplexities_picture(means, "title")
    assert "counting 8.00; your network 4.00; both, averaged 5.00" in alt and "8.00" in words_in(
        svg
    )
    svg, alt = versus.paper_picture(means)
    assert "312" in alt and "252" in alt and "109" in alt and "your network 4.00" in alt
    bars = [float(r.get("width")) for r in ET.fromstring(svg).iter(f"{NS}rect")][1:]
    assert bars[3] / bars[0] == pytest.approx(252 / 312, rel=1e-3) and bars[-2] / bars[
        -3
    ] == pytest.approx(0.5, rel=1e-3)


def test_a_sentence_word_by_word(data):
    s = data.new[0]
    costs = {versus.COUNTING: [1.0] * len(s.words), versus.NETWORK: [0.5] * len(s.words)}
    svg, alt = versus.sentence_picture(s, costs, "title")
    assert all(word in words_in(svg) for word in s.words) and f"{s.words[0]} 1.0 / 0.5" in alt


def test_losses_by_count_are_drawn():
    losses = {"never": 0.0, "once": 2.0}
    figure, alt = versus.loss_by_count_picture({versus.COUNTING: losses, versus.FLOOR: losses})
    assert "never 0.00" in alt and "counting" in style.to_svg(figure, alt)
