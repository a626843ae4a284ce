"""The recall game and copying: the texts, and that networks learn them."""

import math

import pytest
import torch

from gptlab.experiments.rnn import recall_game


def test_the_game_asks_for_the_first_letter():
    ids, answers = recall_game.recall_batch(4, 50, torch.Generator().manual_seed(0))
    assert ids.shape == (50, 6) and torch.equal(ids[:, 0], answers)
    assert (ids[:, -1] == recall_game.QUERY).all() and (ids[:, :-1] < recall_game.LETTERS).all()


@pytest.mark.parametrize("kind", ["RNN", "GRU", "Transformer"])
def test_every_network_learns_the_nearest_distance(kind):
    right, steps, model = recall_game.train_and_score(kind, 2, seed=0)
    assert right > 0.9 and 5 <= steps < recall_game.STEPS
    assert recall_game.accuracy(model, 2, seed=0) == right
    fresh, _ = recall_game.make_model(kind, 2, seed=0)
    assert recall_game.accuracy(fresh, 2, seed=0) < 0.5


def test_copies_can_be_shown_backwards():
    forwards, back = (
        recall_game.copy_batch(3, 4, torch.Generator().manual_seed(1), b) for b in (False, True)
    )
    assert torch.equal(forwards[:, :3], forwards[:, 4:]) and torch.equal(
        back[:, :3].flip(1), back[:, 4:]
    )
    assert torch.equal(forwards[:, 4:], back[:, 4:]) and (forwards[:, 3] == recall_game.QUERY).all()


def test_copying_is_scored_by_place(monkeypatch):
    monkeypatch.setattr(recall_game, "STEPS", 120)
    accuracies, nats = recall_game.train_copy("GRU", 2, backwards=False)
    assert len(accuracies) == 2 and min(accuracies) > 0.5
    assert nats < math.log(recall_game.LETTERS)
