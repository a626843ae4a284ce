"""The mechanisms of a training step with numbers small enough to follow: batch, Adam, schedule, clipping, sharing."""

import math

from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import fixed_places, three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH = 500  # pixels
GRADIENTS = (0.5, 0.5, -0.1, 4.0)
BETAS = 0.9, 0.99


TEXT = (31, 4, 15, 92, 65, 35, 89)  # token ids


def batch_picture(starts: tuple[int, ...] = (2, 0, 3), context: int = 3) -> Picture:
    """A text of seven tokens; for each row of a batch the stretch that is read and what must be predicted."""
    box, left, parts = (
        48,
        126,
        [svg.text(14, 28, f"A text, and a batch of {len(starts)}", 15, weight=600)],
    )
    parts.append(svg.text(14, 70, "text", 14))
    for i, token in enumerate(TEXT):
        parts += [
            svg.rect(left + i * (box + 4), 48, box, 34, EDGE, 4),
            svg.text(left + i * (box + 4) + box / 2, 71, str(token), 15, "middle"),
        ]
    said = []
    for row, start in enumerate(starts):
        y = 104 + 78 * row
        for name, shift, colour in (("x", 0, CYCLE[0]), ("y", 1, CYCLE[1])):
            parts.append(svg.text(14, y + 22, f"row {row}" if name == "x" else "", 14))
            parts.append(svg.text(left - 14, y + 22, name, 14, "end", colour, 600))
            for t in range(context):
                x = left + (start + shift + t) * (box + 4)
                token = str(TEXT[start + shift + t])
                parts += [
                    svg.rect(x, y, box, 30, colour, 4),
                    svg.text(x + box / 2, y + 21, token, 15, "middle", "#ffffff"),
                ]
            y += 34
        read, answer = TEXT[start : start + context], TEXT[start + 1 : start + 1 + context]
        said.append(f"row {row}: x {list(read)}, y {list(answer)}")
    alt = f"A text {list(TEXT)}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, 104 + 78 * len(starts), parts, alt), alt)


def sharing_picture() -> Picture:
    """Data parallelism: two processes, each with a copy of one weight and half of the batch, and the mean gradient."""
    parts = [svg.text(14, 28, "One weight, w = 0.5, and a batch of four rows", 15, weight=600)]
    shares = (((1.0, 3.0), 2.0), ((2.0, 6.0), 4.0))
    for i, (rows, mean) in enumerate(shares):
        y, colour = 50 + 82 * i, CYCLE[i]
        parts += [
            svg.rect(14, y, 300, 68, colour, 6, opacity=0.14),
            svg.text(24, y + 24, f"process {i}: w = 0.5", 14, fill=colour, weight=600),
            svg.text(
                24, y + 50, f"gradients of its rows: {rows[0]:g}, {rows[1]:g}; mean {mean:g}", 14
            ),
            svg.line(314, y + 34, 352, 124, FAINT),
        ]
    parts += [
        svg.rect(352, 98, 134, 52, EDGE, 6),
        svg.text(419, 119, "all-reduce", 14, "middle", weight=600),
        svg.text(419, 140, "mean: 3", 14, "middle"),
        svg.text(14, 240, "Both step with gradient 3: w stays the same in both.", 14),
    ]
    alt = (
        "Two processes hold the same weight, 0.5. The mean gradients of their rows are 2 and 4; all-reduce gives "
        "both the mean, 3, which is the mean over all four rows."
    )
    return Picture(svg.document(WIDTH, 258, parts, alt), alt)


def adam_rows(gradients=GRADIENTS, betas=BETAS) -> dict[str, list[float]]:
    """What Adam keeps and works out for one number, step by step, in plain floats."""
    m = v = 0.0
    rows: dict[str, list[float]] = {name: [] for name in ("g", "m", "v", "m̂", "√v̂", "m̂ / √v̂")}
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        mean, size = m / (1 - betas[0] ** t), math.sqrt(v / (1 - betas[1] ** t))
        for name, value in zip(rows, (g, m, v, mean, size, mean / size), strict=True):
            rows[name].append(value)
    return rows


