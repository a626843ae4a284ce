"""The learner's body beside the reference."""

from dataclasses import replace

import pytest

from gptlab.blanks.registry import find
from gptlab.exercises.side_by_side import folded, own_source

ENTRY = find("attention.causal_mask")
HEAD = "from gptlab.blanks import blank\n\n\n@blank(lesson=5, minutes=3, difficulty=1)\n"


def written(tmp_path, text):
    path = tmp_path / "attention.py"
    path.write_text(HEAD + text, encoding="utf-8")
    return replace(ENTRY, file=str(path))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            'def causal_mask(t):\n    """Say.\n\n    More.\n    """\n    a = 1  # why\n\n    return a\n\n\nx = 1\n',
            "def causal_mask(t):\n    a = 1  # why\n\n    return a",
        ),
        (
            'def causal_mask(\n    t: int,\n) -> int:\n    """Say."""\n    # first\n    return t < 2\n',
            "def causal_mask(\n    t: int,\n) -> int:\n    # first\n    return t < 2",
        ),
        ("def causal_mask(t):\n    return t\n", "def causal_mask(t):\n    return t"),
        ("def causal_mask(t): return t\n", "def causal_mask(t): return t"),
    ],
)
def test_the_learners_function_without_decorator_and_docstring(tmp_path, text, wanted):
    assert own_source(written(tmp_path, text)) == wanted


def test_both_are_shown_as_text(tmp_path):
    html = folded(written(tmp_path, "def causal_mask(t):\n    return t < 2\n"))
    assert "return t &lt; 2" in html and html.count("<pre") == 2
    assert html.startswith("<details>") and html.endswith("</details>")


@pytest.mark.parametrize("text", ["def (", "def other(t):\n    return t\n"])
def test_what_cannot_be_read_shows_nothing(tmp_path, text):
    assert folded(written(tmp_path, text)) == ""


def test_without_references_nothing_is_shown(tmp_path, monkeypatch):
    entry = written(tmp_path, "def causal_mask(t):\n    return t\n")
    monkeypatch.setenv("GPTLAB_SOLUTIONS", str(tmp_path / "gone"))
    assert folded(entry) == ""
