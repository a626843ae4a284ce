"""How often BERT and GPT fill a gap rightly, as bars: two models for each question."""

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE


def pairs_picture(rows: dict[str, dict[str, float]], title: str, width: float = 480) -> Picture:
    """Shares as bars, two models for each question.

    rows  {question: {model: share}}; a model's colour is its place: grey for the first, blue, orange
    """
    left = 150
    room = width - left - 16 - 56
    colours = (COLOURS["neutral"], COLOURS["first"], COLOURS["second"])
    parts = [svg.text(16, 30, title, 15, weight=600)]
    said = []
    y = 44
    for question, shares in rows.items():
        parts.append(svg.text(16, y + 18, question, 14, weight=600))
        y += 26
        for (name, share), colour in zip(shares.items(), colours):
            parts += [
                svg.text(left - 10, y + 18, name, 14, "end"),
                svg.rect(left, y + 4, room, 18, "none", 3, stroke=EDGE),
                svg.rect(left, y + 4, max(1.5, room * share), 18, colour, 3),
                svg.text(left + room + 8, y + 18, percent(share), 14),
            ]
            y += 26
        y += 8
        named = ", ".join(f"{name} {percent(share)}" for name, share in shares.items())
        said.append(f"{question}: {named}")
    alt = f"{title}. {'; '.join(said)}."
    return Picture(svg.document(width, y + 8, parts, alt), alt)
