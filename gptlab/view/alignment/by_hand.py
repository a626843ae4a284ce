"""The mechanisms of lesson 14 with numbers small enough to follow: ptx, best-of-n, DPO, and groups of replies."""

import math
from collections.abc import Sequence

from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT

WIDTH = 520  # pixels
GAMMAS = (0.25, 0.5, 1.0, 2.0)


def pull_picture(gammas: Sequence[float] = GAMMAS) -> Picture:
    """One weight w: PPO's loss −w, the pages' loss ½w², their sum for several γ, and where each sum is lowest."""
    figure, axes = style.figure(7.2, 4.4)
    places = [i / 20 for i in range(0, 87)]
    said = []
    for gamma, colour in zip(gammas, (CYCLE[4], CYCLE[0], CYCLE[3], CYCLE[2]), strict=True):
        curve = [(w, -w + gamma * w * w / 2) for w in places]
        top = 2.6 if gamma == max(gammas) else 1.4  # so that no label lies on another curve
        curve = [point for point in curve if point[1] <= top]
        name = f"γ = {gamma:g}: lowest at {1 / gamma:g}"
        axes.plot(*zip(*curve, strict=True), color=colour, label=name)
        axes.plot([1 / gamma], [-1 / (2 * gamma)], "o", color=colour, ms=8)
        said.append(f"γ = {gamma:g} at w = {1 / gamma:g}")
    axes.plot(
        [0, 2.6], [0, -2.6], color=COLOURS["neutral"], ls=(0, (4, 3)), label="γ = 0: no bottom"
    )
    axes.set_ylim(-2.8, 2.9)
    axes.set_xlim(0, 4.4)
    axes.set(
        xlabel="the weight w (0 = the SFT model)",
        ylabel="loss",
        title="PPO's loss −w, plus γ times the pages' loss ½w²",
    )
    style.direct_labels(axes)
    alt = f"The sum of PPO's loss −w and γ·½w² is lowest for {', '.join(said)}; for γ = 0 it falls for ever."
    return Picture(figure, alt)


def rank_picture(m: int = 4, ns: Sequence[int] = (2, 4)) -> Picture:
    """How likely best-of-n takes each of m replies, sorted by reward, and the limit for replies that never repeat."""
    figure, panels = style.figure(7.6, 3.9, columns=len(ns), sharey=False)
    said = []
    for axes, n in zip(panels, ns, strict=True):
        upto = [(i / m) ** n for i in range(m + 1)]
        shares = [high - low for low, high in zip(upto, upto[1:])]
        axes.bar(
            [(i + 0.5) / m for i in range(m)], [m * share for share in shares], width=1 / m,
            color=COLOURS["first"], alpha=0.3, edgecolor=COLOURS["first"], linewidth=1,
        )  # fmt: skip
        line = [i / 100 for i in range(101)]
        axes.plot(line, [n * u ** (n - 1) for u in line], color=COLOURS["second"])
        axes.axhline(1, **style.FLOOR)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, n * 1.18)
        names = [f"{round(share * m**n)}/{m**n}" for share in shares]
        names = [f"worst\n{names[0]}", *(f"\n{name}" for name in names[1:-1]), f"best\n{names[-1]}"]
        axes.set_xticks([(i + 0.5) / m for i in range(m)], names)
        power = "" if n == 2 else f"{chr(0x2070 + n - 1) if n > 4 else '²³'[n - 3]}"
        axes.set(title=f"best of {n}: line {n}u{power}", xlabel="reply, and how often it is taken")
        said.append(f"best of {n}: " + ", ".join(f"{round(s * m**n)}/{m**n}" for s in shares))
    panels[0].set_ylabel("how much likelier than before")
    alt = (
        f"{m} equally likely replies, worst to best. {'; '.join(said)}. With ever more different replies the steps "
        "become the curve n·u to the power n − 1, u from 0 for the worst to 1 for the best."
    )
    return Picture(figure, alt)


def tilted(reference: Sequence[float], rewards: Sequence[float], beta: float) -> list[float]:
    """π* ∝ π_ref e^(r/β)."""
    weights = [p * math.exp(r / beta) for p, r in zip(reference, rewards, strict=True)]
    return [weight / sum(weights) for weight in weights]


