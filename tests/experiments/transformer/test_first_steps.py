"""Adam's first step, and the first steps of pre-LN and post-LN."""

import pytest

from gptlab.experiments.transformer import first_steps, pre_vs_post_norm
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def lines():
    return pre_vs_post_norm.Sentences(Web(), n=300)


def test_a_shorter_step_moves_the_output_less(lines):
    long, short = (first_steps.first_change(lines, 2, True, lr) for lr in (3e-3, 3e-5))
    assert 0 < short < long / 10


def test_changes_are_one_a_depth(lines):
    changes = first_steps.changes_by_depth(lines, (1, 2), False, 1e-3, seeds=(1,))
    assert list(changes) == [1, 2] and min(changes.values()) > 0


def test_the_first_steps_are_those_of_the_curve(lines, monkeypatch):
    monkeypatch.setattr(first_steps, "DEPTH", 2)
    followed = first_steps.follow(lines, post=True, steps=3)
    assert len(followed.likeness) == 4 and len(followed.gradients) == 2
    assert all(-1 <= x <= 1 for x in followed.likeness)
    assert followed == first_steps.follow(lines, post=True, steps=3)
