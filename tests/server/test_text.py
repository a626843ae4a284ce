"""Whole characters, and stop strings that tokens cut anywhere."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptlab.server.text import TextStream


def cut(data, rng):
    """Bytes in pieces of one to four."""
    while data:
        n = rng.randint(1, 4)
        yield data[:n]
        data = data[n:]


def streamed(text, stops, seed):
    stream = TextStream(stops)
    parts = []
    for piece in cut(text.encode(), random.Random(seed)):
        parts.append(stream.feed(piece))
        if stream.stopped:
            break
    return [*parts, stream.end()], stream.stopped


@given(
    st.text("ab玉é\n", max_size=30),
    st.lists(st.text("ab玉é\n", min_size=1, max_size=4), max_size=4),
    st.integers(0, 99),
)
def test_text_ends_before_the_first_stop_string(text, stops, seed):
    parts, stopped = streamed(text, stops, seed)
    given = "".join(parts)
    assert stopped == any(stop in text for stop in stops)
    assert text.startswith(given)
    assert not any(stop in given for stop in stops)
    if not stopped:
        assert given == text
    else:
        assert any(text[len(given) :].startswith(stop) for stop in stops)


def test_nothing_is_held_back_without_need():
    stream = TextStream(["END"])
    assert [stream.feed(c.encode()) for c in "aEbEN"] == ["a", "", "Eb", "", ""]
    assert stream.feed(b"x") == "ENx" and stream.end() == ""
    assert (
        stream.feed(b"ENDE") == "" and stream.stopped and stream.feed(b"more") == stream.end() == ""
    )


def test_a_character_comes_whole_or_not_at_all():
    stream = TextStream()
    jade = "玉".encode()
    assert [stream.feed(jade[i : i + 1]) for i in range(3)] == ["", "", "玉"]
    assert stream.feed(jade[:2]) == "" == stream.end()
    assert stream.n_read == 1


@pytest.mark.parametrize("wrong", [b"\xff", b"\xe7a", b"\x80"])
def test_bytes_that_are_no_text_become_the_replacement_character(wrong):
    stream = TextStream()
    text = stream.feed(wrong) + stream.feed(b"!") + stream.end()
    assert text == (wrong + b"!").decode("utf-8", errors="replace")
