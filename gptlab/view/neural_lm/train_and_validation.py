"""The loss on the training text and on text that was kept out, while a network is trained."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

TRAINING, VALIDATION = "training", "validation"


class Measured(NamedTuple):
    """Both losses at one moment of training, in nats per word."""

    epochs: float  # how many times the training text has been read
    training: float
    validation: float


def losses_picture(runs: dict[str, Sequence[Measured]], title: str) -> Picture:
    """Both losses over the epochs, one plot for each run; the lowest validation loss is ringed.

    runs  what was measured, by the run's name; each run has at least two moments
    """
    figure, plots = style.figure(6.0, 2.9 * len(runs) + 0.4, len(runs), 1, squeeze=False)
    told = []
    for axes, (name, moments) in zip(plots[:, 0], runs.items()):
        best = lowest(moments)
        _curves(axes, moments, best)
        axes.set(title=name, ylabel="nats per word", xlim=(0, moments[-1].epochs))
        first, last = moments[0], moments[-1]
        told.append(
            f"{name}: training {three_digits(first.training)} → {three_digits(last.training)}, "
            f"validation {three_digits(first.validation)} → {three_digits(last.validation)}, "
            f"lowest {three_digits(best.validation)} after {three_digits(best.epochs)} epochs"
        )
    plots[-1, 0].set_xlabel("epochs")
    figure.suptitle(title, x=0.02, ha="left", fontsize=13, fontweight="bold")
    return Picture(figure, f"{title}. {'; '.join(told)}")


def lowest(moments: Sequence[Measured]) -> Measured:
    """The moment of the lowest validation loss: where early stopping would stop."""
    return min(moments, key=lambda one: one.validation)


def _curves(axes: Axes, moments: Sequence[Measured], best: Measured) -> None:
    """Two lines with their names at their ends, and the ring."""
    epochs = [one.epochs for one in moments]
    training = [one.training for one in moments]
    validation = [one.validation for one in moments]
    axes.plot(epochs, training, color=COLOURS["first"], label=TRAINING)
    axes.plot(epochs, validation, color=COLOURS["second"], label=VALIDATION)
    axes.plot(
        [best.epochs], [best.validation], "o", color=COLOURS["second"], markersize=10, mfc="none"
    )
    axes.set_ylim(0, 1.05 * max(training[0], *validation[1:]))
    style.direct_labels(axes)
