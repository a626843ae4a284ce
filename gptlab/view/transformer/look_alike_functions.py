"""gelu beside relu, and gelu's two forms, as curves."""

from collections.abc import Callable

import torch

from gptlab import transformer
from gptlab.experiments.transformer.look_alike_functions import gelu_erf
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT


def gelu_picture(gelu: Callable = transformer.gelu) -> Picture:
    """The reader's gelu beside relu."""
    x = torch.linspace(-4, 4, 161)
    figure, axes = style.figure(6.2, 3.2)
    grey = COLOURS["neutral"]
    blue = COLOURS["first"]
    axes.plot(x.tolist(), torch.relu(x).tolist(), color=grey, linestyle=(0, (4, 2)), label="relu")
    axes.plot(x.tolist(), gelu(x).tolist(), color=blue, label="gelu")
    axes.set(xlabel="x", ylabel="what is let through", title="Two ways to stop what is negative")
    axes.annotate("relu: a corner at 0", (-3.8, 3.5), color=grey, fontweight="bold")
    axes.annotate("gelu: dips, then bends smoothly", (-3.8, 2.9), color=blue, fontweight="bold")
    alt = (
        "relu is 0 below 0 and x above, with a corner. gelu follows it smoothly, "
        f"with a dip to {float(gelu(x).min()):.2f}."
    )
    return Picture(figure, alt)


def gelu_forms_picture(gelu: Callable = transformer.gelu) -> Picture:
    """The difference of gelu's two forms: tanh less erf."""
    x = torch.linspace(-6, 6, 481, dtype=torch.float64)
    gap = gelu(x) - gelu_erf(x)
    figure, axes = style.figure(6.2, 2.8)
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.plot(x.tolist(), (gap * 1e4).tolist(), color=COLOURS["second"])
    axes.set(xlabel="x", ylabel="difference · 10,000", title="gelu by tanh, less gelu by erf")
    most, where = gap.abs().max(dim=0)
    place = abs(float(x[where]))
    alt = f"The two forms differ by at most {float(most):.6f}, near x = ±{place:.1f}."
    return Picture(figure, alt)
