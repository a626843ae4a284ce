"""Zero-shot accuracy over pretraining, a curve for each size."""

from statistics import fmean

from gptlab.experiments.zero_shot.growth import CHANCE, SIZES
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT

TITLES = {"mood": "Mood of a review", "fact": "Fact, four answers", "sum": "Sum, four numbers"}
TINTS = dict(zip(SIZES, (CYCLE[4], CYCLE[0], CYCLE[3])))


def means(
    rows: list[dict], size: str, task: str, way: str
) -> list[tuple[int, float, float, float]]:
    """For each number of tokens: tokens, mean, lowest and highest accuracy over the seeds."""
    points = []
    for tokens in sorted({row["tokens"] for row in rows if row["size"] == size}):
        found = [
            row["accuracy"][task][way]
            for row in rows
            if row["size"] == size and row["tokens"] == tokens
        ]
        points.append((tokens, fmean(found), min(found), max(found)))
    return points


def growth_picture(
    rows: list[dict],
    live: list[dict] | None = None,
    way: str = "per token",
) -> Picture:
    """A panel for each task; a band from the lowest to the highest seed.

    live     rows of a run that was just made, drawn in the reader's colour
    """
    figure, panels = style.figure(6.4, 7.6, rows=len(CHANCE), sharex=True)
    said = []
    for axes, (task, chance) in zip(panels, CHANCE.items()):
        for size, colour in TINTS.items():
            points = means(rows, size, task, way)
            x = [point[0] / 1e6 for point in points]
            axes.plot(x, [point[1] for point in points], "o-", color=colour, label=size)
            axes.fill_between(
                x, [p[2] for p in points], [p[3] for p in points], color=colour, alpha=0.15, lw=0
            )
            said.append(f"{task}, {size}: " + ", ".join(f"{p[1]:.0%}" for p in points))
        if live:
            axes.plot(
                [row["tokens"] / 1e6 for row in live],
                [row["accuracy"][task][way] for row in live],
                "D--", color=COLOURS["you"], label="yours",
            )  # fmt: skip
        axes.axhline(chance, **style.FLOOR)
        if task == "fact":  # where no line is below
            axes.annotate(
                "guessing", (1.2, chance), (0, -14), textcoords="offset points", color=FAINT
            )
        axes.set(title=TITLES[task], ylim=(0, 1.08), yticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
        style.direct_labels(axes)
    panels[-1].set_xlabel("tokens read in pretraining, millions")
    alt = f"Share of right answers, options scored {way}, over the tokens read. {'; '.join(said)}."
    return Picture(figure, alt)
