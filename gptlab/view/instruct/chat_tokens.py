"""A chat token by token: what is only read, what is learnt from, and what each learnt token costs."""

from collections.abc import Mapping, Sequence
from math import log

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 520, 14  # pixels
HIGH, GAP, SIZE, INSIDE = 26, 4, 14, 6
NUMBER = 17  # height of a line of numbers
READ = "#efeee9"  # of a token that is only read, dark ink on it
LEARN = COLOURS["first"]
ROW_COLOURS = {"base": COLOURS["base"], "before": COLOURS["base"], "after SFT": COLOURS["sft"]}


def chat_picture(
    pieces: Sequence[str | bytes],
    learn: Sequence[bool] | None,
    title: str,
    costs: Mapping[str, Sequence[float | None]] | None = None,
) -> Picture:
    """The tokens of a chat as chips, on as many lines as they need: blue is learnt from, grey is only read.

    learn  one mark a token; None = the marks are not decided yet, and all are grey
    costs  rows of −ln p below the tokens, by name; None where a token is not predicted
    """
    costs = costs or {}
    y = 34.0
    parts = [svg.text(MARGIN, 26, title, 16, weight=600)]
    if learn is not None:
        parts += _legend(y)
        y += 24
    for name, row in costs.items():
        paid = [x for x in row if x is not None]
        line = (
            f"−ln p, {name}: {sum(paid) / max(1, len(paid)):.2f} on average, the loss of this reply"
        )
        parts.append(svg.text(MARGIN, y + 14, line, 13, fill=_colour(name), weight=600))
        y += 18
    step = HIGH + NUMBER * len(costs) + 10
    x, y = MARGIN, y + 10
    for i, piece in enumerate(pieces):
        numbers = {name: "" if row[i] is None else f"{row[i]:.2f}" for name, row in costs.items()}
        wide = max(
            svg.text_width(visible(piece), SIZE) * 0.96 + 2 * INSIDE,
            *(svg.text_width(n, 13) + 2 for n in numbers.values()),
            22.0,
        )
        if x + wide > WIDTH - MARGIN:
            x, y = MARGIN, y + step
        parts += _chip(piece, x, y, wide, learn is not None and bool(learn[i]))
        for line, (name, number) in enumerate(numbers.items()):
            at = y + HIGH + 14 + NUMBER * line
            parts.append(svg.text(x + wide / 2, at, number, 13, "middle", fill=_colour(name)))
        x += wide + GAP
    alt = f"{title}. {_describe(pieces, learn, costs)}"
    return Picture(svg.document(WIDTH, y + step + 6, parts, alt), alt)


def _legend(y: float) -> list[str]:
    return [
        svg.rect(MARGIN, y + 3, 13, 13, LEARN, 3),
        svg.text(MARGIN + 19, y + 14, "learnt from", 13),
        svg.rect(MARGIN + 112, y + 3, 13, 13, READ, 3, EDGE),
        svg.text(MARGIN + 131, y + 14, "only read", 13),
        svg.rect(MARGIN + 212, y + 3, 13, 13, "#ffffff", 3, INK),
        svg.text(MARGIN + 231, y + 14, "special token (dark edge)", 13),
    ]


def _chip(piece: str | bytes, x: float, y: float, wide: float, learnt: bool) -> list[str]:
    shown = visible(piece)
    special = shown.startswith("⟨")
    fill = LEARN if learnt else ("#ffffff" if special else READ)
    return [
        svg.rect(x, y, wide, HIGH, fill, 4, INK if special else EDGE),
        svg.text(x + wide / 2, y + 18, shown, SIZE, "middle", fill="#ffffff" if learnt else INK),
    ]


def _colour(name: str) -> str:
    return ROW_COLOURS.get(name, COLOURS["you"])


def _describe(
    pieces: Sequence[str | bytes],
    learn: Sequence[bool] | None,
    costs: Mapping[str, Sequence[float | None]],
) -> str:
    said = " ".join(visible(piece) for piece in pieces)
    if learn is None:
        return f"Tokens: {said}."
    learnt = " ".join(visible(p) for p, mark in zip(pieces, learn) if mark)
    numbers = "; ".join(
        f"{name}: " + ", ".join(f"{x:.2f}" for x in row if x is not None)
        for name, row in costs.items()
    )
    return f"Tokens: {said}. Learnt from: {learnt}." + (
        f" −ln p of these, {numbers}." if numbers else ""
    )


