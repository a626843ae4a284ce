"""How news spread: who told whom as a tree, and the share that knows as a curve over the hours."""

from collections.abc import Sequence

from gptlab.agent_town.log import HOURS_A_DAY, Learnt, TownLog, clock
from gptlab.view.kit import style, svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT

WIDTH, ROW, INDENT = 540, 22, 46
SAMPLES = {"party": CYCLE[0], "mayor": CYCLE[1]}


def tree_picture(log: TownLog, what: str) -> Picture:
    """Each who came to know news as it is, below the one who told her, with time and place."""
    learnt = log.learnt(what)
    rows = _ordered(learnt)
    parts = [svg.text(14, 26, f"Who told whom: the {what}", 15, weight=600)]
    last_at: dict[int, float] = {}
    said = []
    for i, (depth, name) in enumerate(rows):
        hour, teller, place = learnt[name]
        x, y = 20 + INDENT * depth, 46 + ROW * i
        if depth:
            top = last_at[depth - 1]
            parts += [
                svg.line(x - INDENT + 8, top + 11, x - INDENT + 8, y + 5, FAINT),
                svg.line(x - INDENT + 8, y + 5, x - 6, y + 5, FAINT),
            ]
        last_at[depth] = y + 4
        parts.append(svg.text(x, y + 10, name, 14, weight=600))
        note = f"{clock(hour)}, {place}" if teller else "knew it from the beginning"
        parts.append(
            svg.text(x + 12 + 1.1 * svg.text_width(name, 14), y + 10, note, 12, fill=FAINT)
        )
        said.append(f"{name} from {teller}, {note}" if teller else f"{name} {note}")
    unknowing = [name for name in log.homes if name not in learnt]
    end = 46 + ROW * len(rows) + 18
    shown = f"never heard it rightly: {', '.join(unknowing) or 'nobody'}"
    for row in svg.wrapped(shown, WIDTH - 28, 12):
        parts.append(svg.text(14, end, row, 12, fill=FAINT))
        end += 17
    alt = f"Who told whom of the {what}: {'; '.join(said)}. {shown}."
    return Picture(svg.document(WIDTH, end, parts, alt), alt)


def _ordered(learnt: dict[str, Learnt]) -> list[tuple[int, str]]:
    """The tree from its root downwards, as (depth, name)."""
    children: dict[str, list[str]] = {}
    for name, (_, teller, _) in learnt.items():
        children.setdefault(teller, []).append(name)

    def walk(name: str, depth: int):
        yield depth, name
        for child in children.get(name, []):
            yield from walk(child, depth + 1)

    return [row for root in children[""] for row in walk(root, 0)]


def spread_picture(logs: Sequence[TownLog], paper: dict[str, float]) -> Picture:
    """The share that knows each piece of news, hour by hour of waking time; a thin line is one seed.

    paper  what the paper reports after two days, for each
    """
    figure, axes = style.figure(7.0, 3.6)
    said = []
    for what, colour in SAMPLES.items():
        curves = [[100 * share for share in log.share_knowing(what)] for log in logs]
        steps = range(len(curves[0]))
        for curve in curves:
            axes.plot(steps, curve, color=colour, linewidth=1, alpha=0.35)
        mean = [sum(values) / len(values) for values in zip(*curves)]
        axes.plot(steps, mean, color=colour, label=f"{what}, mean")
        axes.plot([steps[-1]], [paper[what]], "o", color=colour, markerfacecolor="none", ms=9)
        told = f"the paper, {paper[what]:.0f} %"
        axes.annotate(
            told, (steps[-1], paper[what]), (-8, 4), textcoords="offset points", color=colour, ha="right", fontsize=11
        )  # fmt: skip
        said.append(f"{what}: mean {mean[-1]:.0f} % at the end, the paper {paper[what]:.0f} %")
    hours = logs[0].hours
    days = [i for i, hour in enumerate(hours) if hour % HOURS_A_DAY in (7, 12, 17)]
    axes.set_xticks(days, [clock(hours[i]).replace("day ", "d") for i in days], fontsize=10)
    axes.set(ylabel="know it, % of 25", ylim=(0, 104))
    style.direct_labels(axes)
    alt = f"Share of residents who know the news over time, {len(logs)} seeds. {'; '.join(said)}."
    return Picture(figure, alt)


def recall_picture(
    table: dict[str, dict[str, float]], title: str = "Is the right memory among the best?"
) -> Picture:
    """The share of questions whose right memory comes to mind, for each way to score."""
    kinds = list(next(iter(table.values())))
    left, column, row = 210, 108, 30
    parts = [svg.text(14, 26, title, 15, weight=600)]
    for j, kind in enumerate(kinds):
        parts.append(svg.text(left + column * (j + 0.5), 50, kind, 12.5, "middle", FAINT))
    said = []
    for i, (name, shares) in enumerate(table.items()):
        y = 58 + row * i
        parts.append(svg.text(14, y + 20, name, 13))
        for j, kind in enumerate(kinds):
            share = shares[kind]
            x = left + column * j
            colour = COLOURS["first"]
            parts += [
                svg.rect(x + 3, y + 2, column - 6, row - 4, colour, 3, opacity=0.05 + 0.5 * share),
                svg.text(x + column / 2, y + 20, f"{100 * share:.0f} %", 13, "middle"),
            ]
        said.append(f"{name}: " + ", ".join(f"{kind} {100 * shares[kind]:.0f} %" for kind in kinds))
    alt = f"{title} {'; '.join(said)}."
    return Picture(svg.document(WIDTH, 66 + row * len(table), parts, alt), alt)
