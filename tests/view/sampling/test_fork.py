"""A fork shows each likely first token, what follows it, and whether that is good."""

import pytest

from gptlab.view.palette import COLOURS
from gptlab.view.sampling import fork
from tests.support.pictures import words_in
from tests.support.toy_assistants import scripted_base


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("worth it. Review: good", True),
        ("terrible.⏎Review: bad", False),
        ("好极了。⏎评价：好评", True),
        ("糟透了。⏎评价：差评", False),
        ("worth it.", None),
    ],
)
def test_a_review_says_itself_how_it_ends(text, good):
    assert fork.review_verdict(text) is good


def test_the_rows_are_the_likeliest_tokens_and_their_continuations():
    picture, alt = fork.fork_picture(scripted_base(), "x", fork.names("玉"), n=3)
    shown = words_in(picture)
    assert shown[0] == "x …" and {"␣a", "‹e7 8e›", "<", "玉", "30 %  ✓", "50 %  ✗"} <= set(shown)
    assert "‹e7 8e› (30 %) leads to “玉” (…), good" in alt
    assert COLOURS["right"] in picture and COLOURS["wrong"] in picture


def test_a_chinese_prompt_has_its_english_below():
    picture, alt = fork.fork_picture(scripted_base(), "茶", fork.review_verdict, n=2)
    assert "tea …" in words_in(picture)
    assert "“茶” (tea)" in alt


def test_long_texts_are_wrapped_into_the_panel():
    lines = fork._lines("word " * 60)
    assert len(lines) > 3 and all(len(line) < 60 for line in lines)
