"""Accuracy by place when a network copies a sequence shown forwards or backwards, as curves."""

from gptlab.experiments.rnn.recall_game import LETTERS
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

TINTS = {"shown forwards": COLOURS["neutral"], "shown backwards": COLOURS["first"]}


def copies_picture(accuracies: dict[str, list[list[float]]]) -> Picture:
    """The share of right letters at each place, as lines.

    accuracies  for each way of showing the letters, one row of shares a seed
    """
    figure, axes = style.figure(6.4, 3.4)
    said = []
    for name, runs in accuracies.items():
        places = range(1, len(runs[0]) + 1)
        means = [sum(column) / len(column) for column in zip(*runs)]
        axes.plot(places, means, "o-", color=TINTS[name], label=name)
        said.append(f"{name}: " + ", ".join(f"{mean:.0%}" for mean in means))
    axes.axhline(1 / LETTERS, **style.FLOOR)
    axes.annotate(
        "guessing",
        (len(means), 1 / LETTERS),
        (0, -14),
        textcoords="offset points",
        color=FAINT,
        ha="right",
    )
    for (name, runs), place in zip(accuracies.items(), (len(means) - 2, 2)):
        height = sum(row[min(place, len(row)) - 1] for row in runs) / len(runs)
        axes.annotate(
            name,
            (min(place, len(means)), height),
            (10, 12),
            textcoords="offset points",
            color=TINTS[name],
            fontweight="bold",
            ha="left" if place == 2 else "right",
        )
    axes.set(
        ylim=(-0.04, 1.05),
        xlabel="place of the letter that is to be written",
        xticks=list(places),
        yticks=[0, 0.25, 0.5, 0.75, 1],
        title="Ten letters read, then written: share right",
    )
    axes.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    guessing = f"Guessing: {1 / LETTERS:.0%}"
    return Picture(figure, f"Share of right letters at each place. {'; '.join(said)}. {guessing}.")
