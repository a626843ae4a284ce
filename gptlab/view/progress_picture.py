"""How far a learner is, as a picture: a row for each lesson, a box for each of its functions."""

from collections.abc import Sequence

from gptlab.course.progress import LessonProgress
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

BOX, GAP, ROW, TOP, LEFT = 18, 4, 30, 62, 280  # pixels
FILLS = {"passes": COLOURS["right"], "fails": COLOURS["second"], "empty": "none"}
WORDS = {"passes": "passes its check", "fails": "written, not right yet", "empty": "still empty"}


def progress_picture(rows: Sequence[LessonProgress]) -> Picture:
    """The course at a glance; the picture that `gptlab progress --picture` writes."""
    rows = [row for row in rows if row.blanks]
    most = max((len(row.blanks) for row in rows), default=1)
    width = LEFT + most * (BOX + GAP) + 60
    total = sum(len(row.blanks) for row in rows)
    passes = sum(row.count("passes") for row in rows)
    title = f"{passes} of {total} functions pass their checks"
    parts = [svg.text(14, 26, title, 16, weight=600)]
    x = 14.0
    for state, words in WORDS.items():
        parts.append(svg.rect(x, 37, 12, 12, FILLS[state], 2, EDGE))
        parts.append(svg.text(x + 17, 48, words, 13, fill=FAINT))
        x += 34 + svg.text_width(words, 13)
    for i, row in enumerate(rows):
        y = TOP + ROW * i
        label = svg.shorten(f"{row.number:02} · {row.label}", LEFT - 24, 14)
        parts.append(svg.text(14, y + 14, label, 14))
        for j, blank in enumerate(row.blanks):
            place = LEFT + j * (BOX + GAP)
            parts.append(svg.rect(place, y, BOX, BOX, FILLS[blank.state], 3, EDGE))
        count = f"{row.count('passes')}/{len(row.blanks)}"
        end = LEFT + len(row.blanks) * (BOX + GAP) + 6
        parts.append(svg.text(end, y + 14, count, 13, fill=FAINT))
    lines = ", ".join(
        f"lesson {row.number}: {row.count('passes')}/{len(row.blanks)}" for row in rows
    )
    alt = f"{title}. {lines}."
    return Picture(svg.document(width, TOP + ROW * len(rows) + 8, parts, alt), alt)
