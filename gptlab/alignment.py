"""Lesson 14: PPO-ptx, best-of-n, and the ways around PPO: DPO, GRPO, RLOO."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.blanks import blank

GROUP_EPS = 1e-4  # added to the standard deviation of a group


@blank(lesson=14, minutes=5, difficulty=1)
def ptx_loss(ppo_loss, pretraining_loss, gamma):
    """Keep the language alive: add the pretraining loss to PPO's.

        objective = E[r(x, y) − β log(π(y|x) / π_SFT(y|x))] + γ E_pretrain[log π(x)]
                                                    Ouyang et al. 2022, eq. 2, to be made large

    What you are given are two losses, to be made small: PPO's stands for the first part, the mean of
    −log π over pages for the second. The paper's γ is 27.8.

    ppo_loss          () float
    pretraining_loss  () float, nats per token
    gamma             float
    ->                () float

    Example: a PPO loss of −2 and a pretraining loss of 2 make −1 with γ = 0.5, and 2 with γ = 2
    """
    raise NotImplementedError


@blank(lesson=14, minutes=5, difficulty=1)
def best_of_n(rewards: Tensor) -> Tensor:
    """Point at the reply with the highest reward.

    Where several share it, the first one counts.

    rewards  (..., K) float
    ->       (...) int, index of the best among K

    Example: best_of_n(tensor([[0.2, 1.4, −0.3], [−5.0, −2.0, −2.0]])) -> tensor([1, 1])
    """
    raise NotImplementedError


@blank(lesson=14, minutes=10, difficulty=2)
def best_of_n_kl(n: int) -> float:
    """Say how far best-of-n moves from the policy that it samples from.

        KL = ∫₀¹ p(u) log p(u) du,   p(u) = n uⁿ⁻¹        Stiennon et al. 2020, appendix G.3

    u is a reply's rank among all replies, 0 for the worst and 1 for the best: before the choice its
    density is 1, after it p(u). The integral has a closed form. It is exact for replies that never
    repeat; over few different replies it is an upper bound (Beirami et al. 2024).

    n   int, samples, at least 1
    ->  float, nats per response

    Raises ValueError when n is below 1 (the check does not ask for it).

    Example: best_of_n_kl(1) -> 0.0, best_of_n_kl(2) -> 0.1931, best_of_n_kl(4) -> 0.6363
    """
    raise NotImplementedError


@blank(lesson=14, minutes=15, difficulty=2)
def dpo_loss(
    chosen: Tensor, rejected: Tensor, ref_chosen: Tensor, ref_rejected: Tensor, beta: float
) -> Tensor:
    """Learn from preferences without a reward model: the policy's own log-ratio is the reward.

        L = −E[log σ(β log(π(y_w)/π_ref(y_w)) − β log(π(y_l)/π_ref(y_l)))]      Rafailov et al. 2023, eq. 7

    E is the mean over the comparisons. Each input is the log-probability of a whole response: a sum over
    its tokens, not a mean.

    chosen        (B) float, nats, log π(y_w)
    rejected      (B) float, nats, log π(y_l)
    ref_chosen    (B) float, nats, log π_ref(y_w)
    ref_rejected  (B) float, nats, log π_ref(y_l)
    beta          float, reward per nat
    ->            () float, nats per comparison

    Example: a policy that has not moved from the reference loses ln 2 = 0.6931, whatever β
    """
    raise NotImplementedError


@blank(lesson=14, minutes=10, difficulty=2)
def group_advantages(rewards: Tensor) -> Tensor:
    """Judge each of K replies to a prompt against its group: the advantage of GRPO.

        Â_i = (r_i − mean r) / (std r + 1e-4)       Shao et al. 2024

    The standard deviation divides by K − 1.

    rewards  (..., K) float
    ->       (..., K) float

    Raises ValueError when K is below 2 (the check does not ask for it).

    Example: rewards 1, 2, 6, 3 -> −0.926, −0.463, 1.389, 0
    """
    raise NotImplementedError


@blank(lesson=14, minutes=10, difficulty=2)
def leave_one_out_advantages(rewards: Tensor) -> Tensor:
    """Judge each of K replies to a prompt against the mean of the others: the advantage of RLOO.

        Â_i = r_i − 1/(K − 1) Σ_{j≠i} r_j           Ahmadian et al. 2024

    A reply's own reward is not in its baseline, so the policy gradient stays unbiased.

    rewards  (..., K) float
    ->       (..., K) float

    Raises ValueError when K is below 2 (the check does not ask for it).

    Example: rewards 1, 2, 6, 3 -> −2.667, −1.333, 4, 0
    """
    raise NotImplementedError
