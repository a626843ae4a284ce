"""Gradients on their way back: the product of Jacobians, worked out by hand; vanishing and exploding."""

import torch

from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.experiments.rnn import gradient_through_time


def test_norms_are_those_of_the_gradient():
    network = RecurrentLM("RNN", vocab_size=1, width=3, state=4, seed=1)
    xs = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(3))
    found = gradient_through_time.gradient_norms(network.step, xs, network.start(2))
    hs = [network.start(2)]
    for t in range(5):
        hs.append(torch.tanh(xs[:, t] @ network.w + hs[-1] @ network.u + network.b))
    grad = torch.cos(torch.arange(1.0, 5)).expand(2, 4)
    norms = [grad.norm(dim=1).mean()]
    for h in reversed(hs[2:]):  # the product of Jacobians, by hand
        grad = (grad * (1 - h**2)) @ network.u.T
        norms.insert(0, grad.norm(dim=1).mean())
    torch.testing.assert_close(
        torch.tensor(found), torch.stack(norms) / norms[-1], atol=1e-6, rtol=1e-4
    )


def test_gradients_vanish_explode_and_pass_a_shut_gate():
    small, large = (
        gradient_through_time.random_network_norms("RNN", scale, steps=30)[0]
        for scale in (0.5, 3.0)
    )
    assert small < 1e-9 and large > 10
    half_open, shut = (
        gradient_through_time.random_network_norms("GRU", 1.0, keep, steps=30)[0] for keep in (0, 6)
    )
    assert half_open < 1e-3 and shut > 0.8
