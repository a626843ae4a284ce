"""Memories with their three scores: five of them for paper, and those of a resident of the town."""

from collections.abc import Sequence

import torch

from gptlab import agents
from gptlab.agent_town.memory import EQUAL, Scores, Weights
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT

WIDTH = 560
BOLD = 1.06  # how much wider bold text is than `text_width` says
PARTS = {"recency": CYCLE[2], "importance": CYCLE[3], "relevance": CYCLE[5]}
PAPER = (  # memory, hours since it was used, importance, relevance to "Where is the party?"
    ("I rested at home.", 1.0, 1.0, 0.0),
    ("I saw Ben at the inn.", 2.0, 2.0, 0.1),
    ("Ben told me: Rosa gives a party at the library at six.", 20.0, 7.0, 0.8),
    ("I talked with Rosa at the market.", 5.0, 3.0, 0.2),
    ("Kate told me: Umar wants to be king.", 26.0, 9.0, 0.1),
)
PAPER_RATE = 0.9  # large steps, so that they are seen
NAMES = ("memory", *PARTS, "score")


def paper_scores(weights: Weights = EQUAL) -> Scores:
    """The scores of the five memories, by the reader's functions."""
    hours, importance, relevance = (
        torch.tensor([row[i] for row in PAPER], dtype=torch.float64) for i in (1, 2, 3)
    )
    recency = agents.recency_decay(hours, PAPER_RATE)
    total = agents.retrieval_score(recency, importance, relevance, weights)
    return Scores(recency, importance, relevance, total)


def paper_picture(scaled: bool, title: str = "Where is the party?") -> Picture:
    """The five memories with what is known of each; with `scaled`, each part from 0 to 1 and their sum."""
    columns = [[row[i] for row in PAPER] for i in (1, 2, 3)]
    columns[0] = [PAPER_RATE**hours for hours in columns[0]]
    if scaled:
        columns = [_scaled(values) for values in columns]
    left, step, row = 236, 76, 44
    heads = list(PARTS) + (["sum"] if scaled else [])
    parts = [svg.text(14, 28, title, 15, weight=600)]
    for i, name in enumerate(heads):
        colour = PARTS.get(name, COLOURS["floor"])
        parts.append(svg.text(left + step * (i + 0.5), 52, name, 12, "middle", colour, 600))
    said = []
    best = max(range(len(PAPER)), key=lambda i: sum(column[i] for column in columns))
    for i, (memory, *_) in enumerate(PAPER):
        y = 62 + row * i
        first, second = _two_lines(memory)
        parts += [
            svg.line(14, y, WIDTH - 14, y),
            svg.text(14, y + (19 if second else 27), first, 13),
            svg.text(14, y + 36, second, 13),
        ]
        numbers = [column[i] for column in columns]
        if scaled:
            numbers.append(sum(numbers))
        for j, number in enumerate(numbers):
            bold = scaled and j == 3
            fill = COLOURS["right"] if bold and i == best else COLOURS["floor"]
            x = left + step * (j + 0.5)
            shown = f"{number:g}" if j == 1 and not scaled else f"{number:.2f}"
            parts.append(svg.text(x, y + 27, shown, 14, "middle", fill, 600 if bold else 400))
        said.append(f"“{memory}” {', '.join(f'{n:.2f}' for n in numbers)}")
    alt = f"{title} Five memories with {', '.join(heads)}: {'; '.join(said)}."
    return Picture(svg.document(WIDTH, 70 + row * len(PAPER), parts, alt), alt)


