"""The prediction from two pilots: laws that hold exactly, the order of its bounds, and repeats at their worth."""

import pytest

from gptlab import scaling
from gptlab.engine.run import pilot, plan
from gptlab.engine.run.pilot import Pilot, extrapolate


def flown(loss) -> tuple[Pilot, Pilot]:
    return Pilot(50_000, loss(50_000)), Pilot(200_000, loss(200_000))


@pytest.mark.parametrize(
    ("place", "loss"),
    [
        (0, lambda d: 20.0 * d**-0.12),  # no floor
        (1, lambda d: 1.5 + 60.0 * d**-pilot.WEB_BETA),
        (2, lambda d: 3.0 + 1e5 * d ** -plan.law()["beta"]),
    ],
)
def test_a_law_that_holds_exactly_is_found(place, loss):
    found = extrapolate(flown(loss), 4e6, 1e9)
    assert found[place] == pytest.approx(loss(4e6), rel=1e-9)
    assert list(found) == sorted(found)


def test_repeats_count_at_their_worth():
    def loss(d):
        return 1.5 + 60.0 * d**-pilot.WEB_BETA

    pilots = flown(loss)
    fresh, again = extrapolate(pilots, 2e7, 1e9), extrapolate(pilots, 2e7, 1e6)
    assert again[1] == pytest.approx(loss(scaling.effective_tokens(1e6, 2e7)), rel=1e-9)
    assert all(a > f for a, f in zip(again, fresh, strict=True))


def test_pilots_that_show_no_progress_foretell_none():
    assert extrapolate((Pilot(10, 4.0), Pilot(40, 4.1)), 1e6, 1e6) == (4.1, 4.1, 4.1)


def test_the_pilots_are_a_small_part_of_the_run_and_of_the_clock():
    assert pilot.pilot_steps(6400, 0.01) == 100
    assert pilot.pilot_steps(64_000, 0.1) == int(pilot.MOST_S / 0.1 / (1 + pilot.TIMES))
    assert pilot.pilot_steps(300, 10.0) == pilot.LEAST_STEPS
