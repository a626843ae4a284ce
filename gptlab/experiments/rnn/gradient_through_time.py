"""The norm of the gradient at every earlier step: backpropagation through time (BPTT).

B batch, T time, C width of an input, F width of the state.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import rnn
from gptlab.engine.model.recurrent import RecurrentLM

STEPS = 40
STATE = 32  # its width
BATCH = 16


def gradient_norms(step: Callable, xs: Tensor, h0: Tensor) -> list[float]:
    """|∂L/∂h_t| for each step t, as a share of that at the last one; L is a fixed mixture of the last state.

    It watches the learner's own step while the learner's own `run_rnn` runs; xs (B, T, C), h0 (B, F).
    """
    states = []

    def watched(x: Tensor, h: Tensor) -> Tensor:
        states.append(step(x, h))
        return states[-1]

    last = rnn.run_rnn(watched, xs, h0)[:, -1]
    mixture = torch.cos(torch.arange(1.0, last.shape[1] + 1)).to(last)
    grads = torch.autograd.grad((last * mixture).sum(), states, allow_unused=True)
    norms = [0.0 if g is None else float(g.norm(dim=1).mean()) for g in grads]
    return [norm / norms[-1] for norm in norms]


def random_network_norms(
    cell: str, scale: float = 1.0, update_bias: float = 0.0, steps: int = STEPS, seed: int = 0
) -> list[float]:
    """The gradient norms of an untrained network on random inputs.

    scale        what its recurrent weights are multiplied by; at 1 they are drawn from N(0, 1/F)
    update_bias  the bias of a GRU's gate z
    """
    network = RecurrentLM(
        cell, vocab_size=1, width=STATE, state=STATE, seed=seed, update_bias=update_bias
    )
    with torch.no_grad():
        network.u.mul_(scale)
    generator = torch.Generator().manual_seed(1000 + seed)
    xs = torch.randn(BATCH, steps, STATE, generator=generator)
    return gradient_norms(network.step, xs, network.start(BATCH))
