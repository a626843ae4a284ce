"""The n-gram yardstick: it is a distribution, it equals a count by hand, and it reads a text well."""

import math
import random

import numpy as np
import pytest

from gptlab.engine.evaluate.baselines.byte_ngram import ByteNgram
from gptlab.engine.evaluate.page_loss import baseline_bits_per_byte


def by_hand(text: bytes, order: int):
    """Interpolated Kneser-Ney as the formula says it, with dictionaries and loops."""
    counts = [{} for _ in range(order + 1)]
    for i in range(len(text) - order + 1):
        gram = text[i : i + order]
        counts[order][gram] = counts[order].get(gram, 0) + 1
    for n in range(order - 1, 0, -1):
        for gram in counts[n + 1]:
            counts[n][gram[1:]] = counts[n].get(gram[1:], 0) + 1
    discounts = [0.0] * (order + 1)
    for n in range(1, order + 1):
        once, twice = (list(counts[n].values()).count(k) for k in (1, 2))
        discounts[n] = once / (once + 2 * twice) if once else 0.5

    def p(history: bytes, byte: int) -> float:
        n = len(history) + 1
        lower = p(history[1:], byte) if n > 1 else 1 / 256
        followers = {gram: c for gram, c in counts[n].items() if gram[:-1] == history}
        total = sum(followers.values())
        if not total:
            return lower
        count, d = followers.get(history + bytes([byte]), 0), discounts[n]
        return max(count - d, 0) / total + d * len(followers) / total * lower

    return p


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_equals_the_formula(order):
    draw = random.Random(order)
    text = bytes(draw.choice(b"aabbbc \xff") for _ in range(150))
    held_out = bytes(draw.choice(b"abcd \xff\x00") for _ in range(40))
    p, whole = by_hand(text, order), text + held_out
    bits = [-math.log2(p(whole[i - order + 1 : i], whole[i])) for i in range(len(text), len(whole))]
    assert ByteNgram(text, order).bits_per_byte(held_out, text) == pytest.approx(
        sum(bits) / len(bits), rel=1e-12
    )


@pytest.mark.parametrize("order", [1, 2, 4, 5, 7])
def test_every_history_leaves_a_distribution(order):
    text = "the cat sat on the mat; the dog sat on the cat. 猫坐在垫子上。".encode() * 3 + b"aaaa"
    model = ByteNgram(text, order)
    for history in (
        b"the cat"[: order - 1],
        b"on the "[: order - 1],
        b"\xff\x00zzzzz"[: order - 1],
        "猫坐".encode()[: order - 1],
    ):
        high = int.from_bytes(history, "big") * 256
        p = model.probabilities(np.array([high + byte for byte in range(256)], dtype=np.uint64))
        assert p.sum() == pytest.approx(1.0, abs=1e-12) and (p > 0).all()


def test_short_texts_and_bad_orders():
    assert ByteNgram(b"ab" * 500).bits_per_byte(b"zz", b"abab") < 100  # never seen, yet possible
    assert ByteNgram(b"", 3).bits_per_byte(b"abc", b"xy") == pytest.approx(8.0)
    for wrong, message in (
        (lambda: ByteNgram(b"abc", 0), "order must be 1 to 7, but is 0"),
        (lambda: ByteNgram(b"abc", 8), "order must be 1 to 7, but is 8"),
        (lambda: ByteNgram(b"abc", 2).bits_per_byte(b"", b"a"), "0 bytes after 1: give"),
        (lambda: ByteNgram(b"abc", 3).bits_per_byte(b"abc", b"a"), "3 bytes after 1: give"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()


def test_noise_costs_eight_bits_and_repetition_nothing():
    noise = random.Random(0).randbytes(60_000)
    marks = baseline_bits_per_byte(noise[:50_000], noise[50_000:])
    assert list(marks) == ["bz2", "xz", "5-gram"] and all(
        7.9 < bits < 8.6 for bits in marks.values()
    )
    assert ByteNgram(b"abcdefgh" * 5000).bits_per_byte(b"abcdefgh" * 50, b"abcdefgh") < 0.01
