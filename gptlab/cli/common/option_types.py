"""Argument types of the command line, which refuse a wrong value in words that say what would do."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

LARGEST_SEED = 2**31 - 1


def seed(text: str) -> int:
    """A seed: a whole number that every generator takes."""
    return whole(0, LARGEST_SEED)(text)


def whole(low: int, high: int = 10**9) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            raise argparse.ArgumentTypeError(
                f"{text[:40]!r} is no whole number from {low} to {high}"
            )
        return number

    return read


def is_lesson(target: str) -> bool:
    """True for the number of a lesson, False for a key; thousands of digits are neither."""
    return target.isdecimal() and len(target) <= 4


def _real(text: str, fits: Callable[[float], bool], kind: str) -> float:
    """A number that fits; `kind` says in an error which numbers do."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not fits(number):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no {kind}")
    return number


def minutes(text: str) -> float:
    """A length of time that a run can take."""
    return _real(text, lambda x: 1 <= x <= 10_000, "number of minutes from 1 to 10000")


def positive(text: str) -> float:
    """A positive number of seconds, or a factor."""
    return _real(text, lambda x: 0 < x <= 3600, "number above 0 and up to 3600")


def message(text: str) -> str:
    """A text that says something."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty: write a question or a sentence")
    return text


def path_name(text: str) -> str:
    """The name of a file or folder; "" would be the current folder, which a script seldom means."""
    if not text:
        raise argparse.ArgumentTypeError("is empty: name a file or folder (. is this one)")
    return text


def path(text: str) -> Path:
    """The same as a path."""
    return Path(path_name(text))


def temperature(text: str) -> float:
    """A temperature: 0 takes the likeliest token each time."""
    return _real(text, lambda x: 0 <= x <= 100, "number from 0 to 100")


def sha256(text: str) -> str:
    """A SHA-256 in hexadecimal."""
    if len(text) != 64 or set(text.lower()) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text[:70]!r} is no SHA-256: 64 digits of 0–9 and a–f")
    return text.lower()
