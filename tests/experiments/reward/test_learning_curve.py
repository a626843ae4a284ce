"""What is counted of a reward model's probabilities, against numbers worked by hand."""

import pytest
import torch

from gptlab.blanks.registry import reference
from gptlab.experiments.reward import learning_curve


def test_an_answer_is_the_reply_that_the_model_prefers():
    given, shares = torch.tensor([0.9, 0.2]), torch.tensor([0.7, 0.4])
    sure, right = learning_curve.answers(given, shares)
    assert sure.tolist() == pytest.approx([0.9, 0.8])
    assert right.tolist() == pytest.approx([0.7, 0.6])


def test_the_bins_of_the_plot_give_the_calibration_error():
    draw = torch.Generator().manual_seed(3)
    given, shares = (torch.rand(200, generator=draw).double() for _ in range(2))
    rows = learning_curve.binned(given, shares)
    by_bins = sum(n * abs(came - said) for said, came, n in rows) / 200
    sure, right = learning_curve.answers(given, shares)
    # ten bins from ½ to 1 are twenty from 0 to 1
    error = reference("reward.calibration_error")(sure, right, 2 * learning_curve.BINS)
    assert error == pytest.approx(by_bins, abs=1e-4)
