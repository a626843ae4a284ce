"""The mechanisms of lesson 06, drawn: their numbers follow from each other."""

import pytest
import torch

from gptlab.blanks.registry import reference
from gptlab.exercises.transformer import checks_gpt_logits as tiny
from gptlab.view.transformer import (
    block_wiring,
    encoder_decoder,
    feed_forward,
    hidden_tokens,
    masks,
    norm_axis,
    whole_gpt,
)
from tests.support.pictures import words_in


def test_the_norms_rows_follow_from_the_numbers():
    _svg, alt = norm_axis.norm_axis_picture()
    assert "1, −1, 1, −1; 0.2, 1.4, −0.2, −1.4; 1, 1, −1, −1" in alt
    hidden, said = norm_axis.norm_axis_picture(answers=False)
    assert words_in(hidden).count("?") == 12 and "After the norm" not in said
    assert "Means 7, 8, 40; variances 4, 25, 900" in alt


def test_the_feed_forward_network_is_worked_out():
    svg, alt = feed_forward.feed_forward_picture()
    assert alt == "Input 1, 2. Hidden units 1, 2, −1, after relu 1, 2, 0. Output 1, 2."
    assert words_in(svg).count("relu") == 3


@pytest.mark.parametrize(("post", "out"), [(False, [115.0, 130.0]), (True, [30.5, 36.0])])
def test_the_wiring_gives_what_the_reference_gives(post, out):
    block = reference(f"transformer.{'post' if post else 'pre'}_ln_block")
    x = torch.tensor([[list(block_wiring.START)]])
    parts = (lambda y: 10 * y, lambda y: y + 100, lambda y: y / 2, lambda y: y / 4)
    assert block(x, *parts)[0, 0].tolist() == out
    svg, alt = block_wiring.block_picture(post)
    assert f"out = ({out[0]:g}, {out[1]:g})" in words_in(svg)
    assert f"({out[0]:g}, {out[1]:g})" in alt


@pytest.mark.parametrize("post", [False, True])
def test_a_wiring_without_numbers_gives_nothing_away(post):
    svg, alt = block_wiring.block_picture(post, numbers=False)
    assert "out" in words_in(svg) and "(2, 4)" not in alt and "norm2" in words_in(svg)


def test_two_wirings_side_by_side():
    svg, alt = block_wiring.both_wirings_picture()
    assert {"pre-LN", "post-LN"} <= set(words_in(svg)) and words_in(svg).count("norm") == 2
    assert "which no norm touches" in alt


def test_the_whole_gpt_writes_its_sentence():
    svg, alt = whole_gpt.whole_gpt_picture()
    assert "the → cat; cat → sat; sat → down" in alt
    logits = reference("transformer.gpt_logits")(
        torch.tensor([whole_gpt.IDS]),
        whole_gpt.WTE,
        whole_gpt.WPE,
        [tiny.add_the_one_before, tiny.double_the_positive],
        tiny.halve,
    )
    assert logits[0].tolist() == [[0.5, 1, 0, -1], [0.5, -1, 1, -3], [-1, -2, 0, 2]]
    assert {"logits (B, T, V)", "h_0 (B, T, C)", "ids (B, T)"} <= set(words_in(svg))


def test_masks_of_the_three_kinds():
    everybody, backwards, both = (masks.mask_of(grid.name) for grid in masks.GRIDS)
    assert everybody.all() and torch.equal(backwards, torch.ones(5, 5).tril().bool())
    assert both[:3, :3].all() and not both[:3, 3:].any() and both[3:, :3].all()
    assert torch.equal(both[3:, 3:], torch.ones(4, 4).tril().bool())
    assert masks.may_see("鸭子", "swims") and not masks.may_see("鸭子", "游泳")
    assert not masks.may_see("duck", "鸭子")


def test_masks_are_drawn_with_words_and_glosses():
    svg, alt = masks.masks_picture()
    assert {"encoder", "decoder", "encoder–decoder", "游泳 swimming"} <= set(words_in(svg))
    assert "游泳 sees The, duck, swims, ⟨start⟩, 鸭子, 在, 游泳" in alt
    asked, said = masks.masks_picture(answers=False)
    assert words_in(asked).count("?") == 49 and "encoder–decoder:" not in said


def test_the_translator_is_drawn_with_shapes():
    svg, alt = encoder_decoder.encoder_decoder_picture()
    assert {"memory (B, S, C)", "logits (B, T, V)", "cross-attention"} <= set(words_in(svg))
    assert "keys and values from the memory" in alt


def test_the_fates_of_hidden_tokens():
    fates = hidden_tokens.fates()
    asked = {word: pair for word, pair in zip(hidden_tokens.WORDS, fates) if pair[1] != "−100"}
    assert asked == {
        "Lima": ("[MASK]", "Lima"),
        "the": ("the", "the"),
        "Peru": ("Kenya", "Peru"),
    }
    svg, alt = hidden_tokens.hidden_tokens_picture()
    assert words_in(svg).count("−100") == 5 and "Peru: reads Kenya, label Peru" in alt
