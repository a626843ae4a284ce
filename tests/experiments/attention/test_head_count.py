"""Layers with one head and with four."""

from gptlab.experiments.attention import head_count


def test_four_heads_learn():
    untrained = head_count.accuracy(4, steps=0)
    assert untrained < 0.3
    assert head_count.accuracy(4, steps=60) > untrained + 0.2
