"""The update gates of a trained GRU as two strips: at the first token, and at those after it."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, MARGIN, STRIP = 480, 16, 34  # pixels


def gates_picture(first: list[float], later: list[float]) -> Picture:
    """Two strips with a box for each place: dark where it keeps, pale where it writes.

    first, later  from `interpret.gru_gates.update_gate_values`
    """
    title = f"The update gates z of {len(first)} places of the state"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    y = 46
    for name, values in (("at the first letter", first), ("at the letters after it", later)):
        span = f"{min(values):.2f} to {max(values):.2f}"
        parts += [
            svg.text(MARGIN, y + 16, name, 14, weight=600),
            svg.text(WIDTH - MARGIN, y + 16, span, 14, "end"),
            svg.rect(MARGIN, y + 24, WIDTH - 2 * MARGIN, STRIP, "none", stroke=EDGE),
        ]
        width = (WIDTH - 2 * MARGIN) / len(values)
        for i, z in enumerate(values):
            x = MARGIN + i * width
            opacity = max(0.0, 2 * z - 1)
            parts.append(svg.rect(x, y + 24, width - 0.6, STRIP, COLOURS["first"], opacity=opacity))
        n_shut = sum(z > 0.95 for z in values)
        said.append(f"{name} from {span}, {n_shut} of {len(values)} above 0.95")
        y += STRIP + 38
    y += 10
    legend = "dark: keeps, z = 1 · white: ½ or less · the same place above and below"
    parts.append(svg.text(MARGIN, y, legend, 12.5, fill=FAINT))
    alt = f"The update gates z of a GRU: {'; '.join(said)}."
    return Picture(svg.document(WIDTH, y + MARGIN, parts, alt), alt)
