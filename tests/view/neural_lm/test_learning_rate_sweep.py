"""The loss while the learning rate grows."""

import math

import pytest

from gptlab.view.neural_lm.learning_rate_sweep import explodes_at, sweep_picture

RATES = [0.001 * 10 ** (i / 25) for i in range(101)]
LOSSES = [6.0 - 4.0 * (i / 75) ** 3 if i < 75 else 3.0 * 1.4 ** (i - 75) for i in range(101)]


def test_it_says_where_the_loss_explodes():
    at = explodes_at(RATES, LOSSES)
    assert RATES[74] < at < RATES[80]
    figure, said = sweep_picture(RATES, LOSSES, chosen=0.3)
    assert f"{at:.3g}"[:3] in said and "Taken below: 0.3" in said
    assert figure.axes[0].get_xscale() == "log"


@pytest.mark.parametrize(
    ("losses", "at"),
    [
        ([6.0 - 0.01 * i for i in range(101)], math.inf),
        ([6.0] * 50 + [math.nan] * 51, pytest.approx(RATES[46])),
    ],
)
def test_no_explosion_and_a_loss_that_is_no_number(losses, at):
    assert explodes_at(RATES, losses) == at
