"""The sampler widget, driven without a browser."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.view.chat import chat_box
from gptlab.view.sampling import sampler, token_limit, token_walk
from tests.support.toy_assistants import (
    scripted_base,
    untrained_chat,
)


@pytest.fixture
def base():
    return scripted_base()


@pytest.fixture
def real():
    return untrained_chat()


def labels(column):
    return [b.description for b in column.buttons if not b.disabled]


def test_buttons_pick(base):
    column = sampler.Column(token_walk.TokenWalk(base, "x"))
    assert labels(column)[:4] == ["1   ␣a", "2   ‹e7 8e›", "3   <", "4   ⏎"]
    assert "50 %" in column.bars[0].value and "50 %" in column.buttons[0].tooltip
    column.buttons[1].click()
    assert column.walk.text == "‹e7 8e›" and labels(column)[0] == "1   ‹89›"
    column.buttons[0].click()
    column.buttons[0].click()
    assert (
        column.walk.stopped and labels(column) == [] and column.let.disabled and column.end.disabled
    )
    assert "stop token" in column.state.value and "3 tokens" in column.state.value
    column.back.click()
    assert not column.walk.stopped and labels(column) and not column.let.disabled
    column.again.click()
    assert column.walk.picked == [] and column.back.disabled and column.again.disabled


def test_keys(base):
    column = sampler.Column(token_walk.TokenWalk(base, "x"))
    for keys, length in (
        ("2", 1),
        ("1", 2),
        ("u", 1),
        ("r", 0),
        ("21", 2),
        ("9xq ", 2),
        ("U", 1),
        ("R0", 1),
        ("f", None),
    ):
        column.keys.value = keys
        assert column.keys.value == "" and length in (None, len(column.walk.picked)), keys
    assert column.walk.stopped or column.walk.full


def test_what_stands_in_a_text_is_not_taken_for_html(base):
    column = sampler.Column(token_walk.TokenWalk(base, "<i>x"))
    column.keys.value = "3"
    assert "&lt;i&gt;x" in column.text.value and "<i>" not in column.text.value
    assert ">&lt;</span>" in column.text.value


def test_models_one_by_one_and_side_by_side(base, real):
    box = sampler.Sampler([base, real], prompts=("x", "山"))
    shown = lambda: [c.box.layout.display != "none" for c in box.columns]  # noqa: E731
    assert shown() == [True, False]
    box.which.value = "chat model"
    assert shown() == [False, True]
    box.which.value = "side by side"
    assert shown() == [True, True]
    assert (
        len(sampler.Sampler([base], prompts=("x",)).box.children) == len(box.box.children) - 1
    )  # nothing to choose from


def test_prompts_of_ones_own_and_back(base, real):
    box = sampler.Sampler([base, real], prompts=("x", "山"))
    box.columns[0].buttons[0].click()
    box.own.value = "  my own "
    assert [c.walk.prompt for c in box.columns] == ["my own"] * 2 and box.columns[
        0
    ].walk.picked == []
    assert box.examples.value is None
    box.examples.value = "x"
    assert box.columns[1].walk.prompt == "x" and box.own.value == ""
    box.own.value = "   "
    assert box.columns[0].walk.prompt == "x"


def test_a_prompt_that_is_too_long_is_refused_in_one_line(base, real):
    box = sampler.Sampler([base, real], prompts=("x",))
    box.own.value = "y" * 40
    assert "make it shorter" in box.note.value and [c.walk.prompt for c in box.columns] == [
        "x",
        "x",
    ]
    box.own.value = "y"
    assert box.note.value == "" and box.columns[0].walk.prompt == "y"


@pytest.mark.parametrize("call", [
    lambda s: sampler.be_the_sampler([s], prompts=("x",)),
    lambda s: token_limit.token_limit(s, "x"),
    lambda s: chat_box.chat_box(s, ["x"]),
])  # fmt: skip
def test_each_is_one_bundle_of_widget_and_picture(monkeypatch, real, call):
    shown = []
    for module in (sampler, token_limit, chat_box):
        monkeypatch.setattr(
            module, "show", lambda picture, alt, widget: shown.append((picture, alt, widget))
        )
    call(real)
    ((picture, alt, widget),) = shown
    assert ET.fromstring(picture).get("aria-label") == alt and len(alt) > 40
    assert "application/vnd.jupyter.widget-view+json" in widget._repr_mimebundle_()
