"""The style of all figures: colours by meaning, fonts with Chinese, and the same bytes every time.

    figure, axes = style.figure()
    axes.plot(steps, loss, color=COLOURS["sft"], label="SFT")
    style.direct_labels(axes)
    show(figure, alt="The loss falls from 4 to 1.1 nats per token in 500 steps.")

Every picture stands on a light panel of its own, so it reads the same on a dark page and on a light one.
"""

import io
import re
import warnings
from html import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, FONTS, INK, PANEL

FLOOR = {
    "color": COLOURS["floor"],
    "linestyle": (0, (1, 2)),
    "linewidth": 1.6,
}  # axes.axhline(y, **FLOOR)
# comes with matplotlib: every machine lays a figure out alike; the reader's own font draws it
MEASURE = "DejaVu Sans"

RC = {
    "font.family": [MEASURE],
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 12,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e7e4dc",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.prop_cycle": matplotlib.cycler(color=CYCLE),
    "lines.linewidth": 2.0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 72,
    "savefig.dpi": 72,
    "axes.unicode_minus": True,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "gptlab",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.h_pad": 0.1,
}


def apply() -> None:
    """Give every figure made from now on the course's style; `figure` does it by itself."""
    matplotlib.rcParams.update(RC)


def figure(
    width: float = 6.0, height: float = 3.4, rows: int = 1, columns: int = 1, **subplots
) -> tuple:
    """A figure in the course's style, and its axes: (figure, axes), axes an array where there are several.

    width and height in inches of 96 pixels; 6 inches still read well on a telephone, 9 are the widest.
    `subplots` goes on to `Figure.subplots` (sharex, width_ratios, …). Only `show` displays the figure.
    """
    apply()
    made = Figure(figsize=(width, height))
    return made, made.subplots(rows, columns, **subplots)


def direct_labels(axes: Axes, gap: float = 6.0) -> None:
    """Write each line's label after its last point, in its own colour, in place of a legend.

    Labels that would cover each other move apart. `gap` is the distance from the line in points.
    """
    lines = [
        x for x in axes.get_lines() if not str(x.get_label()).startswith("_") and len(x.get_xdata())
    ]
    if not lines:
        return
    height = axes.get_position().height * axes.figure.get_figheight() * 72  # of the axes, in points
    scale = axes.yaxis.get_transform()
    low, high = (float(y) for y in scale.transform(axes.get_ylim()))
    wanted = [
        (float(scale.transform([line.get_ydata()[-1]])[0]) - low) / (high - low) * height
        for line in lines
    ]
    for line, at, moved in zip(lines, wanted, _apart(wanted, 15.0)):
        axes.annotate(
            line.get_label(),
            (line.get_xdata()[-1], line.get_ydata()[-1]),
            (gap, moved - at),
            textcoords="offset points",
            va="center",
            color=line.get_color(),
            fontweight="bold",
            annotation_clip=False,
        )


def _apart(heights: list[float], least: float) -> list[float]:
    """The same heights, moved until neighbours stand at least so far apart."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    moved = list(heights)
    for _ in range(100):
        for below, above in zip(order, order[1:]):
            lack = least - (moved[above] - moved[below])
            if lack > 1e-9:
                moved[below] -= lack / 2
                moved[above] += lack / 2
    return moved


def to_svg(drawn: Figure, alt: str = "") -> str:
    """A figure as SVG: its text stays text in the reader's fonts, and the same figure gives the same bytes."""
    buffer = io.StringIO()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # Chinese: drawn by the reader's font
        drawn.savefig(
            buffer,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(f"'{MEASURE}'", FONTS)
    text = re.sub(r"[ \t]+\n", "\n", text)
    label = f' role="img" aria-label="{escape(alt)}"' if alt else ""
    title = f"<title>{escape(alt)}</title>" if alt else ""
    head, rest = text.split(">", 1)
    return (
        f'{head}{label} style="max-width:100%;height:auto">{title}{_panel(drawn)}{rest}'.rstrip()
        + "\n"
    )


def _panel(drawn: Figure) -> str:
    """The light ground that a figure stands on."""
    width, height = (72 * inches - 1 for inches in drawn.get_size_inches())
    place = f'x="0.5" y="0.5" width="{width:g}" height="{height:g}"'
    return f'<rect {place} rx="6" fill="{PANEL}" stroke="{EDGE}"/>'
