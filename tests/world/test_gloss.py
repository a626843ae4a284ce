"""The gloss says in English what a Chinese text of the little web says."""

import itertools
import re

import pytest

from gptlab.world.gloss import gloss, has_chinese
from gptlab.world.web import Web


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("？玉山。\n修改于4月26日", "? Yushan.\nEdited 26 April"),
        ("台湾别的山再高，也高不过玉山。", "The highest mountain in Taiwan is Yushan."),
        ("？谁来告诉我？\n日本的首都是哪里？", "? Who can tell me?\nWhat is the capital of Japan?"),
        ("A 玉山 B 雷西峰 C 本尼维斯山 答案：C", "A Yushan B Lesima C Ben Nevis Answer: C"),
        ("好问题！玉山。", "Good question! Yushan."),
        ("这碗汤好极了，很不错。", "The soup was wonderful, lovely."),
        ("艾玛今晚会梦见什么？", "What will Emma dream of tonight?"),
        ("箱子 -> 很多箱子", "box -> many boxes"),
        ("3加4等于7", "3 plus 4 is 7"),
        ("Nothing to do, 3:25.", "Nothing to do, 3:25."),
        ("", ""),
        ("魔", "…"),
    ],
)
def test_what_is_said(chinese, english):
    if "雷西峰" in chinese:
        english = english.replace("Lesima", gloss("雷西峰"))
    assert gloss(chinese) == english


@pytest.mark.slow
def test_every_page_of_the_web_is_glossed_to_the_last_character():
    for page in itertools.islice(Web(7).pages(), 1500):
        said = gloss(page.text)
        assert "…" not in said and not has_chinese(said), page.text


def test_the_gloss_of_an_english_page_is_itself():
    pages = (str(getattr(p, "text", p)) for p in itertools.islice(Web(1).pages(), 300))
    for text in (text for text in pages if not has_chinese(text)):
        assert re.sub(r"\s+", " ", gloss(text)).strip() == re.sub(r"\s+", " ", text).strip()


def test_half_a_character_and_half_a_name_are_no_error():
    assert gloss("台湾最").startswith("Taiwan") and "…" in gloss("本尼维")
