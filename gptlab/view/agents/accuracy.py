"""How often answers are right, by heart and with tools, by how often pages state a fact."""

from collections.abc import Mapping, Sequence

from gptlab.experiments.agents.accuracy import Share
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

LOOKS = {  # of the ways to answer
    "by heart": (COLOURS["base"], "s"),
    "with look_up": (COLOURS["sft"], "o"),
    "wrong rows": (COLOURS["wrong"], "^"),
}


def rarity_picture(groups: Sequence[str], found: Mapping[str, Sequence[Share]]) -> Picture:
    """Shares of right answers for groups of facts, from the most stated to the invented, with 95 % intervals.

    found  by the way of answering, one share a group
    """
    figure, axes = style.figure(7.6, 4.2)
    places = list(range(len(groups)))
    said = []
    for shift, (way, shares) in zip((-0.12, 0.0, 0.12), found.items()):
        colour, marker = LOOKS[way]
        means = [100 * one.mean for one in shares]
        low = [max(0.0, 100 * (one.mean - one.interval[0])) for one in shares]
        high = [max(0.0, 100 * (one.interval[1] - one.mean)) for one in shares]
        axes.errorbar(
            [p + shift for p in places], means, yerr=[low, high], color=colour, marker=marker, ms=7,
            lw=2, elinewidth=1.4, capsize=3, label=way,
        )  # fmt: skip
        said.append(f"{way}: " + ", ".join(f"{mean:.0f} %" for mean in means))
    axes.set_xticks(places, [name.replace(" ", "\n", 1) for name in groups])
    axes.set_ylim(-4, 104)
    axes.set_xlim(-0.4, len(groups) - 0.6)
    axes.set(ylabel="right answers, %", xlabel="how often pages state the fact")
    axes.set_title("Right answers, with 95 % intervals")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=3)
    alt = f"Right answers by how often pages state a fact ({', '.join(groups)}). {'; '.join(said)}."
    return Picture(figure, alt)
