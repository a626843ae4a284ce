"""Lesson 02's pictures and widgets: chips, UTF-8 by hand, merges one by one, what a text costs, and its figures."""

import math
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import torch

from gptlab import bpe
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.bpe import (
    language_premium,
    merges,
    token_cost,
    undertrained_tokens,
    utf8,
    vocabulary_size,
    word_spellings,
)
from gptlab.view.kit import token_chips
from gptlab.view.kit.style import to_svg
from gptlab.view.palette import COLOURS

NS = "{http://www.w3.org/2000/svg}"
PAPER = [(97, 110), (98, 256), (256, 97)]  # "banana bandana": an, b·an, an·a


def words_in(svg):
    return [t.text or "" for t in ET.fromstring(svg).iter(f"{NS}text")]


def marked_in(svg):
    """The texts that stand on the reader's colour."""
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text") if t.get("fill") == "#ffffff"]


def within(svg):
    """Whether every box lies inside the picture."""
    root = ET.fromstring(svg)
    wide = float(root.get("width"))
    return all(
        float(r.get("x", 0)) + float(r.get("width")) <= wide + 0.5 for r in root.iter(f"{NS}rect")
    )


# --- chips


def test_chips_wrap_and_stay_inside():
    parts, height = token_chips.flow(["word"] * 40, 0, 400)
    assert height == 5 * (token_chips.HIGH + token_chips.GAP)  # nine of 43.6 pixels a line
    svg, said = token_chips.rows_picture(
        [token_chips.Row("one", ["a" * 200, b" b", "<|end|>"], "3 pieces", marked=[2])],
        "Title",
        ["foot"],
    )
    assert (
        within(svg)
        and marked_in(svg) == ["⟨end⟩"]
        and "␣b" in words_in(svg)
        and "foot" in words_in(svg)
    )
    assert said.startswith("Title. one (3 pieces): aaa") and said.endswith("| ␣b | ⟨end⟩. foot")


def test_chips_that_have_no_room_are_counted():
    parts, height = token_chips.flow([b"\xe7"] * 60, 0, 300, most_lines=2)
    shown = sum(">‹e7›<" in part for part in parts)
    assert f"… {60 - shown} more" in parts[-1] and height == 2 * (
        token_chips.HIGH + token_chips.GAP
    )
    assert (
        len(token_chips.flow(["a"], 0, 300, most_lines=1)[0]) == 2
    )  # the last piece needs no room for a remark


def test_the_same_piece_has_the_same_tint_and_cuts_stand_apart():
    assert token_chips.tint("山") == token_chips.tint("山".encode())
    near, far = (token_chips.flow(["a", "b"], 0, 300, cuts=cuts)[0][2] for cuts in ((), (1,)))
    x = [float(ET.fromstring(part).get("x")) for part in (near, far)]
    assert x[1] - x[0] == token_chips.CUT


# --- UTF-8


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "m",
        "\x7f",
        "\x80",
        "é",
        "\u07ff",
        "\u0800",
        "玉",
        "\uffff",
        "\U00010000",
        "🏔",
        "\U0010ffff",
    ],
)
def test_packing_by_hand_is_utf8(character):
    found = utf8.packed(character)
    assert [int(fixed + own, 2) for fixed, own in found] == list(character.encode())
    assert all(len(fixed + own) == 8 for fixed, own in found)
    svg, said = utf8.utf8_picture(character)
    assert within(svg) and f"U+{ord(character):04X}" in said
    assert f"{character.encode()[-1]:02X} = {character.encode()[-1]}" in words_in(svg)


def test_packing_takes_one_character():
    with pytest.raises(ValueError, match="2 characters"):
        utf8.packed("玉山")


# --- merges one by one


def test_steps_are_those_of_the_paper():
    found = merges.steps("banana bandana", PAPER)
    names = bpe.token_bytes(PAPER)
    assert [[names[i].decode() for i in step.ids] for step in found[2:]] == [
        ["ban", "an", "a", " ", "ban", "d", "an", "a"],
        ["ban", "ana", " ", "ban", "d", "ana"],
    ]
    assert [step.merge for step in found] == [None, 0, 1, 2] and found[-1].cuts == {2, 6}
    assert merges.counted(found[0])[:2] == [((97, 110), 4), ((110, 97), 3)]
    assert merges.counted(found[1])[:2] == [
        ((98, 256), 2),
        ((256, 97), 2),
    ]  # the tie, the smaller pair first
    assert len(merges.steps("xyz", PAPER)) == 1 and merges.steps("", PAPER)[0].ids == []


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
    svg = merges.MergeSteps("banana bandana", PAPER, bpe.BILINGUAL_PATTERN).picture(0, 1, 2, 3)
    assert (
        within(svg)
        and [x for x in words_in(svg) if x.startswith("step ")][1]
        == "step 1 of 3: a + n → an, token 256"
    )


# --- what a text costs


TOKENIZERS = {"bytes": Tokenizer([]), "few": Tokenizer([(0xE5, 0xB1), (256, 0xB1)])}


