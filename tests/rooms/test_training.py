"""The training step: a hundred steps beside torch's own, the shortest text, and what is refused."""

import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import CosineAnnealingLR

from gptlab import training
from tests.support.tensors import seeded

STEPS = 100


def test_get_batch_of_a_short_text():
    x, y = training.get_batch(torch.arange(6), 2, 5, seeded())
    assert x.tolist() == [[0, 1, 2, 3, 4]] * 2 and y[0, -1] == 5
    with pytest.raises(ValueError, match="5 tokens.*5.*6"):
        training.get_batch(torch.arange(5), 2, 5, seeded())


def test_adamw_counts_steps_from_1():
    zeros = [torch.zeros(3) for _ in range(4)]
    with pytest.raises(ValueError, match="0"):
        training.adamw_step(*zeros, 0, 0.1, (0.9, 0.999), 1e-8, 0.0)


def test_clip_by_global_norm_of_nothing():
    assert training.clip_by_global_norm([], 1.0) == 0


def _curved(params, inputs):
    """A loss with a gradient that changes from step to step, and of very unequal sizes."""
    w, b = params
    return ((inputs @ w + b).tanh() ** 2 * torch.tensor([1.0, 30.0, 1e-3]).double()).sum()


def test_adamw_and_clipping_equal_torchs_over_100_steps():
    """In float64: the learning rate changes, every step is clipped or not as it comes."""
    start = [torch.randn(4, 3, generator=seeded(1)).double(), torch.zeros(3).double()]
    torchs = [x.clone().requires_grad_() for x in start]
    optimizer = torch.optim.AdamW(torchs, lr=1.0, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    ours = [(x.clone(), torch.zeros_like(x), torch.zeros_like(x)) for x in start]
    clipped = 0
    for step in range(STEPS):
        inputs = torch.randn(5, 4, generator=seeded(step)).double()
        lr = training.cosine_schedule(step, 10, STEPS, 0.05, 0.005)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        _curved(torchs, inputs).backward()
        norm = torch.nn.utils.clip_grad_norm_(torchs, 10.0)
        optimizer.step()

        params = [x.requires_grad_() for x, _, _ in ours]
        grads = list(torch.autograd.grad(_curved(params, inputs), params))
        torch.testing.assert_close(training.clip_by_global_norm(grads, 10.0), norm)
        clipped += bool(norm > 10)
        ours = [
            training.adamw_step(x.detach(), grad, m, v, step + 1, lr, (0.9, 0.95), 1e-8, 0.1)
            for (x, m, v), grad in zip(ours, grads, strict=True)
        ]
        for (mine, m, v), other in zip(ours, torchs, strict=True):
            state = optimizer.state[other]
            expected = [other.detach(), state["exp_avg"], state["exp_avg_sq"]]
            torch.testing.assert_close([mine, m, v], expected, rtol=1e-10, atol=1e-12)
    assert 10 < clipped < 90


def test_the_cosine_equals_torchs_over_100_steps():
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=0.05)
    schedule = CosineAnnealingLR(optimizer, STEPS, eta_min=0.005)
    for step in range(STEPS):
        ours = training.cosine_schedule(step + 7, 7, STEPS + 7, 0.05, 0.005)
        assert ours == pytest.approx(schedule.get_last_lr()[0], rel=1e-12)
        optimizer.step()
        schedule.step()


def test_accumulated_micro_batches_train_like_the_whole_batch():
    """Over a whole training in float64, with micro-batches of unequal length and padding."""
    weights = [torch.randn(6, 9, generator=seeded(2)).double() for _ in range(2)]
    for step in range(20):
        generator = seeded(step)
        labels = [
            torch.randint(9, shape, generator=generator) for shape in ((2, 7), (1, 3), (3, 2))
        ]
        labels = [
            label.masked_fill(torch.rand(label.shape, generator=generator) < 0.4, -100)
            for label in labels
        ]
        inputs = [torch.randn(*x.shape, 6, generator=generator).double() for x in labels]
        whole, pieces = (w.clone().requires_grad_() for w in weights)
        everything = torch.cat([x.flatten(0, 1) for x in inputs]) @ whole
        cross_entropy(everything, torch.cat([x.flatten() for x in labels])).backward()
        shares = training.accumulation_weights(labels)
        for share, x, label in zip(shares, inputs, labels, strict=True):
            (share * cross_entropy((x @ pieces).flatten(0, 1), label.flatten())).backward()
        torch.testing.assert_close(pieces.grad, whole.grad, rtol=1e-12, atol=1e-14)
        weights = [(w - 0.5 * w.grad).detach() for w in (whole, pieces)]
    torch.testing.assert_close(*weights, rtol=1e-12, atol=1e-12)
