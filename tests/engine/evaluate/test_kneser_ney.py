"""Modified Kneser-Ney: numbers worked by hand, a plain second version, and sums to 1."""

import math
import random
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab.engine.evaluate.baselines.kneser_ney import SMALL_TEXT, KneserNey, discounts


def windows(ids, width):
    """Every window of a list, with the token behind it."""
    rows = [ids[i : i + width] for i in range(len(ids) - width)]
    return torch.tensor(rows).reshape(len(rows), width), torch.tensor(ids[width:])


def test_worked_by_hand():
    # a b a b a c: ab twice, ba twice, ac once; too few for the formula, so 0.5, 1 and 1.5 are taken off
    a, b, c = range(3)
    model = KneserNey(*windows([a, b, a, b, a, c], 1), vocab_size=4)
    # a, b and c each follow one token: p(x) = (1 − 0.5)/3 + (1.5/3)/4; a fourth token is never seen: (1.5/3)/4
    known, unknown = 1 / 6 + 1 / 8, 1 / 8
    assert model.probabilities(torch.tensor([b])).tolist() == pytest.approx(
        [(2 - 1) / 2 + 1 / 2 * known, 1 / 2 * known, 1 / 2 * known, 1 / 2 * unknown], rel=1e-12
    )
    # after a: b twice, c once, so 1 + 0.5 of 3 are spared
    assert model.probabilities(torch.tensor([a])).tolist() == pytest.approx(
        [0.5 * known, 1 / 3 + 0.5 * known, 0.5 / 3 + 0.5 * known, 0.5 * unknown], rel=1e-12
    )
    # nothing was seen after c: the shorter context alone
    assert model.probabilities(torch.tensor([c])).tolist() == pytest.approx(
        [known] * 3 + [unknown], rel=1e-12
    )
    assert model.n_counts == 3 + 3


def test_francisco_follows_one_token_only():
    # 0 is "san", 1 "francisco": often, but only behind one token; 2 is rare, but follows three different ones
    ids = [0, 1] * 20 + [3, 2, 4, 2, 5, 2, 0]
    model = KneserNey(*windows(ids, 1), vocab_size=7)
    new = model.probabilities(torch.tensor([6]))  # a context that was never seen
    shared = (
        (0.5 + 0.5 + 0.5 + 0.5 + 1.0 + 1.5) / 9 / 7
    )  # what was spared of 9 different pairs, for 7 tokens
    assert new[1:3].tolist() == pytest.approx(
        [(1 - 0.5) / 9 + shared, (3 - 1.5) / 9 + shared], rel=1e-12
    )
    assert ids.count(1) > 6 * ids.count(2) and new[2] > new[1]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (
            (10, 5, 4, 3),
            (1 - 2 * 0.5 * 5 / 10, 2 - 3 * 0.5 * 4 / 5, 3 - 4 * 0.5 * 3 / 4),
        ),  # Y = 10 / (10 + 10)
        ((10, 5, 4, 0), SMALL_TEXT),
        ((0, 5, 4, 3), SMALL_TEXT),
        ((10, 0, 4, 3), SMALL_TEXT),
        ((10, 5, 0, 3), SMALL_TEXT),
        ((10, 1, 8, 3), SMALL_TEXT),  # D(2) would be below 0
    ],
)
def test_discounts(n, expected):
    counts = Counter({(k, i): k for k, many in enumerate(n, start=1) for i in range(many)})
    counts[99, 99] = 70
    assert discounts(counts) == pytest.approx(expected, rel=1e-12)


def plain(contexts, targets, V):
    """p(w, h) as the formula says it, with loops over all that was seen."""
    T = contexts.shape[1]
    seen = [(*h, w) for h, w in zip(contexts.tolist(), targets.tolist())]
    counts = {T: Counter(seen)}
    for n in range(T - 1, -1, -1):
        counts[n] = Counter()
        for gram in {g[T - n :] for g in seen}:
            counts[n][gram] = len({g[T - n - 1] for g in seen if g[T - n :] == gram})

    def off(n, count):
        of = {k: list(counts[n].values()).count(k) for k in (1, 2, 3, 4)}
        if 0 in of.values():
            return (0, *SMALL_TEXT)[min(count, 3)]
        y = of[1] / (of[1] + 2 * of[2])
        d = [0, 1 - 2 * y * of[2] / of[1], 2 - 3 * y * of[3] / of[2], 3 - 4 * y * of[4] / of[3]]
        d = d if 0 < d[2] <= 2 and 0 < d[3] <= 3 else (0, *SMALL_TEXT)
        return d[min(count, 3)]

    def p(w, h):
        lower = p(w, h[1:]) if h else 1 / V
        after = [counts[len(h)][(*h, v)] for v in range(V)]
        if not sum(after):
            return lower
        count = after[w]
        return (count - off(len(h), count)) / sum(after) + sum(off(len(h), c) for c in after) / sum(
            after
        ) * lower

    return p


@pytest.mark.parametrize("width", [0, 1, 3])
def test_equals_the_formula(width):
    draw = random.Random(width)
    ids = draw.choices(range(6), weights=[9, 6, 4, 2, 1, 1], k=200)
    model, p = KneserNey(*windows(ids, width), vocab_size=7), plain(*windows(ids, width), 7)
    new = draw.choices(range(7), k=30)
    contexts, targets = windows(new, width)
    expected = [math.log(p(w, tuple(h))) for h, w in zip(contexts.tolist(), targets.tolist())]
    assert model.logprobs(contexts, targets).tolist() == pytest.approx(expected, rel=1e-12)
    if width == 1:  # large enough that the formula's own discounts are in use somewhere
        assert any(level.discounts != SMALL_TEXT for level in model.levels)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 4), min_size=4, max_size=60),
    st.lists(st.integers(0, 5), min_size=3, max_size=3),
)
def test_every_context_leaves_a_distribution(ids, context):
    for width in (0, 1, 3):
        p = KneserNey(*windows(ids, width), vocab_size=6).probabilities(torch.tensor(context))
        assert (
            p.dtype == torch.float64
            and p.sum().item() == pytest.approx(1.0, abs=1e-12)
            and (p > 0).all()
        )


def test_longer_contexts_than_counted_are_cut_at_their_old_end():
    model = KneserNey(*windows([0, 1, 2, 0, 1, 2, 0, 2, 1], 2), vocab_size=3)
    contexts, targets = torch.tensor([[2, 0, 0, 1], [1, 2, 2, 0]]), torch.tensor([2, 1])
    assert torch.equal(model.logprobs(contexts, targets), model.logprobs(contexts[:, 2:], targets))


def test_what_does_not_fit_is_refused():
    ids = torch.tensor([[0, 1], [1, 0]])
    with pytest.raises(ValueError, match=r"contexts \(2, 2\) and targets \(3,\) do not fit"):
        KneserNey(ids, torch.tensor([0, 1, 1]), 2)
    with pytest.raises(ValueError, match="0 windows"):
        KneserNey(ids[:0], torch.tensor([], dtype=torch.long), 2)
    model = KneserNey(ids, torch.tensor([0, 1]), 2)
    with pytest.raises(ValueError, match="contexts of 1 tokens, but 2 were counted"):
        model.logprobs(ids[:, :1], torch.tensor([0, 1]))
