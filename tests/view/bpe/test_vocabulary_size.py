"""Curves over the size of a vocabulary."""

from gptlab.view.bpe import (
    vocabulary_size,
)
from gptlab.view.kit.style import to_svg


def test_sizes_are_drawn_and_told():
    sizes = [
        vocabulary_size.VocabularySize(256, 1.0, 1.0, 3.5),
        vocabulary_size.VocabularySize(512, 1.5, 1.75, 2.25),
    ]
    figure, said = vocabulary_size.vocabulary_size_picture(sizes, 128, 800_000)
    svg = to_svg(figure, said)
    assert (
        "embedding of 65,536 numbers, bigram 2.25 bits per byte" in said
        and "800,000 parameters" in said
    )
    assert "中文" in svg and "all the rest" in svg
    lengths = figure.axes[0].get_lines()
    assert list(lengths[0].get_ydata()) == [1.0, 1.5] and list(lengths[1].get_ydata()) == [
        1.0,
        1.75,
    ]
    assert list(figure.axes[1].get_lines()[0].get_ydata()) == [32_768, 65_536]
