"""The pictures of lesson 16's tools: who wrote what, in words and colours, and nothing beyond the edge."""

import pytest
from matplotlib.figure import Figure

from gptlab.experiments.agents.accuracy import Share
from gptlab.view.agents import accuracy, transcript
from gptlab.view.kit import style
from tests.support.pictures import within, words_in

TEXT = (
    "Question: 台湾最高的山是哪座山？\nThought: 查一下。\nAction: look_up[台湾的山]\n"
    "Observation: 台湾最高的山是玉山。\nAnswer: 玉山。\n"
)


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("Question: a Thought: b", "user"),
        ("Observation: Answer: 3", "tool"),
        ("Thought: a", "model"),
        ("Action: a[1]", "model"),
        ("Answer: 2", "model"),
        ("hm", "model"),
    ],
)
def test_who_wrote_a_line(line, who):
    assert transcript.writer_of(line) == who


def test_every_line_is_told_with_its_writer_and_in_english():
    picture = transcript.transcript_picture(TEXT)
    assert (
        "user writes “Question: 台湾最高的山是哪座山？” (What is the highest mountain in Taiwan?)"
        in picture.alt
    )
    assert "model writes “Thought: 查一下。” (Look it up.)" in picture.alt
    assert "model writes “Action: look_up[台湾的山]” (the mountain of Taiwan)" in picture.alt
    assert within(picture.image)


def test_steps_show_so_many_lines_on_a_picture_of_one_size():
    first, last = (transcript.transcript_picture(TEXT, n) for n in (1, 5))
    assert "玉山。" not in first.alt and "Answer: 玉山。" in last.alt
    head = 'height="'
    assert first.image.split(head)[1][:5] == last.image.split(head)[1][:5]


def test_a_long_line_is_broken_and_not_cut():
    long = "Question: " + "word " * 60
    drawn = " ".join(words_in(transcript.transcript_picture(long).image))
    assert drawn.count("word") == 60


def test_the_loop_says_what_is_cut_off():
    picture = transcript.loop_picture()
    assert "invented" in picture.alt and within(picture.image)
    assert {"turn 1", "turn 2", "Observation: 20", "Observation: 19"} <= set(
        words_in(picture.image)
    )


def test_groups_and_shares_are_told():
    shares = [Share(9, 10), Share(0, 8)]
    found = {"by heart": shares, "with look_up": [Share(10, 10)] * 2, "wrong rows": shares}
    picture = accuracy.rarity_picture(["900 times", "never"], found)
    assert isinstance(picture.image, Figure)
    assert "900 times, never" in picture.alt and "by heart: 90 %, 0 %" in picture.alt
    assert "never" in style.to_svg(picture.image, picture.alt)
