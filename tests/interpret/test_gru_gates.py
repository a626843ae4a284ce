"""Update gates: those that make torch's own states."""

import torch
import torch.nn.functional as F

from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.interpret import gru_gates
from tests.support.torch_layers import torch_layer


def test_gates_are_those_that_make_torchs_state():
    network = RecurrentLM("GRU", vocab_size=5, width=3, state=4, seed=1)
    ids = torch.tensor([[1, 2, 3, 4], [0, 0, 2, 1]])
    first, later = gru_gates.update_gate_values(network, ids)
    layer, z_ = torch_layer(network), slice(4, 8)
    with torch.no_grad():
        states = layer(network.wte[ids])[0]
        before = torch.cat([torch.zeros(2, 1, 4), states[:, :-1]], dim=1)
        z = torch.sigmoid(
            F.linear(network.wte[ids], layer.weight_ih_l0[z_], layer.bias_ih_l0[z_])
            + F.linear(before, layer.weight_hh_l0[z_])
        ).mean(0)
    assert later == sorted(later)
    torch.testing.assert_close(torch.tensor(later), z[1:3].mean(0).sort().values)
    torch.testing.assert_close(torch.tensor(first), z[0][z[1:3].mean(0).argsort()])
