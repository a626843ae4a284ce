"""`gptlab lessons`, `progress`, `check`, `hint` and `lab`."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import types

import pytest

from gptlab.blanks import registry, source_scan
from gptlab.blanks.errors import CourseError
from gptlab.cli import lessons, main
from gptlab.course import lesson_files
from gptlab.exercises.hint import hints
from tests.support.lesson_tree import ROOT, empty_copy

COMMANDS = ["lessons", "progress", "check", "hint", "lab"]


def gptlab(tree, *words, **environment):
    """Run the command in a process of its own, on a copy of the course, with nothing borrowed."""
    clean = {k: v for k, v in os.environ.items() if k not in ("GPTLAB_BORROW", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, "-m", "gptlab", *words],
        cwd=tree,
        capture_output=True,
        encoding="utf-8",
        env=clean | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"} | environment,
    )


def one_line(capsys, *words):
    """Run a command that must fail; returns (exit status, its one line)."""
    status, said = main.main(list(words)), capsys.readouterr()
    assert (
        status != 0 and not said.out and said.err.count("\n") == 1 and said.err.startswith("gptlab")
    ), said
    return status, said.err


LIGHT = """
import sys
from gptlab.cli.main import main
for words in (["lessons"], ["lessons", "--json"], ["hint", "sampling.softmax"], ["progress"], ["check"],
              *([name, "--help"] for name in sys.argv[1:])):
    if main(words) != 0:
        sys.exit(f"{words} failed")
heavy = {"torch", "numpy", "matplotlib", "IPython", "nbformat", "jupyterlab"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return empty_copy(tmp_path_factory.mktemp("fresh"))


def test_nothing_heavy_is_imported_while_nothing_is_written(fresh):
    clean = {k: v for k, v in os.environ.items() if k not in ("GPTLAB_BORROW", "PYTHONPATH")} | {
        "PYTHONUTF8": "1"
    }
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *COMMANDS],
        cwd=fresh,
        capture_output=True,
        encoding="utf-8",
        env=clean,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("examples:") == len(COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ["check", "99"],
        ["check", "sampling.sofmax"],
        ["check", "1", "sampling.sofmax"],
        ["check", "-1"],
        ["hint"],
        ["hint", "sampling.sofmax"],
        ["hint", "sampling.softmax", "9"],
        ["hint", "sampling.softmax", "0"],
        ["lab", "98"],
        ["lab", "x"],
        ["lab", "--port", "0"],
        ["lessons", "1"],
    ],
)
def test_what_is_wrong_is_said_in_one_line(capsys, words):
    one_line(capsys, *words)


def test_near_matches_are_named(capsys):
    assert "did you mean sampling.softmax" in one_line(capsys, "check", "sampling.sofmax")[1]
    assert "lesson 99 has no blanks; these have: 0, 1, 2" in one_line(capsys, "check", "99")[1]


@pytest.mark.parametrize("command", ["check", "hint", "borrow", "give-back", "reveal", "reset"])
@pytest.mark.parametrize("given", ["x" * 3000, "9" * 5000, "sampling." + "softmax" * 90])
def test_a_very_long_key_is_not_repeated_whole(capsys, command, given):
    said = one_line(capsys, command, given)[1]
    assert f"{given[:59]}…" in said and len(said) < 200


# -- lessons, hint ------------------------------------------------------------------------------------------------


