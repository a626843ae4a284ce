"""One token, three continuations: their probabilities as bars that rewards push."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from gptlab.experiments.ppo.one_token import NAMES, PROBS, REWARDS, pushed
from gptlab.view.kit import style, svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH = 500  # pixels
LEFT, FULL = 120, 250  # where the bars begin, and how long one of probability 1 would be
ROW, TOP = 58, 58
STEPS = (0, 1, 2, 5, 10, 20, 40)
PAYS = {
    "2, −1, 0": (2.0, -1.0, 0.0),
    "7, 4, 5": (7.0, 4.0, 5.0),
    "1, 1, 1": (1.0, 1.0, 1.0),
    "0, 0, 3": (0.0, 0.0, 3.0),
}


def signed(number: float, places: int = 2) -> str:
    """A number with its sign, as it is printed in pictures."""
    text = f"{number:+.{places}f}".replace("-", "−")
    return text[1:] if float(f"{number:.{places}f}") == 0 else text


def bars_picture(
    probs: Sequence[float] = PROBS,
    rewards: Sequence[float] = REWARDS,
    push: Sequence[float] | None = None,
    title: str = "One token, three ways to go on",
) -> Picture:
    """A bar for each continuation, its reward, and an arrow for the push that its logit gets."""
    height = TOP + ROW * len(probs) + (36 if push is None else 44)
    parts = [
        svg.text(14, 28, title, 15, weight=600),
        svg.text(LEFT, 50, "probability", 13, fill=FAINT),
        svg.text(WIDTH - 14, 50, "reward", 13, "end", FAINT),
    ]
    said = []
    for i, (name, p, r) in enumerate(zip(NAMES, probs, rewards, strict=True)):
        y = TOP + ROW * i
        parts += [
            svg.text(LEFT - 10, y + 24, name, 15, "end"),
            svg.rect(LEFT, y + 6, FULL, 26, EDGE, 4, opacity=0.45),
            svg.rect(LEFT, y + 6, FULL * p, 26, COLOURS["first"], 4),
            svg.text(LEFT + FULL + 8, y + 25, f"{p:.2f}", 15),
            svg.text(WIDTH - 14, y + 25, signed(r, 0), 15, "end", weight=600),
        ]
        said.append(f"{name}: probability {p:.2f}, reward {signed(r, 0)}")
        if push is not None:
            parts += _arrow(LEFT + FULL * p, y + 42, push[i])
            said[-1] += f", push {signed(push[i])}"
    mean = sum(p * r for p, r in zip(probs, rewards, strict=True))
    parts.append(
        svg.text(14, height - 14, f"expected reward {signed(mean).lstrip('+')}", 14, weight=600)
    )
    if push is not None:
        parts.append(svg.text(WIDTH - 14, height - 14, "arrows: the gradient", 13, "end", FAINT))
    alt = f"{title}. {'; '.join(said)}. Expected reward {signed(mean).lstrip('+')}."
    return Picture(svg.document(WIDTH, height, parts, alt), alt)


def _arrow(x: float, y: float, push: float) -> list[str]:
    """An arrow as long as the push, from x on, to the right where it is above 0."""
    if abs(push) < 0.005:
        return [svg.text(x + 4, y + 5, "0", 13, fill=FAINT)]
    colour = COLOURS["right"] if push > 0 else COLOURS["wrong"]
    side = 1 if push > 0 else -1
    length = min(110.0, 110 * abs(push))
    tip = x + side * length
    head = f"{tip:g},{y:g} {tip - side * 9:g},{y - 5:g} {tip - side * 9:g},{y + 5:g}"
    away = (tip + 8, "start") if side > 0 else (max(tip - 8, 44), "end")
    return [
        svg.line(x, y, tip - side * 8, y, colour, 3),
        f'<polygon points="{head}" fill="{colour}"/>',
        svg.text(away[0], y + 5, signed(push), 13, away[1], colour, 600),
    ]


def push_widget() -> None:
    """Buttons for the rewards and for how often the bars were pushed."""
    rewards = list(PAYS.values())

    def draw(i: int, j: int) -> Picture:
        probs = pushed(rewards[i], STEPS[j])
        mean = sum(p * r for p, r in zip(probs, rewards[i], strict=True))
        push = [p * (r - mean) for p, r in zip(probs, rewards[i], strict=True)]
        return bars_picture(probs, rewards[i], push, f"After {STEPS[j]} steps")

    show_frames(
        [Choice("rewards", tuple(PAYS)), Choice("steps", tuple(map(str, STEPS)))],
        draw,
    )


def cloud_picture(clouds: Mapping[str, Tensor], exact: Sequence[float]) -> Picture:
    """Estimated gradients of two logits as dots, one panel for each way to estimate, and the exact one."""
    figure, axes = style.figure(7.2, 3.5, columns=len(clouds), sharex=True, sharey=True)
    said = []
    for ax, (name, cloud), colour in zip(axes, clouds.items(), CYCLE, strict=False):
        ax.scatter(cloud[:, 0], cloud[:, 1], s=9, color=colour, alpha=0.35, linewidths=0)
        ax.plot(*exact[:2], marker="+", color=INK, markersize=14, markeredgewidth=2.5)
        ax.set(title=name, xlabel=f"gradient of “{NAMES[0]}”")
        spread = float(cloud.std(0)[0])
        said.append(f"{name}: spread {spread:.2f}")
    axes[0].set_ylabel(f"gradient of “{NAMES[1]}”")
    alt = f"Estimates of the gradient around the exact one (+). {'; '.join(said)}."
    return Picture(figure, alt)


def race_picture(curves: Mapping[str, list[list[float]]]) -> Picture:
    """The best choice's probability by step, each seed a thin line, their mean a thick one."""
    figure, axes = style.figure(6.6, 3.5)
    said = []
    for (name, rows), colour in zip(curves.items(), CYCLE, strict=False):
        for row in rows:
            axes.plot(row, color=colour, linewidth=0.7, alpha=0.45, label="_")
        mean = [sum(column) / len(column) for column in zip(*rows, strict=True)]
        axes.plot(mean, color=colour, linewidth=2.6, label=name)
        said.append(f"{name}: {mean[-1]:.2f} at the end, {min(r[-1] for r in rows):.2f} the worst")
    axes.set_ylim(0, 1.02)
    axes.set(xlabel="step", ylabel=f"probability of “{NAMES[0]}”")
    style.direct_labels(axes)
    return Picture(figure, f"Learning from samples, step by step. {'; '.join(said)}.")


def reward_picture(curves: Mapping[str, Sequence[float]], top: float) -> Picture:
    """The mean reward of each step's samples; `top` is the most that can be had."""
    figure, axes = style.figure(6.4, 3.2)
    for (name, curve), colour in zip(curves.items(), CYCLE, strict=False):
        axes.plot(curve, color=colour, label=name if len(curves) > 1 else "_")
    axes.axhline(top, **style.FLOOR)
    axes.set(xlabel="step", ylabel="mean reward of the samples")
    if len(curves) > 1:
        style.direct_labels(axes)
    said = "; ".join(f"{n}: from {c[0]:.2f} to {c[-1]:.2f}" for n, c in curves.items())
    return Picture(figure, f"Mean reward by step. {said}; at most {top:g} can be had.")
