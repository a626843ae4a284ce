"""The checks of gptlab/zero_shot.py, by subject."""

from gptlab.exercises.zero_shot.checks_few_shot import (
    draw_examples,
    exact_match,
    few_shot_prompt,
    token_accuracy,
)
from gptlab.exercises.zero_shot.checks_gpt2_state import load_gpt2_state
from gptlab.exercises.zero_shot.checks_scores import (
    choose_option,
    score_options,
    sequence_log_probability,
)

__all__ = [
    "choose_option",
    "draw_examples",
    "exact_match",
    "few_shot_prompt",
    "load_gpt2_state",
    "score_options",
    "sequence_log_probability",
    "token_accuracy",
]
