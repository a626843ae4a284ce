"""What a small network says everywhere on a map, with the points that it learns from; and how its loss fell."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

PLACES = 28  # along each side of a map at which the network is asked
REACH = 1.35  # of a map from its middle
SIDES = (COLOURS["first"], COLOURS["second"])  # kind 0, kind 1

Edges = Sequence[tuple[float, float, float]]
Points = Sequence[tuple[float, float, int]]  # x, y, kind


def decision_maps_picture(
    networks: dict[str, Callable[[float, float], float]],
    points: Points,
    title: str,
    edges: Mapping[str, Edges] | None = None,
) -> Picture:
    """A map for each network, tinted by the kind that it holds for more probable; the line is where it has no idea.

    networks  of x and y, each gives the probability of kind 1
    edges     (w, v, b) of hidden units, by network: a dashed line where w · x + v · y + b is 0
    """
    figure, maps = style.figure(2.3 * len(networks) + 0.2, 3.4, 1, len(networks), sharey=True)
    along = np.linspace(-REACH, REACH, PLACES)
    told = []
    for axes, (name, network) in zip(np.atleast_1d(maps), networks.items()):
        says = np.array([[network(x, y) for x in along] for y in along])
        axes.contourf(along, along, says, levels=[-0.1, 0.5, 1.1], colors=SIDES, alpha=0.18)
        axes.contour(along, along, says, levels=[0.5], colors=INK, linewidths=1.4)
        for w, v, b in (edges or {}).get(name, ()):
            _edge(axes, w, v, b)
        right = sum((network(x, y) > 0.5) == bool(kind) for x, y, kind in points)
        for kind, marker in enumerate("os"):
            xs = [x for x, _, k in points if k == kind]
            ys = [y for _, y, k in points if k == kind]
            axes.plot(xs, ys, marker, color=SIDES[kind], markersize=7)
        axes.set_title(f"{name}\n{right} of {len(points)} right", fontsize=12)
        axes.set(xlabel="x", xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        axes.grid(False)
        told.append(f"{name}: {right} of {len(points)} points on their own side")
    np.atleast_1d(maps)[0].set_ylabel("y")
    figure.suptitle(title, x=0.02, ha="left", fontsize=13, fontweight="bold")
    return Picture(figure, f"{title}. {'; '.join(told)}.")


def _edge(axes: Axes, w: float, v: float, b: float) -> None:
    """The straight line w · x + v · y + b = 0, through its point nearest to the middle."""
    size = w * w + v * v
    x, y = -b * w / size, -b * v / size
    far = 4 * REACH / size**0.5
    ends = [(x - far * v, y + far * w), (x + far * v, y - far * w)]
    axes.plot(*zip(*ends), color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))


def loss_curves_picture(curves: dict[str, Sequence[float]], title: str) -> Picture:
    """The loss after each step, a line for each training."""
    figure, axes = style.figure(6.0, 3.2)
    for (name, losses), colour in zip(curves.items(), CYCLE):
        axes.plot(range(len(losses)), losses, color=colour, label=name)
    axes.set(xlabel="step", ylabel="loss", title=title)
    axes.set_ylim(bottom=0)
    style.direct_labels(axes)
    told = "; ".join(
        f"{name}: {three_digits(losses[0])} → {three_digits(losses[-1])}, "
        f"lowest {three_digits(min(losses))}"
        for name, losses in curves.items()
    )
    return Picture(figure, f"{title}. {told}.")
