"""Chats as tokens, masks and packed rows: properties, relations and what is refused."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import instruct


def encode(text):
    return [len(word) for word in text.split()]


SPECIAL = {"endoftext": 95, "system": 96, "user": 97, "assistant": 98, "end": 99}


@pytest.mark.parametrize("role", ["end", "endoftext", "User", "tool", ""])
def test_render_chat_refuses_an_unknown_role(role):
    with pytest.raises(ValueError, match="user"):
        instruct.render_chat([{"role": role, "content": "hi"}], encode, SPECIAL)


CHAT = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "so it is"},
    {"role": "assistant", "content": "yes"},
    {"role": "user", "content": "why"},
    {"role": "assistant", "content": "because of that"},
]


def test_sft_loss_learns_from_a_rendered_chat_what_the_assistant_said():
    ids, mask = instruct.render_chat(CHAT, encode, SPECIAL)
    ids, mask = torch.tensor([ids]), torch.tensor([mask])
    perfect = F.one_hot(torch.roll(ids, -1, dims=1), 100).double() * 1000
    assert instruct.sft_loss(perfect, ids, mask).item() == pytest.approx(0, abs=1e-12)
    broken = perfect.clone()
    broken[0, [8, 11, 14]] = 0  # these predict role tokens: ours, not the assistant's
    assert instruct.sft_loss(broken, ids, mask).item() == pytest.approx(0, abs=1e-12)
    broken[0, 18] = 0  # this one predicts the last end token
    assert instruct.sft_loss(broken, ids, mask).item() == pytest.approx(
        math.log(100) / 6, abs=1e-12
    )


SEQUENCES = st.lists(st.lists(st.integers(0, 300), max_size=9), max_size=12)


@given(sequences=SEQUENCES, extra=st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_pack_loses_nothing_and_keeps_the_order(sequences, extra):
    context = max([len(sequence) for sequence in sequences] + [1]) + extra
    before = [list(sequence) for sequence in sequences]
    ids, segments, positions = instruct.pack(sequences, context)
    assert sequences == before
    assert ids.shape == segments.shape == positions.shape == (ids.shape[0], context)
    keep = segments >= 0
    assert ids[keep].tolist() == [token for sequence in sequences for token in sequence]
    assert segments[keep].tolist() == [i for i, sequence in enumerate(sequences) for _ in sequence]
    assert positions[keep].tolist() == [t for sequence in sequences for t in range(len(sequence))]
    assert (
        not ids[~keep].any() and not positions[~keep].any() and bool((segments[~keep] == -1).all())
    )
    # whole: no sequence lies in two rows; padding only at a row's end
    for i in range(len(sequences)):
        assert (segments == i).any(dim=1).sum() <= 1
    assert bool((keep[:, :-1] >= keep[:, 1:]).all())
    # greedy: the first sequence of a row would not have fitted into the row before
    for row in range(1, len(ids)):
        opener = int(segments[row, 0])
        assert int((~keep[row - 1]).sum()) < len(sequences[opener])


def test_pack_refuses_what_is_too_long_with_both_numbers():
    with pytest.raises(ValueError, match=r"7.*6"):
        instruct.pack([[1], list(range(7))], 6)


def test_pack_treats_masks_like_ids():
    rendered = [
        instruct.render_chat(CHAT[i:j], encode, SPECIAL) for i, j in ((0, 3), (3, 5), (1, 3))
    ]
    ids, segments, _ = instruct.pack([ids for ids, _ in rendered], 23)
    mask, _, _ = instruct.pack([mask for _, mask in rendered], 23)
    assert ids[segments == 1].tolist() == rendered[1][0]
    assert mask[segments == 1].bool().tolist() == rendered[1][1]
    assert not mask[segments < 0].any()


def test_packed_mask_by_loops():
    _, segments, _ = instruct.pack([[5, 6], [7], [8, 9, 1]], 4)
    visible = instruct.packed_mask(segments)
    assert visible.shape == (2, 1, 4, 4)
    for row, t, s in itertools.product(range(2), range(4), range(4)):
        allowed = s <= t and segments[row, s] == segments[row, t]
        assert bool(visible[row, 0, t, s]) == bool(allowed)
    assert visible.any(-1).all()  # nobody is left with nothing to look at
