"""What a reward model likes: for each kind of pair, how often it prefers the reply that gold prefers."""

from collections.abc import Mapping

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, ROW = 520, 14, 46


def probes_picture(found: Mapping[str, Tensor]) -> Picture:
    """One bar a kind, from 0 to 100 %, with a line at a coin's 50 %."""
    parts = [
        svg.text(MARGIN, 28, "How often the reward model chooses as gold does", 16, weight=600)
    ]
    room = WIDTH - 2 * MARGIN - 56
    y = 40.0
    said = []
    for name, gaps in found.items():
        share = float((gaps > 0).double().mean())
        colour = COLOURS["right"] if share > 0.5 else COLOURS["wrong"]
        mean = f"{float(gaps.mean()):+.2f}".replace("-", "−")
        parts += [
            svg.text(MARGIN, y + 14, name, 14),
            svg.text(
                WIDTH - MARGIN, y + 14, f"mean difference of rewards {mean}", 12.5, "end", FAINT
            ),
            svg.rect(MARGIN, y + 20, room, 15, "#ffffff", 2, EDGE),
            svg.rect(MARGIN, y + 20, max(1.0, room * share), 15, colour, 2),
            svg.line(MARGIN + room / 2, y + 17, MARGIN + room / 2, y + 38, INK, 1.4),
            svg.text(MARGIN + room + 8, y + 33, f"{share:.0%}", 14, weight=600),
        ]
        said.append(f"{name}: {share:.0%}, mean difference {mean}")
        y += ROW
    parts.append(
        svg.text(MARGIN + room / 2, y + 8, "the line: a coin, 50 %", 12.5, "middle", FAINT)
    )
    alt = "How often the reward model chooses as gold does. " + "; ".join(said) + "."
    return Picture(svg.document(WIDTH, y + 20, parts, alt), alt)