SAID = {
    "g": "gradient",
    "m": "running mean of g",
    "v": "running mean of g²",
    "m̂": "m, corrected",
    "√v̂": "size of g",
    "m̂ / √v̂": "the step, in units of lr",
}


def adam_picture() -> Picture:
    """Four steps of Adam on one number, as a table with the step as bars."""
    rows = adam_rows()
    n, column, left, top = len(GRADIENTS), 62, 236, 62
    parts = [svg.text(14, 28, f"One number, β1 = {BETAS[0]}, β2 = {BETAS[1]}", 15, weight=600)]
    parts += [
        svg.text(left + column * (t + 0.5), 52, f"step {t + 1}", 13, "middle", FAINT)
        for t in range(n)
    ]
    for row, (name, values) in enumerate(rows.items()):
        y, last = top + 30 * row, row == len(rows) - 1
        parts.append(svg.text(78, y + 20, name, 15, "end", weight=600))
        parts.append(svg.text(86, y + 20, SAID[name], 13, fill=FAINT))
        for t, value in enumerate(values):
            shown = three_digits(round(value, 4))
            x = left + column * (t + 0.5)
            parts.append(
                svg.text(x, y + 20, shown, 15, "middle", INK, 600 if last or row == 0 else 400)
            )
    base = top + 30 * len(rows) + 58
    for t, value in enumerate(rows["m̂ / √v̂"]):
        x, height = left + column * (t + 0.5), 34 * abs(value)
        y = base - height if value > 0 else base
        parts.append(svg.rect(x - 16, y, 32, height, COLOURS["first"], 2))
    parts += [
        svg.line(left, base, left + column * n, base, FAINT),
        svg.text(left - 10, base + 5, "0", 13, "end", FAINT),
        svg.line(left, base - 34, left + column * n, base - 34, EDGE, 1, "3 3"),
        svg.text(left - 10, base - 29, "1 · lr", 13, "end", FAINT),
    ]
    said = "; ".join(
        f"step {t + 1}: gradient {rows['g'][t]:g}, step {rows['m̂ / √v̂'][t]:.2f} lr"
        for t in range(n)
    )
    alt = f"Adam on one number. {said}."
    return Picture(svg.document(WIDTH, base + 20, parts, alt), alt)


def schedule_picture(warmup: int = 4, total: int = 12, low: float = 0.2) -> Picture:
    """A learning rate by step, each with its number: a line up, half a cosine down, then flat."""

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        done = min(1.0, (step - warmup) / (total - warmup))
        return low + (1 - low) * math.cos(math.pi / 2 * done) ** 2

    steps = list(range(total + 3))
    rates = [rate(step) for step in steps]
    figure, axes = style.figure(7.0, 3.5)
    parts = (
        ("warm-up", steps[: warmup + 1], CYCLE[2]),
        ("cosine", steps[warmup : total + 1], CYCLE[0]),
        ("after the end", steps[total:], COLOURS["neutral"]),
    )
    for name, some, colour in parts:
        axes.plot(some, rates[some[0] : some[-1] + 1], "o-", color=colour)
        middle = (some[0] + some[-1]) / 2
        axes.annotate(name, (middle, 1.16), ha="center", color=colour, fontweight="bold")
    for step, value in zip(steps, rates, strict=True):
        place = (-14, 4) if step < warmup - 1 else (0, 8)
        axes.annotate(f"{value:.2f}", (step, value), place, textcoords="offset points", ha="center")
    axes.set_ylim(0, 1.3)
    axes.set_xticks(steps)
    title = f"warmup {warmup}, total {total}, from max_lr 1 to min_lr {low:g}"
    axes.set(xlabel="step", ylabel="learning rate", title=title)
    said = ", ".join(f"{value:.2f}" for value in rates)
    return Picture(figure, f"Learning rate by step, {title}: {said}.")


