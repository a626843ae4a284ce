"""The cache, the history and the arena, against full attention, loops and numbers worked by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import chat

B, H, S, D = 2, 3, 7, 4


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def qkv():
    return [draw(B, H, S, D, seed=seed) for seed in range(3)]


def naive_attention(q, k, v, may_look):
    """softmax(q·k/√D)·v with plain loops; may_look(b, t, s) says which keys count."""
    out = torch.zeros_like(q)
    for b, h, t in torch.cartesian_prod(*map(torch.arange, q.shape[:3])).tolist():
        seen = [s for s in range(k.shape[2]) if may_look(b, t, s)]
        if seen:
            weights = [
                math.exp(float(q[b, h, t] @ k[b, h, s]) / math.sqrt(q.shape[3])) for s in seen
            ]
            out[b, h, t] = sum(w * v[b, h, s] for w, s in zip(weights, seen, strict=True)) / sum(
                weights
            )
    return out


# ---- append_kv


def test_append_kv_grows_in_time():
    _, k, v = qkv()
    first = chat.append_kv(None, k[:, :, :4], v[:, :, :4])
    kept = [part.clone() for part in first]
    second = chat.append_kv(first, k[:, :, 4:6], v[:, :, 4:6])
    third = chat.append_kv(second, k[:, :, 6:], v[:, :, 6:])
    assert isinstance(third, tuple) and len(third) == 2
    assert torch.equal(third[0], k) and torch.equal(third[1], v)
    assert all(torch.equal(part, before) for part, before in zip(first, kept, strict=True))


def test_append_kv_to_a_cache_of_no_tokens():
    _, k, v = qkv()
    cache = chat.append_kv((k[:, :, :0], v[:, :, :0]), k, v)
    assert torch.equal(cache[0], k) and torch.equal(cache[1], v)


# ---- attend_cached


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


def test_attend_cached_by_loops_and_leaves_its_arguments_alone():
    q, k, v = qkv()
    keep = torch.tensor([[1, 1, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 1, 1]]).bool()
    before = [x.clone() for x in (q, k, v, keep)]
    out = chat.attend_cached(q[:, :, -3:], (k, v), keep)
    expected = naive_attention(q[:, :, -3:], k, v, lambda b, t, s: s <= t + 4 and bool(keep[b, s]))
    assert out.shape == (B, H, 3, D)
    assert torch.allclose(out, expected, atol=1e-13)
    assert all(torch.equal(x, y) for x, y in zip((q, k, v, keep), before, strict=True))


def test_attend_cached_with_padding_in_front_equals_the_text_alone():
    q, k, v = qkv()
    keep = torch.ones(B, S, dtype=torch.bool)
    keep[1, :3] = False
    out = chat.attend_cached(q, (k, v), keep)
    assert torch.isfinite(out).all()
    assert not out[1, :, :3].any()  # padding that may look at nothing
    alone = chat.attend_cached(q[1:, :, 3:], (k[1:, :, 3:], v[1:, :, 3:]))
    assert torch.allclose(out[1:, :, 3:], alone, atol=1e-13)
    assert torch.allclose(out[:1], chat.attend_cached(q[:1], (k[:1], v[:1])), atol=1e-13)


def test_attend_cached_does_not_see_the_future():
    q, k, v = qkv()
    changed_k, changed_v = k.clone(), v.clone()
    changed_k[:, :, 5:], changed_v[:, :, 5:] = 50, -50
    out = chat.attend_cached(q[:, :, -4:], (k, v))
    changed = chat.attend_cached(q[:, :, -4:], (changed_k, changed_v))
    assert torch.equal(out[:, :, :2], changed[:, :, :2])
    assert not torch.allclose(out[:, :, 2:], changed[:, :, 2:])


def test_attend_cached_gradient():
    tensors = [draw(1, 2, 3, 2, seed=seed).requires_grad_() for seed in range(3)]
    assert torch.autograd.gradcheck(
        lambda q, k, v: chat.attend_cached(q[:, :, 1:], (k, v)), tensors
    )


# ---- trim_history


def say(role, n):
    return {"role": role, "content": " ".join(["word"] * n)}


def words(text):
    return len(text.split())


HISTORY = [
    say("system", 2),
    say("user", 3),
    say("assistant", 5),
    say("user", 1),
    say("assistant", 4),
    say("user", 2),
]


@pytest.mark.parametrize(
    "budget, kept",
    [
        (17, [0, 1, 2, 3, 4, 5]),
        (16, [0, 3, 4, 5]),  # 2 … 5 fit, but an answer without its question goes too
        (14, [0, 3, 4, 5]),
        (9, [0, 3, 4, 5]),
        (8, [0, 5]),
        (4, [0, 5]),
        (1, [0, 5]),  # over the budget, and kept all the same
    ],
)
def test_trim_history_by_hand(budget, kept):
    assert chat.trim_history(HISTORY, budget, words) == [HISTORY[i] for i in kept]


def test_trim_history_without_a_system_message():
    assert chat.trim_history(HISTORY[1:], 7, words) == HISTORY[3:]
    assert chat.trim_history(HISTORY[1:], 6, words) == HISTORY[5:]


def test_trim_history_may_begin_with_an_assistant_message_where_nothing_else_is_there():
    assert chat.trim_history(HISTORY[:5], 6, words) == [HISTORY[0], HISTORY[4]]
    assert chat.trim_history([HISTORY[2], HISTORY[4]], 100, words) == [HISTORY[2], HISTORY[4]]


def test_trim_history_leaves_no_gap():
    history = [say("user", 1), say("user", 9), say("user", 1)]
    assert chat.trim_history(history, 5, words) == history[2:]


def test_trim_history_edges():
    assert chat.trim_history([], 5, words) == []
    assert chat.trim_history(HISTORY[:1], 1, words) == HISTORY[:1]
    assert chat.trim_history(HISTORY[-1:], 0, words) == HISTORY[-1:]


def test_trim_history_takes_a_counter_of_whole_messages_too():
    def with_template(message):
        return words(message["content"]) + 2

    assert chat.trim_history(HISTORY, 17, with_template) == [HISTORY[0], *HISTORY[3:]]
    assert chat.trim_history(HISTORY, 16, with_template) == [HISTORY[0], HISTORY[5]]


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


# ---- elo_update


def test_elo_update_by_hand():
    assert chat.elo_update(1000, 1000, 1) == (1016, 984)
    assert chat.elo_update(1000, 1000, 0.5) == (1000, 1000)
    assert chat.elo_update(1000, 1000, 0, k=10) == (995, 1005)
    # 400 points ahead: expected 10/11, so a draw costs 32·(10/11 − 1/2)
    a, b = chat.elo_update(1400, 1000, 0.5)
    assert a == pytest.approx(1400 - 32 * 9 / 22) and b == pytest.approx(1000 + 32 * 9 / 22)


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
