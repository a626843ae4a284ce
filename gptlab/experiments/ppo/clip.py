"""What a policy loss does to a single token: its gain, and how hard it is pushed."""

from collections.abc import Callable

import torch


def gain_and_push(policy_loss: Callable, ratio: float, advantage: float) -> tuple[float, float]:
    """The gain of one token, and its gradient by the log-probability, from a policy loss."""
    new = torch.tensor([[ratio]], dtype=torch.float64).log().requires_grad_(True)
    old, advantages = torch.zeros_like(new).detach(), torch.full_like(new, advantage).detach()
    loss = policy_loss(new, old, advantages, torch.ones_like(new, dtype=torch.bool))
    loss.backward()
    return -float(loss.detach()), -float(new.grad[0, 0]) + 0.0  # 0, not −0
