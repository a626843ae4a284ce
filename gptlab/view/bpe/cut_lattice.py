"""All pieces that fit into a word, each over its letters with its probability; those of the best cut in colour."""

import math
from collections.abc import Mapping

from gptlab.experiments.bpe.unigram import best_cut
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

LETTER = 76  # pixels: room of a letter
MARGIN = 16
ROW = 34
BAR = 26
FILL = "#e5e1d6"


def lattice_picture(word: str, probability: Mapping[str, float], title: str) -> Picture:
    """The word's letters, a bar for each piece that fits, and the most probable way from left to right.

    probability  of each piece
    """
    cut, log_p = best_cut(word, {piece: math.log(p) for piece, p in probability.items()})
    chosen = set()
    start = 0
    for piece in cut:
        chosen.add((start, piece))
        start += len(piece)
    width = 2 * MARGIN + LETTER * len(word)
    parts = [svg.text(MARGIN, 29, title, 15, weight=600)]
    for i, letter in enumerate(word):
        parts.append(svg.text(MARGIN + LETTER * (i + 0.5), 62, letter, 20, "middle", weight=600))
    rows = _rows(word, probability)
    y = 74.0
    for row in rows:
        for begin, piece in row:
            parts += _bar(begin, piece, probability[piece], y, (begin, piece) in chosen)
        y += ROW
    for i in range(len(word) + 1):
        x = MARGIN + LETTER * i
        parts.insert(1, svg.line(x, 44, x, y, EDGE, 1, "2 3"))
    factors = " · ".join(three_digits(probability[piece]) for piece in cut)
    result = f"{' | '.join(cut)}:  {factors} = {three_digits(math.exp(log_p))}"
    parts.append(svg.text(MARGIN, y + 22, result, 15, fill=COLOURS["you"], weight=600))
    fits = ", ".join(f"{piece} {three_digits(p)}" for piece, p in probability.items())
    alt = f"{title}. Pieces: {fits}. The most probable cut of {word} is {result}."
    return Picture(svg.document(width, y + 22 + MARGIN, parts, alt), alt)


def _rows(word: str, probability: Mapping[str, float]) -> list[list[tuple[int, str]]]:
    """(beginning, piece) of every piece that fits, in rows in which none covers another; short ones first."""
    fitting = [
        (begin, word[begin:end])
        for begin in range(len(word))
        for end in range(begin + 1, len(word) + 1)
        if word[begin:end] in probability
    ]
    rows: list[list[tuple[int, str]]] = []
    for begin, piece in sorted(fitting, key=lambda one: (len(one[1]), one[0])):
        for row in rows:
            last, before = row[-1]
            if len(before) == len(piece) and last + len(before) <= begin:
                row.append((begin, piece))
                break
        else:
            rows.append([(begin, piece)])
    return rows


def _bar(begin: int, piece: str, p: float, y: float, chosen: bool) -> list[str]:
    x = MARGIN + LETTER * begin + 3
    width = LETTER * len(piece) - 6
    fill, ink = (COLOURS["you"], "#ffffff") if chosen else (FILL, INK)
    parts = [svg.rect(x, y, width, BAR, fill, radius=4, stroke=None if chosen else EDGE)]
    label = f"{piece} {three_digits(p)}"
    parts.append(
        svg.text(x + width / 2, y + 18, label, 14, "middle", fill=ink if chosen else FAINT)
    )
    return parts
