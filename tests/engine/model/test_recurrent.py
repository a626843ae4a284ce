"""Recurrent networks as shells: against torch's own layers, and their training."""

import pytest
import torch

from gptlab.engine.model.recurrent import RecurrentLM, one_thread, train_adam
from tests.support.torch_layers import torch_layer


@pytest.mark.parametrize("cell", ["RNN", "GRU"])
def test_a_shell_runs_as_torchs_layer_does(cell):
    network = RecurrentLM(cell, vocab_size=7, width=3, state=5, seed=2, update_bias=1.5)
    ids = torch.tensor([[1, 4, 6, 0], [2, 2, 3, 5]])
    layer = torch_layer(network)
    torch.testing.assert_close(network.states(ids), layer(network.wte[ids])[0])
    begun = torch.randn(2, 5, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(network.states(ids, begun), layer(network.wte[ids], begun[None])[0])
    torch.testing.assert_close(
        network(ids), layer(network.wte[ids])[0] @ network.w_out + network.b_out
    )
    assert network.start(3).tolist() == [[0.0] * 5] * 3


def test_the_gate_begins_as_asked():
    network = RecurrentLM("GRU", vocab_size=4, width=3, state=5, update_bias=2.5)
    assert network.b.tolist() == [0.0] * 5 + [2.5] * 5 + [0.0] * 5
    assert not RecurrentLM("RNN", 4, update_bias=2.5).b.any()
    with pytest.raises(ValueError, match="no cell 'LSTM'; there are RNN, GRU"):
        RecurrentLM("LSTM", 4)


def test_training_steps_like_adam_with_clipping_and_ends_early():
    ours, theirs = (torch.nn.Linear(2, 1) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    batches = [torch.randn(3, 2, generator=torch.Generator().manual_seed(i)) * 9 for i in range(4)]
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.1, betas=(0.9, 0.99))
    for i, batch in enumerate(batches):
        optimizer.param_groups[0]["lr"] = 0.1 * min(1.0, 2 - 2 * i / 4)
        optimizer.zero_grad()
        theirs(batch).square().sum().backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        optimizer.step()
    assert (
        train_adam(ours, batches, lambda batch: ours(batch).square().sum(), lr=0.1, decay=True) == 4
    )
    torch.testing.assert_close(ours.weight, theirs.weight)
    seen = []
    assert (
        train_adam(
            ours,
            batches,
            lambda batch: seen.append(1) or ours(batch).sum(),
            0.1,
            stop=lambda: len(seen) == 2,
        )
        == 2
    )


def test_one_thread_gives_the_threads_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