def test_the_map_of_the_course(capsys):
    assert main.main(["lessons", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["lessons"]
    rows = {f"{row['lesson']}{row['part']}": row for row in listed}
    assert [row["lesson"] for row in listed] == sorted(row["lesson"] for row in listed)
    assert {*map(str, registry.by_lesson())} - {*rows} == {
        str(row["lesson"]) for row in listed if row["part"]
    }
    for number, entries in registry.by_lesson().items():
        parts = [row for row in listed if row["lesson"] == number]
        assert sum(row["blanks"] for row in parts) == len(entries)
        assert sum(row["minutes"] for row in parts) == sum(entry.minutes for entry in entries)
    for name, path in lesson_files.notebooks().items():
        assert rows[name]["file"] == f"lessons/{path.name}" and rows[name]["title"]
    assert main.main(["lessons"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(rows)
    assert all(
        row["title"] in line and line.startswith(f"{name:>2}  ")
        for (name, row), line in zip(rows.items(), lines[::2])
    )


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A checkout in which lesson 5 has two parts, and lesson 6 none."""
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    (tmp_path / "lessons").mkdir()
    for name, key in (("05a", "causal_mask"), ("05b", "merge_heads"), ("06", "layer_norm")):
        cell = {"cell_type": "code", "source": [f'lesson.card("attention.{key}", "why")']}
        path = tmp_path / "lessons" / f"{name}_x.ipynb"
        path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    return tmp_path / "lessons"


def test_the_map_names_parts(parts, capsys):
    assert main.main(["lessons", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["lessons"]
    five = [row for row in rows if row["lesson"] == 5]
    assert [(row["part"], row["file"][-11:], row["blanks"]) for row in five] == [
        ("a", "05a_x.ipynb", 1),
        ("b", "05b_x.ipynb", 1),
    ]
    assert main.main(["lessons"]) == 0
    assert [line[:4] for line in capsys.readouterr().out.splitlines() if line[:1] == "5"] == [
        "5a  ",
        "5b  ",
    ]


def test_lab_opens_a_part_and_of_a_lesson_the_first(parts):
    found = {text: lessons._notebook_of(text).name for text in ("5", "05", "5b", "6")}
    assert found == {
        "5": "05a_x.ipynb",
        "05": "05a_x.ipynb",
        "5b": "05b_x.ipynb",
        "6": "06_x.ipynb",
    }


@pytest.mark.parametrize("text", ["5c", "6a", "7"])
def test_lab_names_what_has_a_notebook(parts, text):
    with pytest.raises(CourseError, match=f"lesson {text} has no notebook; these have: 5a, 5b, 6"):
        lessons._notebook_of(text)


def test_a_part_is_checked_alone(parts, capsys):
    assert [one.key for one in lessons.named(["5b"])] == ["attention.merge_heads"]
    assert len(lessons.named(["5"])) == 7 and len(lessons.named(["5a", "5b"])) == 2
    _, line = one_line(capsys, "check", "5c")
    assert "lesson 5 has no part c; it has 5a, 5b" in line
    assert "'five' is no lesson" in one_line(capsys, "lab", "five")[1]


def test_hints_one_by_one(capsys):
    texts = hints("sampling.softmax")
    for number, text in enumerate(texts, start=1):
        assert main.main(["hint", "sampling.softmax", *([str(number)] if number > 1 else [])]) == 0
        first, after = capsys.readouterr().out.splitlines()
        assert first == f"hint {number} of {len(texts)}: {text}"
        more = (
            f"hint sampling.softmax {number + 1}"
            if number < len(texts)
            else "reveal sampling.softmax"
        )
        assert after == f"(more: gptlab {more})"
    assert (
        f"{len(texts)} hints, so there is no hint 9"
        in one_line(capsys, "hint", "sampling.softmax", "9")[1]
    )


# -- check, progress ----------------------------------------------------------------------------------------------

WRITTEN = {
    "append_token": "    return ids + [token]",  # right
    "softmax": "    return torch.full_like(logits, 1 / logits.shape[-1])",  # wrong
    "merge_pair": "    import math\n    return math.nothing",  # raises
}


def write(tree, module, name, body):
    """Fill in one blank of the copy."""
    path = tree / "gptlab" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"def {name}(")
    path.write_text(
        text[:start] + text[start:].replace("    raise NotImplementedError", body, 1),
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    tree = empty_copy(tmp_path_factory.mktemp("begun"))
    write(tree, "sampling", "append_token", WRITTEN["append_token"])
    write(tree, "sampling", "softmax", WRITTEN["softmax"])
    write(tree, "bpe", "merge_pair", WRITTEN["merge_pair"])
    return tree


def test_check_judges_what_is_written_and_counts_the_rest(begun):
    total = len(registry.blanks())
    done = gptlab(begun, "check")
    assert done.returncode == 1 and not done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "✓ sampling.append_token passes its check"
    assert (
        "✗ sampling.softmax" in lines
        and "✗ bpe.merge_pair" in lines
        and any("AttributeError" in line for line in lines)
    )
    assert any(line.split() == ["help", "gptlab", "hint", "sampling.softmax"] for line in lines)
    assert (
        lines[-1] == f"1 passes, 2 fail, {total - 3} are empty" and "still empty" not in done.stdout
    )


def test_check_with_nothing_written_says_where_to_begin(fresh):
    lines = gptlab(fresh, "check").stdout.splitlines()
    assert (
        lines[0] == f"0 pass, 0 fail, {len(registry.blanks())} are empty"
        and "gptlab lab" in lines[1]
        and len(lines) == 2
    )
    assert gptlab(fresh, "check", "sampling.softmax").stdout.count("\n") == 1


@pytest.mark.slow
def test_check_of_what_was_named(begun):
    done = gptlab(
        begun, "check", "0", "--json", GPTLAB_BORROW="all"
    )  # her own function is judged, borrowed or not
    report = json.loads(done.stdout)
    assert done.returncode == 0 and (report["passes"], report["fails"], report["empty"]) == (
        1,
        0,
        0,
    )
    assert report["blanks"] == [
        {
            "key": "sampling.append_token",
            "lesson": 0,
            "state": "passes",
            "message": "✓ sampling.append_token passes its check",
            "misconception": None,
        }
    ]
    done = gptlab(begun, "check", "sampling.top_k_filter", "sampling.append_token")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith(
        "○ sampling.top_k_filter is still empty: write it in gptlab/sampling.py:"
    )
    assert done.stdout.splitlines()[2] == "1 passes, 0 fail, 1 is empty"
    assert gptlab(begun, "check", "5").returncode == 0  # nothing is written there, so nothing fails


@pytest.mark.slow
def test_progress_of_what_is_written(begun):
    done = gptlab(begun, "progress", "--json")
    rows = {row["lesson"]: row for row in json.loads(done.stdout)["lessons"]}
    assert done.returncode == 0 and (rows[0]["written"], rows[0]["passes"]) == (1, 1)
    assert (rows[1]["written"], rows[1]["passes"], rows[2]["written"], rows[2]["passes"]) == (
        1,
        0,
        1,
        0,
    )
    assert (
        rows[1]["states"]["sampling.softmax"] == "fails"
        and rows[1]["states"]["ngram.perplexity"] == "empty"
    )
    lines = gptlab(begun, "progress").stdout.splitlines()
    assert lines[0].split()[-5:] == ["████████████", "1", "of", "1", "pass"]
    assert lines[-1].startswith(
        f"1 of {len(registry.blanks())} functions pass their checks; about "
    )


@pytest.mark.slow
def test_a_file_that_cannot_be_read_fails_but_the_rest_is_judged(tmp_path):
    tree = empty_copy(tmp_path)
    write(tree, "sampling", "append_token", WRITTEN["append_token"])
    path = tree / "gptlab" / "bpe.py"
    path.write_text(path.read_text(encoding="utf-8") + "\ndef (:\n", encoding="utf-8")
    done = gptlab(tree, "check")
    assert done.returncode == 1 and "✓ sampling.append_token passes its check" in done.stdout
    assert done.stderr.count("\n") == 1 and done.stderr.startswith(
        "gptlab: bpe cannot be read: gptlab/bpe.py:"
    )
    done = gptlab(tree, "progress")
    assert done.returncode == 0 and "bpe cannot be read: gptlab/bpe.py:" in done.stdout
    path.write_text(
        "import nowhere_to_be_found\n" + path.read_text(encoding="utf-8").replace("\ndef (:\n", ""),
        encoding="utf-8",
    )
    write(tree, "bpe", "decode", "    return ''")
    done = gptlab(tree, "check", "bpe.decode")
    assert (
        done.returncode == 1
        and "gptlab/bpe.py:1 cannot be imported: ModuleNotFoundError" in done.stdout
        and not done.stderr
    )


@pytest.mark.slow
def test_what_stands_in_a_broken_file_still_counts(tmp_path):
    tree = empty_copy(tmp_path)
    write(tree, "autograd", "add", "    return Value((a.data + b.data, (a, b))")
    n = sum(entry.lesson == 3 for entry in registry.blanks())
    n_part = len(lesson_files.blanks_of(3, "b"))
    assert f"1 of {n_part} written" in gptlab(tree, "lessons").stdout
    (line,) = [line for line in gptlab(tree, "progress").stdout.splitlines() if line[:2] == " 3"]
    assert line.endswith(f"0 of {n} pass, 1 written but not right yet")
    assert gptlab(tree, "hint", "autograd.add").stdout.startswith("hint 1 of 3: ")
    done = gptlab(tree, "check", "autograd.add")
    assert done.returncode == 1 and "✗ autograd.add cannot be checked before" in done.stdout
    done = gptlab(tree, "reset", "autograd.add")
    assert done.returncode == 0 and "is empty again" in done.stdout, done.stderr
    assert gptlab(tree, "doctor").stdout.count("BAD") == 0


@pytest.mark.slow
def test_earlier_lessons_are_lent_while_a_check_runs(tmp_path):
    tree = empty_copy(tmp_path)
    body = "    from gptlab.sampling import softmax\n    softmax(torch.zeros(2))\n"
    body += "    return torch.ones(t, t).tril().bool()"
    write(tree, "attention", "causal_mask", body)  # lesson 5 uses lesson 1, which is empty
    assert gptlab(tree, "check", "attention.causal_mask").stdout.startswith(
        "✓ attention.causal_mask passes its check\n"
    )
    done = gptlab(tree, "check", "attention.causal_mask", GPTLAB_SOLUTIONS=str(tmp_path / "gone"))
    assert done.returncode == 1 and "sampling.softmax (lesson 1) is still empty" in " ".join(
        done.stdout.split()
    )


# -- lab ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """Take note of what would be started, and of what Ctrl-C does meanwhile."""
    calls = []

    class Started(contextlib.nullcontext):
        def __init__(self, command, cwd):
            super().__init__(self)
            calls.append((command, cwd))

        def wait(self):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            return 3

    monkeypatch.setattr(lessons.subprocess, "Popen", Started)
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a job in the background may have been started without
    yield calls
    signal.signal(signal.SIGINT, before)


def test_lab_starts_jupyterlab_on_this_machine_only(started):
    number, path = next(iter(lesson_files.notebooks().items()))
    before = signal.getsignal(signal.SIGINT)
    words = ["lab", str(number), "--port", "8123", "--no-browser", "--originals"]
    assert main.main(words) == main.main(["lab", "--originals"]) == 3
    assert signal.getsignal(signal.SIGINT) is before is not signal.SIG_IGN
    (command, folder), (plain, _) = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"] and folder == ROOT
    assert {
        "--ip=127.0.0.1",
        "--port=8123",
        "--no-browser",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/lessons/{path.name}",
    } <= set(command)
    assert "--LabApp.default_url=/lab/tree/lessons" in plain and not any(
        "port" in word for word in plain
    )


def test_lab_opens_the_learners_own_copy(started, monkeypatch, tmp_path):
    monkeypatch.setattr(lessons, "CHECKOUT", tmp_path)
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons")
    assert main.main(["lab", "5"]) == main.main(["lab"]) == 3
    name = min(path.name for path in (tmp_path / "my_lessons").glob("05*"))
    assert f"--LabApp.default_url=/lab/tree/my_lessons/{name}" in started[0][0]
    assert "--LabApp.default_url=/lab/tree/my_lessons" in started[1][0]


UNDER = """
import signal, sys
from gptlab.cli import lessons
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as in a terminal, also where the tests run under nohup
child = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
sys.exit(lessons.run_until_it_ends([sys.executable, "-c", child]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_who_ends_lab_ends_jupyterlab(name):
    number = getattr(signal, name)
    with subprocess.Popen(
        [sys.executable, "-c", UNDER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        child = int(process.stdout.readline())
        time.sleep(0.3)
        process.send_signal(number)
        assert process.wait(30) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_nohup_is_respected():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        child = "import os, signal; os.kill(os.getppid(), signal.SIGHUP); print('on')"
        assert lessons.run_until_it_ends([sys.executable, "-c", child]) == 0
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_lab_says_what_is_missing(started, monkeypatch, capsys, tmp_path):
    assert "lesson 98 has no notebook; these have: 0, 1" in one_line(capsys, "lab", "98")[1]
    monkeypatch.setattr(
        lessons,
        "importlib",
        types.SimpleNamespace(util=types.SimpleNamespace(find_spec=lambda name: None)),
    )
    assert "JupyterLab is not installed" in one_line(capsys, "lab")[1]
    monkeypatch.setattr(lessons, "CHECKOUT", tmp_path)
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    assert "there is no folder lessons" in one_line(capsys, "lab")[1] and not started
