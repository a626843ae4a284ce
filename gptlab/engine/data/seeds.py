"""Seeds of what a run draws: one for each purpose, all apart from each other and from those of evaluation."""

import random

PAGES = 1
TOKENIZER = 2
DEMONSTRATIONS = 11
COMPARISONS = 12
PROMPTS = 13
HELD_OUT_COMPARISONS = 112


def seed_for(purpose: int, seed: int) -> int:
    """The seed of one purpose in the run of that seed."""
    return 1000 * seed + purpose


def rng_for(purpose: int, seed: int) -> random.Random:
    """A random generator for one purpose in the run of that seed."""
    return random.Random(f"gptlab run {seed} {purpose}")
