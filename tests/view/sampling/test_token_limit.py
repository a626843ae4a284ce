"""The limit on new tokens: who ended a reply, the slider, the picture."""

import pytest

from gptlab.view.sampling import token_limit
from tests.support.pictures import words_in
from tests.support.toy_assistants import (
    JADE,
    STOP,
    scripted_base,
)


@pytest.fixture
def base():
    return scripted_base()


@pytest.mark.parametrize(
    ("limit", "tokens", "reason"),
    [(1, 1, "length"), (2, 2, "length"), (3, 3, "stop"), (4, 3, "stop")],
)
def test_who_ended_it(base, limit, tokens, reason):
    cut, by = token_limit.truncate(base, [JADE, 0x89, STOP], limit)
    assert (len(cut), by) == (tokens, reason)


def test_the_slider_cuts_the_reply_off(base):
    box = token_limit.TokenLimit(base, "x<y", [JADE, 0x89, STOP])
    assert (box.limit.min, box.limit.max) == (1, 5)
    box.limit.value = 1
    assert (
        'finish_reason = "length"' in box.text.value
        and "‹e7 8e›" in box.text.value
        and "x&lt;y" in box.text.value
    )
    box.limit.value = 5
    assert (
        'finish_reason = "stop"' in box.text.value
        and "玉" in box.text.value
        and "after 3 tokens" in box.text.value
    )


def test_picture_of_limits(base):
    picture, alt = token_limit.token_limit_picture(base, "x", [JADE, 0x89, STOP])
    shown = words_in(picture)
    assert [t for t in shown if t.isdigit()] == ["1", "2", "3"]
    assert shown.count("the limit") == 2 and shown.count("the model") == 1 and "玉 ⟨end⟩" in shown
    assert "limit 2: “玉”, ended by the limit" in alt
