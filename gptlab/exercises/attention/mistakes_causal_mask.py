"""Wrong bodies of `causal_mask`."""

import torch

from gptlab.exercises.mistake import mistake

INF = float("inf")


mistake(
    "attention.causal_mask",
    "only the future",
    "Row i must not see columns behind i: turn the triangle around.",
)(lambda t: torch.ones(t, t).triu().bool())
mistake(
    "attention.causal_mask",
    "True for what is hidden",
    "True means may look, in every mask of ours.",
)(lambda t: torch.ones(t, t).triu(1).bool())
mistake("attention.causal_mask", "no position may look at itself", "j ≤ i holds for j = i too.")(
    lambda t: torch.ones(t, t).tril(-1).bool()
)
mistake(
    "attention.causal_mask", "one position of the future", "j ≤ i leaves out everything behind i."
)(lambda t: torch.ones(t, t).tril(1).bool())
mistake(
    "attention.causal_mask",
    "numbers, not True and False",
    "A comparison gives a bool mask; ones and zeros do not.",
)(lambda t: torch.ones(t, t).tril())
mistake(
    "attention.causal_mask",
    "scores, not True and False",
    "The mask says who may look; −inf comes in later.",
)(lambda t: torch.zeros(t, t).masked_fill(torch.ones(t, t).triu(1).bool(), -INF))
mistake("attention.causal_mask", "everything may be looked at", "The future has to be hidden.")(
    lambda t: torch.ones(t, t).bool()
)


@mistake(
    "attention.causal_mask", "only itself", "The positions before it may be attended to as well."
)
def _(t):
    return torch.eye(t, dtype=torch.bool)
