"""Wrong bodies of `kl_estimates`."""

import torch

from gptlab.exercises.mistake import another_way, mistake


def _kl(name, hint):
    return mistake("ppo.kl_estimates", name, hint)


def _three(k1, k2=lambda k: k**2 / 2, k3=lambda k: torch.expm1(-k) + k):
    return k1, k2(k1), k3(k1)


_kl(
    "policy and reference swapped",
    "k1 is above 0 where the policy likes the token more than the reference does.",
)(lambda new, ref: _three(ref - new))
_kl("k2 without ½", "Half of the square.")(lambda new, ref: _three(new - ref, k2=lambda k: k**2))
_kl(
    "the wrong exponent in k3",
    "k3 needs the ratio of the reference to the policy: the sign in front of k1 matters.",
)(lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(k) - k))
_kl("k3 with the wrong sign of k1", "k3 is never below 0, and for small k1 it is as small as k2.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(-k) - k)
)
_kl("k3 without −1", "Where both policies agree, every estimate is 0.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.exp(-k) + k)
)
_kl("k2 and k3 swapped", "The order is k1, k2, k3.")(
    lambda new, ref: (new - ref, torch.expm1(ref - new) + new - ref, (new - ref) ** 2 / 2)
)
_kl("k1 without its sign", "k1 may be below 0, or its mean would not be the KL.")(
    lambda new, ref: ((new - ref).abs(), *_three(new - ref)[1:])
)
_kl(
    "k1 weighted by the probability",
    "The tokens are sampled: the likely ones come more often already.",
)(lambda new, ref: (new.exp() * (new - ref), *_three(new - ref)[1:]))
_kl("means over the batch", "One estimate for each token.")(
    lambda new, ref: tuple(k.mean() for k in _three(new - ref))
)


_kl("a ratio of the logarithms", "A logarithm of a ratio is a difference of logarithms.")(
    lambda new, ref: _three(new / ref)
)
_kl("probabilities subtracted", "k1 is the difference of the logarithms, as they are given.")(
    lambda new, ref: _three(new.exp() - ref.exp())
)
_kl("k2 without the square", "k2 is half of the square of k1.")(
    lambda new, ref: _three(new - ref, k2=lambda k: k / 2)
)
_kl("k2 half before it is squared", "The ½ stands outside the square.")(
    lambda new, ref: _three(new - ref, k2=lambda k: (k / 2) ** 2)
)
_kl("k3 without + k1", "For small k1, k3 is as small as k2.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(-k))
)
_kl(
    "the exponent with the sign of k1", "The ratio in k3 is the reference over the policy, e^(−k1)."
)(lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(k) + k))
_kl("k3 halved", "Only k2 has a ½.")(
    lambda new, ref: _three(new - ref, k3=lambda k: (torch.expm1(-k) + k) / 2)
)


_kl("k1 with the wrong sign, k3 right", "k1 is log π − log π_ref, and k3 has e^(−k1).")(
    lambda new, ref: (ref - new, *_three(new - ref)[1:])
)
another_way("ppo.kl_estimates", "k1 weighted by the probability")(
    lambda new, ref: _three(new.exp() * (new - ref))
)
another_way("ppo.kl_estimates", "k1 without its sign")(lambda new, ref: _three((new - ref).abs()))
_kl("1 added in k3, not subtracted", "Where both policies agree, every estimate is 0.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.exp(-k) + 1 + k)
)
