"""Recurrent networks as shells: against torch's own layers."""

import pytest
import torch

from gptlab.engine.model.recurrent import RecurrentLM
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
