"""Merges one by one: the steps, the widget, its picture."""

import xml.etree.ElementTree as ET

from gptlab import bpe
from gptlab.view.bpe import (
    merges,
)
from tests.support.pictures import marked_in, within, words_in

PAPER = [(97, 110), (98, 256), (256, 97)]  # "banana bandana": an, b·an, an·a


def test_steps_are_those_of_the_paper():
    found = merges.steps_of("banana bandana", PAPER)
    names = bpe.token_bytes(PAPER)
    assert [[names[i].decode() for i in step.ids] for step in found[2:]] == [
        ["ban", "an", "a", " ", "ban", "d", "an", "a"],
        ["ban", "ana", " ", "ban", "d", "ana"],
    ]
    assert [step.merge for step in found] == [None, 0, 1, 2] and found[-1].cuts == {2, 6}
    assert merges.ranked_pairs(found[0])[:2] == [((97, 110), 4), ((110, 97), 3)]
    assert merges.ranked_pairs(found[1])[:2] == [
        ((98, 256), 2),
        ((256, 97), 2),
    ]  # the tie, the smaller pair first
    assert len(merges.steps_of("xyz", PAPER)) == 1 and merges.steps_of("", PAPER)[0].ids == []


def test_the_slider_walks_through_the_steps():
    live = merges.MergeSteps("banana bandana", PAPER, bpe.BILINGUAL_PATTERN)
    assert live.step.max == 3 and "step 0 of 3" in live.out.value and "◀ next" in live.out.value
    live.step.value = 1
    assert marked_in(live.out.value) == ["an"] * 4 and "tie: (98, 256) is smaller" in live.out.value
    live.step.value = 3
    assert "no pair occurs twice: the end" in words_in(live.out.value) and "6 tokens" in words_in(
        live.out.value
    )


def test_another_sentence_and_the_other_merges():
    live = merges.MergeSteps("banana bandana", PAPER, bpe.BILINGUAL_PATTERN)
    live.step.value = 3
    live.text.value = "can a man"
    assert live.step.value == 0 and live.step.max == len(live.steps) - 1 == 1
    live.learnt.value = merges.WEB
    assert [step.merge for step in live.steps] == [None, 0] and "◀ next" not in live.out.value
    live.text.value = "山" * 500
    assert "first 160" in live.note.value and live.steps[0].ids == list(("山" * 160).encode())
    for odd in ("", " ", "<b>&</b>", "🏔\u200b\t"):
        live.text.value = odd
        for source in (merges.OWN, merges.WEB):
            live.learnt.value = source
            ET.fromstring(live.out.value)


def test_a_picture_stands_in_for_the_widget(capsys):
    merges.merge_steps("banana bandana", PAPER, bpe.BILINGUAL_PATTERN)
    said = capsys.readouterr().out
    assert (
        said.startswith("Merges one by one. step 0, 14 tokens: b | a | n")
        and "step 3, 6 tokens: ban | ana | ␣ | ban" in said
    )
    svg = (
        merges.MergeSteps("banana bandana", PAPER, bpe.BILINGUAL_PATTERN).picture(0, 1, 2, 3).image
    )
    assert (
        within(svg)
        and [x for x in words_in(svg) if x.startswith("step ")][1]
        == "step 1 of 3: a + n → an, token 256"
    )
