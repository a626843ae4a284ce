"""Arcs and all heads, drawn and clicked through."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.interpret.attention_maps import attention_maps
from gptlab.view.attention import attention_arcs
from gptlab.view.kit.number_format import percent
from tests.support.loud_assistant import loud_assistant
from tests.support.pictures import words_in


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_arcs_follow_their_controls(assistant):
    made = attention_arcs.AttentionArcs(assistant, ["ab ca", "b"], layer=1, head=2)
    assert made.at.value == 5 and made.tokens == ["⟨endoftext⟩", "a", "b", "␣", "c", "a"]
    drawn = {made.out.value}
    for control, value in ((made.at, 2), (made.layer, 0), (made.head, 1)):
        control.value = value
        drawn.add(made.out.value)
    assert len(drawn) == 4
    expected = attention_maps(assistant.model, assistant.begin("ab ca"))[0, 1, 2]
    shares = [text for text in words_in(made.out.value) if "%" in text and "purple" not in text]
    assert shares == [percent(p) for p in expected[:3].tolist()]
    made.text.value = "b"
    assert made.at.value == 1 == made.at.max
    made.text.value = "x" * 39
    assert "alert" in made.out.value
    made.text.value = "b"
    assert "layer 0, head 1" in made.out.value


def test_all_heads_are_drawn(assistant):
    maps = attention_maps(assistant.model, assistant.begin("abc"))
    svg, alt = attention_arcs.all_heads_picture(maps, ["⟨", "a", "b", "c"], marked=[(1, 2)])
    assert ET.fromstring(svg) is not None and "c, attends to most: layer 0: head 0 to " in alt
