"""How long each part of a lesson takes, counted from its words and its cards: a table for the page on teaching."""

import json
import re
from pathlib import Path

from dev import lesson_rules
from gptlab.blanks.registry import find
from gptlab.course.lesson_files import label, name_of

WORDS_A_MINUTE = 180
NEW_TO_IT = 1.3  # a blank's own minutes are those of somebody who has done such things before
_CARD = re.compile(r"^lesson\.card\(\s*[\"']([\w.]+)[\"'],\s*(?:\n\s*)?[\"'](.)", re.MULTILINE)


def table(folder: Path) -> str:
    """A row for each notebook: minutes of reading, of writing what is required, and of what is optional."""
    rows = ["| part | | reading | writing | optional writing |", "|---|---|---|---|---|"]
    for path in sorted(folder.glob("[0-9][0-9]*_*.ipynb")):
        reading, writing, optional = minutes(json.loads(path.read_text(encoding="utf-8")))
        name = name_of(path)
        more = f"{optional:.0f}" if optional else ""
        rows.append(f"| {name} | {label(name)} | {reading:.0f} | {writing:.0f} | {more} |")
    return "\n".join(rows)


def minutes(notebook: dict) -> tuple[float, float, float]:
    """Reading, required writing and optional writing of one notebook, in minutes."""
    words = writing = optional = 0.0
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            words += lesson_rules.words(text)
            continue
        for key, first in _CARD.findall(text):
            if first == "☆":
                optional += NEW_TO_IT * find(key).minutes
            else:
                writing += NEW_TO_IT * find(key).minutes
    return words / WORDS_A_MINUTE, writing, optional
