"""One process, two processes, and two of which one dies: the same losses."""

import pytest

from gptlab.engine.train import distributed, parallel

STEPS = 50


def largest_difference(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


@pytest.mark.slow
def test_a_run_goes_on_from_its_checkpoint_as_if_nothing_had_happened(tmp_path):
    whole = distributed.alone(tmp_path / "whole", steps=6, save_every=2)
    distributed.alone(tmp_path / "parts", steps=4, save_every=2)
    parts = distributed.alone(tmp_path / "parts", steps=6, save_every=2)
    assert parts.losses == whole.losses and len(whole.losses) == 6


def test_a_batch_that_does_not_divide_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel.dist, "get_world_size", lambda: 3)
    with pytest.raises(ValueError, match="16.*3 processes"):
        distributed.alone(tmp_path, steps=1)


@pytest.mark.slow  # three starts of torch in processes of their own
def test_two_processes_of_which_one_dies_give_the_losses_of_one(tmp_path):
    one = distributed.alone(tmp_path / "one", STEPS)
    two = distributed.launch(tmp_path / "two", 2, STEPS, max_restarts=1, die_at=37)
    assert two.processes == 2 and two.restarts == 1
    assert len(two.losses) == STEPS and one.losses[0] - one.losses[-1] > 1
    assert largest_difference(one.losses, two.losses) < 1e-5


@pytest.mark.slow
def test_without_a_restart_a_death_ends_the_training(tmp_path):
    with pytest.raises(RuntimeError, match="torchrun failed"):
        distributed.launch(tmp_path, 2, 3, die_at=1)
