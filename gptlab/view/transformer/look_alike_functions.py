"""Functions that look alike, mixed up: gelu with erf for gelu with tanh, and a norm that divides by std + eps.

The trained model is run with the other function in place of the reader's, and asked how surprised it is.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab import ngram, transformer
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS, FAINT


def gelu_erf(x: Tensor) -> Tensor:
    """The exact form, of which the tanh form is an approximation.

    out = x · Φ(x) = ½·x·(1 + erf(x / √2))                     Hendrycks & Gimpel 2016, §2
    """
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def feed_forward_erf(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    """`transformer.feed_forward` with the exact gelu."""
    return gelu_erf(x @ w_in + b_in) @ w_out + b_out


def layer_norm_std(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-6) -> Tensor:
    """The norm that many copied: torch's std, which divides by C − 1, and eps behind the root.

    out = (x − mean) / (std + eps) · weight + bias
    """
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) * weight + bias


@torch.no_grad()
def run_with(model, rows: Sequence[Sequence[int]], **replaced: Callable) -> tuple[float, float]:
    """(nats per token, largest change of a score) over texts, with these functions in the places of the model's own."""
    own, scores, change = model.functions, [], 0.0
    targets = torch.cat([torch.tensor(ids[1:]) for ids in rows])
    for ids in rows:
        given = torch.tensor([ids[:-1]])
        plain = model(given)[0]
        try:
            model.functions = dataclasses.replace(own, **replaced)
            scores.append(model(given)[0])
        finally:
            model.functions = own
        change = max(change, float((scores[-1] - plain).abs().max()))
    return float(ngram.cross_entropy(torch.cat(scores), targets)), change


def gelu_picture(gelu: Callable = transformer.gelu) -> tuple:
    """The reader's gelu beside relu as (figure, description)."""
    x = torch.linspace(-4, 4, 161)
    figure, axes = style.figure(6.2, 3.2)
    axes.plot(
        x.tolist(),
        torch.relu(x).tolist(),
        color=COLOURS["base"],
        linestyle=(0, (4, 2)),
        label="relu",
    )
    axes.plot(x.tolist(), gelu(x).tolist(), color=COLOURS["sft"], label="gelu")
    axes.set(xlabel="x", ylabel="what is let through", title="Two ways to stop what is negative")
    axes.annotate("relu: a corner at 0", (-3.8, 3.5), color=COLOURS["base"], fontweight="bold")
    axes.annotate(
        "gelu: dips, then bends smoothly", (-3.8, 2.9), color=COLOURS["sft"], fontweight="bold"
    )
    low = float(gelu(x).min())
    return (
        figure,
        f"relu is 0 below 0 and x above, with a corner. gelu follows it smoothly, with a dip to {low:.2f}.",
    )


def forms_picture(gelu: Callable = transformer.gelu) -> tuple:
    """Tanh form less exact form as (figure, description)."""
    x = torch.linspace(-6, 6, 481, dtype=torch.float64)
    gap = gelu(x) - gelu_erf(x)
    figure, axes = style.figure(6.2, 2.8)
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.plot(x.tolist(), (gap * 1e4).tolist(), color=COLOURS["ppo"])
    axes.set(xlabel="x", ylabel="difference · 10,000", title="gelu by tanh, less gelu by erf")
    most, where = gap.abs().max(dim=0)
    return (
        figure,
        f"The two forms differ by at most {float(most):.6f}, near x = ±{abs(float(x[where])):.1f}.",
    )
