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
from gptlab.view.kit.wires import arrow, box, norm_box
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, ROW, MARGIN, TOP, NAMES = 500, 30, 14, 84, 96  # pixels
MAX_TOKENS = 22  # that fit a picture
WIDE, FIRST, STEP, STREAM = (
    548,
    84,
    66,
    122,
)  # pixels of the taps: first one, distance, the stream's place


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


def lens_taps_picture(assistant: Assistant, text: str, answers: bool = True) -> Picture:
    """What the last position of a text would say after each layer; without `answers`, what has to be guessed."""
    ids = assistant.begin(text)
    chances = sampling.softmax(logit_lens(assistant.model, ids)[:, -1])
    best = chances.max(dim=-1)
    names = layer_names(assistant.model)
    words = [visible(assistant.tokenizer.decode_bytes([int(i)])) for i in best.indices]
    shown = [(word, percent(float(p))) for word, p in zip(words, best.values)]
    last = visible(assistant.tokenizer.decode_bytes([ids[-1]]))
    bottom = FIRST + STEP * (len(names) - 1) + 34
    parts = [
        svg.text(MARGIN, 29, "One stream, read after every layer", 15, weight=600),
        svg.text(MARGIN, 52, f"the position of {last} in “{text}”", 13, fill=FAINT),
        svg.rect(STREAM - 7, FIRST - 12, 14, bottom - FIRST + 12, COLOURS["gold"], 7, opacity=0.5),
    ]
    for i, name in enumerate(names):
        y = FIRST + i * STEP + 12
        if i:
            parts += _layer(STREAM, y - STEP / 2, f"layer {i - 1}")
        parts += _tap(y, name, shown[i] if answers or i == len(names) - 1 else ("?", ""))
    said = ", ".join(f"{name} {word} {p}" for name, (word, p) in zip(names, shown))
    alt = (
        f"The stream at the last position of “{text}” goes through the last norm and the head after each layer. "
        + (
            f"Likeliest next token: {said}."
            if answers
            else f"After the last layer it says {words[-1]}."
        )
    )
    return Picture(svg.document(WIDE, bottom + MARGIN, parts, alt), alt)


def _layer(x: float, y: float, name: str) -> list[str]:
    return box(x - 34, y - 13, 68, 26, COLOURS["neutral"], name)


def _tap(y: float, name: str, says: Sequence[str]) -> list[str]:
    """A wire from the stream through norm and head to a word."""
    word, p = says
    return [
        svg.text(STREAM - 18, y + 5, name, 13, "end", FAINT),
        arrow(STREAM + 7, y, 196, y),
        *norm_box(196, y - 20, "last norm"),
        arrow(270, y, 302, y),
        *box(302, y - 20, 74, 40, COLOURS["gold"], "head"),
        arrow(376, y, 408, y),
        svg.text(416, y + 5, word, 15, "start", INK, 600),
        svg.text(416 + svg.text_width(word, 16) + 10, y + 5, p, 13, fill=FAINT),
    ]
