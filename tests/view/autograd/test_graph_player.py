"""An expression as a graph with sliders."""

import pytest

from gptlab.autograd import backward
from gptlab.view.autograd import graph_player, value_graph
from gptlab.view.kit.number_format import three_digits
from tests.support.pictures import words_in
from tests.support.toy_data import toy_expression


def test_half_way_ends_where_backward_ends():
    end = toy_expression()
    walk = graph_player.PartialBackward(end)
    assert [v.label for v in walk.to_do] == ["×", "tanh", "+", "×"]
    assert walk.grads(0) == {id(end): 1.0}
    before = [v.grad for v in value_graph.ancestors(end)]
    final = walk.grads(len(walk.to_do))
    assert [v.grad for v in value_graph.ancestors(end)] == before  # nothing was changed
    backward(end)
    assert final == pytest.approx(value_graph.all_grads(end))
    assert (
        "turn of tanh" in walk.describe(2)
        and "final" in walk.waiting(4)
        and walk.waiting(2).endswith("+  ×")
    )


def test_the_graph_to_play_with_follows_its_sliders():
    play = graph_player.GraphPlayer(
        lambda a, b, c: (a * b + c).tanh() * a, {"a": 2.0, "b": -1.0, "c": 1.5}, "t"
    )
    assert play.steps.max == 4 and "▼ ?" in "".join(words_in(play.out.value))
    play.steps.value = 4
    assert (
        "▼ ?" not in "".join(words_in(play.out.value)) and "measured by nudging" in play.text.value
    )
    play.leaves["b"].value = 0.5
    measured = play.measured()
    end = toy_expression(2.0, 0.5, 1.5)
    backward(end)
    leaves = {v.label: v.grad for v in value_graph.ancestors(end) if not v.parents}
    assert measured == pytest.approx(leaves, abs=1e-6)
    assert f"▼ {three_digits(leaves['b'])}" in words_in(play.out.value)


def test_an_expression_without_a_value_says_so():
    play = graph_player.GraphPlayer(lambda a, b: a / b, {"a": 1.0, "b": 0.5}, "a / b")
    play.leaves["b"].value = 0.0
    assert "no value here" in play.text.value
