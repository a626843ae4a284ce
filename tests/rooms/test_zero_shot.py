"""Scores of continuations: properties, relations to the loss, and lists in place of tensors."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import ngram, ppo, zero_shot
from gptlab.exercises.zero_shot.checks_scores import N_TOKENS, toy_model
from tests.support.tensors import close, normal


def test_all_targets_give_the_loss_of_the_page():
    logits, ids = normal(3, 6, 5), torch.arange(18).reshape(3, 6) % 5
    everything = torch.ones(3, 6, dtype=torch.bool)
    total = zero_shot.sequence_log_probability(logits, ids, everything)
    loss = ngram.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    close(-total.sum() / 15, loss, 1e-12)
    close(total, ppo.token_log_probs(logits, ids).sum(1), 1e-12)


def test_probabilities_of_all_continuations_sum_to_one():
    options = [[a, b] for a in range(N_TOKENS) for b in range(N_TOKENS)]
    scores = zero_shot.score_options(toy_model, [3, 1], options)
    assert scores.exp().sum().item() == pytest.approx(1, abs=1e-12)


@given(
    options=st.lists(
        st.lists(st.integers(0, N_TOKENS - 1), min_size=1, max_size=4), min_size=2, max_size=4
    )
)
@settings(deadline=None, max_examples=25)
def test_an_options_score_does_not_depend_on_the_others(options):
    together = zero_shot.score_options(toy_model, [2, 5], options, neutral=[6])
    for k, option in enumerate(options):
        close(together[k : k + 1], zero_shot.score_options(toy_model, [2, 5], [option], [6]), 1e-12)


def test_the_same_prompt_as_neutral_leaves_nothing():
    scores = zero_shot.score_options(toy_model, [1, 2], [[3], [4, 5]], neutral=[1, 2])
    close(scores, torch.zeros(2).double(), 1e-12)


def test_lists_are_let_in():
    assert zero_shot.choose_option([-6.0, -4.0], [3, 1]) == 0
    assert zero_shot.choose_option([-6.0, -4.0], [3, 1], normalize=False) == 1


def test_a_file_without_layers_is_refused():
    with pytest.raises(ValueError, match=r"h\.0\."):
        zero_shot.load_gpt2_state(
            {
                "wte.weight": torch.zeros(7, 2),
                "wpe.weight": torch.zeros(5, 2),
                "ln_f.weight": torch.zeros(2),
                "ln_f.bias": torch.zeros(2),
            }
        )
