"""A network of one unit with a slider for its recurrent weight: what it remembers, and the gradient it passes back.

It shows what Bengio et al. (1994) call latching: a state that holds on to a bit lets no gradient through.
"""

import ipywidgets as w

from gptlab.experiments.rnn.memory_cell import STEPS, follow
from gptlab.view.kit import style
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import CYCLE, FAINT

WEIGHTS = [round(0.1 * i, 1) for i in range(31)]  # on the slider
STILL_WEIGHTS = (0.5, 1.0, 1.5)  # where nothing is live
TOLD_APART = 0.2  # yes and no leave states this far apart: it remembers
LEAST_GRADIENT = 1e-3  # a gradient below this share teaches next to nothing


def describe(weight: float) -> str:
    """What became of the first input and of the gradient, in words."""
    yes, no, grads = follow(weight)
    remembers = "still told apart" if yes[-1] - no[-1] > TOLD_APART else "hardly told apart"
    learns = "a gradient that teaches" if grads[0] > LEAST_GRADIENT else "next to no gradient"
    text = (
        f"w_hh = {weight:g}: after {STEPS} steps yes is {yes[-1]:.2f} and no {no[-1]:.2f}, {remembers}; "
        f"the slope back to the first step is {power_of_ten(grads[0])}, {learns}"
    )
    return text.replace("-", "−").replace("no −0.00", "no 0.00")


def memory_cell_picture(weights: list[float]) -> Picture:
    """The states above, the gradient below, for one or several values of w_hh."""
    figure, (above, below) = style.figure(6.2, 4.8, rows=2, sharex=True)
    times = range(1, STEPS + 2)
    for weight, colour in zip(weights, CYCLE):
        yes, no, grads = follow(weight)
        label = f"w_hh = {weight:g}"
        above.plot(times, yes, "-", color=colour, label=label)
        above.plot(times, no, "--", color=colour)
        below.plot(times, [max(g, 1e-16) for g in grads], "-", color=colour, label=label)
    above.set(
        ylim=(-1.05, 1.05), ylabel="state", title="What came first: yes (solid) or no (dashed)?"
    )
    below.set(
        yscale="log",
        ylim=(1e-12, 30),
        ylabel="slope",
        xlabel="step",
        xticks=[1, 6, 11, 16, 21],
        title="How fast does the last state grow with this one?",
    )
    below.axhline(1.0, color=FAINT, linewidth=1, linestyle=(0, (1, 2)))
    if len(weights) > 1:
        style.direct_labels(above)
    return Picture(figure, "; ".join(describe(weight) for weight in weights) + ".")


class MemoryCellSlider:
    """A slider for w_hh, and both pictures; `box` is the widget."""

    def __init__(self, weight: float = 0.5):
        self.weight = w.SelectionSlider(
            options=[(f"{x:g}", x) for x in WEIGHTS],
            value=weight,
            description="w_hh",
            layout=w.Layout(width="100%", max_width="480px"),
            style={"description_width": "95px"},
        )
        self.text = w.HTML()
        self.out = w.HTML()
        self.weight.observe(self.refresh, "value")
        self.box = w.VBox([self.weight, self.text, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        weight = self.weight.value
        look = "font-size:15px;line-height:1.5;max-width:480px;min-height:4.5em"
        self.text.value = f'<div aria-live="polite" style="{look}"><b>{describe(weight)}</b></div>'
        self.out.value = style.to_svg(*memory_cell_picture([weight]))


def memory_cell() -> None:
    """Show the slider; where nothing is live, three weights side by side."""
    show(*memory_cell_picture(list(STILL_WEIGHTS)), MemoryCellSlider().box)