def clipping_picture() -> Picture:
    """A gradient of two numbers, 4.8 and 1.4, clipped by its norm and number by number."""
    figure, axes = style.figure(6.8, 3.3)
    ways = (  # name, tip, colour, where the name stands
        ("gradient (4.8, 1.4), norm 5", (4.8, 1.4), COLOURS["neutral"], (-24, -24)),
        ("clipped to norm 2.5: (2.4, 0.7)", (2.4, 0.7), COLOURS["first"], (10, -14)),
        ("each number clipped at 2.5: (2.5, 1.4)", (2.5, 1.4), COLOURS["wrong"], (-90, 26)),
    )
    for name, tip, colour, place in ways:
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 2.4, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", tip, (0, 0), arrowprops=arrow)
        said = {"textcoords": "offset points", "color": colour, "fontweight": "bold"}
        axes.annotate(name, tip, place, **said)
    angles = [0.0045 * i * math.pi / 2 for i in range(101)]
    turns, heights = ([2.5 * f(angle) for angle in angles] for f in (math.cos, math.sin))
    axes.plot(turns, heights, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
    axes.set_xlim(0, 7.4)
    axes.set_ylim(0, 2.3)
    axes.set_aspect("equal")
    axes.set(
        xlabel="gradient of the first number",
        ylabel="of the second",
        title="Clipped by the norm: shorter, in the same direction",
    )
    alt = (
        "A gradient (4.8, 1.4) of norm 5. Clipped to norm 2.5 it is (2.4, 0.7), in the same direction; with each "
        "number clipped at 2.5 it is (2.5, 1.4), in another direction."
    )
    return Picture(figure, alt)


MICRO = ((1.0, 2.0, 3.0), (6.0,))  # losses of the tokens in two micro-batches


def accumulation_picture() -> Picture:
    """Four tokens in two micro-batches: the mean of the means, and the mean of all."""
    box, left, parts = 46, 150, [svg.text(14, 28, "Four tokens and their losses", 15, weight=600)]
    means = [sum(losses) / len(losses) for losses in MICRO]
    for row, losses in enumerate(MICRO):
        y = 48 + 52 * row
        parts.append(svg.text(14, y + 25, f"micro-batch {row + 1}", 14))
        for i in range(3):
            x, counts = left + i * (box + 6), i < len(losses)
            fill = CYCLE[row] if counts else EDGE
            parts.append(svg.rect(x, y, box, 38, fill, 4, opacity=1.0 if counts else 0.5))
            label = fixed_places(losses[i]) if counts else "pad"
            tint = "#ffffff" if counts else FAINT
            parts.append(svg.text(x + box / 2, y + 25, label, 15 if counts else 13, "middle", tint))
        n = f"{len(losses)} token" + "s" * (len(losses) > 1)
        parts.append(
            svg.text(left + 3 * (box + 6) + 10, y + 25, f"mean {means[row]:g}, {n}", 14, fill=INK)
        )
    everything = [x for losses in MICRO for x in losses]
    whole, wrong = sum(everything) / len(everything), sum(means) / len(means)
    parts += [
        svg.text(14, 180, f"mean of all four: (1 + 2 + 3 + 6) / 4 = {whole:g}", 15, weight=600),
        svg.text(
            14, 206, f"mean of the two means: (2 + 6) / 2 = {wrong:g}", 15, fill=COLOURS["wrong"]
        ),
    ]
    alt = (
        "Micro-batch 1 has three tokens with losses 1, 2 and 3, mean 2; micro-batch 2 one token with loss 6. "
        f"The mean of all four tokens is {whole:g}, the mean of the two means {wrong:g}."
    )
    return Picture(svg.document(WIDTH, 226, parts, alt), alt)
