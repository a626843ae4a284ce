"""Induction heads in pictures: the circuit of two heads, training curves, scores, maps, and a switchboard."""

from collections.abc import Iterable, Sequence

import ipywidgets as w
from torch import Tensor

from gptlab.experiments.scaling.repeats import (
    ONE,
    SMEARED,
    TWO,
    AttentionOnly,
    Part,
    Training,
    continued,
    repeat_loss_without,
)
from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH, MARGIN = 480, 16  # pixels
TINTS = {ONE: COLOURS["second"], TWO: COLOURS["first"], SMEARED: CYCLE[2]}


def circuit_picture(tokens: Sequence[str] = ("q", "f", "z", "b", "q")) -> Picture:
    """How two heads of two layers copy: the last token was seen before, and what came next then is copied.

    tokens  of which the last occurs once before
    """
    box, gap = 60, 28
    first = tokens.index(tokens[-1])
    last = len(tokens) - 1
    centres = [MARGIN + 10 + i * (box + gap) + box / 2 for i in range(len(tokens))]
    top, middle = 66, 150
    title = "Two heads, one after the other"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    for i, token in enumerate(tokens):
        x = centres[i] - box / 2
        parts += _box(x, top, box, 36, f"{token}", INK)
        note = f"I am {token}" if i == 0 else f"{token}, after {tokens[i - 1]}"
        parts += _box(x, middle, box, 30, note, COLOURS["first"], 12)
        if i:
            parts += _arrow(centres[i - 1] + 8, top + 36, centres[i] - 6, middle, COLOURS["first"])
    copied, asks = tokens[first + 1], tokens[-1]
    x1, x2, y = centres[last], centres[first + 1], middle + 62
    notes = (
        ("layer 0, previous-token head: each position notes what came before it", "first"),
        (f"layer 1, induction head: the last {asks} asks “who came after {asks}?”", "second"),
        (
            f"and finds “{copied}, after {asks}”. It copies {copied}: that is the prediction.",
            "second",
        ),
    )
    parts += [
        svg.text(MARGIN, top - 10, "the page", 12.5, fill=FAINT),
        f'<path d="M {x1:g} {middle + 30:g} V {y:g} H {x2:g} V {middle + 34:g}" fill="none" '
        f'stroke="{COLOURS["second"]}" stroke-width="2"/>',
        f'<path d="M {x2 - 5:g} {middle + 41:g} L {x2:g} {middle + 32:g} l 5 9 z" '
        f'fill="{COLOURS["second"]}"/>',
    ]
    for i, (note, colour) in enumerate(notes):
        parts.append(svg.text(MARGIN, y + 28 + 19 * i, note, 12.5, fill=COLOURS[colour]))
    alt = (
        f"The page {' '.join(tokens)}. In layer 0 every token notes the one before it. In layer 1 the last "
        f"{tokens[-1]} looks for a token that came after {tokens[-1]}, finds {copied}, and copies it."
    )
    return Picture(svg.document(WIDTH, y + 66 + MARGIN, parts, alt), alt)


def _box(
    x: float, y: float, width: float, height: float, label: str, ink: str, size: float = 16
) -> list[str]:
    return [
        svg.rect(x, y, width, height, "#ffffff", 5, stroke=EDGE if ink == INK else ink),
        svg.text(x + width / 2, y + height / 2 + size / 3, label, size, "middle", fill=ink),
    ]


def _arrow(x1: float, y1: float, x2: float, y2: float, colour: str) -> list[str]:
    return [
        svg.line(x1, y1, x2, y2 - 5, colour, 1.6),
        f'<path d="M {x2 - 6:g} {y2 - 8:g} L {x2:g} {y2 - 1:g} l 1 -9 z" fill="{colour}"/>',
    ]


