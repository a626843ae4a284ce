"""Sinusoidal positions drawn: the waves themselves, and how similar two positions are at each distance."""

import torch
from matplotlib.colors import LinearSegmentedColormap
from torch import Tensor

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE


def waves_picture(waves: Tensor) -> Picture:
    """A table of position vectors (T, C) as colours: orange is −1, white 0, blue 1."""
    n_positions, n_channels = waves.shape
    figure, axes = style.figure(7.5, 3.6)
    image = axes.imshow(
        waves.detach().numpy(),
        cmap=LinearSegmentedColormap.from_list(
            "minus to plus", [COLOURS["second"], "#ffffff", COLOURS["first"]]
        ),
        vmin=-1,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
    )
    axes.grid(False)
    axes.set_title("Each row is the vector of one position")
    axes.set_xlabel("channel: pairs of sine and cosine, fast to slow")
    axes.set_ylabel("position")
    bar = figure.colorbar(image, ax=axes, ticks=[-1, 0, 1])
    bar.outline.set_visible(False)
    alt = (
        f"{n_positions} positions by {n_channels} channels. The first channels swing from one position to the next, "
        "the last ones hardly change from top to bottom."
    )
    return Picture(figure, alt)


def cosine_by_distance(vectors: Tensor) -> Tensor:
    """Mean cosine of two positions at each distance; (T, C) -> (T)."""
    unit = vectors.detach().double()
    unit = unit / unit.norm(dim=-1, keepdim=True)
    cosines = unit @ unit.T
    return torch.stack([cosines.diagonal(distance).mean() for distance in range(len(vectors))])


def similarity_picture(tables: dict[str, Tensor]) -> Picture:
    """How alike two positions are, by their distance.

    tables  by name, vectors of positions (T, C)
    """
    figure, axes = style.figure(7.0, 3.2)
    said = []
    for (name, table), colour in zip(tables.items(), (COLOURS["first"], COLOURS["neutral"])):
        cosines = cosine_by_distance(table)
        cosines = cosines[: len(cosines) * 3 // 4].tolist()  # the largest distances have few pairs
        axes.plot(range(len(cosines)), cosines, color=colour, label=name)
        said.append(
            f"{name}: {cosines[1]:.2f} at distance 1, {cosines[8]:.2f} at 8, "
            f"{cosines[-1]:.2f} at {len(cosines) - 1}"
        )
    axes.axhline(0, color=EDGE, linewidth=1)
    axes.set_xlabel("distance between two positions, in tokens")
    axes.set_ylabel("cosine of their vectors")
    axes.set_title("Near positions are alike")
    style.direct_labels(axes)
    return Picture(figure, f"How alike two positions are. {'; '.join(said)}.")
