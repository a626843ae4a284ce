"""What `gptlab borrow` keeps holds in other processes; GPTLAB_BORROW rules over it; a bad file is said in one line."""

import json
import os
import subprocess
import sys

import pytest

from gptlab.blanks.choices import SavedChoices
from gptlab.blanks.decisions import Decision, Target
from gptlab.blanks.errors import ChoicesDamaged
from tests.support.paths import ROOT


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GPTLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def gptlab(home, *arguments, **environment):
    """Run the command in a process of its own, where nothing else is borrowed."""
    inherited = {k: v for k, v in os.environ.items() if k != "GPTLAB_BORROW"}
    return subprocess.run(
        [sys.executable, "-m", "gptlab", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=inherited | {"GPTLAB_HOME": str(home), "PYTHONUTF8": "1"} | environment,
    )


def states(home, **environment):
    rows = json.loads(gptlab(home, "blanks", "--json", **environment).stdout)["blanks"]
    return {row["key"]: row["state"] for row in rows}


def test_borrowing_lasts_until_given_back(home):
    done = gptlab(home, "borrow", "sampling.softmax", "5")
    assert done.returncode == 0 and "sampling.softmax" in done.stdout and not done.stderr
    now = states(home)
    assert (
        now["sampling.softmax"] == now["attention.causal_mask"] == "borrowed"
        and now["ppo.gae"] != "borrowed"
    )
    assert gptlab(home, "give-back", "attention.causal_mask").returncode == 0
    now = states(home)
    assert now["attention.causal_mask"] != "borrowed" and now["attention.split_heads"] == "borrowed"
    assert (
        states(home, GPTLAB_BORROW="all")["attention.causal_mask"] == "borrowed"
    )  # the environment rules
    assert "rules over this" in gptlab(home, "give-back", "all", GPTLAB_BORROW="all").stderr
    assert "borrowed" not in states(home).values() and not (home / "borrowed.json").exists()


def test_a_function_runs_its_saved_choice(home):
    gptlab(home, "borrow", "all")
    code = (
        "import torch; from gptlab.sampling import softmax; print(softmax(torch.zeros(4)).tolist())"
    )
    inherited = {k: v for k, v in os.environ.items() if k != "GPTLAB_BORROW"} | {
        "GPTLAB_HOME": str(home)
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=inherited
    )
    assert done.stdout.strip() == "[0.25, 0.25, 0.25, 0.25]", done.stderr


@pytest.mark.parametrize("target", ["sampling.sofmax", "99", "nothing"])
def test_what_names_nothing_changes_nothing(home, target):
    done = gptlab(home, "borrow", "sampling.softmax", target)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and not done.stdout
    assert target != "sampling.sofmax" or "did you mean sampling.softmax" in done.stderr
    assert not home.exists()


def test_the_newest_choice_about_a_target_replaces_the_older(home):
    saved = SavedChoices()
    lesson_5, owned = Decision("borrow", Target("lesson", 5)), Decision("own", Target("key", "a.b"))
    for choice in (Decision("borrow", Target("key", "a.b")), lesson_5, owned):
        saved.save(choice)
    assert saved.decisions() == SavedChoices().decisions() == [lesson_5, owned]
    everything = Decision("borrow", Target("all"))
    saved.save(everything)
    assert saved.decisions() == SavedChoices().decisions() == [everything]
    saved.save(Decision("own", Target("all")))
    assert saved.decisions() == [] and list(home.iterdir()) == []


def test_a_file_of_an_earlier_version_is_read(home):
    home.mkdir()
    rows = [["borrow", "key", "a.b"], ["borrow", "lesson", 5], ["own", "all", 0]]
    (home / "borrowed.json").write_text(json.dumps({"choices": rows}))
    wanted = [
        Decision("borrow", Target("key", "a.b")),
        Decision("borrow", Target("lesson", 5)),
        Decision("own", Target("all")),
    ]
    assert SavedChoices().decisions() == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2",
        "[]",
        '{"choices": 3}',
        '{"choices": [["borrow", "key"]]}',
        '{"choices": [["take", "all", 0]]}',
        '{"choices": [["borrow", "lesson", "5"]]}',
        '{"choices": [["borrow", [], 5]]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_said_in_one_line(home, text):
    home.mkdir()
    (home / "borrowed.json").write_text(text)
    with pytest.raises(ChoicesDamaged, match="borrowed.json cannot be read .*delete it") as caught:
        SavedChoices().decisions()
    assert "\n" not in str(caught.value)


def test_a_damaged_file_stops_a_command_with_one_line(home):
    home.mkdir()
    (home / "borrowed.json").write_bytes(b"\xff\x00")
    done = gptlab(home, "blanks")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "borrowed.json" in done.stderr
