"""Induction in a GPT: repeated rows, scores against a hand-made map, losses copy by copy."""

import math

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.interpret import induction


def test_rows_scores_and_losses():
    rows = induction.repeated_tokens([5, 6, 7, 8, 9], start=0, n=3, period=4, times=3, seed=1)
    assert rows.shape == (3, 13) and bool((rows[:, 0] == 0).all())
    assert torch.equal(rows[:, 1:5], rows[:, 5:9]) and torch.equal(rows[:, 1:5], rows[:, 9:13])
    model = GPT(GPTConfig(12, context=16, n_layers=2, n_heads=2, d_model=8), seed=1)
    scores = induction.induction_scores(model, rows)
    assert scores.shape == (2, 2) and float(scores.min()) >= 0 and float(scores.max()) <= 1
    losses = induction.losses_by_copy(model, rows, period=4)
    assert len(losses) == 3 and losses[0] == pytest.approx(math.log(12), abs=0.3)
    silent = induction.losses_by_copy(model, rows, 4, [(0, 0), (0, 1), (1, 0), (1, 1)])
    assert silent != losses


def test_chance_is_the_score_of_a_head_that_looks_everywhere_alike():
    row = torch.tensor([[3, 4, 3, 4]])
    assert induction.chance_score(row) == pytest.approx((1 / 3 + 1 / 4) / 2)
