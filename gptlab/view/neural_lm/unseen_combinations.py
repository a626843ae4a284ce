"""A table of facts and phrasings: how often training saw each combination, and which were held out."""

from gptlab.experiments.unseen_combinations import LANG, Combinations, templates_of
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

CELL = 23  # pixels: width of a box
ROW = 26
LEFT = 176  # where the boxes begin
TOP = 76
TITLE = "How often training saw each combination"
TINTS = {"new": COLOURS["you"], "tuning": COLOURS["floor"]}
KEY = {"new": "kept for the test", "tuning": "kept for tuning"}


def combinations_picture(data: Combinations, n_facts: int = 10, width: float = 480) -> Picture:
    """Facts as rows, phrasings as columns; in each box how often training saw the combination."""
    parts = [
        svg.text(16, 30, TITLE, 15, weight=600),
        svg.text(16, TOP - 12, "fact", 13, fill=FAINT),
        svg.text(LEFT, TOP - 12, "phrasing 1, 2, 3 …", 13, fill=FAINT),
    ]
    described = []
    for i, fact in enumerate(data.facts[:n_facts]):
        y = TOP + i * ROW
        name = f"{fact.subject.name[LANG]}, {fact.relation}"
        parts.append(svg.text(16, y + 17, svg.shorten(name, LEFT - 24, 14), 14))
        cells = []
        for j in range(len(templates_of(fact))):
            part = data.held_out[fact.index].get(j)
            n = data.count[fact.index, j]
            parts += _box(LEFT + j * CELL, y, part, n)
            cells.append(part or str(n))
        described.append(f"{name}: {', '.join(cells)}")
    y = TOP + n_facts * ROW + 12
    for x, part in ((16, "new"), (176, "tuning")):
        parts += [
            svg.rect(x, y, 14, 14, TINTS[part], 3),
            svg.text(x + 20, y + 12, KEY[part], 13),
        ]
    alt = f"{TITLE} of fact and phrasing. {'; '.join(described)}."
    return Picture(svg.document(width, y + 30, parts, alt), alt)


def _box(x: float, y: float, part: str | None, n: int) -> list[str]:
    """One combination: a filled box where it was held out, else its count."""
    fill = TINTS[part] if part else "none"
    count = "" if part else str(n)
    ink = INK if n else FAINT
    return [
        svg.rect(x, y, CELL - 2, ROW - 3, fill, 3, stroke=EDGE),
        svg.text(x + (CELL - 2) / 2, y + 17, count, 13, "middle", fill=ink),
    ]
