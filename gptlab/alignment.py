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

        L = L_PPO + γ · L_pretraining               Ouyang et al. 2022, eq. 2, as a loss

    The paper maximises reward plus γ times log-likelihood; both losses here are to be made small.
    Its γ is 27.8.

    ppo_loss          () float
    pretraining_loss  () float, nats per token
    gamma             float
    ->                () float
    """
    raise NotImplementedError


@blank(lesson=14, minutes=5, difficulty=1)
def best_of_n(rewards: Tensor) -> Tensor:
    """Point at the reply with the highest reward; the first one where several share it.

    rewards  (..., K) float
    ->       (...) int, index of the best among K
    """
    raise NotImplementedError


@blank(lesson=14, minutes=10, difficulty=2)
def best_of_n_kl(n: int) -> float:
    """Say how far best-of-n moves from the policy that it samples from.

        KL = log n − (n − 1) / n                    Stiennon et al. 2020; Gao et al. 2022

    Exact for replies that never repeat; over few distinct replies it is an upper bound.

    n   int, samples, at least 1
    ->  float, nats per response

    Raises ValueError when n is below 1 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=14, minutes=15, difficulty=2)
def dpo_loss(
    chosen: Tensor, rejected: Tensor, ref_chosen: Tensor, ref_rejected: Tensor, beta: float
) -> Tensor:
    """Learn from preferences without a reward model: the policy's own log-ratio is the reward.

        L = −mean log σ(β [(log π(y_w) − log π_ref(y_w)) − (log π(y_l) − log π_ref(y_l))])

    Rafailov et al. 2023, eq. 7. Each input is the log-probability of a whole response: a sum over
    its tokens, not a mean.

    chosen        (B) float, nats, log π(y_w)
    rejected      (B) float, nats, log π(y_l)
    ref_chosen    (B) float, nats, log π_ref(y_w)
    ref_rejected  (B) float, nats, log π_ref(y_l)
    beta          float, reward per nat
    ->            () float, nats per comparison
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
    """
    raise NotImplementedError
