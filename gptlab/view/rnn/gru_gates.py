"""What a trained GRU's gates z do: how far each place of the state is shut at the first token, and how far afterwards."""

import torch
from torch import Tensor

from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, MARGIN, STRIP = 480, 16, 34


@torch.no_grad()
def shut(network: RecurrentLM, ids: Tensor) -> tuple[list[float], list[float]]:
    """z = σ(x·w_z + h·u_z + b_z) of each place of the state: at the first token, and the mean over all later ones but the last.

    Means over texts; the places stand in the order of how much they keep later. ids (B, T) int, T at least 3
    """
    z_ = slice(network.state, 2 * network.state)  # the thirds are r, z, n
    states = network.states(ids)
    before = torch.cat(
        [network.start(len(ids))[:, None], states[:, :-1]], dim=1
    )  # the state that each token finds
    z = torch.sigmoid(
        network.wte[ids] @ network.w[:, z_] + before @ network.u[:, z_] + network.b[z_]
    ).mean(0)  # (T, F)
    first, later = z[0], z[1:-1].mean(0)
    order = later.argsort()
    return first[order].tolist(), later[order].tolist()


def gates_picture(first: list[float], later: list[float]) -> tuple[str, str]:
    """Two strips with a box for each place, as (SVG, description): dark where it keeps, pale where it writes."""
    wide = (WIDTH - 2 * MARGIN) / len(first)
    parts = [
        svg.text(
            MARGIN,
            30,
            f"How far the gates z are shut: {len(first)} places of the state",
            15,
            weight=600,
        )
    ]
    said = []
    for i, (name, values) in enumerate(
        (("at the first letter", first), ("at the letters after it", later))
    ):
        y = 46 + i * (STRIP + 38)
        least, most = f"{min(values):.2f}", f"{max(values):.2f}"
        parts += [
            svg.text(MARGIN, y + 16, name, 14, weight=600),
            svg.text(WIDTH - MARGIN, y + 16, f"{least} to {most}", 14, "end"),
            svg.rect(MARGIN, y + 24, WIDTH - 2 * MARGIN, STRIP, "none", stroke=EDGE),
        ]
        parts += [
            svg.rect(
                MARGIN + f * wide,
                y + 24,
                wide - 0.6,
                STRIP,
                COLOURS["sft"],
                opacity=max(0.0, 2 * z - 1),
            )
            for f, z in enumerate(values)
        ]
        said.append(
            f"{name}: from {least} to {most}, {sum(z > 0.95 for z in values)} of {len(values)} above 0.95"
        )
    y = 46 + 2 * (STRIP + 38) + 10
    parts.append(
        svg.text(
            MARGIN,
            y,
            "dark: keeps, z = 1 · white: ½ or less · the same place above and below",
            12.5,
            fill=FAINT,
        )
    )
    alt = f"How far the gates z are shut. {'; '.join(said)}."
    return svg.document(WIDTH, y + MARGIN, parts, alt), alt
