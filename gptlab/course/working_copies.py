"""The learner's own copies of the lessons: without outputs, so that no answer stands below its question.

The notebooks in `lessons/` keep their outputs, for the website, for readers without a kernel and for the tests.
`gptlab lab` opens the copies in `my_lessons/`. A copy notes in its metadata which edition of the lesson it was made
from, as a digest of each cell; where the lesson has changed since, the copy takes the new cells and keeps what she
wrote, added or ran.
"""

import copy
import hashlib
import json
import secrets
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import short_path
from gptlab.course import lesson_files

NOTE = "gptlab"  # the key of our note in a notebook's metadata


def folder() -> Path:
    """`my_lessons/` in the checkout, as deep as `lessons/`, so that links out of a notebook lead to the same places."""
    return source_scan.CHECKOUT / "my_lessons"


def path_of(original: Path) -> Path:
    """The learner's copy of a lesson's notebook."""
    return folder() / original.name


def bring_up_to_date(originals: list[Path]) -> list[str]:
    """Make the copies that are missing, and bring lessons' changes into those that there are; -> what to tell her.

    Raises OSError where a copy cannot be written; what was there is then as it was before.
    """
    folder().mkdir(exist_ok=True)
    return [line for original in originals if (line := _bring(original))]


def start_anew(original: Path) -> str:
    """Lay a copy aside and make a clean one; -> what to tell her."""
    mine = path_of(original)
    folder().mkdir(exist_ok=True)
    told = f"{short_path(mine)} is as new"
    if mine.exists():
        kept = _keep(mine)
        mine.unlink()
        told += f"; yours is kept as {short_path(kept)}"
    _write(mine, clean(_read(original)))
    return told


def _bring(original: Path) -> str:
    mine, edition = path_of(original), clean(_read(original))
    if not mine.exists():
        _write(mine, edition)
        return ""
    try:
        hers = _read(mine)
        noted = [(str(name), str(digest)) for name, digest in hers["metadata"][NOTE]["cells"]]
    except (ValueError, KeyError, TypeError):
        return (
            f"{short_path(mine)} cannot be read as a copy of the lesson and is left alone; "
            f"`gptlab lab {lesson_files.name_of(original)} --fresh` lays it aside and makes a new one"
        )
    if noted == edition["metadata"][NOTE]["cells"]:
        return ""
    kept = _keep(mine)
    _write(mine, merged(noted, hers, edition))
    return f"{short_path(mine)} has the lesson's new edition, and what you wrote; as it was before: {short_path(kept)}"


def clean(notebook: dict) -> dict:
    """The same notebook without outputs, with a note of its edition: the id and digest of each cell."""
    bare = copy.deepcopy(notebook)
    bare["metadata"].pop("widgets", None)
    for cell in bare["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    bare["metadata"][NOTE] = {"cells": [(cell["id"], digest(cell)) for cell in bare["cells"]]}
    return bare


def digest(cell: dict) -> str:
    """A short name for the kind and text of a cell."""
    text = f"{cell['cell_type']}\n{''.join(cell['source'])}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def merged(noted: list[tuple[str, str]], hers: dict, edition: dict) -> dict:
    """The new edition with all that is hers: cells she changed, added or ran.

    A cell that both changed is there twice, hers first.

    noted    (id, digest) of each cell of the edition that her copy was made from
    hers     her copy
    edition  the new edition, clean
    """
    old_digest = dict(noted)
    by_id = {cell["id"]: cell for cell in hers["cells"]}
    unused = list(noted)
    new_cells, place = [], {}  # place: her cell's id -> where its like went
    for cell in edition["cells"]:
        same = next((one for one in unused if one[1] == digest(cell)), None)
        if same is None:
            new_cells.append(cell)
            continue
        unused.remove(same)
        if same[0] in by_id:  # a cell that she deleted stays deleted
            place[same[0]] = len(new_cells)
            new_cells.append(by_id[same[0]] | {"id": cell["id"]})
    taken = {cell["id"] for cell in edition["cells"]}
    groups: list[list[dict]] = [[] for _ in range(len(new_cells) + 1)]  # hers, before each new cell
    after = 0
    for cell in hers["cells"]:
        if cell["id"] in place:
            after = place[cell["id"]] + 1
        elif old_digest.get(cell["id"]) != digest(cell):  # one that only the old edition had goes
            free = cell["id"] not in taken
            groups[after].append(cell if free else cell | {"id": secrets.token_hex(4)})
    cells = [
        one
        for own, new in zip(groups, [*new_cells, None])
        for one in (*own, new)
        if one is not None
    ]
    return {**edition, "cells": cells}


def _read(path: Path) -> dict:
    """A notebook's content. Raises ValueError for a file that is none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise ValueError("no notebook")
    return content


def _write(path: Path, notebook: dict) -> None:
    write_atomically(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _keep(mine: Path) -> Path:
    """Copy a file to `my_lessons/before/`, under a number that is still free."""
    before = folder() / "before"
    before.mkdir(exist_ok=True)
    number = 1
    while (kept := before / f"{mine.stem}-{number}.ipynb").exists():
        number += 1
    kept.write_bytes(mine.read_bytes())
    return kept
