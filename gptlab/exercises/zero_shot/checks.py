"""The checks of gptlab/zero_shot.py."""

from gptlab.exercises.zero_shot.checks_few_shot import (
    draw_examples,
    exact_match,
    few_shot_prompt,
    token_accuracy,
)

__all__ = ["draw_examples", "exact_match", "few_shot_prompt", "token_accuracy"]
