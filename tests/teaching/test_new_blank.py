"""A new blank's six places: all there, valid Python, and red until they are filled in."""

import ast
import importlib.util
import shutil

import pytest

from gptlab.blanks.source_scan import scan
from gptlab.cli import main
from gptlab.teaching import new_blank as scaffold
from tests.support.paths import ROOT


@pytest.fixture
def checkout(tmp_path):
    """The wings that a blank has a place in, without the rest of the course."""
    for inside in ("gptlab/attention.py", "solutions/attention.py"):
        (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / inside, tmp_path / inside)
    for inside in ("gptlab/exercises/attention", "tests/exercises/attention"):
        shutil.copytree(ROOT / inside, tmp_path / inside)
    return tmp_path


@pytest.mark.parametrize("key", ["attention.sliding_mask", "dreams.remember"])
def test_all_six_places(checkout, key):
    room, name = key.split(".")
    hints_before = checkout / f"gptlab/exercises/{room}/hints.py"
    before = len(_hints(hints_before)) if hints_before.exists() else 0
    places = scaffold.new_blank(checkout, key, 5, 8, 2, "t: int, width: int = 3")
    assert len(places) == 6
    for place in places:
        text = (checkout / place).read_text(encoding="utf-8")
        ast.parse(text)
        assert scaffold.TODO in text and name in text
    entry = scan(checkout / "gptlab")[0][key]
    assert entry.empty and (entry.lesson, entry.minutes, entry.difficulty) == (5, 8, 2)
    hints = _hints(checkout / f"gptlab/exercises/{room}/hints.py")
    assert len(hints) == before + 1 and len(hints[name]) == 3


def _hints(path):
    spec = importlib.util.spec_from_file_location("hints", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.HINTS


def test_what_was_there_stays(checkout):
    before = (checkout / "gptlab/attention.py").read_text(encoding="utf-8")
    scaffold.new_blank(checkout, "attention.sliding_mask", 5, 8, 2, "t: int")
    after = (checkout / "gptlab/attention.py").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip())


@pytest.mark.parametrize(
    ("key", "arguments", "said"),
    [
        ("attention", "x", "is no key"),
        ("attention.Look", "x", "is no key"),
        ("../x.y", "x", "is no key"),
        ("attention.look", "x", "there is a blank attention.look already"),
        ("attention.new", "x, y=", "is no list of arguments"),
        ("attention.new", "", "at least one argument"),
    ],
)
def test_what_cannot_be_begun_changes_nothing(checkout, key, arguments, said):
    before = {path: path.read_bytes() for path in checkout.rglob("*.py")}
    with pytest.raises(scaffold.CannotScaffold) as caught:
        scaffold.new_blank(checkout, key, 5, 8, 2, arguments)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert before == {path: path.read_bytes() for path in checkout.rglob("*.py")}


def test_the_command_says_one_line(capsys):
    assert main.main(["new-blank", "attention.look", "--lesson", "5"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
