"""The logit lens as a picture and a widget: the likeliest next token after each layer, with parts switched off."""

from collections.abc import Iterable, Sequence

from gptlab import sampling
from gptlab.engine.assistant import Assistant, TooLong
from gptlab.interpret.ablation import MLP
from gptlab.interpret.logit_lens import layer_names, logit_lens
from gptlab.view.attention.head_ablation import Switchboard
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, ROW, MARGIN, TOP, NAMES = 500, 30, 14, 84, 96  # pixels
MAX_TOKENS = 22  # that fit a picture


def lens_picture(assistant: Assistant, text: str, ablated: Iterable[tuple] = ()) -> Picture:
    """The likeliest next token at every position and layer; what comes true is framed."""
    ids = assistant.begin(text)
    if len(ids) > MAX_TOKENS:
        raise TooLong(
            f"the text takes {len(ids)} tokens, and the picture holds {MAX_TOKENS}: make it shorter"
        )
    ablated = sorted(ablated, key=str)
    best = sampling.softmax(logit_lens(assistant.model, ids, ablated)).max(dim=-1)
    tokens = [visible(assistant.tokenizer.decode_bytes([i])) for i in ids]
    columns = layer_names(assistant.model)
    box = (WIDTH - 2 * MARGIN - NAMES) / len(columns)
    off = ", ".join(_part_name(layer, part) for layer, part in ablated) or "nothing"
    parts = [
        svg.text(MARGIN, 28, "What would come next, asked after each layer", 15, weight=600),
        svg.text(
            MARGIN, 48, svg.shorten(f"off: {off}", WIDTH - 2 * MARGIN, 13), 13, fill=COLOURS["you"]
        ),
        svg.text(MARGIN, TOP - 10, "read so far", 12.5, fill=FAINT),
    ]
    for j, name in enumerate(columns):
        x = MARGIN + NAMES + (j + 0.5) * box
        parts.append(svg.text(x, TOP - 10, name, 12.5, "middle", fill=FAINT))
    said = []
    for t, token in enumerate(tokens):
        y = TOP + t * ROW
        coming = ids[t + 1] if t + 1 < len(ids) else None
        parts.append(
            svg.text(MARGIN + NAMES - 8, y + 20, svg.shorten(token, NAMES - 8, 14), 14, "end")
        )
        for j in range(len(columns)):
            guess = int(best.indices[j, t])
            p = float(best.values[j, t])
            label = visible(assistant.tokenizer.decode_bytes([guess]))
            parts += _box(MARGIN + NAMES + j * box, y, box, label, p, guess == coming)
            if t == len(ids) - 1:
                said.append(f"{columns[j]} {label} {percent(p)}")
    foot = TOP + len(ids) * ROW + 18
    legend = "the darker, the surer · framed and bold: the token that really followed"
    parts.append(svg.text(MARGIN, foot, legend, 12.5, fill=FAINT))
    alt = f"After “{text}”, off: {off}. The likeliest next token: {', '.join(said)}."
    return Picture(svg.document(WIDTH, foot + MARGIN, parts, alt), alt)


def _part_name(layer: int, part: int | str) -> str:
    return f"L{layer} {part}" if part == MLP else f"L{layer} head {part}"


def _box(x: float, y: float, width: float, label: str, p: float, true: bool) -> list[str]:
    place = (x + 1.5, y + 1.5, width - 3, ROW - 3)
    label = svg.shorten(label, width - 8, 13.5)
    return [
        svg.rect(*place, COLOURS["first"], 3, opacity=0.62 * p),
        svg.rect(*place, "none", 3, stroke=COLOURS["floor"] if true else EDGE),
        svg.text(x + width / 2, y + 20, label, 13.5, "middle", weight=600 if true else 400),
    ]


def lens(assistant: Assistant, texts: Sequence[str], ablated: Iterable[tuple] = ()) -> None:
    """Show the lens; where nothing is live, the first text with these parts off."""
    ablated = list(ablated)
    widget = Switchboard(assistant, texts, ablated, lens_picture, (MLP,))
    show(*lens_picture(assistant, texts[0], ablated), widget.box)
