"""Retrieval in pictures: the way of a question, the angle between vectors, and where to say that nothing was found."""

import math
from collections.abc import Sequence

from gptlab.experiments.agents.retrieval import rates
from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH, MARGIN = 560, 16  # pixels


def pipeline_picture() -> Picture:
    """From a question to an answer with its source, in four boxes, and what happens below the threshold."""
    boxes = [
        ("chunks", "texts in pieces", INK),
        ("vectors", "one for each piece", COLOURS["first"]),
        ("best matches", "cosine ≥ threshold", COLOURS["first"]),
        ("model", "reads, answers", COLOURS["sft"]),
    ]
    wide, gap = 120, 16
    parts = [svg.text(MARGIN, 28, "Retrieve, then read", 16, weight=600)]
    for i, (name, does, colour) in enumerate(boxes):
        x = MARGIN + i * (wide + gap)
        parts += [
            svg.rect(x, 46, wide, 62, "#ffffff", 8, colour),
            svg.text(x + wide / 2, 72, name, 15, "middle", colour, 600),
            svg.text(x + wide / 2, 94, does, 12, "middle", FAINT),
        ]
        if i:
            parts.append(svg.line(x - gap + 2, 77, x - 2, 77, FAINT, 1.8))
    parts += [
        svg.text(MARGIN, 140, "the question's vector is compared with all of them", 13, fill=FAINT),
        svg.text(MARGIN, 163, "nothing reaches the threshold: “This is not in the text.”", 13,
                 fill=COLOURS["wrong"]),
        svg.text(MARGIN, 186, "else: the answer, with the name of its document", 13,
                 fill=COLOURS["right"]),
    ]  # fmt: skip
    alt = (
        "Documents are cut into pieces, each piece becomes a vector, the question's vector is compared with all of "
        "them, and the model reads the best matches and answers with the document's name. Where no piece reaches the "
        "threshold, the answer is that this is not in the text."
    )
    return Picture(svg.document(WIDTH, 204, parts, alt), alt)


def angle_picture(
    query: tuple[float, float] = (3, 4),
    keys: Sequence[tuple[float, float]] = ((6, 8), (-4, 3), (0, 1)),
) -> Picture:
    """A query and keys as arrows in the plane, with the cosine of the angle between them."""
    figure, axes = style.figure(5.8, 4.4)
    said = []
    for number, (x, y) in reversed(list(enumerate([query, *keys]))):
        name = "query" if number == 0 else f"key {number}"
        colour = COLOURS["you"] if number == 0 else CYCLE[number - 1]
        cosine = (query[0] * x + query[1] * y) / (math.hypot(*query) * math.hypot(x, y))
        label = name if number == 0 else f"{name}: {fixed_places(cosine, 1)}"
        axes.annotate(
            "", (x, y), (0, 0), arrowprops={"arrowstyle": "->", "color": colour, "lw": 2.4}
        )
        beside = {"xytext": (0, 6), "ha": "center"} if x == 0 else {"xytext": (8, 2)}
        axes.annotate(label, (x, y), textcoords="offset points", color=colour, **beside)
        said.append(f"{name} ({x:g}, {y:g})" + (f", cosine {cosine:.1f}" if number else ""))
    axes.set_xlim(-6.5, 10.5)
    axes.set_ylim(-1.2, 9.5)
    axes.set_aspect("equal")
    axes.set_title("Cosine: the direction counts, not the length")
    alt = f"Arrows from one point: {'; '.join(said)}."
    return Picture(figure, alt)


def chunks_picture(pieces: Sequence[Sequence[str]], title: str) -> Picture:
    """Chunks one below the other, each shifted by what is new; the tokens that two share are marked."""
    starts, found = [], [list(piece) for piece in pieces]
    y, parts = 52, [svg.text(MARGIN, 28, title, 16, weight=600)]
    shared = _shared(found)
    for number, piece in enumerate(found):
        x = MARGIN + 66
        parts.append(svg.text(MARGIN, y + 18, f"chunk {number}", 13, fill=FAINT))
        for place, token in enumerate(piece):
            wide = max(22.0, svg.text_width(token, 13) + 8)
            if x + wide > WIDTH - MARGIN:
                x, y = MARGIN + 66, y + 30
            both = place < shared[number] or place >= len(piece) - shared[number + 1]
            fill = "#e4e9fb" if both else "#ffffff"
            edge = COLOURS["first"] if both else EDGE
            parts += [
                svg.rect(x, y, wide, 25, fill, 4, edge),
                svg.text(x + wide / 2, y + 17, token, 13, "middle"),
            ]
            x += wide + 3
        starts.append(" ".join(piece))
        y += 38
    alt = f"{title}. " + "; ".join(f"chunk {i}: {text}" for i, text in enumerate(starts)) + "."
    return Picture(svg.document(WIDTH, y + 4, parts, alt), alt)


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
    left.axvline(threshold, color=COLOURS["you"], lw=2)
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