SHIFT = (  # what is read, what must be predicted there, how likely the model finds it, whether it counts
    ("⟨user⟩", "Highest", 0.02, False),
    ("Highest", "mountain", 0.4, False),
    ("mountain", "⟨end⟩", 0.3, False),
    ("⟨end⟩", "⟨assistant⟩", 0.9, False),
    ("⟨assistant⟩", "Yushan", 0.5, True),
    ("Yushan", "⟨end⟩", 0.25, True),
)
COLUMNS = (
    (52, "t"),
    (76, "ids[t]: read"),
    (196, "ids[t + 1]: target"),
    (340, "p"),
    (392, "−ln p"),
    (450, "counts"),
)


def shift_picture(rows: Sequence[tuple[str, str, float, bool]] = SHIFT) -> Picture:
    """Which position predicts which token, with small numbers: the loss is the mean of the rows that count."""
    parts = [svg.text(MARGIN, 28, "Position t predicts token t + 1", 16, weight=600)]
    y = 52.0
    for x, name in COLUMNS:
        anchor = "end" if name == "t" else "start"
        parts.append(svg.text(x, y, name, 13, anchor, fill=FAINT, weight=600))
    total = []
    for t, (read, target, p, counts) in enumerate(rows):
        y += 30
        if counts:
            parts.append(svg.rect(MARGIN, y - 19, WIDTH - 2 * MARGIN, 27, LEARN, 5, opacity=0.16))
            total.append(-log(p))
        ink = INK if counts else FAINT
        texts = (str(t), read, target, f"{p:g}", f"{-log(p):.2f}", "yes" if counts else "no")
        for (x, name), text in zip(COLUMNS, texts):
            anchor = "end" if name == "t" else "start"
            parts.append(svg.text(x, y, text, 14, anchor, fill=ink, weight=600 if counts else 400))
    mean = sum(total) / len(total)
    sum_of = " + ".join(f"{x:.2f}" for x in total)
    y += 34
    text = f"loss = ({sum_of}) / {len(total)} = {mean:.2f} nats per token"
    parts.append(svg.text(MARGIN, y, text, 15, weight=600))
    alt = "Position t predicts token t + 1. " + "; ".join(
        f"after {read} comes {target}, p {p:g}, {'counts' if counts else 'does not count'}"
        for read, target, p, counts in rows
    )
    return Picture(svg.document(WIDTH, y + 16, parts, alt), f"{alt}. {text}.")


def counted_picture(
    pieces: Sequence[str | bytes], mask: Sequence[bool], counted: Mapping[str, Sequence[int]]
) -> Picture:
    """A chat position by position: what is read, what is to be predicted, and which targets each loss counts.

    mask     one mark a token: True = it is to be learnt
    counted  by the name of a loss, the places of the targets that change it
    """
    shown = [visible(piece) for piece in pieces]
    columns = {"t": 34, "read": 52, "target": 150, "marked": 292}
    columns |= {name: 372 + 90 * i for i, name in enumerate(counted)}
    y = 52.0
    parts = [svg.text(MARGIN, 28, "Which targets does a loss count?", 16, weight=600)]
    for name, x in columns.items():
        side = "start" if name in ("read", "target") else "end" if name == "t" else "middle"
        parts.append(svg.text(x, y, name, 13, side, FAINT, 600))
    for t in range(1, len(shown)):
        y += 26
        if mask[t]:
            parts.append(svg.rect(MARGIN, y - 17, WIDTH - 2 * MARGIN, 24, LEARN, 5, opacity=0.16))
        parts.append(svg.text(columns["t"], y, str(t - 1), 14, "end", FAINT))
        parts.append(svg.text(columns["read"], y, shown[t - 1], 14, fill=FAINT))
        parts.append(svg.text(columns["target"], y, shown[t], 14, weight=600 if mask[t] else 400))
        parts.append(svg.text(columns["marked"], y, "yes" if mask[t] else "–", 14, "middle"))
        for name, places in counted.items():
            right = (t in places) == bool(mask[t])
            mark = "counts" if t in places else "–"
            colour = INK if right else COLOURS["second"]
            weight = 400 if right else 600
            if not right and t not in places:
                mark = "missing"
            parts.append(svg.text(columns[name], y, mark, 14, "middle", colour, weight))
    told = "; ".join(
        f"{name} counts {' '.join(shown[t] for t in places)}" for name, places in counted.items()
    )
    marked = " ".join(token for token, mark in zip(shown, mask, strict=True) if mark)
    alt = f"Which targets does a loss count? Marked: {marked}. {told}."
    return Picture(svg.document(WIDTH, y + 20, parts, alt), alt)
