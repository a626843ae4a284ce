"""The diagram of Bengio's network."""

from gptlab.view.neural_lm import bengio_network
from tests.support.pictures import words_in


def test_the_network_diagram():
    svg, alt = bengio_network.network_picture()
    assert {"capital", "of", "Peru", "hidden layer", "side by side"} <= set(
        words_in(svg)
    ) and "score for every word" in alt
