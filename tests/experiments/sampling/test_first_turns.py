"""One turn of training makes the token that came likelier; after many turns the model knows what came."""

import pytest
import torch

from gptlab.engine.assistant import shipped
from gptlab.experiments.sampling import first_turns

SENTENCE, CAME = "The capital of France is", " Paris"


@pytest.fixture(scope="module")
def turn():
    return first_turns.one_turn(shipped("base"), SENTENCE, CAME)


def test_a_new_model_finds_all_tokens_about_alike(turn):
    assert turn.before.shape == (4096,) and turn.before.sum() == pytest.approx(1, abs=1e-4)
    assert turn.before.max() < 10 / 4096
    assert turn.right_before == float(turn.before[turn.came])


def test_a_turn_makes_the_token_that_came_likelier(turn):
    assert turn.after[turn.came] > 3 * turn.before[turn.came]
    assert b"".join(turn.pieces).decode() == SENTENCE
    assert turn.n_parameters == shipped("base").n_parameters
    assert all(0 < abs(new - old) < 0.1 for old, new in turn.parameters)


def test_the_shipped_model_is_left_as_it_was(turn):
    base = shipped("base")
    probabilities = base.probabilities(base.begin(SENTENCE))
    assert int(probabilities.argmax()) == turn.came


def test_guesses_begin_untrained_and_end_with_the_shipped_model():
    base = shipped("base")
    guesses = first_turns.guesses_while_learning(base, SENTENCE, turns=(0, 2))
    assert list(guesses) == [0, 2, first_turns.shipped_turns()]
    ids = base.begin(SENTENCE)
    assert torch.equal(guesses[0], first_turns.guess(first_turns.untrained(base), ids))
    assert torch.equal(guesses[first_turns.shipped_turns()], base.probabilities(ids))
    assert not torch.allclose(guesses[0], guesses[2])


def test_turns_are_those_that_the_model_was_shipped_with():
    base = shipped("base")
    guessed = first_turns.shipped_turns() * first_turns.guesses_a_turn(base)
    assert guessed == 8000 * 16 * 128
