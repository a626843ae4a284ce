"""The corner of the web that the reader's GPT learns: its text, its stairs, its floor."""

import math

import pytest
import torch

from gptlab.engine.assistant import shipped
from gptlab.experiments.transformer import own_gpt
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def corner():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_gpt, "TRAIN_PAGES", 300)
        patch.setattr(own_gpt, "HELD_OUT_PAGES", 20)
        yield own_gpt.Corner(Web(), shipped("base").tokenizer)


def test_pages_begin_and_end_with_the_stop_token(corner):
    assert int(corner.text[0]) == corner.stop and int((corner.text == corner.stop).sum()) == 300
    assert all(row[0] == row[-1] == corner.stop for row in corner.held_out)
    assert max(max(row) for row in corner.held_out) < corner.vocab_size
    assert [corner.decode(row) for row in corner.held_out] == corner.held_out_texts


def test_stairs_go_down_to_the_floor(corner):
    stairs = corner.stairs()
    assert list(stairs) == [own_gpt.UNIFORM, own_gpt.FREQUENCY, own_gpt.BIGRAM, own_gpt.FLOOR]
    assert stairs[own_gpt.UNIFORM] == pytest.approx(math.log(corner.vocab_size), rel=1e-5)
    assert stairs[own_gpt.FREQUENCY] > stairs[own_gpt.BIGRAM] > stairs[own_gpt.FLOOR] > 0


def test_only_what_the_program_writes_is_possible(corner):
    assert corner.possible(corner.held_out_texts[0])
    assert not corner.possible("Nina Nina Nina.")


def test_fresh_weights_are_the_same_again():
    one, other = (own_gpt.fresh_weights(50) for _ in range(2))
    assert torch.equal(one.wte, other.wte) and one.wte.shape == (50, own_gpt.WIDTH)
    assert float(one.wte.detach().std()) == pytest.approx(own_gpt.EMBEDDING_STD, rel=0.1)
