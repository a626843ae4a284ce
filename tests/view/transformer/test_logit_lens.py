"""The lens picture and its switches."""

import pytest

from gptlab.interpret.ablation import MLP
from gptlab.view.attention.head_ablation import Switchboard
from gptlab.view.transformer import logit_lens
from tests.support.loud_assistant import loud_assistant
from tests.support.pictures import words_in


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_the_lens_picture_and_its_widget(assistant):
    svg, alt = logit_lens.lens_picture(assistant, "abc", [(0, 1), (1, "mlp")])
    assert {"start", "after L0", "after L1", "off: L0 head 1, L1 mlp"} <= set(words_in(svg))
    assert "“abc”" in alt and alt.count("%") == 3
    shown = Switchboard(assistant, ["abc", "b"], [(1, "mlp")], logit_lens.lens_picture, [MLP])
    assert len(shown.switches) == 8 and shown.ablated == [(1, "mlp")]
    first = shown.out.value
    shown.switches[0, 0].value = False
    assert shown.ablated == [(0, 0), (1, "mlp")] and shown.out.value != first
    shown.switch_all_on()
    assert shown.ablated == [] and "off: nothing" in shown.out.value
    shown.text.value = "x" * 30
    assert "make it shorter" in shown.out.value
    shown.text.value = ""
    assert 'role="alert"' in shown.out.value
