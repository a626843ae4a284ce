"""Pictures of the cache and of a stream say what they show."""

import pytest

from gptlab.view.chat import byte_stream, kv_cache
from gptlab.view.kit.style import to_svg
from tests.support.pictures import within, words_in


def test_the_new_token_looks_at_every_column():
    assert [kv_cache.step_of(n)[1] for n in (1, 2, 3, 4)] == pytest.approx([4, 7, 6.8, 4.4])
    image, alt = kv_cache.cache_picture(3)
    assert within(image) and "1/5·4 + 3/5·8 + 1/5·6 = 6.8" in alt
    assert "6.8" not in kv_cache.cache_picture(3, fill_last=False).alt
    assert "in the cache" in words_in(image) and "in the cache" not in words_in(
        kv_cache.cache_picture(1).image
    )


def test_frames_leave_the_last_result_open(capsys):
    kv_cache.cache_frames()
    assert "= 6.8" in capsys.readouterr().out


def test_the_newest_rows_see_up_to_themselves():
    image, alt = kv_cache.last_rows_picture(2, 5)
    assert "query 0 sees 0 to 3; query 1 sees 0 to 4" in alt and within(image)
    assert words_in(image).count("✓") == 9
    assert "✓" not in words_in(kv_cache.last_rows_picture(2, 5, answers=False).image)


def test_seconds_and_their_ratio():
    seconds = {"recomputed": {16: 0.004, 64: 0.02}, "cached": {16: 0.002, 64: 0.002}}
    figure, alt = kv_cache.seconds_picture(seconds)
    assert "64 tokens: 20 ms recomputed, 2.0 ms cached, 10 times as fast" in alt
    assert to_svg(figure, alt).startswith("<svg")


def test_bytes_wait_until_their_character_is_whole():
    assert byte_stream.arrivals("a山") == [
        ("a", b""),
        ("a", b"\xe5"),
        ("a", b"\xe5\xb1"),
        ("a山", b""),
    ]
    image, alt = byte_stream.byte_stream_picture("a山é")
    assert within(image) and "B1: shown a, 2 bytes wait" in alt and "E5 B1" in words_in(image)
