"""The cache of keys and values: how it grows a column a token, who of the newest looks where, and what it saves."""

from collections.abc import Mapping

from gptlab.view.kit import style, svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 520, 16
COLUMN, HIGH = 92, 32
LEFT = 128
TOKENS = ("the", "dog", "eats", "it")
WEIGHTS = (
    1,
    3,
    1,
    5,
)  # e to the power of each key: the query is 1, and the head is one number wide
VALUES = (4, 8, 6, 2)


def step_of(n: int) -> tuple[list[int], float]:
    """The weights of the nth token's look before they are divided by their sum, and what comes of it."""
    weights = list(WEIGHTS[:n])
    return weights, sum(w * v for w, v in zip(weights, VALUES)) / sum(weights)


def cache_picture(n: int, fill_last: bool = True) -> Picture:
    """The nth token looks at its own column and at those before it.

    fill_last  False leaves the result open, to be worked out on paper
    """
    weights, result = step_of(n)
    total = sum(weights)
    title = f"Token {n} comes: one new column, one query"
    parts = [svg.text(MARGIN, 30, title, 16, weight=600)]
    for name, y, colour in (
        ("e^key", 84, COLOURS["first"]),
        ("value", 84 + HIGH + 8, COLOURS["second"]),
    ):
        parts.append(svg.text(LEFT - 14, y + 22, name, 15, "end", fill=colour, weight=600))
        numbers = WEIGHTS if name == "e^key" else VALUES
        for i in range(n):
            new = i == n - 1
            x = LEFT + i * COLUMN
            edge = COLOURS["you"] if new else EDGE
            parts.append(svg.rect(x, y, COLUMN - 8, HIGH, "#ffffff", 5, edge))
            if new:
                parts.append(svg.rect(x + 1, y + 1, COLUMN - 10, HIGH - 2, "none", 4, edge))
            parts.append(svg.text(x + (COLUMN - 8) / 2, y + 22, str(numbers[i]), 16, "middle"))
    for i in range(n):
        centre = LEFT + i * COLUMN + (COLUMN - 8) / 2
        parts.append(svg.text(centre, 68, TOKENS[i], 15, "middle", weight=600))
        share = f"{weights[i]}/{total}"
        parts.append(svg.text(centre, 190, share, 15, "middle"))
    parts.append(svg.text(LEFT - 14, 190, "weight", 15, "end", weight=600))
    if n > 1:
        right = LEFT + (n - 1) * COLUMN - 8
        parts += [
            svg.line(LEFT, 207, right, 207, FAINT, 1.5),
            svg.text((LEFT + right) / 2, 224, "in the cache", 13, "middle", fill=FAINT),
        ]
    parts.append(
        svg.text(
            LEFT + (n - 0.5) * COLUMN - 4, 224, "new", 13, "middle", fill=COLOURS["you"], weight=600
        )
    )
    told = " + ".join(f"{w}/{total}·{v}" for w, v in zip(weights, VALUES))
    shown = f"{told} = {result:g}" if fill_last else f"{told} = ?"
    parts += [
        svg.text(MARGIN, 258, f"“{TOKENS[n - 1]}” takes {shown}", 15),
        svg.text(
            MARGIN,
            282,
            "The queries of earlier tokens are not kept: no later token uses them.",
            13,
            fill=FAINT,
        ),
    ]
    columns = ", ".join(f"{t} (e^key {w}, value {v})" for t, w, v in zip(TOKENS, weights, VALUES))
    alt = f"{title}. Columns: {columns}. The new token takes {shown}."
    return Picture(svg.document(WIDTH, 298, parts, alt), alt)


def cache_frames() -> None:
    """Show the cache after one, two, three and four tokens, with buttons; the last result is left open."""
    choice = Choice("Tokens so far", tuple(str(i + 1) for i in range(len(TOKENS))), first=2)
    show_frames([choice], lambda i: cache_picture(i + 1, fill_last=i + 1 < len(TOKENS)))


def last_rows_picture(n_new: int, n_all: int, answers: bool = True) -> Picture:
    """Which times each of the newest tokens may look at; without answers, the rows are empty."""
    box, top, left = 46, 92, 118
    title = f"{n_new} new tokens, {n_all} columns in the cache"
    parts = [
        svg.text(MARGIN, 30, title, 16, weight=600),
        svg.text(left, 56, "time of the key →", 13, fill=FAINT),
        svg.text(MARGIN, top - 10, "query", 13, fill=FAINT),
    ]
    said = []
    for j in range(n_all):
        name = str(j)
        parts.append(svg.text(left + j * box + box / 2, top - 10, name, 15, "middle"))
    for i in range(n_new):
        y, at = top + i * 36, n_all - n_new + i
        parts.append(svg.text(left - 12, y + 22, f"i = {i}", 15, "end"))
        for j in range(n_all):
            sees = answers and j <= at
            fill = COLOURS["first"] if sees else "#ffffff"
            parts.append(svg.rect(left + j * box + 2, y, box - 4, 32, fill, 4, EDGE))
            if sees:
                parts.append(
                    svg.text(left + j * box + box / 2, y + 22, "✓", 15, "middle", "#ffffff")
                )
        said.append(f"query {i} sees {'0 to ' + str(at) if answers else '?'}")
    y = top + n_new * 36 + 8
    parts.append(
        svg.text(left, y + 14, f"times 0 to {n_all - n_new - 1}: there before", 13, fill=FAINT)
    )
    alt = f"{title}: " + "; ".join(said) + "."
    width = max(WIDTH - 100, left + n_all * box + MARGIN)
    return Picture(svg.document(width, y + 30, parts, alt), alt)


def seconds_picture(seconds: Mapping[str, Mapping[int, float]]) -> Picture:
    """Milliseconds for one more token against the tokens so far, recomputed and with a cache, and their ratio."""
    figure, (above, below) = style.figure(6.2, 5.6, rows=2)
    colours = {"recomputed": COLOURS["second"], "cached": COLOURS["first"]}
    lengths = list(seconds["cached"])
    for name, by_length in seconds.items():
        above.plot(
            lengths, [1e3 * s for s in by_length.values()], "o-", color=colours[name], label=name
        )
    above.set(ylabel="milliseconds", title="Time for one more token")
    ratios = [seconds["recomputed"][n] / seconds["cached"][n] for n in lengths]
    below.plot(lengths, ratios, "o-", color=INK)
    below.set(ylabel="times as fast", title="What the cache saves", xlabel="tokens so far")
    for axes in (above, below):
        axes.set(xscale="log", yscale="log")
        axes.set_xticks(lengths, [str(n) for n in lengths])
        axes.minorticks_off()
        _plain_ticks(axes)
    above.legend(loc="upper left", labelcolor="linecolor", handlelength=1.2)
    told = "; ".join(
        f"{n} tokens: {_milliseconds(seconds['recomputed'][n])} recomputed, "
        f"{_milliseconds(seconds['cached'][n])} cached, {ratio:.3g} times as fast"
        for n, ratio in zip(lengths, ratios)
    )
    return Picture(figure, f"Time for one more token. {told}.")


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.{1 if seconds < 0.01 else 0}f} ms"


def _plain_ticks(axes) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten inside the axis, written as plain numbers."""
    low, high = axes.get_ylim()
    ticks = [m * 10.0**e for e in range(-3, 5) for m in (1, 2, 5) if low <= m * 10.0**e <= high]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
