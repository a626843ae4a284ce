"""The policy gradient on one token: three continuations, their probabilities, and what each is worth."""

import torch
from torch import Tensor

from gptlab import ppo
from gptlab.engine.hardware import one_thread

NAMES = ("answers", "asks back", "an exam")
PROBS = (0.5, 0.3, 0.2)  # about what the base model does with the running example
REWARDS = (2.0, -1.0, 0.0)


def logits_of(probs: tuple[float, ...] = PROBS) -> Tensor:
    """Logits that give these probabilities; (3,) float64."""
    return torch.tensor(probs, dtype=torch.float64).log()


def pushed(rewards: tuple[float, ...], steps: int, lr: float = 0.3) -> list[float]:
    """The probabilities after so many exact steps uphill, from PROBS on."""
    z, r = logits_of(), torch.tensor(rewards, dtype=torch.float64)
    for _ in range(steps):
        p = torch.softmax(z, 0)
        z = z + lr * p * (r - (p * r).sum())
    return torch.softmax(z, 0).tolist()


def sampled_gradient(z: Tensor, advantages: Tensor, choices: Tensor) -> Tensor:
    """The gradient of the expected reward, estimated from sampled choices, by the learner's loss.

    z           (3,) float
    advantages  (N,) float, of each choice
    choices     (N,) int
    ->          (3,) float
    """
    z = z.detach().requires_grad_(True)
    logprobs = torch.log_softmax(z, 0)[choices][None]  # (1, N)
    mask = torch.ones_like(logprobs, dtype=torch.bool)
    ppo.policy_gradient_loss(logprobs, advantages[None], mask).backward()
    return -z.grad


@one_thread()
def estimates(
    rewards: tuple[float, ...],
    baseline: float = 0.0,
    n_samples: int = 8,
    n_estimates: int = 300,
    seed: int = 0,
) -> Tensor:
    """Gradients at PROBS, each estimated from a few samples; (n_estimates, 3)."""
    generator = torch.Generator().manual_seed(seed)
    z, r = logits_of(), torch.tensor(rewards, dtype=torch.float64)
    found = []
    for _ in range(n_estimates):
        choices = torch.multinomial(z.softmax(0), n_samples, True, generator=generator)
        found.append(sampled_gradient(z, r[choices] - baseline, choices))
    return torch.stack(found)


@one_thread()
def learning_curves(
    rewards: tuple[float, ...],
    with_baseline: bool,
    n_samples: int = 2,
    steps: int = 60,
    lr: float = 0.3,
    n_seeds: int = 12,
) -> list[list[float]]:
    """The probability of the best choice at every step, for each seed; the baseline is the mean reward so far."""
    r = torch.tensor(rewards, dtype=torch.float64)
    curves = []
    for seed in range(n_seeds):
        generator = torch.Generator().manual_seed(seed)
        z, seen, curve = logits_of(), [], []
        for _ in range(steps):
            curve.append(float(z.softmax(0)[int(r.argmax())]))
            choices = torch.multinomial(z.softmax(0), n_samples, True, generator=generator)
            baseline = sum(seen) / len(seen) if seen and with_baseline else 0.0
            z = z + lr * sampled_gradient(z, r[choices] - baseline, choices)
            seen += r[choices].tolist()
        curves.append(curve)
    return curves
