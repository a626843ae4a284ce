"""Two parameters and their loss as a valley, seen from above, with the path that gradient descent takes through it."""

import math
from collections.abc import Callable, Sequence

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from gptlab import autograd
from gptlab.autograd import Value
from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, CYCLE

STEPS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400)
RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.035, 0.05)
DOTS = 20  # steps of a path that have a dot of their own
FAR = 1e3  # a path that leaves the picture by so much ends there
WIDE = w.Layout(width="100%", max_width="480px")
NAMED = {"description_width": "105px"}

Loss = Callable[[Value, Value], Value]


def descend(
    loss: Loss, start: tuple[float, float], lr: float, n_steps: int
) -> list[tuple[float, float, float]]:
    """(w, b, loss) before the first step and after each, by the learner's own backward; ends early where it explodes."""
    (a, b), path = start, []
    for _ in range(n_steps + 1):
        at = Value(a, label="w"), Value(b, label="b")
        end = loss(*at)
        path.append((a, b, end.data))
        if not math.isfinite(end.data) or max(abs(a), abs(b)) > FAR:
            break
        autograd.backward(end)
        a, b = (value.data - lr * value.grad for value in at)
    return path


def valley_picture(
    loss: Loss,
    paths: dict[str, Sequence[tuple[float, float, float]]],
    title: str,
    ranges: tuple = ((-1.0, 5.0), (-3.0, 9.0)),
) -> tuple[Figure, str]:
    """(figure, description): lines of equal loss over w and b, and paths by name.

    loss  of two numbers: it runs on plain floats for the lines, so it may use + − × and ** only
    """
    (w_low, w_high), (b_low, b_high) = ranges
    ws, bs = np.linspace(w_low, w_high, 60), np.linspace(b_low, b_high, 60)
    height = np.array([[float(loss(float(x), float(y))) for x in ws] for y in bs])
    figure, axes = style.figure(6.0, 4.2)
    least = height.min()
    axes.contour(
        ws,
        bs,
        height,
        levels=least + np.geomspace(0.2, max(1.0, height.max() - least), 11),
        colors="#c9c4b8",
        linewidths=1.0,
    )
    for i, ((name, path), colour) in enumerate(zip(paths.items(), CYCLE)):
        axes.plot([p[0] for p in path], [p[1] for p in path], "-", color=colour, linewidth=1.4)
        axes.plot(
            [p[0] for p in path[:DOTS]],
            [p[1] for p in path[:DOTS]],
            "o",
            color=colour,
            markersize=4,
        )
        axes.text(
            0.98,
            0.95 - 0.07 * i,
            name,
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=colour,
            fontweight="bold",
        )
    w_first, b_first, _ = next(iter(paths.values()))[0]
    axes.plot([w_first], [b_first], "o", color=COLOURS["you"], markersize=9)
    axes.set(xlabel="w", ylabel="b", xlim=(w_low, w_high), ylim=(b_low, b_high), title=title)
    axes.grid(False)
    return figure, f"{title}. " + "; ".join(
        f"{name}: {told(loss, path)}" for name, path in paths.items()
    )


def told(loss: Loss, path: Sequence[tuple[float, float, float]]) -> str:
    """Where a path ends, in words; both losses are those of `loss`, whatever the steps went by."""
    (a, b, _), first, last = path[-1], *(float(loss(*path[i][:2])) for i in (0, -1))
    if not math.isfinite(last) or last > first:
        return f"it climbs: after {len(path) - 1} steps the loss is {three_digits(last)}, and it was {three_digits(first)}"
    return f"after {len(path) - 1} steps w = {three_digits(a)}, b = {three_digits(b)}, loss {three_digits(first)} → {three_digits(last)}"


class Descent:
    """A slider for the learning rate and one for the steps, and the path so far; `box` is the widget."""

    def __init__(self, loss: Loss, start: tuple[float, float], title: str):
        self.loss, self.start, self.title = loss, start, title
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
        self.text, self.out = w.HTML(), w.HTML()
        for control in (self.rate, self.steps):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([self.rate, self.steps, self.text, self.out])
        self.refresh()

    def path(self) -> list[tuple[float, float, float]]:
        """The path that the sliders ask for."""
        return descend(self.loss, self.start, self.rate.value, self.steps.value)

    def refresh(self) -> None:
        """Draw anew."""
        path = self.path()
        figure, alt = valley_picture(self.loss, {f"lr {self.rate.value:g}": path}, self.title)
        self.text.value = f'<div aria-live="polite" style="font-size:15px;line-height:1.5"><b>{told(self.loss, path)}</b></div>'
        self.out.value = style.to_svg(figure, alt)


def descent(loss: Loss, start: tuple[float, float], title: str) -> None:
    """Show the valley with its sliders; where nothing is live, three learning rates side by side."""
    play = Descent(loss, start, title)
    paths = {
        f"lr {rate:g}": descend(loss, start, rate, STEPS[-1])
        for rate in (RATES[0], RATES[2], RATES[4])
    }
    figure, alt = valley_picture(loss, paths, title)
    show(figure, alt, play.box)
