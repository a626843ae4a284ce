"""The small Adam trainer: torch's steps one by one, its schedules, its clipping, its early end, on one core."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.encoder_decoder import TransformerLM
from gptlab.engine.train.step import BETAS, train_adam, trapezoid


def test_training_steps_like_adam_with_clipping_and_ends_early():
    ours, theirs = (torch.nn.Linear(2, 1) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    batches = [torch.randn(3, 2, generator=torch.Generator().manual_seed(i)) * 9 for i in range(4)]

    def lr(step):
        return 0.1 * min(1.0, 2 - 2 * step / 4)

    optimizer = torch.optim.Adam(theirs.parameters(), betas=(0.9, 0.99))
    expected = []
    for i, batch in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr(i)
        optimizer.zero_grad()
        loss = theirs(batch).square().sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        optimizer.step()
        expected.append(float(loss.detach()))
    waiting = iter(batches)
    losses = train_adam(
        ours.parameters(), lambda: ours(next(waiting)).square().sum(), 4, lr, (0.9, 0.99), clip=1.0
    )
    assert losses == pytest.approx(expected)
    torch.testing.assert_close(ours.weight, theirs.weight)
    seen = []
    losses = train_adam(
        ours.parameters(),
        lambda: seen.append(torch.get_num_threads()) or ours(batches[0]).sum(),
        4,
        0.1,
        stop=lambda: len(seen) == 2,
    )
    assert len(losses) == 2 and seen == [1, 1]


def test_a_trapezoid_rises_stays_and_falls():
    lr = trapezoid(0.2, steps=10, warmup=4, cooldown=5)
    expected = [0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.16, 0.12, 0.08, 0.04]
    assert [lr(t) for t in range(10)] == pytest.approx(expected)
    assert [trapezoid(0.2, 3)(t) for t in range(3)] == [0.2] * 3


def test_a_small_transformer_learns_one_sentence():
    model = TransformerLM(GPTConfig(11, context=9, n_layers=2, n_heads=3, d_model=12), True, seed=5)
    ids = torch.tensor([[1, 2, 3, 4, 5, 6]])

    def loss():
        return F.cross_entropy(model(ids[:, :-1])[0], ids[0, 1:])

    lr = trapezoid(0.01, steps=40, warmup=5, cooldown=10)
    losses = train_adam(model.parameters(), loss, 40, lr, BETAS)
    assert len(losses) == 40 and losses[-1] < 0.1 * losses[0]


def test_one_thread_gives_the_threads_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
