"""The clip of PPO drawn: what a token's gain is at each ratio, and where it stops pushing."""

from collections.abc import Callable

from gptlab.experiments.ppo.clip import gain_and_push
from gptlab.view.kit import style, svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT
from gptlab.view.ppo.bandit import signed

WIDTH = 500  # pixels


def clip_table_picture(clip: float = 0.2) -> Picture:
    """Four tokens worked by hand: ratio, clipped ratio, both gains, the smaller one, and whether it pushes."""
    tokens = ((1.5, 1.0), (0.7, 1.0), (1.5, -1.0), (0.7, -1.0))
    heads = ("ratio", "Â", "ratio · Â", "clipped · Â", "the smaller", "still pushes?")
    places = (44, 100, 176, 262, 350, 446)
    parts = [svg.text(14, 28, f"Four tokens, ε = {clip:g}", 15, weight=600)]
    parts += [svg.text(x, 54, head, 12, "middle", FAINT) for x, head in zip(places, heads)]
    said = []
    for i, (ratio, advantage) in enumerate(tokens):
        y = 62 + 34 * i
        near = min(max(ratio, 1 - clip), 1 + clip)
        gains = ratio * advantage, near * advantage
        pushes = gains[0] <= gains[1]
        shown = (f"{ratio:g}", signed(advantage, 0), *(signed(g, 1) for g in (*gains, min(gains))))
        parts.append(svg.line(14, y, WIDTH - 14, y, EDGE))
        parts += [
            svg.text(x, y + 23, text, 15, "middle", weight=600 if j == 4 else 400)
            for j, (x, text) in enumerate(zip(places, shown))
        ]
        colour = COLOURS["right"] if pushes else COLOURS["neutral"]
        answer = "yes" if pushes else "no, flat"
        parts.append(svg.text(places[5], y + 23, answer, 15, "middle", colour, 600))
        said.append(
            f"ratio {ratio:g}, advantage {signed(advantage, 0)}: gain {min(gains):g}, {answer}"
        )
    alt = f"Four tokens with ε = {clip:g}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, 62 + 34 * len(tokens) + 12, parts, alt), alt)


def clip_picture(policy_loss: Callable, clip: float = 0.2) -> Picture:
    """The gain over the ratio for a good and a bad token, as Schulman et al. 2017 draw it in figure 1."""
    figure, axes = style.figure(7.2, 3.4, columns=2)
    ratios = [0.02 * i + 0.3 for i in range(71)]
    for ax, advantage in zip(axes, (1.0, -1.0), strict=True):
        points = [gain_and_push(policy_loss, r, advantage) for r in ratios]
        gains = [gain for gain, _ in points]
        pushing = [gain if abs(push) > 1e-9 else None for gain, push in points]
        ax.axvspan(1 - clip, 1 + clip, color=COLOURS["first"], alpha=0.08, linewidth=0)
        ax.plot(ratios, gains, color=COLOURS["neutral"], linewidth=3)
        good = advantage > 0
        ax.plot(ratios, [float("nan") if p is None else p for p in pushing],
                color=COLOURS["right" if good else "wrong"], linewidth=3)  # fmt: skip
        ax.plot(1, advantage, marker="o", color=FAINT)
        ax.set(title=f"Â = {signed(advantage, 0)}", xlabel="ratio: new probability / old")
    axes[0].set_ylabel("gain of the token")
    return Picture(
        figure,
        f"The gain of one token over the ratio. With a positive advantage it rises up to {1 + clip:g} and is flat "
        f"(grey) beyond; with a negative one it is flat below {1 - clip:g} and falls above.",
    )
