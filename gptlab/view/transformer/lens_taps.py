"""How a logit lens works: the stream of one position, tapped after each layer, read by the last norm and the head."""

from collections.abc import Sequence

from gptlab import sampling
from gptlab.engine.assistant import Assistant
from gptlab.interpret.logit_lens import layer_names, logit_lens
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK
from gptlab.view.transformer.wires import arrow, box, norm_box

WIDTH, MARGIN, TOP, STEP, STREAM = 548, 16, 84, 66, 122  # pixels


def lens_taps_picture(assistant: Assistant, text: str, answers: bool = True) -> Picture:
    """What the last position of a text would say after each layer; without `answers`, what has to be guessed."""
    ids = assistant.begin(text)
    chances = sampling.softmax(logit_lens(assistant.model, ids)[:, -1])
    best = chances.max(dim=-1)
    names = layer_names(assistant.model)
    words = [visible(assistant.tokenizer.decode_bytes([int(i)])) for i in best.indices]
    shown = [(word, percent(float(p))) for word, p in zip(words, best.values)]
    last = visible(assistant.tokenizer.decode_bytes([ids[-1]]))
    bottom = TOP + STEP * (len(names) - 1) + 34
    parts = [
        svg.text(MARGIN, 29, "One stream, read after every layer", 15, weight=600),
        svg.text(MARGIN, 52, f"the position of {last} in “{text}”", 13, fill=FAINT),
        svg.rect(STREAM - 7, TOP - 12, 14, bottom - TOP + 12, COLOURS["gold"], 7, opacity=0.5),
    ]
    for i, name in enumerate(names):
        y = TOP + i * STEP + 12
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
    return Picture(svg.document(WIDTH, bottom + MARGIN, parts, alt), alt)


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