def curves_picture(runs: Sequence[Training], ideal: float, title: str) -> Picture:
    """The loss on letters written before, by step; dotted: the reader's in-context bigram."""
    figure, axes = style.figure(6.8, 3.8)
    said = []
    for run in runs:
        axes.plot(run.steps, run.on_repeats, color=TINTS[run.name], label=run.name)
        said.append(f"{run.name}: from {run.on_repeats[0]:.2f} to {run.on_repeats[-1]:.2f}")
    axes.axhline(ideal, **style.FLOOR)
    axes.annotate(
        "dotted: the page's own pairs, counted",
        (0, ideal),
        (4, -13),
        textcoords="offset points",
        fontsize=11,
    )
    axes.set(xlabel="step", ylabel="loss on repeats, nats per letter", title=title, ylim=(0, None))
    style.direct_labels(axes)
    return Picture(figure, f"{title}. {'; '.join(said)}; {ideal:.2f} by counting pairs.")


def scores_picture(previous: Tensor, induction: Tensor, title: str) -> Picture:
    """Two scores of every head as bars: looking at the token before, and at what came next the last time.

    previous, induction  (L, H), between 0 and 1
    """
    left, room, row = MARGIN + 110, WIDTH - 2 * MARGIN - 110 - 50, 34
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    y, said = 44, []
    for layer, (before, after) in enumerate(zip(previous.tolist(), induction.tolist())):
        for head, values in enumerate(zip(before, after)):
            parts.append(svg.text(left - 10, y + 20, f"layer {layer} head {head}", 13.5, "end"))
            for top, value, colour in (
                (y + 3, values[0], COLOURS["first"]),
                (y + 16, values[1], COLOURS["second"]),
            ):
                parts += [
                    svg.rect(left, top, max(1.5, room * value), 11, colour, 2),
                    svg.text(left + room * value + 7, top + 10, fixed_places(value, 2), 12),
                ]
            said.append(f"layer {layer} head {head}: {values[0]:.2f} and {values[1]:.2f}")
            y += row
        y += 8
    legend = "blue: previous-token score · orange: induction score"
    parts.append(svg.text(MARGIN, y + 12, legend, 12.5, fill=FAINT))
    alt = f"{title}, previous-token and induction score. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, y + 12 + MARGIN, parts, alt), alt)


def map_picture(weights: Tensor, letters: str, title: str) -> Picture:
    """What one head attends to on a page: row asks, column is attended to; framed: what came next the last time.

    weights  (T, T)
    """
    n = len(letters)
    box = min(26.0, (WIDTH - 2 * MARGIN - 24) / n)
    left, top = MARGIN + 24, 74
    parts = [
        svg.text(MARGIN, 30, title, 15, weight=600),
        svg.text(left, 50, "attends to →", 12, fill=FAINT),
    ]
    for i, letter in enumerate(letters):
        parts += [
            svg.text(left + (i + 0.5) * box, top - 6, letter, 14, "middle"),
            svg.text(left - 8, top + (i + 0.7) * box, letter, 14, "end"),
        ]
        for j in range(i + 1):
            place = (left + j * box + 1, top + i * box + 1, box - 2, box - 2)
            target = any(letters[s] == letters[i] and s + 1 == j for s in range(i))
            frame = COLOURS["floor"] if target else EDGE
            parts += [
                svg.rect(*place, COLOURS["first"], 3, opacity=0.9 * float(weights[i, j])),
                svg.rect(*place, "none", 3, stroke=frame),
            ]
    y = top + n * box + 18
    legend = "the darker, the more · framed: what came after the same letter before"
    parts.append(svg.text(MARGIN, y, legend, 12.5, fill=FAINT))
    strongest = [letters[int(row.argmax())] for row in weights]
    looks = ", ".join(f"{letter} at {seen}" for letter, seen in zip(letters, strongest))
    alt = f"{title}. On the page {letters}, row by row: {looks}."
    return Picture(svg.document(WIDTH, y + MARGIN, parts, alt), alt)


