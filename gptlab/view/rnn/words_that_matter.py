"""A sentence in rows, one for each network: the darker a word, the more of the answer's lead is lost without it."""

from collections.abc import Sequence

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, NETWORKS

MARGIN, HIGH, GAP, SIZE, INSIDE = 16, 30, 4, 14, 8  # pixels
ROW = HIGH + 46
FULL_AT = 4.0  # a word is fully dark where so much of the lead is lost


def words_picture(
    lost: dict[str, Sequence[float]],
    words: Sequence[str],
    target: str,
    answers: dict[str, str],
    title: str,
) -> Picture:
    """For each network the words of the sentence, shaded by what is lost without them, and the answer.

    lost     by network: one number a word, from `interpret.word_importance.lead_lost`
    target   the right answer
    answers  by network: what is written at the right end of its line
    """
    wide = [svg.text_width(word, SIZE) + 2 * INSIDE for word in words]
    wide = [max(38.0, w) for w in wide]
    asked = svg.text_width(f"{target} ?", SIZE) + 2 * INSIDE
    width = max(420.0, 2 * MARGIN + sum(wide) + GAP * len(words) + asked)
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    y = 48.0
    for name, row in lost.items():
        colour = NETWORKS.get(name, COLOURS["neutral"])
        parts += [
            svg.text(MARGIN, y + 14, name, 14, fill=colour, weight=600),
            svg.text(width - MARGIN, y + 14, answers[name], 13, "end", fill=FAINT),
        ]
        x = float(MARGIN)
        for word, box, value in zip(words, wide, row, strict=True):
            dark = min(1.0, max(0.0, value) / FULL_AT)
            parts += [
                svg.rect(x, y + 22, box, HIGH, colour, 4, opacity=max(0.02, 0.85 * dark)),
                svg.rect(x, y + 22, box, HIGH, "none", 4, stroke=EDGE),
                svg.text(
                    x + box / 2,
                    y + 42,
                    word,
                    SIZE,
                    "middle",
                    fill="#ffffff" if dark > 0.6 else INK,
                    weight=600 if dark > 0.6 else 400,
                ),
                svg.text(x + box / 2, y + 66, _signed(value), 11.5, "middle", fill=FAINT),
            ]
            x += box + GAP
        parts += [
            svg.rect(x, y + 22, asked, HIGH, "none", 4, stroke=COLOURS["you"]),
            svg.text(x + asked / 2, y + 42, f"{target} ?", SIZE, "middle", fill=COLOURS["you"]),
        ]
        most = sorted(range(len(words)), key=lambda t, row=row: -row[t])[:3]
        by_word = ", ".join(f"{words[t]} {_signed(row[t])}" for t in most)
        said.append(f"{name} ({answers[name]}): most with {by_word}")
        y += ROW
    legend = "below each word: how much of the answer's lead is lost without it; dark: 4 or more"
    parts.append(svg.text(MARGIN, y + 6, legend, 12.5, fill=FAINT))
    y += 16
    alt = f"{title} How much of the lead of “{target}” is lost without a word. {'. '.join(said)}."
    return Picture(svg.document(width, y + 6, parts, alt), alt)


def _signed(value: float) -> str:
    """One place, with a real minus sign, and no minus before 0.0."""
    text = f"{value:.1f}".replace("-", "−")
    return "0.0" if text == "−0.0" else text
