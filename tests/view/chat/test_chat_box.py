"""The chat box, driven without a browser, and its picture."""

import xml.etree.ElementTree as ET

import pytest

from gptlab.view.chat import chat_box
from tests.support.pictures import NS, words_in
from tests.support.toy_assistants import (
    untrained_chat,
)


@pytest.fixture
def real():
    return untrained_chat()


def test_a_chat(real):
    box = chat_box.ChatBox(real, [("a", "b")])
    box.line.value = "ab"
    assert len(box.turns) == 2 and box.turns[1][0] == "ab" and box.line.value == ""
    box.line.value = "ab"  # the same question once more
    box.send.click()  # with nothing in the line
    assert len(box.turns) == 3
    box.line.value = "<b>" * 30
    assert "make it shorter" in box.turns[-1][1] and "<b>" not in box.log.value
    box.clear.click()
    assert box.turns == []


def test_a_chat_that_remembers(monkeypatch, real):
    asked = []
    monkeypatch.setattr(type(real), "stream", lambda _, prompt, **__: asked.append(prompt) or "z")
    for remembers in (False, True):
        box = chat_box.ChatBox(real, [("a", "b")], remembers)
        box.line.value = "c"
    assert [[m["content"] for m in prompt] for prompt in asked] == [["c"], ["a", "b", "c"]]
    assert [m["role"] for m in asked[1]] == ["user", "assistant", "user"]
    assert box.turns[-1] == ("c", "z")


def test_the_reply_of_a_chat_is_what_the_stream_gives(real):
    said = "".join(real.stream("ab", temperature=0.0, max_new_tokens=9))
    assert said == real.reply("ab", max_new_tokens=9)


def test_chat_picture_wraps_and_keeps_every_character(real):
    question, reply = (
        "Where does Emma live, and with whom, and since when? " * 2,
        "台湾最高的山是哪座山" * 8,
    )
    picture, alt = chat_box.chat_picture(real, [(question, reply)])
    shown = words_in(picture)
    assert (
        " ".join(shown[: -6 or None]).split()[0] == "Where"
        and "".join(t for t in shown if t[0] > "\u4e00") == reply
    )
    assert question in alt and reply in alt
    width = float(ET.fromstring(picture).get("width"))
    for box in list(ET.fromstring(picture).iter(f"{NS}rect"))[1:]:
        assert float(box.get("x")) >= 0 and float(box.get("x")) + float(box.get("width")) <= width
