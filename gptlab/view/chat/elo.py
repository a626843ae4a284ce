"""Elo ratings: one update by hand, ratings over the games, and how far they can be trusted."""

from collections.abc import Mapping, Sequence

from gptlab.chat import ELO_SCALE
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

STAGE_OF = {  # whose colour a player has, and how its line is drawn
    "base model": (COLOURS["base"], "-"),
    "SFT": (COLOURS["sft"], "-"),
    "chat model": (COLOURS["ppo_ptx"], "-"),
    "SFT (hot)": (COLOURS["sft"], (0, (3, 2))),
    "chat (hot)": (COLOURS["ppo_ptx"], (0, (3, 2))),
}
OTHER = (CYCLE[2], "-")


def expected_picture(gaps: Sequence[float] = (0, 200, 400)) -> Picture:
    """The share of games that a player is expected to win, against how many points she is ahead."""
    figure, axes = style.figure(6.2, 3.3)
    xs = [10 * i for i in range(-60, 61)]
    axes.plot(xs, [_expected(x) for x in xs], color=COLOURS["first"])
    for gap in gaps:
        share = _expected(gap)
        axes.plot([gap], [share], "o", color=INK)
        axes.annotate(
            f"{gap:g} ahead: {share:.2f}", (gap, share), (10, -14), textcoords="offset points"
        )
    axes.set(xlabel="rating of a minus rating of b", ylabel="expected score of a", ylim=(0, 1.05))
    axes.set_xticks([-400, -200, 0, 200, 400])
    told = ", ".join(f"{gap:g} points ahead {_expected(gap):.2f}" for gap in gaps)
    alt = f"The expected score rises from near 0 to near 1 as a leads by more points: {told}."
    return Picture(figure, alt)


def _expected(gap: float) -> float:
    return 1 / (1 + 10 ** (-gap / ELO_SCALE))


def history_picture(history: Sequence[Sequence[float]], names: Sequence[str]) -> Picture:
    """Each player's rating after every game."""
    figure, axes = style.figure(6.4, 3.9)
    for i, name in enumerate(names):
        colour, dashes = STAGE_OF.get(name, OTHER)
        axes.plot(
            [row[i] for row in history], color=colour, linestyle=dashes, linewidth=1.6, label=name
        )
    axes.set(xlabel="games played", ylabel="rating")
    style.direct_labels(axes)
    last = ", ".join(f"{name} {rating:.0f}" for name, rating in zip(names, history[-1]))
    return Picture(figure, f"Ratings over {len(history) - 1} games. At the end: {last}.")


def intervals_picture(
    rows: Mapping[str, Sequence[tuple[float, float]]], names: Sequence[str], title: str
) -> Picture:
    """For each player one interval of ratings for each method, with its middle.

    rows  {method: [(low, high) of each player]}; "gold" and "you" are drawn in their colours
    """
    figure, axes = style.figure(6.4, 0.9 + 0.55 * len(names))
    order = sorted(range(len(names)), key=lambda i: sum(list(rows.values())[-1][i]))
    for m, (method, spans) in enumerate(rows.items()):
        colour = COLOURS.get(method, CYCLE[m])  # "you" and "gold" have their own
        for place, i in enumerate(order):
            low, high = spans[i]
            y = place + 0.16 * (len(rows) - 1) - 0.32 * m
            label = method if place == 0 else None
            axes.plot(
                [low, high],
                [y, y],
                color=colour,
                linewidth=4,
                solid_capstyle="round",
                label=label,
            )
            axes.plot([(low + high) / 2], [y], "|", color=INK, markersize=9)
    axes.set_yticks(range(len(names)), [names[i] for i in order])
    axes.set(xlabel="rating, middle 95 %", title=title, ylim=(-0.6, len(names) - 0.4))
    axes.legend(loc="lower right", labelcolor="linecolor", handlelength=1.0, fontsize=11)
    told = "; ".join(
        f"{method}: "
        + ", ".join(f"{names[i]} {low:.0f} to {high:.0f}" for i, (low, high) in enumerate(spans))
        for method, spans in rows.items()
    )
    return Picture(figure, f"{title}. {told}.")


def gap_picture(found: Mapping[int, tuple[float, float, float]], title: str) -> Picture:
    """How far apart two players seem after more and more games: {games: (gap, low, high)}."""
    figure, axes = style.figure(6.2, 3.3)
    for n, (gap, low, high) in found.items():
        sure = low > 0 or high < 0
        axes.plot([n, n], [low, high], color=COLOURS["right" if sure else "neutral"], linewidth=4)
        axes.plot([n], [gap], "o", color=INK)
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.set(xscale="log", xlabel="games in the arena", ylabel="points apart", title=title)
    axes.set_xticks(list(found), [str(n) for n in found])
    axes.minorticks_off()
    told = "; ".join(
        f"{n} games: {gap:.0f}, from {low:.0f} to {high:.0f}"
        for n, (gap, low, high) in found.items()
    )
    return Picture(figure, f"{title}. {told}.".replace("-", "−"))
