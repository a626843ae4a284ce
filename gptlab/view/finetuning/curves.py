"""Curves of fine-tuning: overfitting, and what pretraining is worth by labels and by layers."""

from collections.abc import Mapping, Sequence

from gptlab.experiments.finetuning.fine_tune import Curve
from gptlab.experiments.finetuning.label_table import SCRATCH, Row, by_setting, interval
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

TRAIN, VALIDATION = COLOURS["first"], COLOURS["second"]
FROM = {None: ("pretrained", COLOURS["base"]), SCRATCH: ("from scratch", COLOURS["neutral"])}


def overfitting_picture(
    curve: Curve, guess_loss: float, title: str, steps_are: str = "step"
) -> Picture:
    """Training and validation loss over steps, with the lowest validation loss marked.

    guess_loss  what a guess costs, nats per example
    steps_are   what is written below the steps
    """
    figure, axes = style.figure(6.6, 3.6)
    axes.plot(curve.steps, curve.train_loss, "o-", ms=3.5, color=TRAIN, label="training set")
    axes.plot(
        curve.steps, curve.validation_loss, "o-", ms=3.5, color=VALIDATION, label="validation set"
    )
    best = curve.best
    axes.axhline(guess_loss, **style.FLOOR)
    axes.axvline(curve.steps[best], color=COLOURS["you"], linewidth=1.2, linestyle=(0, (4, 3)))
    axes.annotate(
        f"early stopping: step {curve.steps[best]}",
        (curve.steps[best], 1),
        (5, -4),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
        color=COLOURS["you"],
    )
    axes.set_ylim(0, max(*curve.validation_loss, guess_loss) * 1.22)
    axes.set(xlabel=steps_are, ylabel="loss, nats per example", title=title)
    style.direct_labels(axes)
    alt = (
        f"{title}. Training loss falls from {curve.train_loss[0]:.2f} to {curve.train_loss[-1]:.2f}; validation "
        f"loss is lowest at step {curve.steps[best]} ({curve.validation_loss[best]:.2f}) and ends at "
        f"{curve.validation_loss[-1]:.2f}. A guess costs {guess_loss:.2f}."
    )
    return Picture(figure, alt)


