"""Whole recurrent networks against torch's, and a state that is carried."""

import pytest
import torch

from gptlab import rnn
from tests.support.tensors import close, normal


def test_a_gru_with_its_gate_shut_carries_its_state():
    h = normal(2, 4)
    bias = torch.tensor([0.0, 40.0, 0.0], dtype=torch.float64).repeat_interleave(4)
    kept = rnn.gru_step(
        normal(2, 3, seed=1), h, normal(3, 12, seed=2) * 0.1, normal(4, 12, seed=3) * 0.1, bias
    )
    close(kept, h)


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_run_rnn_equals_torchs_network(kind):
    B, T, C, width = 2, 6, 3, 4
    network = getattr(torch.nn, kind)(C, width, batch_first=True, dtype=torch.float64)
    torch.nn.init.zeros_(network.bias_hh_l0)
    weights = network.weight_ih_l0.T, network.weight_hh_l0.T, network.bias_ih_l0
    cell = rnn.rnn_step if kind == "RNN" else rnn.gru_step
    xs, h0 = normal(B, T, C).requires_grad_(), normal(B, width, seed=1).requires_grad_()
    out = rnn.run_rnn(lambda x, h: cell(x, h, *weights), xs, h0)
    wanted = network(xs, h0[None])[0]
    close(out, wanted)
    leaves = xs, h0, network.weight_hh_l0
    for got, right in zip(
        torch.autograd.grad(out[:, -1].sum(), leaves),
        torch.autograd.grad(wanted[:, -1].sum(), leaves),
        strict=True,
    ):
        close(got, right)
