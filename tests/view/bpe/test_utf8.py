"""UTF-8 done by hand."""

import pytest

from gptlab.view.bpe import (
    utf8,
)
from tests.support.pictures import within, words_in


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "m",
        "\x7f",
        "\x80",
        "é",
        "\u07ff",
        "\u0800",
        "玉",
        "\uffff",
        "\U00010000",
        "🏔",
        "\U0010ffff",
    ],
)
def test_packing_by_hand_is_utf8(character):
    found = utf8.utf8_bits(character)
    assert [int(fixed + own, 2) for fixed, own in found] == list(character.encode())
    assert all(len(fixed + own) == 8 for fixed, own in found)
    svg, said = utf8.utf8_picture(character)
    assert within(svg) and f"U+{ord(character):04X}" in said
    assert f"{character.encode()[-1]:02X} = {character.encode()[-1]}" in words_in(svg)


def test_packing_takes_one_character():
    with pytest.raises(ValueError, match="2 characters"):
        utf8.utf8_bits("玉山")
