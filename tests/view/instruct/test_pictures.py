"""Pictures of lesson 11 say what they show, and mark what they should."""

from xml.etree import ElementTree

import pytest
import torch

from gptlab import instruct
from gptlab.attention import causal_mask
from gptlab.experiments.instruct import knowledge
from gptlab.experiments.instruct.sft_log import Row
from gptlab.view.instruct.chat_tokens import LEARN, chat_picture, counted_picture, shift_picture
from gptlab.view.instruct.curves import epochs_picture, knowledge_picture, number_picture
from gptlab.view.instruct.packing import rows_picture, sight_picture
from gptlab.view.palette import COLOURS

PIECES = ["<|user|>", b"Who", "<|end|>", "<|assistant|>", b"Ben", "<|end|>"]
MARKS = [False] * 4 + [True] * 2


def test_a_learnt_token_is_blue_and_an_undecided_chat_has_none():
    picture = chat_picture(PIECES, MARKS, "A chat")
    assert picture.image.count(f'fill="{LEARN}"') == 3  # two chips and the legend
    assert "Learnt from: Ben ⟨end⟩" in picture.alt
    undecided = chat_picture(PIECES, None, "A chat")
    assert LEARN not in undecided.image and "Learnt" not in undecided.alt


def test_costs_are_written_below_their_tokens():
    costs = {"before": [None] * 4 + [2.0, 4.0], "after SFT": [None] * 4 + [1.0, 0.5]}
    picture = chat_picture(PIECES, MARKS, "A chat", costs)
    assert "before: 3.00 on average" in picture.image and "after SFT: 0.75" in picture.image
    assert "before: 2.00, 4.00" in picture.alt


def test_no_chip_leaves_the_picture():
    picture = chat_picture([b"mountain"] * 40, [True] * 40, "Long")
    for box in ElementTree.fromstring(picture.image).iter("{http://www.w3.org/2000/svg}rect"):
        assert float(box.get("x")) + float(box.get("width")) <= 520


def test_a_target_that_a_loss_leaves_out_is_named():
    pieces, mask = (
        ["<|user|>", b"Who", "<|assistant|>", b"Ben", "<|end|>"],
        [False] * 3 + [True] * 2,
    )
    image, alt = counted_picture(pieces, mask, {"yours": [3, 4], "the patient": [4]})
    assert image.count(">missing<") == 1 and image.count(">counts<") == 3
    assert "Marked: Ben ⟨end⟩. yours counts Ben ⟨end⟩; the patient counts ⟨end⟩." in alt


def test_the_shift_with_small_numbers_is_the_loss_that_is_written():
    assert "(0.69 + 1.39) / 2 = 1.04" in shift_picture().alt
    logits = torch.log(torch.tensor([[[0.5, 0.5], [0.75, 0.25], [0.5, 0.5]]]))
    loss = instruct.sft_loss(logits, torch.tensor([[0, 0, 1]]), torch.tensor([[False, True, True]]))
    assert f"{float(loss):.2f}" == "1.04"


@pytest.mark.parametrize("numbers", [True, False])
def test_packed_rows_are_counted(numbers):
    tables = instruct.pack([[5, 6], [7], [8, 9]], 4)
    picture = rows_picture(*tables, "Rows", numbers)
    assert "2 rows of 4 tokens, 3 sequences, 62% of the places filled" in picture.alt
    ElementTree.fromstring(picture.image)


def test_a_leak_is_red_and_a_packed_mask_has_none():
    segments = [0, 0, 1, 1]
    leaky = sight_picture(causal_mask(4), segments, list("abcd"), "Causal")
    assert "4 places where one chat sees another" in leaky.alt
    assert leaky.image.count(f'fill="{COLOURS["wrong"]}"') == 5  # four boxes and the sentence
    mask = instruct.packed_mask(torch.tensor([segments]))[0, 0]
    closed = sight_picture(mask, segments, list("abcd"), "Packed")
    assert "no chat sees another" in closed.alt and COLOURS["wrong"] not in closed.image


def _row(study, setting, seed, **figures):
    return Row(study, setting, seed, figures)


def test_curves_say_their_means():
    rows = [
        _row("number", n, seed, finished=0.5 + 0.1 * seed, right=0.4, rude=0.2)
        for n in (0, 100)
        for seed in (0, 1)
    ]
    picture = number_picture(rows, live=[_row("number", 100, 7, finished=0.9, right=0.5, rude=0.1)])
    assert "the model ends it: 55 % at 0, 55 % at 100" in picture.alt
    assert "your run on 100: the model ends it 90 %" in picture.alt


def test_knowledge_is_shown_for_known_and_unknown_facts():
    figures = {f"{w}_{k}": 0.25 for w in ("known", "unknown") for k in ("right", "false", "admits")}
    rows = [_row("knowledge", arm, seed, **figures) for arm in knowledge.ARMS for seed in (0, 1)]
    assert "false 25 %" in knowledge_picture(rows).alt


@pytest.mark.parametrize("study", ["epochs", "slow epochs"])
def test_epochs_say_both_losses_and_gold(study):
    rows = [
        _row(study, epoch, seed, loss=0.5 * epoch, training_loss=1 / epoch, gold=0.3)
        for epoch in (1, 2, 4)
        for seed in (0, 1)
    ]
    alt = epochs_picture(rows, study).alt
    assert "training loss: 1.00, 0.50, 0.25" in alt and "validation loss: 0.50, 1.00, 2.00" in alt
    assert "gold: 0.30" in alt
