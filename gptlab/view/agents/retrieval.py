"""Retrieval in pictures: the way of a question, the angle between vectors, and where to say that nothing was found."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from gptlab.experiments.agents.retrieval import rates
from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH, MARGIN = 560, 16  # pixels
SHARED = "#e4e9fb"  # what is in two chunks


QUESTION, ASKED = "Where does Zubi live?", (3, 4)
PASSAGES = (  # text, document and vector
    ("Zubi lives on Moon Street.", "zubi.txt", (6, 8)),
    ("The capital of Peru is Lima.", "peru.txt", (-4, 3)),
    ("Zubi has a cat.", "pets.txt", (0, 1)),
)


def pipeline_picture() -> Picture:
    """From a question to an answer with its source: three passages with their vectors, and what the model reads."""
    blue = COLOURS["first"]
    parts = [
        svg.text(MARGIN, 28, "Retrieve, then read", 16, weight=600),
        svg.text(MARGIN, 62, QUESTION, 14, fill=COLOURS["you"], weight=600),
        svg.text(344, 62, _vector(ASKED), 14, "middle", COLOURS["you"], 600),
    ]
    for x, head in ((MARGIN, "passage"), (248, "document"), (344, "vector"), (452, "similarity")):
        anchor = "start" if x < 300 else "middle"
        parts.append(svg.text(x, 92, head, 12, anchor, FAINT))
    cosines = [_cosine(ASKED, vector) for _, _, vector in PASSAGES]
    best = cosines.index(max(cosines))
    said = []
    for i, ((text, name, vector), cosine) in enumerate(zip(PASSAGES, cosines)):
        y, weight = 102 + 30 * i, 600 if i == best else 400
        if i == best:
            parts.append(
                svg.rect(MARGIN - 6, y, WIDTH - 2 * MARGIN + 12, 28, blue, 4, opacity=0.14)
            )
        parts += [
            svg.text(MARGIN, y + 19, text, 14, weight=weight),
            svg.text(248, y + 19, name, 13, fill=FAINT),
            svg.text(344, y + 19, _vector(vector), 14, "middle", weight=weight),
            svg.text(452, y + 19, fixed_places(cosine, 1), 14, "middle", blue, weight),
        ]
        said.append(f"“{text}” {_vector(vector)}, similarity {cosine:.1f}")
    parts += [
        svg.line(60, 196, 60, 214, FAINT, 1.8),
        f'<polygon points="55,209 65,209 60,218" fill="{FAINT}"/>',
        svg.text(76, 210, "the best, if it reaches the threshold, goes into the prompt", 13, fill=FAINT),
        svg.rect(MARGIN, 222, WIDTH - 2 * MARGIN, 34, "#ffffff", 6, COLOURS["sft"]),
        svg.text(MARGIN + 10, 244, "model", 14, fill=COLOURS["sft"], weight=600),
        svg.text(MARGIN + 68, 244, f"reads: {QUESTION} {PASSAGES[best][0]}", 13),
        svg.text(MARGIN, 282, f"Moon Street.  [{PASSAGES[best][1]}]", 14, fill=COLOURS["right"], weight=600),
        svg.text(MARGIN, 306, "If none reaches it: “This is not in the text.”", 13, fill=COLOURS["wrong"]),
    ]  # fmt: skip
    alt = (
        f"The question “{QUESTION}” has the vector {_vector(ASKED)}. Three passages: {'; '.join(said)}. The best one "
        "reaches the threshold; the model reads the question and it, and answers “Moon Street.”, with the document's "
        "name. Where no passage reaches the threshold, the answer is “This is not in the text.”"
    )
    return Picture(svg.document(WIDTH, 322, parts, alt), alt)


def _vector(numbers: Sequence[float]) -> str:
    return f"({', '.join(f'{number:g}' for number in numbers)})".replace("-", "−")


def _cosine(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] * other[0] + one[1] * other[1]) / (math.hypot(*one) * math.hypot(*other))


def angle_picture(
    query: tuple[float, float] = ASKED,
    keys: Sequence[tuple[float, float]] = tuple(vector for *_, vector in PASSAGES),
) -> Picture:
    """A query and keys as arrows in the plane, each with its angle to the query and the cosine of it."""
    figure, axes = style.figure(5.8, 4.6)
    said, start = [], _degrees(query)
    for number, key in reversed(list(enumerate([query, *keys]))):
        name = "query" if number == 0 else f"key {number}"
        colour = COLOURS["you"] if number == 0 else CYCLE[number - 1]
        cosine, angle = _cosine(query, key), _degrees(key) - start
        arrow = {"arrowstyle": "->", "color": colour, "lw": 2.4, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", key, (0, 0), arrowprops=arrow)
        label = name if number == 0 else f"{name}: cosine {fixed_places(cosine, 1)}"
        short = math.hypot(*key) < 2  # no room beside so short an arrow: its name is below its tail
        place = {"xytext": (8, 2)} if key[0] >= 0 else {"xytext": (0, 8), "ha": "center"}
        if short:
            place = {"xytext": (0, -8), "ha": "center", "va": "top"}
        at = (0, 0) if short else key
        axes.annotate(label, at, textcoords="offset points", color=colour, **place)
        if number and abs(angle) > 1:
            _arc(axes, start, angle, 1.2 + 0.9 * (len(keys) - number), colour)
        said.append(
            f"{name} ({key[0]:g}, {key[1]:g})" + (f", cosine {cosine:.1f}" if number else "")
        )
    axes.set_xlim(-6.5, 10.5)
    axes.set_ylim(-1.6, 9.5)
    axes.set_aspect("equal")
    axes.set_title("Cosine: only the angle to the query counts")
    alt = f"Arrows from one point: {'; '.join(said)}."
    return Picture(figure, alt)


def _degrees(vector: tuple[float, float]) -> float:
    return math.degrees(math.atan2(vector[1], vector[0]))


def _arc(axes: Axes, start: float, angle: float, radius: float, colour: str) -> None:
    """The angle between two arrows as an arc, with its degrees."""
    turns = [math.radians(start + angle * i / 40) for i in range(41)]
    axes.plot(
        [radius * math.cos(t) for t in turns],
        [radius * math.sin(t) for t in turns],
        color=colour,
        lw=1.2,
    )
    middle, beyond = turns[20], radius + 0.5
    spot = (beyond * math.cos(middle), beyond * math.sin(middle))
    axes.text(*spot, f"{abs(angle):.0f}°", color=colour, ha="center", va="center", fontsize=12)


def chunks_picture(pieces: Sequence[Sequence[str]], title: str) -> Picture:
    """Chunks one below the other, each token below its place in the text; the tokens that two share are marked."""
    found = [list(piece) for piece in pieces]
    shared = _shared(found)
    starts, place = [], 0
    for piece, same in zip(found, shared):
        place -= same
        starts.append(place)
        place += len(piece)
    left, column = MARGIN + 66, min(56.0, (WIDTH - 2 * MARGIN - 66) / max(1, place))
    parts = [svg.text(MARGIN, 28, title, 16, weight=600)]
    parts += [svg.rect(MARGIN, 42, 14, 14, SHARED, 3, COLOURS["first"])]
    parts += [svg.text(MARGIN + 21, 54, "shared by two neighbours", 13, fill=FAINT)]
    parts += [svg.text(MARGIN, 82, "place", 13, fill=FAINT)]
    for n in range(place):
        parts.append(svg.text(left + column * (n + 0.5), 82, str(n), 13, "middle", FAINT))
    for number, (piece, start) in enumerate(zip(found, starts)):
        y = 94 + 36 * number
        parts.append(svg.text(MARGIN, y + 18, f"chunk {number}", 13, fill=FAINT))
        for n, token in enumerate(piece):
            x = left + column * (start + n)
            both = n < shared[number] or n >= len(piece) - shared[number + 1]
            fill, edge = (SHARED, COLOURS["first"]) if both else ("#ffffff", EDGE)
            parts += [
                svg.rect(x + 1.5, y, column - 3, 26, fill, 4, edge),
                svg.text(x + column / 2, y + 18, svg.shorten(token, column, 13), 13, "middle"),
            ]
    told = [
        f"chunk {i}, from place {at}: {' '.join(piece)}"
        for i, (piece, at) in enumerate(zip(found, starts))
    ]
    alt = f"{title}. {'; '.join(told)}."
    return Picture(svg.document(WIDTH, 98 + 36 * len(found), parts, alt), alt)


def _shared(pieces: Sequence[Sequence[str]]) -> list[int]:
    """How many tokens each chunk shares with the one before it; 0 for the first, and 0 after the last."""
    found = [0]
    for one, other in zip(pieces, pieces[1:]):
        most = min(len(one), len(other))
        same = [n for n in range(1, most + 1) if list(one[-n:]) == list(other[:n])]
        found.append(max(same, default=0))
    return [*found, 0]


def threshold_picture(
    inside: Sequence[float], outside: Sequence[float], threshold: float
) -> Picture:
    """Best scores of questions that the documents answer and of others, and the ROC curve of all thresholds."""
    figure, (left, right) = style.figure(8.4, 3.9, columns=2)
    low, high = min(*inside, *outside), max(*inside, *outside)
    edges = [low + (high - low) * i / 16 for i in range(17)]
    looks = (
        (inside, COLOURS["right"], "in the documents"),
        (outside, COLOURS["wrong"], "not in them"),
    )
    for scores, colour, name in looks:
        left.hist(scores, bins=edges, color=colour, alpha=0.45, label=name)
    left.axvline(threshold, ymax=0.74, color=COLOURS["you"], lw=2)
    left.set(xlabel="similarity of the best passage", ylabel="questions", title="Best scores")
    left.set_ylim(0, 1.35 * left.get_ylim()[1])
    left.legend(loc="upper left", fontsize=11)
    cuts = sorted({*inside, *outside, math.inf}, reverse=True)
    curve = [rates(inside, outside, cut) for cut in cuts]
    right.plot([b for _, b in curve], [a for a, _ in curve], color=COLOURS["first"])
    right.plot([0, 1], [0, 1], **style.FLOOR)
    kept, let_through = rates(inside, outside, threshold)
    right.plot([let_through], [kept], "o", color=COLOURS["you"], ms=9)
    right.set(xlabel="not in them, answered", ylabel="in them, answered", title="ROC curve")
    alt = (
        f"Two histograms of best scores that overlap, and the ROC curve. At the threshold {threshold:.2f}, {kept:.0%} "
        f"of the questions that the documents answer get an answer, and {let_through:.0%} of the others."
    )
    return Picture(figure, alt)
