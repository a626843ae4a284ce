"""Language models on lesson 03's sentences: batches, what each sees, and that reading helps."""

import pytest
import torch

from gptlab.experiments import unseen_combinations
from gptlab.experiments.rnn import recurrent_lm
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def data():
    return unseen_combinations.Combinations(Web(), n_facts=20, n_train=200, n_test=40)


def test_rows_and_batches_hold_every_sentence_once(data):
    rows = recurrent_lm.padded_rows(data, data.train[:5])
    for row, sentence in zip(rows, data.train):
        n = len(sentence.words)
        assert (
            row[0] == 0
            and torch.equal(row[1 : n + 1], data.ids(sentence.words))
            and (row[n + 1 :] == recurrent_lm.PAD).all()
        )
    whole = recurrent_lm.padded_rows(data, data.train)
    cut = recurrent_lm.batches(whole, 2, seed=0)
    words = sum(len(s.words) for s in data.train)
    assert sum(int((part[:, 1:] != recurrent_lm.PAD).sum()) for part in cut) == 2 * words
    assert all((part != recurrent_lm.PAD).any(dim=0).all() for part in cut)


def test_the_window_sees_eight_words_and_the_states_see_all(data):
    ids = torch.randint(len(data.vocabulary), (1, 12), generator=torch.Generator().manual_seed(0))
    other = ids.clone()
    other[0, 2] = (ids[0, 2] + 1) % len(data.vocabulary)
    for kind, reaches in (("window of 8", 9), ("RNN", 11), ("GRU", 11)):
        model = recurrent_lm.make_model(kind, len(data.vocabulary))
        with torch.no_grad():
            moved = (model(ids) != model(other)).any(-1)[0].nonzero().flatten().tolist()
        assert moved == list(range(2, reaches + 1))


@pytest.mark.parametrize("kind", ["window of 8", "RNN", "GRU"])
def test_reading_lowers_the_loss(data, kind):
    model = recurrent_lm.make_model(kind, len(data.vocabulary))
    before = recurrent_lm.losses_by_place(model, data, data.seen)
    words = recurrent_lm.train(model, data, epochs=2)
    after = recurrent_lm.losses_by_place(model, data, data.seen)
    assert words == 2 * sum(len(s.words) for s in data.train) and after[0] < before[0] - 0.5
    assert min(after[1:]) <= after[0] <= max(after[1:])
