"""The residual stream as a notebook: how long each note is, who wrote which token, and how loud it gets."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, ROW, NAMES = 500, 16, 30, 150  # pixels


def authors(model) -> list[str]:
    """Who writes, in the order of `lens.notes`."""
    return [
        "token + position",
        *(f"L{n} {part}" for n in range(model.config.n_layers) for part in ("attention", "MLP")),
    ]


def notebook_picture(n_layers: int = 2) -> tuple[str, str]:
    """How layers share one stream, as (SVG, description): each reads a normalised copy and adds a note."""
    x, top, step = 120, 62, 74
    parts = [svg.text(MARGIN, 30, "One notebook, handed from layer to layer", 15, weight=600)]
    bottom = top + step * (2 * n_layers) + 46
    parts += [
        svg.rect(x - 9, top - 14, 18, bottom - top, COLOURS["gold"], 9, opacity=0.55),
        svg.text(x - 22, top, "token", 14, "end"),
        svg.text(x - 22, top + 18, "+ position", 14, "end"),
        svg.text(x - 22, bottom - 20, "stream", 14, "end", weight=600),
        svg.text(x + 20, bottom - 20, "→ norm → head: the next token", 14),
    ]
    said = []
    for i in range(2 * n_layers):
        y, name = (
            top + 28 + i * step,
            f"layer {i // 2} · " + ("attention" if i % 2 == 0 else "feed-forward"),
        )
        colour = COLOURS["sft"] if i % 2 == 0 else COLOURS["ppo"]
        told = "fetches from other tokens" if i % 2 == 0 else "thinks about this token alone"
        parts += [
            _arrow(x + 9, y + 10, x + 44, y + 10),
            svg.rect(x + 46, y - 4, 50, 28, "#ffffff", 5, stroke=EDGE),
            svg.text(x + 71, y + 15, "norm", 13, "middle"),
            _arrow(x + 96, y + 10, x + 118, y + 10),
            svg.rect(x + 120, y - 12, 228, 46, colour, 6, opacity=0.18, stroke=colour),
            svg.text(x + 130, y + 7, name, 14, weight=600),
            svg.text(x + 130, y + 25, told, 13),
            f'<path d="M {x + 234:g} {y + 34:g} v 12 H {x + 14:g}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<path d="M {x + 20:g} {y + 41:g} l -9 5 l 9 5 z" fill="{colour}"/>',
            svg.text(x - 22, y + 51, "+ a note", 13, "end", fill=colour, weight=600),
        ]
        said.append(name)
    alt = (
        f"A stream runs from token + position at the top to the head at the bottom. {', '.join(said)}: each reads a "
        "normalised copy of the stream and adds its result to it."
    )
    return svg.document(WIDTH, bottom - 4, parts, alt), alt


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        svg.line(x1, y1, x2 - 5, y2, FAINT, 1.6)
        + f'<path d="M {x2 - 7:g} {y2 - 4:g} L {x2:g} {y2:g} L {x2 - 7:g} {y2 + 4:g} z" fill="{FAINT}"/>'
    )


def lengths_picture(written: Tensor, names: Sequence[str]) -> tuple[str, str]:
    """How long each note of one position is, and the stream after it, as (SVG, description).

    written  (parts, C), from `lens.notes` at one position
    """
    notes, after = written.norm(dim=-1).tolist(), written.cumsum(dim=0).norm(dim=-1).tolist()
    left, room = MARGIN + NAMES, WIDTH - 2 * MARGIN - NAMES - 96
    most, parts, said = (
        max(after),
        [svg.text(MARGIN, 30, "How long each note is, and the stream after it", 15, weight=600)],
        [],
    )
    for i, (name, note, stream) in enumerate(zip(names, notes, after)):
        y, colour = (
            44 + i * ROW,
            COLOURS["gold"] if i == 0 else COLOURS["sft"] if i % 2 else COLOURS["ppo"],
        )
        parts += [
            svg.text(left - 10, y + 20, name, 14, "end"),
            svg.rect(left, y + 4, room * stream / most, ROW - 8, EDGE, 3),
            svg.rect(left, y + 8, room * note / most, ROW - 16, colour, 2),
            svg.text(left + room * stream / most + 8, y + 20, f"{note:.1f} → {stream:.1f}", 13),
        ]
        said.append(f"{name} {note:.1f}, then {stream:.1f}")
    foot = 44 + len(notes) * ROW + 18
    parts.append(
        svg.text(
            MARGIN, foot, "coloured: the note · grey: the whole stream after it", 12.5, fill=FAINT
        )
    )
    alt = f"Length of each note, and of the stream after it: {'; '.join(said)}."
    return svg.document(WIDTH, foot + MARGIN, parts, alt), alt


@torch.no_grad()
def shares(model, written: Tensor, token: int, rival: int) -> Tensor:
    """How much each note adds to the lead of a token over a rival, in the model's own scores; -> (parts + 1), the last: the
    norm's bias. They sum to the lead.

        lead = ((stream − mean) / std · weight + bias) · (wte_token − wte_rival), and the stream is a sum

    written  (parts, C), from `lens.notes` at the last position
    """
    stream, towards = written.sum(dim=0), model.wte[token] - model.wte[rival]
    spread = (stream.var(correction=0) + 1e-5).sqrt()
    centred = written - written.mean(dim=-1, keepdim=True)
    return torch.cat(
        [centred / spread * model.norm.weight @ towards, (model.norm.bias @ towards)[None]]
    )


def shares_picture(parts_of: Tensor, names: Sequence[str], title: str) -> tuple[str, str]:
    """What each note adds to a lead, or takes from it, as (SVG, description); parts_of from `shares`."""
    values, names = parts_of.tolist(), [*names, "last norm's bias"]
    most, left = max(map(abs, values)), MARGIN + NAMES
    low = max([0.0, *(-v for v in values)])
    room = (WIDTH - 2 * MARGIN - NAMES - 96) / (most + low)
    zero, parts, said = (
        left + 46 * (low > 0) + low * room,
        [svg.text(MARGIN, 30, title, 15, weight=600)],
        [],
    )
    for i, (name, value) in enumerate(zip(names, values)):
        y, colour = 44 + i * ROW, COLOURS["sft"] if value >= 0 else COLOURS["ppo"]
        shown, size = f"{value:+.1f}".replace("-", "−"), abs(value) * room
        parts += [
            svg.text(left - 10, y + 20, name, 14, "end"),
            svg.rect(
                zero if value >= 0 else zero - size,
                y + 5,
                max(1, size),
                ROW - 10,
                colour,
                2,
                opacity=0.85,
            ),
            svg.text(zero + size + 7, y + 20, shown, 13.5)
            if value >= 0
            else svg.text(zero - size - 7, y + 20, shown, 13.5, "end"),
        ]
        said.append(f"{name} {shown}")
    bottom = 44 + len(values) * ROW
    parts += [
        svg.line(zero, 44, zero, bottom, INK, 1.2),
        svg.text(left - 10, bottom + 20, "sum", 14, "end", weight=600),
        svg.text(zero + 7, bottom + 20, f"{sum(values):+.1f}".replace("-", "−"), 14, weight=600),
    ]
    alt = f"{title}: {'; '.join(said)}; sum {sum(values):+.1f}."
    return svg.document(WIDTH, bottom + 20 + MARGIN, parts, alt), alt
