"""An expression to play with: move a leaf and the values go up; walk the to-do list and the gradients come down."""

from collections.abc import Callable
from html import escape

import ipywidgets as w

from gptlab import autograd
from gptlab.autograd import Value
from gptlab.view.autograd.finite_difference import nudged
from gptlab.view.autograd.value_graph import graph_picture
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS

WIDE = w.Layout(width="100%", max_width="480px")
NAMED = {"description_width": "105px"}


class HalfWay:
    """One expression, and the walk back through it, stopped after any number of steps; nothing in it is changed.

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

    def told(self, steps: int) -> str:
        """The last of these steps in words."""
        if not steps:
            return f"The end is {three_digits(self.end.data)}. Its own gradient is 1: it grows as fast as itself."
        value, before = self.to_do[steps - 1], self.grads(steps - 1)
        mine = three_digits(before.get(id(value), 0.0))
        shares = [
            f"{mine} · {three_digits(local)} to {parent.label or three_digits(parent.data)}"
            for parent, local in zip(value.parents, value.local_gradients)
        ]
        went = " and ".join(shares)
        return f"It is the turn of {value.label}. Its gradient {mine}, times each local gradient, goes down: {went}."

    def waiting(self, steps: int) -> str:
        """The to-do list from here on."""
        left = [value.label for value in self.to_do[steps:]]
        return "still to do: " + ("  ".join(left) if left else "nothing, every gradient is final")


class GraphPlay:
    """A slider for each leaf and one for the walk back; `box` is the widget.

    build   the expression: from Values, by name, to a Value
    leaves  where each leaf stands at the beginning
    """

    def __init__(self, build: Callable[..., Value], leaves: dict[str, float], title: str):
        self.build, self.title = build, title
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
        self.text, self.out = w.HTML(), w.HTML()
        for control in (*self.leaves.values(), self.steps):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([*self.leaves.values(), self.steps, self.text, self.out])
        self.refresh()

    def walk(self) -> HalfWay:
        """The expression as the sliders stand."""
        return HalfWay(
            self.build(
                **{name: Value(slider.value, label=name) for name, slider in self.leaves.items()}
            )
        )

    def picture(self) -> tuple[str, str]:
        """The graph as it stands, as (SVG, description)."""
        walk, steps = self.walk(), self.steps.value
        return graph_picture(
            walk.end, self.title, walk.grads(steps), walk.to_do[steps - 1] if steps else None
        )

    def measured(self) -> dict[str, float]:
        """For each leaf, how fast the end grows when it is nudged."""
        at = {name: slider.value for name, slider in self.leaves.items()}
        return {name: nudged(self.build, at, name) for name in at}

    def refresh(self) -> None:
        """Draw anew; an expression that has no value here says why."""
        try:
            walk, steps = self.walk(), self.steps.value
            said = [walk.told(steps), walk.waiting(steps)]
            if steps == len(walk.to_do):
                said.append(
                    "measured by nudging: "
                    + ", ".join(f"{n} {three_digits(x)}" for n, x in self.measured().items())
                )
            self.out.value = self.picture()[0]
        except (ArithmeticError, ValueError) as error:
            said = [f"no value here: {error}"]
        first, *rest = (escape(line) for line in said)
        self.text.value = (
            f'<div aria-live="polite" style="font-size:15px;line-height:1.5;min-height:6em;max-width:480px">'
            f'<b style="border-left:4px solid {COLOURS["ppo"]};padding-left:8px;display:block">{first}</b>'
            + "<br>".join(rest)
            + "</div>"
        )


def graph_play(build: Callable[..., Value], leaves: dict[str, float], title: str) -> None:
    """Show the graph to play with; where nothing is live, its picture when all gradients have come down."""
    play = GraphPlay(build, leaves, title)
    play.steps.value = play.steps.max
    svg_text, alt = play.picture()
    slopes = ", ".join(f"{n} {three_digits(x)}" for n, x in play.measured().items())
    play.steps.value = 0
    show(svg_text, f"{alt} Measured by nudging: {slopes}.", play.box)
