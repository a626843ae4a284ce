"""An expression as a graph with sliders: move a leaf and the values change; step back and the gradients come down."""

from collections.abc import Callable
from html import escape

import ipywidgets as w

from gptlab import autograd
from gptlab.autograd import Value
from gptlab.experiments.autograd.finite_difference import central_difference
from gptlab.view.autograd.value_graph import graph_picture
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS

WIDE = w.Layout(width="100%", max_width="480px")
NAMED = {"description_width": "105px"}


class PartialBackward:
    """One expression and its backward pass, stopped after any number of steps; nothing in it is changed.

    to_do  the Values that have parents, in the order of the walk back
    """

    def __init__(self, end: Value):
        self.end = end
        self.to_do = [value for value in reversed(autograd.topological_order(end)) if value.parents]

    def grads(self, steps: int) -> dict[int, float]:
        """What has come down after so many Values of the to-do list handed on their shares, by the Value's id."""
        grads = {id(self.end): 1.0}
        for value in self.to_do[:steps]:
            for parent, local in zip(value.parents, value.local_gradients):
                grads[id(parent)] = grads.get(id(parent), 0.0) + local * grads.get(id(value), 0.0)
        return grads

    def describe(self, steps: int) -> str:
        """The last of these steps in words."""
        if not steps:
            return (
                f"The end is {three_digits(self.end.data)}. "
                "Its own gradient is 1: it grows as fast as itself."
            )
        value = self.to_do[steps - 1]
        mine = three_digits(self.grads(steps - 1).get(id(value), 0.0))
        shares = " and ".join(
            f"{mine} · {three_digits(local)} to {parent.label or three_digits(parent.data)}"
            for parent, local in zip(value.parents, value.local_gradients)
        )
        return (
            f"It is the turn of {value.label}. Its gradient {mine}, "
            f"times each local gradient, goes down: {shares}."
        )

    def waiting(self, steps: int) -> str:
        """The to-do list from here on."""
        left = [value.label for value in self.to_do[steps:]]
        return "still to do: " + ("  ".join(left) if left else "nothing, every gradient is final")


class GraphPlayer:
    """A slider for each leaf and one for the walk back; `box` is the widget.

    build   the expression: from Values, by name, to a Value
    leaves  where each leaf stands at the beginning
    """

    def __init__(self, build: Callable[..., Value], leaves: dict[str, float], title: str):
        self.build = build
        self.title = title
        self.leaves = {
            name: w.FloatSlider(
                x,
                min=-4.0,
                max=4.0,
                step=0.1,
                description=name,
                layout=WIDE,
                style=NAMED,
                readout_format=".1f",
            )
            for name, x in leaves.items()
        }
        self.steps = w.IntSlider(
            0, 0, len(self.walk().to_do), description="steps back", layout=WIDE, style=NAMED
        )
        self.text = w.HTML()
        self.out = w.HTML()
        for control in (*self.leaves.values(), self.steps):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([*self.leaves.values(), self.steps, self.text, self.out])
        self.refresh()

    def walk(self) -> PartialBackward:
        """The expression as the sliders stand."""
        leaves = {name: Value(slider.value, label=name) for name, slider in self.leaves.items()}
        return PartialBackward(self.build(**leaves))

    def picture(self) -> Picture:
        """The graph as it stands."""
        walk = self.walk()
        steps = self.steps.value
        current = walk.to_do[steps - 1] if steps else None
        return graph_picture(walk.end, self.title, walk.grads(steps), current)

    def measured(self) -> dict[str, float]:
        """For each leaf, its gradient by finite differences."""
        at = {name: slider.value for name, slider in self.leaves.items()}
        return {name: central_difference(self.build, at, name) for name in at}

    def refresh(self) -> None:
        """Draw anew; an expression that has no value here says why."""
        try:
            walk = self.walk()
            steps = self.steps.value
            lines = [walk.describe(steps), walk.waiting(steps)]
            if steps == len(walk.to_do):
                lines.append(f"measured by nudging: {self.slopes_in_words()}")
            self.out.value = self.picture().image
        except (ArithmeticError, ValueError) as error:
            lines = [f"no value here: {error}"]
        first, *rest = (escape(line) for line in lines)
        self.text.value = (
            f'<div aria-live="polite" '
            f'style="font-size:15px;line-height:1.5;min-height:6em;max-width:480px">'
            f'<b style="border-left:4px solid {COLOURS["second"]};padding-left:8px;display:block">{first}</b>'
            + "<br>".join(rest)
            + "</div>"
        )

    def slopes_in_words(self) -> str:
        """What `measured` gives, as a line of text."""
        return ", ".join(f"{name} {three_digits(x)}" for name, x in self.measured().items())


def graph_player(build: Callable[..., Value], leaves: dict[str, float], title: str) -> None:
    """Show the graph with its sliders; where nothing is live, its picture when all gradients have come down."""
    player = GraphPlayer(build, leaves, title)
    player.steps.value = player.steps.max
    image, alt = player.picture()
    alt = f"{alt} Measured by nudging: {player.slopes_in_words()}."
    player.steps.value = 0
    show(image, alt, player.box)