def stream_picture(
    texts: Sequence[str],
    scores: Scores,
    weights: Weights = EQUAL,
    k: int = 4,
    title: str = "",
    rows: int = 9,
) -> Picture:
    """The best memories of a stream as bars of three parts; the k that come to mind are marked."""
    shares = _shares(scores, weights)
    order = scores.best(rows)
    left, line, unit = 330, 17, 190 / max(sum(weights), 1e-9)
    shown = title or "Memories, the best first"
    parts = [svg.text(14, 26, svg.shorten(shown, WIDTH - 28), 15, weight=600)]
    parts += _legend()
    said, y = [], 60
    for i, place in enumerate(order):
        chosen = i < k
        if i == k:
            parts.append(svg.line(8, y, WIDTH - 8, y, EDGE, 2))
        lines = svg.wrapped(texts[place], (left - 24) / BOLD, 13)
        row = 9 + line * len(lines)
        if chosen:
            parts.append(svg.rect(8, y, WIDTH - 16, row, COLOURS["you"], 3, opacity=0.10))
        for n, words in enumerate(lines):
            weight = 600 if chosen else 400
            parts.append(svg.text(14, y + 18 + line * n, words, 13, weight=weight))
        total = float(scores.total[place])
        parts += _bar([share[place] * unit for share in shares], total, left, y + row / 2)
        said.append(f"{texts[place]} {total:.2f}")
        y += row
    n_more = len(texts) - len(order)
    end = y + 18
    if n_more > 0:
        parts.append(svg.text(14, end, f"and {n_more} more", 12, fill=FAINT))
    alt = f"{shown}. The first {min(k, len(order))} come to mind. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, end + 12, parts, alt), alt)


def _shares(scores: Scores, weights: Weights) -> list[list[float]]:
    """What each of the three adds to each memory's total."""
    zero = torch.zeros_like(scores.total)
    alone = (
        (scores.recency, zero, zero),
        (zero, scores.importance, zero),
        (zero, zero, scores.relevance),
    )
    return [agents.retrieval_score(*parts, weights).tolist() for parts in alone]


def _bar(widths: Sequence[float], total: float, x: float, middle: float) -> list[str]:
    """A memory's three parts side by side, and their sum."""
    parts = []
    for wide, colour in zip(widths, PARTS.values()):
        parts.append(svg.rect(x, middle - 8, wide, 16, colour))
        x += wide
    return [*parts, svg.text(x + 6, middle + 5, f"{total:.2f}", 12, fill=FAINT)]


def _legend() -> list[str]:
    parts, x = [], 14.0
    for name, colour in PARTS.items():
        parts += [svg.rect(x, 38, 12, 12, colour, 2), svg.text(x + 17, 49, name, 13)]
        x += 30 + svg.text_width(name, 13)
    return parts


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) for value in values]


def _two_lines(memory: str) -> tuple[str, str]:
    """A memory cut into two lines where it is long."""
    if svg.text_width(memory, 13) <= 215:
        return memory, ""
    words = memory.split()
    n = next(i for i in range(len(words), 0, -1) if svg.text_width(" ".join(words[:i]), 13) <= 215)
    return " ".join(words[:n]), svg.shorten(" ".join(words[n:]), 215, 13)


def loop_picture() -> Picture:
    """The way of a sentence: from what one resident remembers into what another one does."""
    boxes = (
        ("sees, hears", "a sentence each", 14),
        ("memory stream", "all of them, in order", 142),
        ("retrieval", "the best four", 296),
        ("model", "reads 4 + a question", 414),
    )
    width, y, height = (110, 136, 100, 132), 52, 62
    parts = [svg.text(14, 28, "From one memory into another", 15, weight=600)]
    for (name, note, x), wide in zip(boxes, width):
        parts += [
            svg.rect(x, y, wide, height, COLOURS["first"], 6, opacity=0.12),
            svg.text(x + wide / 2, y + 26, name, 14, "middle", weight=600),
            svg.text(x + wide / 2, y + 46, note, 11, "middle", FAINT),
        ]
    for x in (124, 278, 396):
        parts.append(svg.text(x + 9, y + 36, "→", 15, "middle"))
    said = "“Rosa gives a party at the library at six.”"
    parts += [
        svg.text(480, y + 86, "↓ says", 13, "middle"),
        svg.rect(214, y + 98, 332, 30, COLOURS["you"], 6, opacity=0.12),
        svg.text(380, y + 118, said, 13, "middle"),
        svg.text(202, y + 118, "the next resident hears it  ←", 13, "end"),
    ]
    alt = (
        "What a resident sees and hears goes into her memory stream. Retrieval picks the best four memories, the "
        "model reads them with a question and says a sentence, and the next resident hears and remembers it."
    )
    return Picture(svg.document(WIDTH, y + 142, parts, alt), alt)
