"""The cache piece by piece, the history and the arena: relations and properties."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import chat
from tests.support.tensors import normal

B, H, S, D = 2, 3, 7, 4


def qkv():
    return [normal(B, H, S, D, seed=seed) for seed in range(3)]


@pytest.mark.parametrize("pieces", [(7,), (1,) * 7, (4, 1, 1, 1), (2, 3, 2), (1, 6)])
def test_attend_cached_piece_by_piece_equals_full_causal_attention(pieces):
    q, k, v = qkv()
    full = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    cache, outputs, start = None, [], 0
    for n in pieces:
        now = slice(start, start + n)
        cache = chat.append_kv(cache, k[:, :, now], v[:, :, now])
        outputs.append(chat.attend_cached(q[:, :, now], cache))
        start += n
    assert torch.allclose(torch.cat(outputs, dim=2), full, atol=1e-13)


@given(data=st.binary(max_size=12) | st.text(max_size=5).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_a_stream_of_bytes_gives_the_text_in_whole_characters(data):
    waiting, pieces = b"", []
    for byte in data:
        text, waiting = chat.whole_characters(waiting + bytes([byte]))
        assert len(waiting) <= 3
        pieces.append(text)
    pieces.append(waiting.decode(errors="replace"))
    whole = data.decode(errors="replace")
    assert "".join(pieces) == whole
    if "\ufffd" not in whole:  # no character is held back longer than it must be
        assert [piece for piece in pieces if piece] == list(whole)


def words(text):
    return len(text.split())


def say(role, n):
    return {"role": role, "content": " ".join(["word"] * n)}


ROLES = st.sampled_from(["user", "assistant"])


@given(
    system=st.booleans(),
    turns=st.lists(st.tuples(ROLES, st.integers(0, 6)), min_size=1, max_size=9),
    budget=st.integers(0, 40),
)
@settings(max_examples=200, deadline=None)
def test_trim_history_properties(system, turns, budget):
    history = [say("system", 3)] * system + [say(role, n) for role, n in turns]
    before = [dict(message) for message in history]
    kept = chat.trim_history(history, budget, words)
    assert history == before and kept is not history
    assert not system or kept[0] == history[0]
    talk, all_talk = kept[system:], history[system:]
    assert talk and talk == all_talk[-len(talk) :]  # an unbroken end
    size = sum(words(message["content"]) for message in kept)
    assert size <= budget or len(talk) == 1
    if any(message["role"] == "user" for message in talk):
        assert talk[0]["role"] == "user"
    # as much as fits: going on to the next older user message would break the budget
    for start in range(len(all_talk) - len(talk)):
        longer = sum(words(message["content"]) for message in all_talk[start:]) + 3 * system
        assert all_talk[start]["role"] == "assistant" or longer > budget


HISTORY = [
    say("system", 2),
    say("user", 3),
    say("assistant", 5),
    say("user", 1),
    say("assistant", 4),
    say("user", 2),
]


def test_trim_history_takes_a_counter_of_whole_messages_too():
    def with_template(message):
        return words(message["content"]) + 2

    assert chat.trim_history(HISTORY, 17, with_template) == [HISTORY[0], *HISTORY[3:]]
    assert chat.trim_history(HISTORY, 16, with_template) == [HISTORY[0], HISTORY[5]]


@given(a=st.floats(0, 3000), b=st.floats(0, 3000), outcome=st.sampled_from([0, 0.5, 1]))
@settings(deadline=None)
def test_elo_update_is_fair(a, b, outcome):
    new_a, new_b = chat.elo_update(a, b, outcome)
    assert new_a + new_b == pytest.approx(a + b, abs=1e-9)
    mirrored_b, mirrored_a = chat.elo_update(b, a, 1 - outcome)
    assert (mirrored_a, mirrored_b) == pytest.approx((new_a, new_b), abs=1e-9)
    assert abs(new_a - a) <= 32


def test_elo_finds_the_strength_of_players():
    """Fed with expected outcomes, the ratings settle at a difference of 400·log10(odds)."""
    a, b = 1000.0, 1000.0
    for _ in range(3000):
        a, b = chat.elo_update(a, b, 0.75, k=8)
    assert a - b == pytest.approx(400 * math.log10(3), abs=1e-6)
