"""How many tokens Chinese takes for each token of English, here and in the literature: bars on one scale."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.style import FLOOR
from gptlab.view.palette import COLOURS, FAINT

# Tokens of the same sentences of FLORES-200 in English and in simplified Chinese: Petrov et al. 2023, from the table
# that belongs to the paper, github.com/AleksandarPetrov/tokenization-fairness, assets/tokenization_lengths.csv
PUBLISHED = {
    "bytes (ByT5)": (259_396, 240_075),
    "GPT-2": (52_567, 168_850),
    "GPT-4 (cl100k_base)": (52_835, 101_138),
    "BLOOM (46 languages)": (53_174, 50_330),
}
MARGIN = 16  # pixels
WIDTH = 520
ROW = 28
LABEL = 190
TITLE = "Tokens of 中文 for each token of English"


def premium(english: int, chinese: int) -> float:
    """Tokens of Chinese for each token of English.

    premium = tokens(中文) / tokens(English), the same sentences in both         Petrov et al. 2023
    """
    return chinese / english


def premium_picture(ours: dict[str, tuple[int, int]]) -> Picture:
    """Bars for our own premiums and the published ones, with a line where both languages cost the same.

    ours  tokens of the same facts in (English, Chinese), by tokenizer
    """
    groups = (
        ("facts of the little web, cut by your tokenizers", ours, COLOURS["you"]),
        ("sentences of FLORES-200 (Petrov et al. 2023)", PUBLISHED, COLOURS["neutral"]),
    )
    largest = max(premium(*counts) for _, rows, _ in groups for counts in rows.values())
    left = MARGIN + LABEL
    unit = (WIDTH - 2 * MARGIN - LABEL - 50) / largest
    parts = [svg.text(MARGIN, 32, TITLE, 16, weight=600)]
    described = []
    y = 44.0
    for heading, rows, colour in groups:
        parts.append(svg.text(MARGIN, y + 20, heading, 14, fill=FAINT, weight=600))
        y += 30
        for i, (name, counts) in enumerate(rows.items()):
            times = premium(*counts)
            top = y + i * ROW
            end = left + max(times, 1) * unit
            parts += [
                svg.text(left - 10, top + 19, svg.shorten(name, LABEL - 12, 14), 14, "end"),
                svg.rect(left, top + 5, times * unit, ROW - 9, colour, radius=2),
                svg.text(end + 8, top + 19, f"{times:.2f}", 14, weight=600),
            ]
            described.append(f"{name} {times:.2f}")
        below = y + len(rows) * ROW
        parts.append(svg.line(left + unit, y, left + unit, below, FLOOR["color"], 1.8, "1.5 3"))
        y = below + 6
    key = "dotted: as many as in English"
    parts.append(svg.text(left + unit, y + 12, key, 13, "middle", fill=FAINT))
    alt = f"{TITLE}: {'; '.join(described)}."
    return Picture(svg.document(WIDTH, y + 12 + MARGIN, parts, alt), alt)