def switched_picture(model: AttentionOnly, text: str, off: Iterable[Part] = ()) -> Picture:
    """What the network writes after a text while some heads are silent, and its loss on repeats."""
    off = sorted(off)
    losses = [repeat_loss_without(model, heads) for heads in ((), off)]
    written = [continued(model, text, off=heads) for heads in ((), off)]
    names = ", ".join(f"L{layer} head {head}" for layer, head in off) or "none"
    scale = (WIDTH - 2 * MARGIN - 150) / 4.0  # 4 nats fill the row
    parts = [
        svg.text(MARGIN, 30, "The network without some heads", 15, weight=600),
        svg.text(MARGIN, 52, svg.shorten(f"off: {names}", WIDTH - 32, 13), 13, fill=COLOURS["you"]),
    ]
    for i, (name, colour) in enumerate((("all on", COLOURS["neutral"]), ("now", COLOURS["you"]))):
        y = 66 + i * 62
        parts += [
            svg.text(MARGIN, y + 16, f"{name}: {text} →", 15),
            svg.text(
                MARGIN + svg.text_width(f"all on: {text} →") + 12,
                y + 16,
                written[i],
                15,
                fill=colour,
                weight=600,
            ),
            svg.rect(MARGIN, y + 26, max(1.5, scale * losses[i]), 14, colour, 2),
            svg.text(
                MARGIN + scale * losses[i] + 8, y + 38, f"{losses[i]:.2f} nats on repeats", 13
            ),
        ]
    alt = (
        f"Heads off: {names}. After {text} the network writes {written[1]}, with all heads {written[0]}; its loss "
        f"on repeats is {losses[1]:.2f}, with all heads {losses[0]:.2f} nats per letter."
    )
    return Picture(svg.document(WIDTH, 66 + 2 * 62 + 4, parts, alt), alt)


class HeadSwitches:
    """A text, a button for each head of the network, pressed to silence it, and what is left; `box` is the widget."""

    def __init__(self, model: AttentionOnly, text: str, off: Iterable[Part] = ()):
        self.model, self.text = model, text
        off = set(off)
        self.switches = {
            part: w.ToggleButton(
                part in off,
                description=f"L{part[0]} h{part[1]}",
                tooltip=f"switch off layer {part[0]}, head {part[1]}",
                layout=w.Layout(width="auto", min_width="0"),
            )
            for part in model.heads
        }
        self.out = w.HTML()
        n_heads = model.layers[0].n_heads
        columns = f"repeat({n_heads}, minmax(0, 90px))"
        grid = w.GridBox(
            list(self.switches.values()),
            layout=w.Layout(grid_template_columns=columns, grid_gap="4px"),
        )
        for switch in self.switches.values():
            switch.observe(self.refresh, "value")
        self.box = w.VBox([grid, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    @property
    def off(self) -> list[Part]:
        """The heads that are silent now."""
        return [part for part, switch in self.switches.items() if switch.value]

    def refresh(self, _=None) -> None:
        """Draw anew."""
        for switch in self.switches.values():
            switch.button_style = "warning" if switch.value else ""
        self.out.value = switched_picture(self.model, self.text, self.off).image


def head_switches(model: AttentionOnly, text: str, off: Iterable[Part] = ()) -> None:
    """Show the switches; where nothing is live, the network with these heads off."""
    off = list(off)
    widget = HeadSwitches(model, text, off)
    show(*switched_picture(model, text, off), widget.box)


def fed_picture(rows: Sequence[dict]) -> Picture:
    """The shipped model, trained on with repeats: its loss on a second copy, and its best head's score, by update."""
    figure, (above, below) = style.figure(6.4, 5.2, rows=2, sharex=True)
    said = []
    for pool, colour in (("drawn", COLOURS["first"]), ("never drawn", COLOURS["second"])):
        updates = [row["update"] for row in rows]
        losses = [row[pool]["losses"][1] for row in rows]
        best = [max(max(layer) for layer in row[pool]["scores"]) for row in rows]
        above.plot(updates, losses, "o-", color=colour, label=f"tokens {pool}")
        below.plot(updates, best, "o-", color=colour, label=f"tokens {pool}")
        said.append(
            f"tokens {pool}: loss {losses[0]:.1f} to {losses[-1]:.1f}, score {best[0]:.2f} to {best[-1]:.2f}"
        )
    above.set(ylabel="loss on the 2nd copy, nats", title="The shipped model, fed with repeats")
    below.set(ylabel="best induction score", xlabel="update", ylim=(0, 1))
    style.direct_labels(above)
    style.direct_labels(below)
    return Picture(figure, f"The shipped model, trained on with repeats. {'; '.join(said)}.")
