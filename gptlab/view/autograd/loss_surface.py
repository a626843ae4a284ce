"""The loss over two parameters as a valley seen from above, with the path that gradient descent takes through it."""

import math

import ipywidgets as w
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gptlab.experiments.autograd.gradient_descent import Loss, Path, descend
from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, CYCLE

STEPS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400)
RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.035, 0.05)
GRID = 400  # places along each side of a map at which the loss is computed
DOTS = 20  # steps of a path that have a dot of their own
WIDE = w.Layout(width="100%", max_width="480px")
NAMED = {"description_width": "105px"}


def loss_surface_picture(
    loss: Loss,
    paths: dict[str, Path],
    title: str,
    ranges: tuple = ((-1.0, 5.0), (-3.0, 9.0)),
) -> Picture:
    """Lines of equal loss over w and b, and paths by name, each on a map of its own, the maps side by side.

    loss  of two numbers: for the lines it is given whole arrays, so it may use + − × and ** only
    """
    figure, maps = style.figure(max(6.0, 2.3 * len(paths)), 4.0, 1, len(paths), sharey=True)
    everywhere = _heights(loss, *ranges)
    for axes, (name, path), colour in zip(np.atleast_1d(maps), paths.items(), CYCLE):
        _map(axes, everywhere, path, colour)
        last = float(loss(*path[-1][:2]))
        axes.set(xlabel="w", xlim=ranges[0], ylim=ranges[1])
        axes.set_title(f"{name}\nfinal loss {three_digits(last)}", fontsize=12, color=colour)
    np.atleast_1d(maps)[0].set_ylabel("b")
    _head(figure, title)
    described = "; ".join(f"{name}: {describe(loss, path)}" for name, path in paths.items())
    return Picture(figure, f"{title}. {described}")


def _head(figure: Figure, title: str) -> None:
    """The picture's own title, above those of its maps."""
    figure.suptitle(title, x=0.02, ha="left", fontsize=13, fontweight="bold")


def _heights(loss: Loss, w_range: tuple[float, float], b_range: tuple[float, float]) -> tuple:
    """(w, b, loss) on a grid so fine that the narrow valley of a quadratic keeps its smooth ellipses."""
    ws, bs = np.meshgrid(np.linspace(*w_range, GRID), np.linspace(*b_range, GRID))
    return ws, bs, loss(ws, bs)  # type: ignore[arg-type]


def _map(axes: Axes, everywhere: tuple, path: Path, colour: str) -> None:
    """Lines of equal loss, close together near the lowest point, with one path and its first and last place."""
    height = everywhere[2]
    lowest = height.min()
    levels = lowest + np.geomspace(0.2, max(1.0, height.max() - lowest), 11)
    axes.contour(*everywhere, levels=levels, colors="#c9c4b8", linewidths=1.0)
    ws = [at[0] for at in path]
    bs = [at[1] for at in path]
    axes.plot(ws, bs, "-", color=colour, linewidth=1.4)
    axes.plot(ws[:DOTS], bs[:DOTS], "o", color=colour, markersize=4)
    axes.plot(ws[:1], bs[:1], "o", color=COLOURS["you"], markersize=9)
    axes.plot(ws[-1:], bs[-1:], "D", color=colour, markersize=7)
    axes.grid(False)


def describe(loss: Loss, path: Path) -> str:
    """Where a path ends, in words; both losses are those of `loss`, whatever the steps went by."""
    first = float(loss(*path[0][:2]))
    last = float(loss(*path[-1][:2]))
    steps = f"after {len(path) - 1} steps"
    if not math.isfinite(last) or last > first:
        return (
            f"it climbs: {steps} the loss is {three_digits(last)}, and it was {three_digits(first)}"
        )
    w, b, _ = path[-1]
    return (
        f"{steps} w = {three_digits(w)}, b = {three_digits(b)}, "
        f"loss {three_digits(first)} → {three_digits(last)}"
    )


class Descent:
    """A slider for the learning rate and one for the steps, and the path so far; `box` is the widget."""

    def __init__(self, loss: Loss, start: tuple[float, float], title: str):
        self.loss = loss
        self.start = start
        self.title = title
        self.rate = w.SelectionSlider(
            options=[(f"{r:g}", r) for r in RATES],
            value=RATES[2],
            description="learning rate",
            layout=WIDE,
            style=NAMED,
        )
        self.steps = w.SelectionSlider(
            options=STEPS, value=10, description="steps", layout=WIDE, style=NAMED
        )
        self.text = w.HTML()
        self.out = w.HTML()
        for control in (self.rate, self.steps):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([self.rate, self.steps, self.text, self.out])
        self.refresh()

    def path(self) -> Path:
        """The path that the sliders ask for."""
        return descend(self.loss, self.start, self.rate.value, self.steps.value)

    def refresh(self) -> None:
        """Draw anew."""
        path = self.path()
        name = f"lr {self.rate.value:g}"
        figure, alt = loss_surface_picture(self.loss, {name: path}, self.title)
        self.text.value = (
            '<div aria-live="polite" style="font-size:15px;line-height:1.5">'
            f"<b>{describe(self.loss, path)}</b></div>"
        )
        self.out.value = style.to_svg(figure, alt)


def descent(loss: Loss, start: tuple[float, float], title: str) -> None:
    """Show the valley with its sliders; where nothing is live, three learning rates side by side."""
    rates = (RATES[0], RATES[2], RATES[4])
    paths = {f"lr {rate:g}": descend(loss, start, rate, STEPS[-1]) for rate in rates}
    show(*loss_surface_picture(loss, paths, title), Descent(loss, start, title).box)
