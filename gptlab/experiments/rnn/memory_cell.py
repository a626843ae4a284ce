"""A network of one unit: what it remembers of its first input, and the gradient that it passes back."""

import torch
from torch import Tensor

from gptlab import rnn

STEPS = 20  # after the first input nothing more comes
INPUT_WEIGHT = 2.0  # w_xh, as in the lesson's example on paper


def follow(weight: float, steps: int = STEPS) -> tuple[list[float], list[float], list[float]]:
    """The learner's RNN with one number for a state, whose first input is 1 for "yes" or −1 for "no", then 0.

    weight  w_hh, with which the state goes into the next step

    Returns the states after "yes", those after "no", and for each state after "yes" the slope of the last one over it.
    """
    one = torch.ones(1, 1, dtype=torch.float64)
    states = []

    def step(x: Tensor, h: Tensor) -> Tensor:
        states.append(rnn.rnn_step(x, h, one * INPUT_WEIGHT, one * weight, one[0] * 0))
        return states[-1]

    xs = torch.zeros(1, steps + 1, 1, dtype=torch.float64, requires_grad=True)
    first = torch.zeros(1, steps + 1, 1, dtype=torch.float64)
    first[:, 0] = 1
    yes = rnn.run_rnn(step, xs + first, one * 0).flatten()
    after_yes = list(states)
    no = rnn.run_rnn(step, xs - first, one * 0).flatten()
    grads = torch.autograd.grad(yes[-1], after_yes, allow_unused=True)
    return yes.tolist(), no.tolist(), [0.0 if g is None else float(g.abs()) for g in grads]