def test_the_cost_is_counted_in_both_languages():
    svg, said = token_cost.cost_picture(("hill", "山"), TOKENIZERS)
    shown = words_in(svg)
    assert [x for x in shown if x.endswith("×")] == ["0.75 ×", "0.25 ×"] and within(svg)
    assert "中文: 3 tokens" in shown and "中文: 1 tokens" in shown
    assert "few: English 4 tokens (h | i | l | l), 中文 1 tokens (山), 0.25 ×" in said
    assert token_cost.ratio((4, 0)) == token_cost.ratio((0, 3)) == ""
    assert token_cost.ratio((10, 19)) == "1.9 ×"


def test_the_cost_follows_the_boxes():
    live = token_cost.TokenCost(TOKENIZERS, [("hill", "山"), ("two hills", "山山")])
    live.examples.value = 1
    assert [box.value for box in live.texts] == [
        "two hills",
        "山山",
    ] and "中文: 2 tokens" in words_in(live.out.value)
    live.texts[1].value = ""
    assert not any(x.startswith("中文:") for x in words_in(live.out.value))
    live.texts[0].value = ""
    assert "type a text" in words_in(live.out.value)
    live.texts[0].value = "<" * 400
    assert "first 300" in live.note.value and "English: 300 tokens" in words_in(live.out.value)


def test_the_cost_without_a_notebook(capsys):
    token_cost.token_cost(TOKENIZERS, [("hill", "山")])
    assert capsys.readouterr().out.startswith(
        "What a text costs. English: 4 characters, 4 bytes; 中文: 1 characters, 3 bytes."
    )


# --- figures


def test_premiums_are_ratios_beside_the_published_ones():
    svg, said = language_premium.premium_picture({"mine": (100, 150)})
    assert (
        "mine 1.50; " in said
        and "GPT-2 3.21" in said
        and "bytes (ByT5) 0.93" in said
        and "BLOOM (46 languages) 0.95" in said
    )
    boxes = [
        r
        for r in ET.fromstring(svg).iter(f"{NS}rect")
        if r.get("fill") in (COLOURS["you"], COLOURS["base"])
    ]
    mine, published = float(boxes[0].get("width")), float(boxes[2].get("width"))
    assert published / mine == pytest.approx(168_850 / 52_567 / 1.5, rel=1e-3) and within(svg)


def test_spellings_count_what_holds_a_word():
    cut = Tokenizer(
        [(74, 97), (256, 112), (257, 97), (258, 110), (259, 46), (32, 259)], r"(?s).+"
    )  # Japan, Japan., ␣Japan
    text = "Japan. In Japan\nJapans Japan, Japan."
    found = word_spellings.spellings(cut, text, "Japan")
    assert found == Counter({(b"Japan.",): 2, (b" Japan",): 2})  # Japans is another word
    svg, said = word_spellings.spellings_picture("Japan", {"mine": found})
    assert (
        "mine: 2 × so" in words_in(svg)
        and f"{len(found)} ways" in words_in(svg)
        and "“Japan”" in said
    )


def test_a_name_of_two_words_is_found_in_its_pieces():
    found = word_spellings.spellings(
        Tokenizer([]), "In New Zealand it rains.\nNew Zealander", "New Zealand"
    )
    assert list(found) == [tuple(bytes([b]) for b in b"New Zealand")] and found.total() == 1


def test_sizes_are_drawn_and_told():
    sizes = [vocabulary_size.Size(256, 1.0, 1.0, 3.5), vocabulary_size.Size(512, 1.5, 1.75, 2.25)]
    figure, said = vocabulary_size.sizes_picture(sizes, 128, 800_000)
    svg = to_svg(figure, said)
    assert (
        "embedding of 65,536 numbers, bigram 2.25 bits per byte" in said
        and "800,000 parameters" in said
    )
    assert "中文" in svg and "all the rest" in svg
    lengths = figure.axes[0].get_lines()
    assert list(lengths[0].get_ydata()) == [1.0, 1.5] and list(lengths[1].get_ydata()) == [
        1.0,
        1.75,
    ]
    assert list(figure.axes[1].get_lines()[0].get_ydata()) == [32_768, 65_536]


def test_untrained_tokens_are_those_that_look_like_an_impossible_byte():
    draw = torch.Generator().manual_seed(5)
    vectors = torch.randn(300, 7, generator=draw, dtype=torch.float64)
    vectors[[40, 270]] = vectors[0xFF] * torch.tensor([[2.0], [0.5]])
    alike = undertrained_tokens.likeness(vectors)
    a, b = vectors[3], vectors[0xFF]
    assert alike[3] == pytest.approx(
        float(a @ b) / math.sqrt(float(a @ a) * float(b @ b)), rel=1e-5
    )
    assert (alike > 0.99).nonzero().flatten().tolist() == [40, 255, 270]
    counts = torch.full((300,), 5)
    counts[[40, 255, 7]] = 0
    svg, said = undertrained_tokens.untrained_picture(counts, vectors)
    assert (
        "Of 300 tokens 3 never occur" in said
        and "the vectors of 2 of them" in said
        and "and of 1 of the others" in said
    )
    paths = [p.get("d").count("M") for p in ET.fromstring(svg).iter(f"{NS}path")]
    assert paths == [3, 297] and "3 tokens" in words_in(svg)
