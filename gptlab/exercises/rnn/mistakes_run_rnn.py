"""Wrong bodies of `rnn.run_rnn`."""

import torch

from gptlab.exercises.mistake import mistake


@mistake("rnn.run_rnn", "the batch taken for time", "Time is axis 1: x_t is xs[:, t].")
def _(step, xs, h0):
    hs, h = [], h0
    for t in range(xs.shape[0]):
        h = step(xs[t], h)
        hs.append(h)
    return torch.stack(hs)
