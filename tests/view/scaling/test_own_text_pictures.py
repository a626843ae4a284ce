"""The pictures of lesson 17a say what they show."""

from gptlab.view.kit.style import to_svg
from gptlab.view.scaling import own_text

LOG = {
    "steps": 2000,
    "tokens_per_step": 2048,
    "tokens": 2_000_000,
    "ngram": {"order": 5, "bits_per_byte": 1.94},
    "expected": {
        "low": 1.81,
        "middle": 2.0,
        "high": 2.4,
        "pilots": [[50_000, 2.9], [200_000, 2.5]],
    },
    "curve": [[500, 2.3], [1000, 2.1], [2000, 1.87]],
}


def test_the_worth_of_readings_falls():
    picture = own_text.worth_picture()
    assert "reading 1 adds 1.00" in picture.alt and "reading 40 adds 0.08" in picture.alt
    assert "one text again" in to_svg(*picture)


def test_the_shortest_bar_is_on_top():
    alt = own_text.yardsticks_picture({"bz2": 2.1, "model": 1.8, "xz": 2.2}, ours=["model"]).alt
    assert "model 1.80, bz2 2.10, xz 2.20" in alt


def test_the_run_is_hidden_until_it_was_guessed():
    before, after = (own_text.forecast_picture(LOG, with_run=shown) for shown in (False, True))
    assert "1.87" not in before.alt and "The run ends at 1.87." in after.alt
    assert "the run" not in to_svg(*before) and "the run" in to_svg(*after)
    assert "2.00, between 1.81 and 2.40" in before.alt


def test_curves_and_copies():
    alt = own_text.readings_picture({"all": [(1, 3.0), (2, 2.0)], "few": [(1, 3.0), (2, 4.0)]}).alt
    assert "all: best 2.00, at the end 2.00; few: best 3.00, at the end 4.00" in alt
    alt = own_text.copies_picture({"model": ["ab", "abc", "a"], "authors": ["abcd"]}).alt
    assert "model: 1 to 3 characters, median 2; authors: 4 to 4 characters, median 4" in alt
