"""The documentation on the disk: the same text each time, no paragraph twice, no package in both parts."""

import pytest

from gptlab.cli import main
from gptlab.engine.data import installed_docs
from gptlab.engine.data.installed_docs import HELD_OUT, LONG, TRAINING


def some():
    return installed_docs.documents(("packaging", "traitlets", "tornado", "not-installed-at-all"))


def test_the_same_text_each_time_and_no_long_paragraph_twice():
    first, again = some(), some()
    assert first == again and len({one.package for one in first}) == 3
    said = [" ".join(p.split()) for one in first for p in one.text.split("\n\n")]
    long = [p for p in said if len(p) >= LONG]
    assert len(long) == len(set(long)) > 100
    assert any("A tornado IOLoop" in one.text or "Tornado" in one.text for one in first)


def test_licences_are_not_in_it():
    assert "Redistribution and use in source" not in installed_docs.joined(some())


def test_packages_are_held_out_whole():
    assert not set(TRAINING) & set(HELD_OUT)
    training, held_out = installed_docs.split_by_package(some())
    assert {one.package for one in training} == {"packaging", "traitlets"}
    assert {one.package for one in held_out} == {"tornado"}


def test_docstrings_come_in_the_order_of_the_lines():
    source = (
        '"""Of the module."""\n\nclass A:\n    """Of A."""\n    def f(self):\n        """Of f."""\n'
        '\nasync def g():\n    "Of g."\n'
    )
    assert installed_docs._docstrings(source) == "Of the module.\n\nOf A.\n\nOf f.\n\nOf g."
    assert installed_docs._docstrings("def broken(:") == ""


def test_nothing_installed_is_said():
    with pytest.raises(ValueError, match="none of nothing-of-this is installed"):
        installed_docs.documents(("nothing-of-this",))


def test_the_command_writes_both_parts(tmp_path, monkeypatch, capsys):
    found = some()
    monkeypatch.setattr(installed_docs, "documents", lambda: found)
    assert main.main(["data", "docs", "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "from packaging, traitlets" in out and "from tornado" in out
    training, held_out = installed_docs.split_by_package(found)
    assert (tmp_path / "new" / "docs.txt").read_text("utf-8") == installed_docs.joined(training)
    assert (tmp_path / "new" / "docs-held-out.txt").read_text("utf-8") == installed_docs.joined(
        held_out
    )
