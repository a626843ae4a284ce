"""Goodhart's hump: two toy proxies, and the little web's reward models, by best-of-n."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from gptlab.experiments.alignment.toy_goodhart import NS, ToyCurve
from gptlab.view.kit import style, svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, HEIGHT = 560, 320  # pixels
LEFT, RIGHT, TOP, BOTTOM = 52, 118, 50, 52
PROXY, GOLD = COLOURS["first"], COLOURS["gold"]


def toy_picture(curves: Mapping[str, ToyCurve], ns: Sequence[int] = NS) -> Picture:
    """A panel for each proxy: what it says of the best of n, and what gold says."""
    figure, panels = style.figure(8.2, 3.6, columns=len(curves), sharey=True)
    said = []
    for axes, (name, curve) in zip(panels, curves.items(), strict=True):
        axes.plot(ns, curve.proxy, color=PROXY, label="proxy")
        axes.plot(ns, curve.gold, color=GOLD, label="gold")
        best = max(range(len(ns)), key=curve.gold.__getitem__)
        axes.plot([ns[best]], [curve.gold[best]], "o", color=GOLD, ms=8)
        axes.set_xscale("log", base=2)
        axes.set_xticks([1, 4, 16, 64, 256, 1024], ["1", "4", "16", "64", "256", "1024"])
        axes.minorticks_off()
        axes.set(xlabel="n", title=f"{name}, r = {curve.correlation:.2f}")
        style.direct_labels(axes)
        said.append(
            f"{name}, correlation {curve.correlation:.2f}: gold {curve.gold[0]:.2f} at n = 1, "
            f"highest {curve.gold[best]:.2f} at n = {ns[best]}, {curve.gold[-1]:.2f} at n = {ns[-1]}"
        )
    panels[0].set_ylabel("mean score of the best of n")
    return Picture(figure, f"Two proxies. {'; '.join(said)}.")


def mean_rows(rows: Sequence[dict]) -> dict[int, dict]:
    """Means over seeds of the log's best-of-n rows, by the number of rankings of the proxy."""
    found = {}
    for rankings in sorted({row["proxy_of"] for row in rows}):
        same = [row for row in rows if row["proxy_of"] == rankings]
        means = {
            what: [fmean(values) for values in zip(*(row[what] for row in same), strict=True)]
            for what in ("proxy", "gold", "kl", "tokens")
        }
        found[rankings] = means | {"n": same[0]["n"], "seeds": len(same)}
    return found


def hump_picture(row: dict, i: int, title: str) -> Picture:
    """How far proxy and gold have moved from n = 1, for every n, with one of them chosen."""
    moved = {name: [x - row[name][0] for x in row[name]] for name in ("proxy", "gold")}
    every = [*moved["proxy"], *moved["gold"], 0.0]
    low, high = min(every) - 0.1, max(every) + 0.25
    ns = row["n"]

    def x(n: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(n) / math.log(ns[-1])

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [svg.text(14, 28, title, 15, weight=600)]
    step = 0.5 if high - low < 3.5 else 1.0
    for k in range(math.ceil(low / step), math.floor(high / step) + 1):
        at = y(k * step)
        parts += [
            svg.line(LEFT, at, WIDTH - RIGHT, at, FAINT if k == 0 else EDGE),
            svg.text(LEFT - 6, at + 5, f"{k * step:+.1f}".replace("-", "−"), 13, "end", FAINT),
        ]
    for n in ns:
        parts.append(svg.text(x(n), HEIGHT - BOTTOM + 20, str(n), 13, "middle", FAINT))
    parts.append(
        svg.text(
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 12,
            "n, replies to choose from",
            13,
            "middle",
            FAINT,
        )
    )
    parts.append(svg.line(x(ns[i]), TOP, x(ns[i]), HEIGHT - BOTTOM, COLOURS["you"], 1.4, "4 3"))
    names, colours = ("proxy", "gold"), (PROXY, GOLD)
    ends = [y(moved[name][-1]) for name in names]
    if abs(ends[0] - ends[1]) < 18:
        ends = [ends[0] - 9, ends[1] + 9] if ends[0] <= ends[1] else [ends[0] + 9, ends[1] - 9]
    for name, colour, end in zip(names, colours, ends, strict=True):
        points = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in zip(ns, moved[name], strict=True))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.4"/>'
        )
        parts.append(
            f'<circle cx="{x(ns[i]):.1f}" cy="{y(moved[name][i]):.1f}" r="5.5" fill="{colour}"/>'
        )
        value = f"{name} {moved[name][i]:+.2f}".replace("-", "−")
        parts.append(svg.text(WIDTH - RIGHT + 8, end + 5, value, 13, fill=colour, weight=600))
    alt = (
        f"{title}. With n = {ns[i]}, proxy {moved['proxy'][i]:+.2f} and gold {moved['gold'][i]:+.2f} from n = 1; "
        f"gold is highest at n = {ns[max(range(len(ns)), key=row['gold'].__getitem__)]}."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def best_of_n_widget(rows: Sequence[dict], first: tuple[int, int] = (0, 4)) -> None:
    """The log's best-of-n, with buttons for the proxy and for n."""
    means = mean_rows(rows)
    rankings = list(means)
    ns = means[rankings[0]]["n"]

    def draw(i: int, j: int) -> Picture:
        return hump_picture(
            means[rankings[i]], j, f"proxy of {rankings[i]:,} rankings, best of {ns[j]}"
        )

    show_frames(
        [
            Choice("the proxy learnt from", tuple(f"{n:,} rankings" for n in rankings), first[0]),
            Choice("n", tuple(map(str, ns)), first[1]),
        ],
        draw,
    )
