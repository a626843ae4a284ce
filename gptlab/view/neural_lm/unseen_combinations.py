"""A table of facts and phrasings: how often training saw each combination, and which were kept back."""

from gptlab.experiments.unseen_combinations import KEPT, LANG, Combinations, templates_of
from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK


def kept_picture(data: Combinations, n_facts: int = 10, width: float = 480) -> tuple[str, str]:
    """A table as (SVG, description): facts as rows, phrasings as columns; how often training saw each combination."""
    cell, left, top, row = 23, 176, 76, 26
    parts = [
        svg.text(16, 30, "How often training saw each combination", 15, weight=600),
        svg.text(16, top - 12, "fact", 13, fill=FAINT),
        svg.text(left, top - 12, "phrasing 1, 2, 3 …", 13, fill=FAINT),
    ]
    said = []
    for i, fact in enumerate(data.facts[:n_facts]):
        y, kept = top + i * row, data.kept[fact.index]
        name = f"{fact.subject.name[LANG]}, {fact.relation}"
        parts.append(svg.text(16, y + 17, svg.shorten(name, left - 24, 14), 14))
        for j in range(len(templates_of(fact))):
            part = kept.get(j)
            fill_ = COLOURS["you"] if part == "new" else COLOURS["floor"] if part else "none"
            parts.append(svg.rect(left + j * cell, y, cell - 2, row - 3, fill_, 3, stroke=EDGE))
            n = data.count[fact.index, j]
            parts.append(
                svg.text(
                    left + j * cell + (cell - 2) / 2,
                    y + 17,
                    "" if part else str(n),
                    13,
                    "middle",
                    fill=INK if n else FAINT,
                )
            )
        said.append(
            f"{name}: {', '.join(kept.get(j) or str(data.count[fact.index, j]) for j in range(len(templates_of(fact))))}"
        )
    y = top + n_facts * row + 12
    for x, colour, label in (
        (16, COLOURS["you"], "kept for the test"),
        (176, COLOURS["floor"], "kept for tuning"),
    ):
        parts += [svg.rect(x, y, 14, 14, colour, 3), svg.text(x + 20, y + 12, label, 13)]
    alt = "How often training saw each combination of fact and phrasing. " + "; ".join(said) + "."
    return svg.document(width, y + 30, parts, alt), alt
