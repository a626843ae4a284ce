"""Wrong bodies of `policy_gradient_loss`."""

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "ppo.policy_gradient_loss"


def _loss(name, hint, gains=lambda lp, a: lp * a, mean=lambda g, mask: -g[mask].mean()):
    """Known by what is added up, or by how its mean is taken."""
    mistake(KEY, name, hint)(lambda lp, a, mask: mean(gains(lp, a), mask))


_loss(
    "the minus sign is missing",
    "An optimizer makes this small, and the expected reward is to grow.",
    mean=lambda g, mask: g[mask].mean(),
)
_loss(
    "probabilities, not their logarithms",
    "∇π is π · ∇ log π: a token that is rare already would hardly learn. The logarithm takes that π away.",
    gains=lambda lp, a: lp.exp() * a,
)
_loss(
    "the advantages left out",
    "Every sampled token becomes likelier, whatever it was worth.",
    gains=lambda lp, a: lp,
)
_loss(
    "advantages alone",
    "Nothing here depends on the policy's numbers, so there is no gradient.",
    gains=lambda lp, a: a,
)
_loss(
    "only the sign of the advantage",
    "A token worth 2 pushes twice as hard as one worth 1.",
    gains=lambda lp, a: lp * a.sign(),
)
_loss(
    "only the good tokens",
    "What was worse than expected is to become rarer: it counts too.",
    gains=lambda lp, a: lp * a.clamp(min=0),
)
_loss(
    "the size of the advantage without its sign",
    "What was worse than expected is to become rarer: keep the sign.",
    gains=lambda lp, a: lp * a.abs(),
)
_loss("a sum for a mean", "E is a mean: divide by the number of kept positions.",
      mean=lambda g, mask: -g[mask].sum())  # fmt: skip
_loss("padding counted", "The mean runs over the kept positions.", mean=lambda g, mask: -g.mean())
_loss(
    "divided by all positions",
    "The mean runs over the kept positions: divide by their number.",
    mean=lambda g, mask: -torch.where(mask, g, 0.0).mean(),
)
_loss(
    "divided by the number of responses",
    "The mean runs over tokens, not over responses.",
    mean=lambda g, mask: -torch.where(mask, g, 0.0).sum(1).mean(),
)
_loss(
    "a mean of means",
    "A long response weighs more than a short one: all kept positions of the batch count alike.",
    mean=lambda g, mask: -(torch.where(mask, g, 0.0).sum(1) / mask.sum(1)).mean(),
)
_loss(
    "the mask turned around",
    "True means keep.",
    mean=lambda g, mask: -g[~mask].mean() if (~mask).any() else g.sum() * float("nan"),
)
_loss(
    "nan times 0",
    "nan · 0 is nan, and so is inf · 0: choose with [mask] or torch.where.",
    mean=lambda g, mask: -(g * mask).sum() / mask.sum(),
)
_loss("one loss a token", "The result is one number, the mean.", mean=lambda g, mask: -g[mask])


@mistake(
    KEY,
    "every token with every advantage",
    "(n, 1) times (n) is (n, n): print the shape before the mean.",
)
def _(logprobs, advantages, mask):
    return -(logprobs[mask] * advantages[mask][:, None]).mean()


@another_way(KEY, "every token with every advantage")
def _(logprobs, advantages, mask):
    return -logprobs[mask].mean() * advantages[mask].mean()


@mistake(
    KEY, "advantages whitened", "Whitening is a step of its own, before this one: take them as given."
)  # fmt: skip
def _(logprobs, advantages, mask):
    kept = advantages[mask]
    return -(
        logprobs[mask] * (kept - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()
    ).mean()


@mistake(
    KEY, "a baseline subtracted", "Whoever calls has subtracted it: the advantages come ready made."
)
def _(logprobs, advantages, mask):
    kept = advantages[mask]
    return -(logprobs[mask] * (kept - kept.mean())).mean()


@mistake(
    KEY,
    "no gradient through the log-probabilities",
    "The advantages are plain numbers; the gradient has to flow through log π.",
)
def _(logprobs, advantages, mask):
    return -(logprobs.detach()[mask] * advantages[mask]).mean()


@mistake(
    KEY, "divided by the advantages", "The mean of the gains, not a weighted mean: divide by the number of tokens."
)  # fmt: skip
def _(logprobs, advantages, mask):
    return -(logprobs[mask] * advantages[mask]).sum() / advantages[mask].sum()
