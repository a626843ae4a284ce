"""torch's own recurrent layers with the weights of ours."""

import torch


def torch_layer(network):
    """torch's RNN or GRU with the weights of a `RecurrentLM`."""
    kind = torch.nn.RNN if network.cell == "RNN" else torch.nn.GRU
    layer = kind(network.wte.shape[1], network.state, batch_first=True)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(network.w.T)
        layer.weight_hh_l0.copy_(network.u.T)
        layer.bias_ih_l0.copy_(network.b)
        layer.bias_hh_l0.zero_()
    return layer
