"""The rules of a lesson, and of its parts."""

import json

import pytest

from dev import lesson_rules as rules
from gptlab.blanks.registry import by_lesson

NUMBER = next(n for n, own in by_lesson().items() if n > 6 and len(own) > 1)
KEYS = [entry.key for entry in by_lesson()[NUMBER]]


def cell(kind, text, **more):
    made = {"cell_type": kind, "metadata": {}, "source": text} | more
    return made | {"outputs": more.get("outputs", [])} if kind == "code" else made


def part_of(letter, keys):
    """A part that keeps every rule and holds these blanks."""
    name = f'"{NUMBER}{letter}"' if letter else NUMBER
    shown = [{"output_type": "stream", "name": "stdout", "text": "s"}]
    sources = [f"from gptlab import start, check, hint\nlesson = start({name})"]
    sources += [f'lesson.card("{key}", "why")' for key in keys]
    sources += [f'check("{key}")' for key in keys] + ["x = 1", "lesson.summary()"]
    cells = [cell("markdown", f"# {NUMBER:02d}{letter} · A title")]
    cells += [
        cell("code", text, outputs=shown, execution_count=n) for n, text in enumerate(sources, 1)
    ]
    for place, one in enumerate(cells):
        one["id"] = f"c{place}"
        if one["source"].startswith("check("):
            one["metadata"] = {"tags": ["nbval-check-output"]}
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def shelve(folder, letter, notebook):
    path = folder / f"{NUMBER:02d}{letter}_title.ipynb"
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


def first(cells, begin):
    return next(one for one in cells if one["source"].startswith(begin))


def filled(notebook, cell_count):
    """The notebook with so many cells."""
    prose = [
        cell("markdown", "word", id=f"p{n}") for n in range(cell_count - len(notebook["cells"]))
    ]
    notebook["cells"][1:1] = prose


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda nb, c: None, None),
        (lambda nb, c: first(c, "x =").update(source="x = 1\n" * 20), None),
        (
            lambda nb, c: first(c, "x =").update(source="x = 1\n" * 21),
            "21 lines of code, but at most 20",
        ),
        (lambda nb, c: first(c, "x =").update(source="def f():" + "\n    a = 1" * 14), None),
        (
            lambda nb, c: first(c, "x =").update(source="def f():" + "\n    a = 1" * 15),
            "f is defined in more than 15 lines",
        ),
        (lambda nb, c: first(c, "x =").update(source="x = 1\n# NBVAL_SKIP"), 'no "# NBVAL"'),
        (lambda nb, c: first(c, "check").update(metadata={}), "has the tag nbval-check-output"),
        (
            lambda nb, c: first(c, "check").update(source=first(c, "check")["source"] + "\nx = 2"),
            "alone and has the tag",
        ),
        (lambda nb, c: filled(nb, 65), None),
        (lambda nb, c: filled(nb, 66), "66 cells, but at most 65"),
        (
            lambda nb, c: c.extend(cell("markdown", "word " * 80, id=f"p{n}") for n in range(30)),
            "words of prose, but at most 2400",
        ),
        (lambda nb, c: first(c, "lesson.card").update(source="1"), "one card (has 0)"),
        (lambda nb, c: first(c, "from").update(source="lesson = start(1)"), "first code cell"),
        (
            lambda nb, c: first(c, "x =").update(source="lesson.measured('a', 1)", outputs=[]),
            "no output is kept",
        ),
    ],
)
@pytest.mark.parametrize("letter", ["", "a"])
def test_the_rules_of_a_lesson_and_of_a_part(tmp_path, letter, change, why):
    notebook = part_of(letter, KEYS)
    change(notebook, notebook["cells"])
    found = rules.faults(shelve(tmp_path, letter, notebook))
    assert (found == []) if why is None else any(why in fault for fault in found), found


def faults_of(folder, **keys_by_letter):
    paths = [
        shelve(folder, letter, part_of(letter, keys)) for letter, keys in keys_by_letter.items()
    ]
    return [rules.faults(path) for path in paths]


def test_each_blank_is_in_one_part(tmp_path):
    assert faults_of(tmp_path, a=KEYS[:1], b=[], c=KEYS[1:]) == [[], [], []]


def test_a_blank_that_no_part_has_is_said_of_the_last(tmp_path):
    of_a, of_b = faults_of(tmp_path, a=KEYS[:1], b=KEYS[2:])
    assert of_a == [] and of_b == [
        f"{KEYS[1]} must have one card (has 0) and one check cell (has 0)"
    ]


def test_a_blank_in_two_parts_is_said_of_both(tmp_path):
    shelve(tmp_path, "b", part_of("b", KEYS))
    of_a, of_b = faults_of(tmp_path, a=KEYS[:1], b=KEYS)
    assert of_a == of_b == [f"{KEYS[0]} has a card or check in another part too"]


def test_card_and_check_stand_in_the_same_part(tmp_path):
    with_check = part_of("b", KEYS[1:])
    moved = first(part_of("a", KEYS[:1])["cells"], "check")
    without = part_of("a", KEYS[:1])
    without["cells"].remove(first(without["cells"], "check"))
    with_check["cells"].insert(2, moved | {"id": "moved"})
    shelve(tmp_path, "b", with_check)
    found = rules.faults(shelve(tmp_path, "a", without))
    assert f"{KEYS[0]} has a card or check in another part too" in found


@pytest.mark.parametrize("name", ["10A_title.ipynb", "10ab_title.ipynb", "100_title.ipynb"])
def test_what_is_no_name_of_a_part(tmp_path, name):
    assert "called like" in rules.faults(tmp_path / name)[0]
