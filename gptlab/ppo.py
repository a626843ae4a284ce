"""Lesson 13: PPO for language. Log-probabilities, KL, advantages and the clipped losses.

All arrays of a rollout are aligned: logprobs, values, rewards and mask of a response are
(B, R), and column t of each belongs to the same token. Nothing is shifted after
`token_log_probs`. What the mask drops has no influence, whatever stands there.
"""

import torch
from torch import Tensor

from gptlab.blanks import blank
from gptlab.reward import last_token_index

WHITEN_EPS = 1e-8  # added to the variance
KL_ERROR_LIMIT = 0.2  # of the adaptive controller


@blank(lesson=13, minutes=10, difficulty=2)
def policy_gradient_loss(logprobs: Tensor, advantages: Tensor, mask: Tensor) -> Tensor:
    """Make a loss of sampled tokens and of how good each turned out, to be made small by an optimizer.

        ∇J = E[A · ∇ log π]                     Williams 1992; J, the expected reward, is to grow

    E is the mean over everything that was sampled, here over all kept positions of the batch.

    logprobs    (B, R) float, nats
    advantages  (B, R) float, plain numbers: no gradient is wanted for them
    mask        (B, R) bool, True = keep
    ->          () float

    Example: two tokens with log-probabilities −0.7 and −1.2, which were worth 2 and −1
        policy_gradient_loss([[-0.7, -1.2]], [[2.0, -1.0]], [[True, True]])
        0.1
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def token_log_probs(logits: Tensor, ids: Tensor) -> Tensor:
    """Give the log-probability of each token after the first.

        out[b, t] = log softmax(logits[b, t])[ids[b, t + 1]]

    The shift happens in here. Where sampling used a temperature, divide the logits by it before
    the call, or these are not the probabilities it was sampled with.

    logits  (B, T, V) float
    ids     (B, T) int
    ->      (B, T-1) float, nats

    Example: after [0, 0] both tokens have probability ½, after [0, ln 3] token 0 has ¼
        token_log_probs([[[0, 0], [0, ln 3], [5, 9]]], ids [[0, 1, 0]])
        [[ln ½, ln ¼]]
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def kl_estimates(logprobs: Tensor, ref_logprobs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Estimate KL(policy, reference) per token in three ways, from tokens that the policy sampled.

        r = π_ref / π, for each token
        k1 = −log r                 unbiased, noisy
        k2 = ½ (log r)²             biased, quiet, never negative
        k3 = −log r + λ (r − 1)     unbiased, quiet; λ is the one number that makes it never negative

    Schulman 2020. Over the policy's own tokens, the mean of r is 1, so λ (r − 1) is 0 on average.

    logprobs      (B, R) float, nats
    ref_logprobs  (B, R) float, nats
    ->            (B, R) float, k1
    ->            (B, R) float, k2
    ->            (B, R) float, k3

    Example: a token of probability e⁻¹, to which the reference gave e⁻²
        kl_estimates([[-1.0]], [[-2.0]])
        1.0, 0.5 and 0.368
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def token_rewards(
    score: Tensor, logprobs: Tensor, ref_logprobs: Tensor, mask: Tensor, beta: float
) -> Tensor:
    """Pay the score at the last kept token, and charge for KL at every kept token.

        r_t = −β (log π_t − log π_ref,t) + [t is the last] · score

    Ziegler et al. 2019; Ouyang et al. 2022, eq. 2. Positions that are not kept get 0.

    score         (B) float, one per response
    logprobs      (B, R) float, nats
    ref_logprobs  (B, R) float, nats
    mask          (B, R) bool, True = keep
    beta          float, reward per nat
    ->            (B, R) float

    Example: the first of two tokens got likelier by half a nat, the second rarer by a tenth
        token_rewards([1.0], [[-0.1, -0.5]], [[-0.6, -0.4]], [[True, True]], beta=0.1)
        [[-0.05, 1.01]]
    """
    raise NotImplementedError


@blank(lesson=13, minutes=25, difficulty=3)
def gae(
    rewards: Tensor, values: Tensor, mask: Tensor, gamma: float = 1.0, lam: float = 0.95
) -> tuple[Tensor, Tensor]:
    """Say how much better each token was than expected, looking ahead with a fading weight.

        δ_t = r_t + γ V_{t+1} − V_t
        Â_t = δ_t + γ λ Â_{t+1}                     Schulman et al. 2016, eq. 16
        returns = Â + V                             before any whitening

    t + 1 is the next kept token. After the last kept token there is nothing: V and Â are 0
    there, so whatever the value network says about padding does not leak in. Both results are
    0 at positions that are not kept.

    rewards  (B, R) float
    values   (B, R) float
    mask     (B, R) bool, True = keep
    ->       (B, R) float, advantages
    ->       (B, R) float, returns

    Example: both tokens turned out 0.5 better than V said, and λ hands on half of it
        gae([[0.0, 1.0]], [[0.0, 0.5]], [[True, True]], lam=0.5)
        [[0.75, 0.5]] and [[0.75, 1.0]]
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def whiten(x: Tensor, mask: Tensor, shift_mean: bool = True) -> Tensor:
    """Bring the kept numbers to variance 1, and to mean 0 unless the mean should stay.

        out = (x − m) / √(v + 1e-8)        m, v over all kept positions; v biased (divided by n)

    With shift_mean=False, m is added back: that is how rewards are whitened, since their sign
    means something. Positions that are not kept get 0.

    x     (B, R) float
    mask  (B, R) bool, True = keep
    ->    (B, R) float

    Example: mean 7, variance 4; the third is padding
        whiten([[9.0, 5.0, 99.0]], [[True, True, False]])
        [[1.0, -1.0, 0.0]]
    """
    raise NotImplementedError


@blank(lesson=13, minutes=15, difficulty=3)
def policy_loss(
    logprobs: Tensor, old_logprobs: Tensor, advantages: Tensor, mask: Tensor, clip: float = 0.2
) -> Tensor:
    """Make good tokens likelier and bad ones rarer, but no further than the clip allows.

        ρ = exp(log π − log π_old)
        L = −mean min(ρ Â, clip(ρ, 1 − ε, 1 + ε) Â)           Schulman et al. 2017, eq. 7

    ε is `clip`. The mean runs over all kept positions of the batch.

    logprobs      (B, R) float, nats
    old_logprobs  (B, R) float, nats, from when the tokens were sampled
    advantages    (B, R) float
    mask          (B, R) bool, True = keep
    ->            () float

    Example: the ratios are 2 and ½, both advantages 1
        policy_loss([[ln 2, ln ½]], [[0, 0]], [[1.0, 1.0]], [[True, True]])
        −(1.2 + 0.5) / 2 = −0.85
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def value_loss(
    values: Tensor, old_values: Tensor, returns: Tensor, mask: Tensor, clip: float = 0.2
) -> Tensor:
    """Move the value estimates towards the returns, without a jump away from the old estimates.

        V_clip = V_old + clip(V − V_old, −ε, ε)
        L = ½ mean max((V − R)², (V_clip − R)²)     the PPO of Ziegler et al. 2019, original code

    ε is `clip`. The mean runs over all kept positions of the batch; the ½ is inside.

    values      (B, R) float
    old_values  (B, R) float, from when the tokens were sampled
    returns     (B, R) float
    mask        (B, R) bool, True = keep
    ->          () float

    Example: V was 0, is now 1, and should be 2; kept near 0, it could only be 0.2
        value_loss([[1.0]], [[0.0]], [[2.0]], [[True]])
        ½ · (0.2 − 2)² = 1.62
    """
    raise NotImplementedError


@blank(lesson=13, minutes=10, difficulty=2)
def adaptive_beta(beta: float, kl: float, target: float, n_steps: int, horizon: float) -> float:
    """Raise the price of KL where there was too much of it, lower it where there was too little.

        e = clip(kl / target − 1, −0.2, 0.2)
        β ← β (1 + e · n / horizon)                 Ziegler et al. 2019, original code

    beta     float, reward per nat
    kl       float, nats per response
    target   float, nats per response
    n_steps  int, episodes since the last call
    horizon  float, episodes; the larger, the slower
    ->       float, the new beta

    Example: 10 % too much KL, after 50 episodes of 1,000
        adaptive_beta(0.1, kl=6.6, target=6.0, n_steps=50, horizon=1000)
        0.1005
    """
    raise NotImplementedError
