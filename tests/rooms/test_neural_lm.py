"""What the neural model's functions refuse, and that together they learn."""

import pytest
import torch
import torch.nn.functional as F

from gptlab import neural_lm
from tests.support.tensors import normal


@pytest.mark.parametrize("n", [0, -1, 3, 4])
def test_context_windows_refuses_what_does_not_fit(n):
    with pytest.raises(ValueError, match=f"3 tokens hold no window of {n}.*from 1 to 2"):
        neural_lm.context_windows(torch.tensor([1, 2, 3]), n)


def test_the_neural_model_learns():
    ids = torch.tensor([0, 1, 2, 0, 2, 1] * 20)  # two tokens decide the next one, one does not
    contexts, targets = neural_lm.context_windows(ids, 2)
    params = [
        normal(*shape, seed=i) * 0.3 for i, shape in enumerate([(3, 2), (4, 8), (8,), (8, 3), (3,)])
    ]
    losses = []
    for _ in range(150):
        params = [param.detach().requires_grad_() for param in params]
        loss = F.cross_entropy(neural_lm.mlp_logits(contexts, *params), targets)
        losses.append(loss.item())
        params = neural_lm.sgd_step(params, torch.autograd.grad(loss, params), 1.0)
    assert losses[0] > 0.9 and losses[-1] < 0.1
