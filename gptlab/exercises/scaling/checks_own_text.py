"""The checks of what lesson 17 adds to gptlab/scaling.py: numbers by hand, and sums that use no formula."""

import math
from fractions import Fraction

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, property_holds

R_STAR = 15.39


def _bits(probabilities: list[Fraction], text: str) -> float:
    """Bits per byte of a text whose tokens had these probabilities, token by token."""
    bits = sum(-math.log2(p) for p in probabilities)
    return bits / len(bytes(text, "utf-8"))


def _mean_nats(probabilities: list[Fraction]) -> float:
    return sum(-math.log(p) for p in probabilities) / len(probabilities)


def bits_per_byte() -> list[Case]:
    """Tokens of known probabilities, in three scripts; and one text cut in two ways, which must not matter."""
    english = [Fraction(1, 8), Fraction(1, 3), Fraction(1, 100)]
    chinese = [Fraction(1, 4), Fraction(1, 7)]
    mixed = [Fraction(1, 5)] * 7
    inputs = RandomInputs(121)
    drawn = [Fraction(1, n + 2) for n in inputs.ids(900, 6).tolist()]
    text = f"{inputs.words([3, 7, 4])}, {chr(inputs.whole(0x4E00, 0x9F00))}"
    return [
        case(math.log(8), 2, "abcdef", expected=1.0, about="two tokens of 3 bits, six bytes"),
        case(_mean_nats(english), 3, "a small dog", expected=_bits(english, "a small dog")),
        case(
            _mean_nats(chinese),
            2,
            "\u53f0\u5317\u4eba",
            expected=_bits(chinese, "\u53f0\u5317\u4eba"),
            about="Chinese",
        ),
        case(
            _mean_nats(mixed),
            7,
            "caf\u00e9, na\u00efve",
            expected=_bits(mixed, "caf\u00e9, na\u00efve"),
        ),
        case(_mean_nats(drawn), 6, text, expected=_bits(drawn, text)),
        property_holds(_same_for_both_cuts, about="one text in two cuts, as likely in both"),
        case(0.0, 5, "known by heart", expected=0.0, stage=EDGE, about="no surprise at all"),
    ]


def _same_for_both_cuts(function) -> bool | str:
    """ln 64 nats in all, whether they fall on one token or on six."""
    found = [float(function(math.log(64) / n, n, "unhappy")) for n in (1, 6)]
    if not math.isclose(*found, rel_tol=1e-9):
        return f"{found[0]:.4f} when it is one token, {found[1]:.4f} when it is six, equally likely"
    return True


def _by_a_sum(unique_tokens: float, tokens_read: float, slices: int = 20_000) -> float:
    """The worth of every small slice of a training, added up: the first reading counts in full, then it decays."""
    fresh = min(unique_tokens, tokens_read)
    width = (tokens_read - fresh) / slices
    middles = (fresh + (i + 0.5) * width for i in range(slices))
    return fresh + sum(math.exp(-(x / unique_tokens - 1) / R_STAR) * width for x in middles)


def effective_tokens() -> list[Case]:
    """The end of the text and below by hand; beyond it, a sum over the training with every slice's worth."""
    near = {"oracle": _by_a_sum, "rtol": 1e-5}
    inputs = RandomInputs(122)
    unique = inputs.whole(1_000, 10**6)
    return [
        case(100, 100, expected=100.0, about="read through once"),
        case(100, 400, **near, about="four readings"),
        case(2_000_000, 3_000_000, **near, about="one and a half readings"),
        case(50_000, 850_000, **near, about="17 readings"),
        case(unique, round(unique * inputs.between(2.0, 12.0)), **near, about="several readings"),
        case(1_000, 60, expected=60.0, about="stopped before the end of the text"),
        case(7.0, 7_000_000.0, expected=7 * 16.39, about="a million readings"),
        case(3, 2.5, expected=2.5, stage=EDGE, about="just before the end"),
    ]


def _tried(speeds, seconds, unique_tokens, law) -> tuple[float, float]:
    """All sizes, one after the other, with the worth of their tokens as a sum."""
    best = None
    for loss, n, read in _losses(speeds, seconds, unique_tokens, law):
        if best is None or loss < best[0] - 1e-12:
            best = (loss, n, read)
    return best[1:]


def _losses(speeds, seconds, unique_tokens, law) -> list[tuple[float, float, float]]:
    """The loss of every size, from the smallest on, with that size and the tokens that it reads."""
    a, alpha, b, beta = law
    tried = []
    for n, speed in sorted(speeds):
        read = speed * seconds
        loss = a * n**-alpha + b * _by_a_sum(unique_tokens, read, 2_000) ** -beta
        tried.append((loss, n, read))
    return tried


def _drawn_plan(seed: int) -> tuple:
    """Speeds, seconds, tokens and a law of which one size is clearly the best."""
    inputs = RandomInputs(seed)
    while True:
        sizes = [round(20_000 * 3**i * inputs.between(1.0, 2.0)) for i in range(5)]
        speeds = [(n, float(round(3e9 / n * inputs.between(0.8, 1.2)))) for n in sizes]
        seconds, unique = inputs.whole(20, 900), inputs.whole(10**5, 10**7)
        law = (inputs.between(20.0, 90.0), 0.4, inputs.between(200.0, 900.0), 0.42)
        best, second = sorted(loss for loss, *_ in _losses(speeds, seconds, unique, law))[:2]
        if second > 1.001 * best:
            return speeds[::-1], seconds, unique, law


SPEEDS = [  # of five sizes, in no order
    (200_000, 30_000.0),
    (40_000, 90_000.0),
    (2_700_000, 4_000.0),
    (800_000, 11_000.0),
    (120_000, 52_000.0),
]
FLAT = (30.0, 0.35, 90.0, 0.35)
LAW = (60.0, 0.4, 900.0, 0.42)
STEEP = (533.0, 0.8, 467_000.0, 1.0)


def plan_run() -> list[Case]:
    """One for paper; then little time and much, much text and little, by trying every size."""
    found = {"oracle": _tried}
    two = [(100, 50.0), (400, 20.0)]
    return [
        case(two, 10, 1000, (1, 0.5, 1, 0.5), expected=(400.0, 200.0), about="for paper"),
        case(SPEEDS, 20.0, 1e5, FLAT, **found, about="little time, little text"),
        case(SPEEDS, 20.0, 1e5, (90.0, 0.4, 60.0, 0.35), **found, about="size matters more"),
        case(SPEEDS, 10.0, 5e7, STEEP, **found, about="hardly any time"),
        case(SPEEDS, 20.0, 1e5, (25.0, 0.3, 40.0, 0.3), **found, about="another law"),
        case(SPEEDS, 600.0, 5e7, LAW, **found, about="ten minutes, much text"),
        case(SPEEDS, 600.0, 1e5, LAW, **found, about="ten minutes, little text"),
        case(SPEEDS, 3600.0, 5e7, LAW, **found, about="an hour"),
        case(SPEEDS, 86_400.0, 1e9, STEEP, **found, about="a day"),
        case(*_drawn_plan(123), **found),
        case(
            [(300, 5.0), (200, 5.0)],
            4,
            1000,
            (0.0, 0.5, 1.0, 0.5),
            expected=(200.0, 20.0),
            stage=EDGE,
            about="the same loss: the smaller one",
        ),
    ]
