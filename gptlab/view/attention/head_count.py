"""The share of right answers by number of heads, as bars."""

from gptlab.experiments.attention.head_count import WIDTH
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT


def heads_picture(accuracies: dict[int, list[float]], width: float = 480) -> Picture:
    """The share of right answers by number of heads.

    accuracies  for each number of heads, one share a seed: a bar for the mean, a stroke for each run
    """
    row, left, margin = 36, 96, 16  # pixels
    room = width - left - margin - 60
    parts = [svg.text(margin, 30, "Share of right answers, on new texts", 15, weight=600)]
    said = []
    for i, (n_heads, runs) in enumerate(accuracies.items()):
        y = 44 + i * row
        mean = sum(runs) / len(runs)
        name = f"{n_heads} head{'s' * (n_heads > 1)}"
        parts += [
            svg.text(left - 10, y + 21, name, 15, "end"),
            svg.rect(left, y + 4, room, row - 10, "none", 3, stroke=EDGE),
            svg.rect(
                left, y + 4, max(1.5, room * mean), row - 10, COLOURS["first"], 3, opacity=0.75
            ),
        ]
        for run in runs:
            x = left + room * run
            parts.append(svg.line(x, y + 2, x, y + row - 4, COLOURS["floor"], 2))
        percentage = f"{mean:.0%}".replace("%", " %")
        parts.append(svg.text(left + room + 10, y + 21, percentage, 15))
        said.append(f"{name} {mean:.0%}")
    foot = 44 + len(accuracies) * row + 18
    legend = f"width {WIDTH} in all of them · strokes: runs with other random numbers"
    parts.append(svg.text(margin, foot, legend, 12.5, fill=FAINT))
    alt = f"Share of right answers by number of heads: {', '.join(said)}."
    return Picture(svg.document(width, foot + margin, parts, alt), alt)
