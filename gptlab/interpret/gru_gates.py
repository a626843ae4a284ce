"""The update gates of a trained GRU, unit by unit: at the first token, and at those after it."""

import torch
from torch import Tensor

from gptlab.engine.model.recurrent import RecurrentLM


@torch.no_grad()
def update_gate_values(network: RecurrentLM, ids: Tensor) -> tuple[list[float], list[float]]:
    """z of each place of the state: at the first token, and the mean over all later ones but the last.

        z = σ(x·w_z + h·u_z + b_z)                             1 = the place is kept, 0 = it is written anew

    Means over texts; the places come in the order of how much they keep later. ids (B, T) int, T at least 3
    """
    z_columns = slice(network.state, 2 * network.state)  # the thirds are r, z, n
    states = network.states(ids)
    start = network.start(len(ids))[:, None]
    before = torch.cat([start, states[:, :-1]], dim=1)  # the state that each token finds
    from_token = network.wte[ids] @ network.w[:, z_columns]
    from_state = before @ network.u[:, z_columns]
    z = torch.sigmoid(from_token + from_state + network.b[z_columns]).mean(0)  # (T, F)
    first = z[0]
    later = z[1:-1].mean(0)
    order = later.argsort()
    return first[order].tolist(), later[order].tolist()
