"""The labeler, without a browser: keys and buttons, the file behind it, and what it says."""

import re

import pytest

from gptlab.course import labels
from gptlab.course.labels import RANKED, SKIPPED, TIE
from gptlab.experiments.reward.comparisons import Crowd, Replied
from gptlab.view.reward.keys import key_class
from gptlab.view.reward.labeler import Labeler, agreed, same_order
from gptlab.world.questions import Question

NEVER_WRONG = Crowd(0.0)


def replied(text, *replies, gold=None):
    return Replied(Question(text, "en", "fact"), replies, tuple(gold or range(len(replies))))


PAIRS = [
    replied("One?", "a <b>bold</b> one", "another"),
    replied("秘鲁的首都是哪座城市？", "利马。", "基多。"),
    replied("Three?", "x", "y"),
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "labels.jsonl"


def said(widget):
    return {place: (label.kind, label.order) for place, label in widget.labels.items()}


def test_every_key_is_in_the_file_at_once_and_another_widget_goes_on_there(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)
    widget.press("2")
    assert said(widget) == {0: (RANKED, (1, 0))} and len(labels.of_file(file)) == 1
    again = Labeler(PAIRS, file, NEVER_WRONG)
    assert again.place == 1 and "1 of 3 labelled" in again.head.value
    again.press("tie")
    again.press("skip")
    assert said(again) == {0: (RANKED, (1, 0)), 1: (TIE, ()), 2: (SKIPPED, ())}
    assert again.place is None and "All are labelled" in again.cards.value
    again.press("1")  # nothing left to label
    assert len(again.labels) == 3


def test_undo_takes_back_the_last_one_that_was_made(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)
    widget.press("undo")  # nothing yet
    for key in ("1", "2", "undo", "1", "undo", "undo"):
        widget.press(key)
    assert widget.place == 0 and not labels.of_file(file)


def test_undo_leaves_labels_of_other_pairs_alone(file):
    Labeler(PAIRS[:1], file, NEVER_WRONG).press("1")
    widget = Labeler(PAIRS[1:], file, NEVER_WRONG)
    widget.press("undo")
    assert len(labels.of_file(file)) == 1


def test_four_replies_are_ranked_by_three_digits_and_a_digit_can_be_taken_back(file):
    widget = Labeler([replied("Rank", "a", "b", "c", "d")], file, NEVER_WRONG)
    for key in ("3", "3", "1"):  # a second 3 means nothing
        widget.press(key)
    assert "3 · place 1" in widget.cards.value and "1 · place 2" in widget.cards.value
    widget.press("undo")
    widget.press("4")
    widget.press("2")
    assert said(widget) == {0: (RANKED, (2, 3, 1, 0))}
    assert "tie" not in widget.buttons


def test_replies_are_shown_as_text_and_chinese_with_its_english(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)
    assert "&lt;b&gt;bold" in widget.cards.value and "<b>bold</b>" not in widget.cards.value
    widget.press("1")
    assert "利马。" in widget.cards.value and "Lima." in widget.cards.value


def test_buttons_do_what_keys_do(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)
    widget.buttons["2"].click()
    widget.buttons["tie"].click()
    widget.buttons["undo"].click()
    assert said(widget) == {0: (RANKED, (1, 0))}
    for name, button in widget.buttons.items():
        assert key_class(name) in button._dom_classes


def test_every_key_has_a_button_and_the_script_knows_it(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)
    script = widget.box.children[0].value
    for key, name in widget._keys().items():
        assert name in widget.buttons
        assert re.search(f"&quot;{re.escape(key)}&quot;: &quot;{key_class(name)}&quot;", script)
    assert "aria-label" in script and "focus-visible" in script


def test_what_cannot_be_written_is_said_and_nothing_is_counted(tmp_path):
    (tmp_path / "wall").write_text("a file where a folder should be")
    widget = Labeler(PAIRS, tmp_path / "wall" / "labels.jsonl", NEVER_WRONG)
    widget.press("1")
    assert "not kept" in widget.said.value and "0 of 3 labelled" in widget.head.value


def test_agreement_is_counted_pair_by_pair(file):
    widget = Labeler(PAIRS, file, NEVER_WRONG)  # they prefer the second, always
    widget.press("1")
    widget.press("2")
    assert "you agree with A on 1 of 2 and with B on 1 of 2" in widget.said.value
    assert "they agree with each other on 2 of 2" in widget.said.value
    assert "the gold labeler says 2" in widget.said.value
    assert same_order([0, 1, 2], [1, 0, 2]) == (2, 3)
    one = labels.Label("?", ("a", "b", "c"), RANKED, (0, 1, 2))
    assert "with A on 3 of 3 and with B on 0 of 3" in agreed({0: one}, [[[0, 1, 2]], [[2, 1, 0]]])
