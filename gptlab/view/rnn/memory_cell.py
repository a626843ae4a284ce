"""One number as a memory: does it hold what came first, and does a gradient find its way back? A slider for its own weight."""

import ipywidgets as w
import torch
from matplotlib.figure import Figure

from gptlab import rnn
from gptlab.view.kit import style
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.show import show
from gptlab.view.palette import CYCLE, FAINT

STEPS = 20  # after the first input nothing more comes
WEIGHTS = [round(0.1 * i, 1) for i in range(31)]
STILL = (0.5, 1.0, 1.5)
TOLD_APART = 0.2  # yes and no leave states this far apart: it remembers
LEAST = 1e-3  # a gradient below this share teaches next to nothing
SIZE = {"description_width": "95px"}


def followed(weight: float, steps: int = STEPS) -> tuple[list[float], list[float], list[float]]:
    """The learner's RNN with one number for a state, whose first input is 1 for "yes" or −1 for "no", then 0.

    -> the states after "yes", those after "no", and for each state after "yes" how fast the last one grows with it
    """
    one = torch.ones(1, 1, dtype=torch.float64)
    seen = []

    def step(x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        seen.append(rnn.rnn_step(x, h, one, one * weight, one[0] * 0))
        return seen[-1]

    xs = torch.zeros(1, steps + 1, 1, dtype=torch.float64, requires_grad=True)
    first = torch.zeros(1, steps + 1, 1, dtype=torch.float64)
    first[:, 0] = 1
    yes, no = (rnn.run_rnn(step, xs + sign * first, one * 0).flatten() for sign in (1, -1))
    grads = torch.autograd.grad(yes[-1], seen[: steps + 1], allow_unused=True)
    return yes.tolist(), no.tolist(), [0.0 if g is None else float(g.abs()) for g in grads]


def told(weight: float) -> str:
    """What became of the first input and of the gradient, in words."""
    yes, no, grads = followed(weight)
    apart, back = yes[-1] - no[-1], grads[0]
    remembers = "still told apart" if apart > TOLD_APART else "hardly told apart"
    learns = "a gradient that teaches" if back > LEAST else "next to no gradient"
    return (
        (
            f"w_hh = {weight:g}: after {STEPS} steps yes is {yes[-1]:.2f} and no {no[-1]:.2f}, {remembers}; "
            f"the slope back to the first step is {power_of_ten(back)}, {learns}"
        )
        .replace("-", "−")
        .replace("no −0.00", "no 0.00")
    )


def latch_picture(weights: list[float]) -> tuple[Figure, str]:
    """(figure, description): the states above, the gradient below, for one or several values of w_hh."""
    figure, (above, below) = style.figure(6.2, 4.8, rows=2, sharex=True)
    times = range(1, STEPS + 2)
    for weight, colour in zip(weights, CYCLE):
        yes, no, grads = followed(weight)
        above.plot(times, yes, "-", color=colour, label=f"w_hh = {weight:g}")
        above.plot(times, no, "--", color=colour)
        below.plot(
            times, [max(g, 1e-16) for g in grads], "-", color=colour, label=f"w_hh = {weight:g}"
        )
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
    return figure, "; ".join(told(weight) for weight in weights) + "."


class Latch:
    """A slider for w_hh, and both pictures; `box` is the widget."""

    def __init__(self, weight: float = 0.5):
        self.weight = w.SelectionSlider(
            options=[(f"{x:g}", x) for x in WEIGHTS],
            value=weight,
            description="w_hh",
            layout=w.Layout(width="100%", max_width="480px"),
            style=SIZE,
        )
        self.text, self.out = w.HTML(), w.HTML()
        self.weight.observe(self.refresh, "value")
        self.box = w.VBox([self.weight, self.text, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.text.value = (
            f'<div aria-live="polite" style="font-size:15px;line-height:1.5;max-width:480px;min-height:4.5em">'
            f"<b>{told(self.weight.value)}</b></div>"
        )
        self.out.value = style.to_svg(*latch_picture([self.weight.value]))


def latch() -> None:
    """Show the slider; where nothing is live, three weights side by side."""
    figure, alt = latch_picture(list(STILL))
    show(figure, alt, Latch().box)