def labels_picture(
    rows: Sequence[Row], task: str, chance: float, live: Sequence[Row] = (), title: str = ""
) -> Picture:
    """Accuracy by the number of labels: mean and 95 % interval over seeds, live rows on top in purple."""
    figure, axes = style.figure(6.6, 3.6)
    said = []
    for layers, (name, colour) in FROM.items():
        found = {
            n: interval(values)
            for (of, n, took, weight), values in sorted(by_setting(rows).items(), key=str)
            if of == task and took == layers and weight == 0
        }
        counts = sorted(found)
        means = [100 * found[n][0] for n in counts]
        bars = _up_to_100(means, [found[n][1] for n in counts])
        axes.errorbar(counts, means, bars, fmt="o-", capsize=4, color=colour, label=name)
        axes.annotate(
            name, (counts[-1], means[-1]), (8, 0), textcoords="offset points",
            va="center", color=colour, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
        said.append(f"{name}: " + ", ".join(f"{m:.0f} % of {n}" for m, n in zip(means, counts)))
    for row in live:
        axes.plot(row.n_labels, 100 * row.accuracy, "D", ms=8, color=COLOURS["you"], zorder=5)
        said.append(f"your run with {row.n_labels} labels: {100 * row.accuracy:.0f} %")
    axes.axhline(100 * chance, **style.FLOOR)
    axes.set_xscale("log")
    axes.set_xticks(counts, [str(n) for n in counts])
    axes.minorticks_off()
    axes.set_ylim(0, 104)
    note = " · purple: yours" if live else ""
    axes.set(
        xlabel="labelled examples",
        ylabel="accuracy on the test set, %",
        title=title or f"{task.capitalize()} · dotted: a guess{note}",
    )
    return Picture(
        figure, f"Accuracy, {task}. {'; '.join(said)}. A guess is right in {chance:.0%}."
    )


def _up_to_100(means: Sequence[float], widths: Sequence[float]) -> list[list[float]]:
    """Error bars below and above means in percent, from widths as shares: no accuracy is above 100 %."""
    below = [100 * width for width in widths]
    above = [max(0.0, min(width, 100 - mean)) for mean, width in zip(means, below, strict=True)]
    return [below, above]


def layers_picture(rows: Sequence[Row], task: str, chance: float, n_layers: int) -> Picture:
    """Accuracy by how much of the base model is taken: nothing, the embeddings, and block by block."""
    table = by_setting(rows)
    most = max(row.n_labels for row in rows if row.task == task)
    places = [SCRATCH, *range(n_layers), None]
    names = [
        "nothing",
        "embed-\ndings",
        *(f"+ {k}\nblock{'s' * (k > 1)}" for k in range(1, n_layers)),
        "all",
    ]
    found = [interval(table[task, most, layers, 0.0]) for layers in places]
    means = [100 * mean for mean, _ in found]
    figure, axes = style.figure(6.6, 3.5)
    axes.bar(range(len(places)), means, color=COLOURS["base"], width=0.62)
    axes.errorbar(
        range(len(places)), means, _up_to_100(means, [wide for _, wide in found]), fmt="none",
        capsize=4, color=COLOURS["floor"],
    )  # fmt: skip
    for i, mean in enumerate(means):
        axes.annotate(
            f"{mean:.0f}", (i - 0.12, mean), (0, 4), textcoords="offset points", ha="right"
        )
    axes.axhline(100 * chance, **style.FLOOR)
    axes.set_xticks(range(len(places)), names)
    axes.set_ylim(0, 104)
    axes.set(
        xlabel="taken from the pretrained model",
        ylabel="accuracy on the test set, %",
        title=f"Layers transferred · {most} labels · dotted: a guess",
    )
    spoken = ["nothing", "embeddings", *(f"{k} blocks too" for k in range(1, n_layers)), "all"]
    said = ", ".join(f"{name}: {m:.0f} %" for name, m in zip(spoken, means))
    return Picture(figure, f"Accuracy by what is taken from the pretrained model. {said}.")


def auxiliary_picture(rows: Sequence[Row], task: str) -> Picture:
    """Accuracy by the number of labels, with the texts' loss (λ = ½) and without."""
    figure, axes = style.figure(6.6, 3.3)
    said = []
    table: Mapping = by_setting(rows)
    for weight, name, colour in (
        (0.0, "λ = 0", COLOURS["first"]),
        (0.5, "λ = ½", COLOURS["second"]),
    ):
        counts = sorted(n for of, n, took, w in table if (of, took, w) == (task, None, weight))
        found = [interval(table[task, n, None, weight]) for n in counts]
        means = [100 * mean for mean, _ in found]
        shifted = [n * (0.96 if weight else 1.04) for n in counts]
        axes.errorbar(
            shifted,
            means,
            _up_to_100(means, [wide for _, wide in found]),
            fmt="o-",
            capsize=4,
            color=colour,
            label=name,
        )
        axes.annotate(
            name, (counts[-1] * 1.04, means[-1]), (12, -8 if weight else 8), textcoords="offset points",
            va="center", color=colour, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
        said.append(f"{name}: " + ", ".join(f"{m:.0f} % of {n}" for m, n in zip(means, counts)))
    axes.set_xscale("log")
    axes.set_xticks(counts, [str(n) for n in counts])
    axes.minorticks_off()
    axes.set(
        xlabel="labelled examples",
        ylabel="accuracy, %",
        title="The auxiliary loss, on and off",
    )
    return Picture(figure, f"Accuracy with and without the auxiliary loss. {'; '.join(said)}.")
