"""The chat box, driven without a browser, and its picture."""

import asyncio
import json
import xml.etree.ElementTree as ET

import pytest

from gptlab.course import labels
from gptlab.course.thumbs import UP
from gptlab.view.chat import chat_box
from gptlab.view.chat.live_chat import STOPPED, ChatBox
from tests.support.pictures import NS, words_in
from tests.support.toy_assistants import (
    untrained_chat,
)


@pytest.fixture
def real():
    return untrained_chat()


def shown(box):
    """All that the log says, as HTML."""
    return " ".join(
        part.value for turn in box.said for part in turn.parts if hasattr(part, "value")
    )


def test_a_chat(real):
    box = ChatBox(real, [("a", "b")])
    box.line.value = "ab"
    assert len(box.turns) == 2 and box.turns[1][0] == "ab" and box.line.value == ""
    assert box.turns[1][1] and "[" not in box.turns[1][1][:1]
    box.line.value = "ab"  # the same question once more
    box.send.click()  # with nothing in the line
    assert len(box.turns) == 3
    box.line.value = "<b>" * 30
    assert "make it shorter" in box.turns[-1][1] and "<b>" not in shown(box)
    box.clear.click()
    assert box.turns == [] and box.again.disabled and box.log.children == ()


def scripted(monkeypatch, assistant, *replies):
    """Let the assistant stream these replies, one after the other; -> what it was asked."""
    asked, left = [], list(replies)

    def stream(_, prompt, **settings):
        asked.append((prompt, settings))
        yield from left.pop(0)

    monkeypatch.setattr(type(assistant), "stream", stream)
    return asked


def test_a_chat_that_remembers(monkeypatch, real):
    asked = scripted(monkeypatch, real, "z", "z")
    for remembers in (False, True):
        box = ChatBox(real, [("a", "b")], remembers)
        box.line.value = "c"
    assert [[m["content"] for m in prompt] for prompt, _ in asked] == [["c"], ["a", "b", "c"]]
    assert [m["role"] for m in asked[1][0]] == ["user", "assistant", "user"]
    assert [settings["room"] for _, settings in asked] == [1, 48]
    assert box.turns[-1] == ("c", "z")


def test_a_system_message_and_the_temperature(monkeypatch, real):
    asked = scripted(monkeypatch, real, "z")
    box = ChatBox(real, [], controls=True)
    box.system.value = " Be kind. "
    box.heat.value = 0.0
    box.line.value = "c"
    prompt, settings = asked[0]
    assert prompt[0] == {"role": "system", "content": "Be kind."} and settings["temperature"] == 0.0


def test_again_writes_another_reply_to_the_same_question(monkeypatch, real, tmp_path):
    asked = scripted(monkeypatch, real, "x", "y", "z")
    box = ChatBox(real, [], remembers=True, file=tmp_path / "labels.jsonl")
    box.again.click()  # nothing to write again
    box.line.value = "q"
    box.again.click()
    assert asked[0][0] == asked[1][0] and box.turns == [("q", "y")]
    assert box.said[0].replies == ["x", "y"] and "x" in shown(box) and "y" in shown(box)
    box.line.value = "r"
    assert [m["content"] for m in asked[2][0]] == ["q", "y", "r"]  # it goes on from the last reply


def test_stop_really_stops(monkeypatch, real):
    def endless(_, prompt, **settings):
        while True:
            yield "山"

    monkeypatch.setattr(type(real), "stream", endless)

    async def press():
        box = ChatBox(real, [])
        box.line.value = "go on"
        assert box.running and box.send.description == "stop"
        box.line.value = "a second one"  # waits: it is not lost, nor asked
        for _ in range(5):
            await asyncio.sleep(0)
        box.send.click()
        await asyncio.wait_for(box.task, 5)
        return box

    box = asyncio.run(press())
    assert not box.running and box.send.description == "send" and len(box.turns) == 1
    assert set(box.turns[0][1]) == {"山"} and len(box.turns[0][1]) > 1
    assert f"山{STOPPED}<br>" in shown(box)  # seen, but no part of the reply
    assert box.line.value == "a second one"


def test_a_question_that_comes_too_early_is_asked_next(monkeypatch, real):
    asked = scripted(monkeypatch, real, "xy", "z")

    async def press():
        box = ChatBox(real, [])
        box.line.value = "one"
        await asyncio.sleep(0)
        box.line.value = "two"
        assert len(asked) == 1 and box.line.value == "two"
        for _ in range(20):
            await asyncio.sleep(0)
        return box

    box = asyncio.run(press())
    assert box.turns == [("one", "xy"), ("two", "z")] and box.line.value == ""


def test_clear_stops_a_running_reply(monkeypatch, real):
    monkeypatch.setattr(type(real), "stream", lambda *_, **__: iter("山" * 10**6))

    async def press():
        box = ChatBox(real, [])
        box.line.value = "go on"
        await asyncio.sleep(0)
        box.clear.click()
        await asyncio.wait_for(box.task, 5)
        return box

    assert asyncio.run(press()).turns == []


def test_what_a_learners_function_raises_is_shown(monkeypatch, real):
    def broken(*_, **__):
        yield "ab"
        raise IndexError("list index out of range")

    monkeypatch.setattr(type(real), "stream", broken)
    box = ChatBox(real, [])
    box.line.value = "a"
    assert box.turns[0][1] == "ab[IndexError: list index out of range]" and not box.running


def test_thumbs_on_two_replies_become_a_label_of_lesson_12(monkeypatch, real, tmp_path):
    scripted(monkeypatch, real, "x", "y")
    file = tmp_path / "labels.jsonl"
    box = ChatBox(real, [], controls=True, file=file)
    box.line.value = "q"
    box.thumb(box.said[0], 0, UP)
    assert not file.exists()  # one reply alone is no preference
    box.again.click()
    up, down = box.said[0].parts[-1].children
    down.click()
    assert list(labels.of_file(file).values()) == [labels.Label("q", ("x", "y"), "ranked", (0, 1))]
    assert "1 preference kept in labels.jsonl" in box.status.value and down.button_style == "danger"
    assert json.loads(file.read_text())["order"] == [0, 1]
    up.click()  # both are good: no preference any more
    assert labels.of_file(file) == {} and (up.button_style, down.button_style) == ("success", "")
    up.click()  # taken back: the first has a thumb, this one none
    assert [label.order for label in labels.of_file(file).values()] == [(0, 1)]


def test_labels_that_cannot_be_kept_are_said(monkeypatch, real, tmp_path):
    (tmp_path / "wall").write_text("a file where a folder should be")
    scripted(monkeypatch, real, "x", "y")
    box = ChatBox(real, [], controls=True, file=tmp_path / "wall" / "labels.jsonl")
    box.line.value = "q"
    box.again.click()
    box.thumb(box.said[0], 1, UP)
    assert "not kept" in box.status.value


def test_the_line_below_says_whose_functions_run_and_what_is_forgotten(real, tmp_path):
    box = ChatBox(real, [], remembers=True, controls=True, file=tmp_path / "l.jsonl")
    assert "functions are yours" in box.status.value and "fit" not in box.status.value
    box.conversation.max_new_tokens = 4  # the toy's context is 24
    for question in ("cccc", "dddd", "eeee"):
        box.line.value = question
    assert "no longer fit" in box.status.value


def test_a_chat_without_controls_shows_none(real):
    box = ChatBox(real, [("a", "b")])
    assert box.system not in box.box.children and box.said[0].parts[-1].layout.display == "none"


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