def tilt_picture(
    reference: Sequence[float] = (0.5, 0.25, 0.25),
    rewards: Sequence[float] = (0.0, 1.0, 2.0),
    beta: float = 1.0,
) -> Picture:
    """From rewards to the best policy, and from the best policy back to rewards, for three replies."""
    best = tilted(reference, rewards, beta)
    log_ratios = [beta * math.log(q / p) for p, q in zip(reference, best)]
    columns = [
        ("π_ref", [fixed_places(p) for p in reference], COLOURS["sft"]),
        ("reward r", [fixed_places(r, 1) for r in rewards], COLOURS["gold"]),
        (
            "π_ref·eʳ",
            [fixed_places(p * math.exp(r / beta)) for p, r in zip(reference, rewards)],
            FAINT,
        ),
        ("best π*", [fixed_places(q) for q in best], COLOURS["you"]),
        ("log π*/π_ref", [fixed_places(x) for x in log_ratios], COLOURS["you"]),
    ]
    left, step, top, width = 84, 96, 74, 580
    parts = [svg.text(14, 28, f"Three replies to one prompt, β = {beta:g}", 15, weight=600)]
    for c, (name, values, colour) in enumerate(columns):
        x = left + step * (c + 0.5)
        parts.append(svg.text(x, 56, name, 13, "middle", colour, 600))
        parts += [
            svg.text(x, top + 30 * i + 8, value, 15, "middle", colour)
            for i, value in enumerate(values)
        ]
    names = ("A", "B", "C")
    parts += [svg.text(16, top + 30 * i + 8, f"reply {n}", 14) for i, n in enumerate(names)]
    y = top + 30 * len(names) + 12
    parts.append(svg.line(14, y - 8, width - 14, y - 8, EDGE))
    gaps = [fixed_places(high - low) for low, high in zip(log_ratios, log_ratios[1:])]
    steps = [fixed_places(high - low, 1) for low, high in zip(rewards, rewards[1:])]
    parts.append(svg.text(16, y + 16, "step by step:", 14))
    parts.append(
        svg.text(
            left + 1.5 * step,
            y + 16,
            f"+{steps[0]}, +{steps[1]}",
            14,
            "middle",
            COLOURS["gold"],
            600,
        )
    )
    parts.append(
        svg.text(
            left + 4.5 * step, y + 16, f"+{gaps[0]}, +{gaps[1]}", 14, "middle", COLOURS["you"], 600
        )
    )
    said = "; ".join(
        f"reply {n}: reference {p:g}, reward {r:g}, best policy {q:.2f}, log-ratio {x:.2f}"
        for n, p, r, q, x in zip(names, reference, rewards, best, log_ratios)
    )
    alt = f"{said}. The log-ratios differ from reply to reply by as much as the rewards do."
    return Picture(svg.document(width, y + 34, parts, alt), alt)


def group_picture(rewards: Sequence[float] = (1.0, 2.0, 6.0, 3.0)) -> Picture:
    """One group of replies: the reward of each, the mean of the group, and the mean of the others."""
    k, mean = len(rewards), sum(rewards) / len(rewards)
    others = [(sum(rewards) - r) / (k - 1) for r in rewards]
    left, step, top, tall = 60, 112, 54, 150
    high = max(rewards) * 1.1

    def y(value: float) -> float:
        return top + tall * (1 - value / high)

    parts = [svg.text(14, 28, f"{k} replies to one prompt, and their rewards", 15, weight=600)]
    parts += [
        svg.line(left - 20, y(mean), left + step * k - 40, y(mean), COLOURS["you"], 1.6, "5 3"),
        svg.text(left + step * k - 36, y(mean) + 5, f"mean {mean:g}", 13, fill=COLOURS["you"]),
    ]
    for i, (reward, rest) in enumerate(zip(rewards, others, strict=True)):
        x = left + step * i
        parts += [
            svg.rect(x - 16, y(reward), 32, y(0) - y(reward), COLOURS["first"], 2, opacity=0.45),
            svg.text(x, y(0) - 8, f"{reward:g}", 15, "middle", weight=600),
            svg.line(x - 26, y(rest), x + 26, y(rest), COLOURS["second"], 3),
            svg.text(x + 30, y(rest) + 5, fixed_places(rest), 13, fill=COLOURS["second"]),
        ]
    parts.append(svg.line(left - 30, y(0), left + step * k - 40, y(0), FAINT))
    parts.append(
        svg.text(14, y(0) + 26, "coral: the mean of the other replies", 14, fill=COLOURS["second"])
    )
    told = "; ".join(f"reward {r:g}, the others' mean {o:.2f}" for r, o in zip(rewards, others))
    alt = f"A group of {k} replies with mean {mean:g}. {told}."
    return Picture(svg.document(WIDTH + 40, y(0) + 42, parts, alt), alt)
