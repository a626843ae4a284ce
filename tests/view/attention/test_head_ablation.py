"""The switchboard of heads."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.interpret.ablation import ablated_loss
from gptlab.view.attention import head_ablation
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_the_switchboard(assistant):
    board = head_ablation.Switchboard(assistant, ["abc"], ablated=[(0, 1)])
    assert board.ablated == [(0, 1)] and "off: L0 head 1" in board.out.value
    board.switches[1, 2].value = False
    assert board.ablated == [(0, 1), (1, 2)] and "L1 head 2" in board.out.value
    board.all_on.click()
    assert board.ablated == [] and "off: none" in board.out.value
    board.text.value = ""
    assert "alert" in board.out.value
    svg, alt = head_ablation.ablation_picture(assistant, "abc", [(0, 0)])
    whole, rest = (
        ablated_loss(assistant.model, [assistant.begin("abc")], off) for off in ((), [(0, 0)])
    )
    assert f"{whole:.2f} → {rest:.2f} nats" in alt and ET.fromstring(svg) is not None
