"""What tuning changes, from the long table: by the number of demonstrations, by knowledge, by epoch."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from gptlab.experiments.finetuning.label_table import interval
from gptlab.experiments.instruct import knowledge
from gptlab.experiments.instruct.sft_log import Row, by_setting
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE

SHARES = (
    ("finished", "the model ends it", CYCLE[2]),
    ("right", "right", COLOURS["right"]),
    ("rude", "rude", COLOURS["wrong"]),
)
DOUBLINGS = (1, 2, 4, 8, 16)  # epochs with a tick
ZERO_AT = 4  # where no demonstration stands on the logarithmic axis
KINDS = (
    ("right", "true", COLOURS["right"]),
    ("false", "false", COLOURS["wrong"]),
    ("admits", "“I do not know”", COLOURS["neutral"]),
)
ARMS_BELOW = ["known\nonly", "unknown,\nanswered", "unknown,\n“I do not\nknow”"]  # on the axis


def number_picture(rows: Sequence[Row], live: Sequence[Row] = ()) -> Picture:
    """Shares of replies by the number of demonstrations: means and 95 % intervals over seeds, hers in purple."""
    figure, axes = style.figure(6.6, 3.9)
    said = []
    for name, label, colour in SHARES:
        found = by_setting(rows, "number", name)
        numbers = sorted(n for n in found if isinstance(n, int))
        measured = [interval(found[n]) for n in numbers]
        places = [n or ZERO_AT for n in numbers]
        means = [100 * mean for mean, _ in measured]
        axes.errorbar(
            places, means, [100 * wide for _, wide in measured], fmt="o-", ms=4, capsize=3,
            color=colour, label="_",
        )  # fmt: skip
        axes.plot(places, means, color=colour, label=label)
        said.append(f"{label}: " + ", ".join(f"{m:.0f} % at {n:,}" for m, n in zip(means, numbers)))
    for row in live:
        for name, _, _ in SHARES:
            axes.plot(
                row.setting or ZERO_AT, 100 * row.figures[name], "D", ms=7, color=COLOURS["you"],
                zorder=5, label="_",
            )  # fmt: skip
        said.append(
            f"your run on {row.setting}: "
            + ", ".join(f"{label} {100 * row.figures[n]:.0f} %" for n, label, _ in SHARES)
        )
    axes.set_xscale("log")
    axes.set_xticks(places, [f"{n:,}" for n in numbers])
    axes.minorticks_off()
    axes.set_ylim(0, 104)
    note = " · purple: yours" if live else ""
    axes.set(
        xlabel="demonstrations", ylabel="replies, %", title=f"How few demonstrations suffice{note}"
    )
    style.direct_labels(axes)
    return Picture(figure, f"Share of replies by the number of demonstrations. {'; '.join(said)}.")


def knowledge_picture(rows: Sequence[Row]) -> Picture:
    """What replies state about facts that the base model knows and does not know, by what was demonstrated."""
    figure, axes = style.figure(7.2, 3.9, 1, 2, sharey=True)
    said = []
    for axis, which in zip(axes, ("known", "unknown")):
        shares = {arm: [] for arm in knowledge.ARMS}
        for k, (kind, label, colour) in enumerate(KINDS):
            found = by_setting(rows, "knowledge", f"{which}_{kind}")
            measured = [interval(found[arm]) for arm in knowledge.ARMS]
            places = [i + 0.27 * (k - 1) for i in range(len(knowledge.ARMS))]
            means = [100 * mean for mean, _ in measured]
            axis.bar(places, means, 0.25, color=colour, label=label)
            axis.errorbar(
                places, means, [100 * wide for _, wide in measured], fmt="none", capsize=2,
                elinewidth=1, color=COLOURS["floor"],
            )  # fmt: skip
            for arm, mean in zip(knowledge.ARMS, means):
                shares[arm].append(f"{label} {mean:.0f} %")
        told = "; ".join(f"{arm}: {', '.join(shares[arm])}" for arm in knowledge.ARMS)
        said.append(f"About {which} facts, by what the demonstrations are about: {told}")
        axis.set_xticks(range(len(knowledge.ARMS)), ARMS_BELOW)
        axis.set_title(f"facts that it {'knows' if which == 'known' else 'does not know'}")
        axis.set_ylim(0, 104)
        axis.grid(axis="x", visible=False)
    axes[0].set_ylabel("replies, %")
    figure.supxlabel("what the demonstrations are about", fontsize=12)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return Picture(figure, f"Shares of replies. {'. '.join(said)}.")


def epochs_picture(rows: Sequence[Row], study: str = "epochs") -> Picture:
    """Loss on the demonstrations and on validation replies, and what people would say, over epochs."""
    figure, axes = style.figure(7.2, 3.6, 1, 2)
    said = []
    for name, label, colour in (
        ("training_loss", "training", COLOURS["first"]),
        ("loss", "validation", COLOURS["second"]),
    ):
        epochs, means = _curve(axes[0], rows, study, name, label, colour)
        said.append(f"{label} loss: " + ", ".join(f"{m:.2f}" for m in means))
    axes[0].set(xlabel="epoch", ylabel="nats per reply token", title="loss")
    axes[0].set_ylim(bottom=0)
    epochs, means = _curve(axes[1], rows, study, "gold", "", COLOURS["gold"])
    said.append("gold: " + ", ".join(f"{m:.2f}" for m in means))
    axes[1].set(xlabel="epoch", ylabel="gold score of replies", title="what people want")
    for axis in axes:
        axis.set_xscale("log")
        axis.set_xticks(DOUBLINGS, [str(epoch) for epoch in DOUBLINGS])
        axis.minorticks_off()
    style.direct_labels(axes[0])
    return Picture(figure, f"Over epochs {', '.join(map(str, epochs))}: {'; '.join(said)}.")


def _curve(
    axis: Axes, rows: Sequence[Row], study: str, name: str, label: str, colour: str
) -> tuple[list, list]:
    found = by_setting(rows, study, name)
    epochs = sorted(found)
    measured = [interval(found[epoch]) for epoch in epochs]
    means = [mean for mean, _ in measured]
    axis.errorbar(
        epochs, means, [wide for _, wide in measured], fmt="o-", ms=4, capsize=3, color=colour, label="_",
    )  # fmt: skip
    axis.plot(epochs, means, color=colour, label=label or "_")
    return epochs, means
