"""Masks of the three architectures, drawn and clicked through."""

import pytest
import torch

from gptlab.view.transformer import mask_explorer
from tests.support.pictures import words_in


def test_masks_of_the_three_kinds():
    everybody, backwards, both = (
        mask_explorer.mask_of(kind.name) for kind in mask_explorer.ARCHITECTURES
    )
    assert everybody.all() and torch.equal(backwards, torch.ones(5, 5).tril().bool())
    assert both[:3, :3].all() and not both[:3, 3:].any() and both[3:, :3].all()
    assert torch.equal(both[3:, 3:], torch.ones(4, 4).tril().bool())


@pytest.mark.parametrize("kind", [kind.name for kind in mask_explorer.ARCHITECTURES])
def test_a_mask_is_drawn(kind):
    words, mask = mask_explorer.words_of(kind), mask_explorer.mask_of(kind)
    for at in range(len(words)):
        svg, alt = mask_explorer.mask_picture(kind, at)
        assert words_in(svg).count("✓") == int(mask.sum()) and f"{words[at]} sees" in alt
        assert f"sees {int(mask[at].sum())} of {len(words)}" in " ".join(words_in(svg))


def test_the_mask_explorer():
    shown = mask_explorer.MaskExplorer()
    first = shown.out.value
    shown.architecture.value = "encoder–decoder"
    assert shown.out.value != first and len(shown.word.options) == 7 and shown.word.value == 1
    shown.word.value = 6
    assert "游泳 sees 7 of 7" in shown.out.value
    shown.architecture.value = "decoder"
    assert "duck sees 2 of 5: The, duck" in shown.out.value
    svg, alt = mask_explorer.all_masks_picture()
    assert {"encoder", "decoder", "encoder–decoder", "BERT", "GPT"} <= set(
        words_in(svg)
    ) and "backwards" in alt
