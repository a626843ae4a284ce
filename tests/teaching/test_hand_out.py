"""The hand-out: nothing of the references is left in it, and it works."""

import ast
import json
import os
import subprocess
import sys

import pytest
import yaml

from gptlab.blanks.registry import blanks
from gptlab.blanks.source_scan import scan
from gptlab.cli import main
from gptlab.teaching import class_file, hand_out, sealing, workflows
from gptlab.teaching.similarity import functions_of, grams
from gptlab.teaching.written import with_bodies
from tests.support.paths import ROOT

REFERENCES = {path.stem: path for path in (ROOT / "solutions").glob("*.py")}
LEAK = 0.6  # of a reference's runs of nodes in one function of the hand-out: as good as the answer
ENOUGH = 12  # runs that a reference must have: shorter bodies are the equation itself


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A hand-out of lessons 1 and 2, with lesson 0 written."""
    out = tmp_path_factory.mktemp("class") / "hand-out"
    text = (
        'name = "Spring"\nlessons = ["1-2"]\ngiven = [0]\npass_mark = 50\n[due]\n"1" = 2027-03-01\n'
    )
    a_class = class_file.from_values(class_file.tomllib.loads(text))
    hand_out.release(out, a_class, text)
    return out


def run(folder, *words, **environment):
    """gptlab of the hand-out itself."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GPTLAB_")}
    return subprocess.run(
        [sys.executable, "-m", "gptlab", *words],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env=clean | {"PYTHONPATH": str(folder), "PYTHONUTF8": "1"} | environment,
        check=False,
    )


def test_without_git_too_nothing_is_handed_out_that_was_made_here(tmp_path, monkeypatch):
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for name in ["lessons", *ignored]:
        folder = tmp_path / name.replace("*", "x")
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("a", encoding="utf-8")
    monkeypatch.setattr(hand_out, "CHECKOUT", tmp_path)
    monkeypatch.setattr(hand_out, "_git", lambda *words: "")
    left = [path for path in hand_out._files() if path.parts[0] not in hand_out.LEFT_OUT]
    assert [path.as_posix() for path in left] == ["lessons/a.txt"]


def test_what_is_in_it(made):
    for name in hand_out.LEFT_OUT:
        assert not (made / name).exists() or name == ".github"
    names = {path.name[:2] for path in (made / "lessons").glob("*.ipynb")}
    assert names == {"00", "01", "02"}
    page = (made / "CLASS.md").read_text(encoding="utf-8")
    assert "Spring" in page and "2027-03-01" in page and "`bigram_counts`" in page
    assert "append_token" not in page  # it is handed out written
    assert sorted(path.name for path in (made / ".github/workflows").iterdir()) == [
        "classroom.yml",
        "grade.yml",
    ]


def test_only_the_given_lesson_is_written(made):
    written = {entry.key for entry in scan(made / "gptlab")[0].values() if not entry.empty}
    assert written == {entry.key for entry in blanks() if entry.lesson == 0}


def test_no_function_of_it_is_nearly_a_reference(made):
    wanted = functions_of({room: path.read_bytes() for room, path in REFERENCES.items()})
    wanted = {key: runs for key, runs in wanted.items() if len(runs) >= ENOUGH}
    found = []
    for path in sorted(made.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                runs = grams(node)
                found += [
                    (path.relative_to(made).as_posix(), node.name, key)
                    for key, reference in wanted.items()
                    if len(runs & reference) > LEAK * len(reference)
                ]
    given = {entry.key for entry in blanks() if entry.lesson == 0}
    assert [leak for leak in found if leak[2] not in given] == []


def test_the_leak_test_sees_a_leak():
    """What the hand-out seals would be found if it lay open."""
    wanted = functions_of({"rnn": REFERENCES["rnn"].read_bytes()})["rnn.run_rnn"]
    text = (ROOT / "gptlab/exercises/rnn/mistakes.py").read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert any(len(grams(node) & wanted) > LEAK * len(wanted) for node in nodes)


def test_notebooks_show_no_reference(made):
    bodies = {
        ast.unparse(statement)
        for path in REFERENCES.values()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and len(node.body) > 1
        for statement in [ast.Module(node.body, [])]
    }
    for path in (made / "lessons").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            try:
                functions = [
                    n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)
                ]
            except SyntaxError:
                continue
            for node in functions:
                assert ast.unparse(ast.Module(node.body, [])) not in bodies, path.name


def test_its_checks_judge_and_name_the_mistake(made):
    path = made / "gptlab/ngram.py"
    before = path.read_text(encoding="utf-8")
    swapped = with_bodies(
        "ngram",
        before,
        "def bigram_counts(ids, vocab_size):\n"
        "    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.long)\n"
        "    for a, b in zip(ids[:-1], ids[1:]):\n"
        "        counts[b, a] += 1\n"
        "    return counts\n",
        {"bigram_counts"},
    )
    try:
        path.write_text(swapped, encoding="utf-8")
        said = run(made, "check", "ngram.bigram_counts")
        assert said.returncode == 1 and "rows and columns swapped" in said.stdout, said
        path.write_text(swapped.replace("counts[b, a]", "counts[a, b]"), encoding="utf-8")
        assert run(made, "check", "ngram.bigram_counts").returncode == 0
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_reference_is_not_to_be_had_in_it(made):
    for words in (["reveal", "ngram.perplexity"], ["borrow", "ngram.perplexity"]):
        said = run(made, *words)
        assert said.returncode == 1 and said.stderr.count("\n") == 1, said
        assert "solutions" in said.stderr


def test_a_sealed_module_does_what_it_did_and_shows_nothing():
    text = '"""A module."""\n\nSECRET = 41 + 1\n\n\ndef answer():\n    return SECRET\n'
    sealed = sealing.seal(text)
    assert sealing.is_sealed(sealed) and not sealing.is_sealed(text)
    assert "SECRET" not in sealed and "A module." in sealed
    space = {"__file__": "module.py", "__name__": "module"}
    exec(compile(sealed, "module.py", "exec"), space)
    assert space["answer"]() == 42


@pytest.mark.parametrize("place", ["", "gptlab/inside"])
def test_no_folder_is_written_over(tmp_path, capsys, place):
    out = ROOT / place if place else tmp_path
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main.main(["release", str(out)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and ("is there already" in said or "inside the course" in said)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_the_template_is_printed(capsys):
    assert main.main(["release", "--template"]) == 0
    assert capsys.readouterr().out == class_file.TEMPLATE


def test_each_room_takes_its_references_bodies(tmp_path):
    """A room with every reference's body in it parses, and has no stub left."""
    for room, path in REFERENCES.items():
        names = {entry.name for entry in blanks() if entry.module == room}
        stub = (ROOT / "gptlab" / f"{room}.py").read_text(encoding="utf-8")
        text = with_bodies(room, stub, path.read_text(encoding="utf-8"), names)
        (tmp_path / f"{room}.py").write_text(text, encoding="utf-8")
    assert not [entry.key for entry in scan(tmp_path)[0].values() if entry.empty]


# -- the workflows ------------------------------------------------------------------------------------------------


def pushed(made, folder):
    """A runner's working folder: what was pushed, with lesson 1's bigrams in it, and the course beside."""
    submission = folder / "submission"
    submission.mkdir()
    for inside in ("gptlab", "class.toml"):
        (submission / inside).symlink_to(made / inside)
    copy = folder / "rooms"
    copy.mkdir()
    text = (made / "gptlab/ngram.py").read_text(encoding="utf-8")
    reference = REFERENCES["ngram"].read_text(encoding="utf-8")
    names = {entry.name for entry in blanks() if entry.module == "ngram"}
    (submission / "gptlab").unlink()
    (submission / "gptlab").mkdir()
    written = with_bodies("ngram", text, reference, names)
    (submission / "gptlab/ngram.py").write_text(written, encoding="utf-8")
    (folder / "course").symlink_to(ROOT)
    return folder


def steps_of(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    return job["steps"]


def bash(command, folder):
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")},
        check=False,
    )


@pytest.mark.slow
def test_the_workflows_steps_do_what_they_say(made, tmp_path):
    """Each `run` of grade.yml is executed as it stands, in a folder laid out as the checkouts lay it."""
    if not (ROOT / ".venv/.course").exists():
        pytest.skip("there is no .venv made by make")
    folder = pushed(made, tmp_path)
    path = made / workflows.GRADE
    places = [step["with"]["path"] for step in steps_of(path) if "checkout" in step.get("uses", "")]
    assert places == ["submission", "course"]
    done = [bash(step["run"], folder) for step in steps_of(path) if "run" in step]
    assert [one.returncode for one in done] == [0, 1], (
        done
    )  # four of lesson 1 and 2 are not half of the points
    report = json.loads((folder / "grade.json").read_text(encoding="utf-8"))["submissions"][0]
    passing = {row["key"] for row in report["rows"] if row["state"] == "passes"}
    assert passing == {entry.key for entry in blanks() if entry.module == "ngram"}
    assert "ngram.bigram_counts" in (folder / "summary.md").read_text(encoding="utf-8")
    assert (folder / "grade.xml").exists()


@pytest.mark.slow
def test_classrooms_tests_are_commands_that_run(made, tmp_path):
    folder = pushed(made, tmp_path)
    steps = steps_of(made / workflows.CLASSROOM)
    tests = [step for step in steps if "command-grader" in step.get("uses", "")]
    assert [step["id"] for step in tests] == ["lesson-1", "lesson-2"]
    points = [step["with"]["max-score"] for step in tests]
    a_class = class_file.read(made / "class.toml")
    assert sum(points) == sum(map(a_class.worth, a_class.counted()))
    assert steps[-1]["with"]["runners"] == "lesson-1,lesson-2"
    said = bash(tests[1]["with"]["command"], folder)
    assert said.returncode == 1 and "of" in said.stdout, said


def test_the_course_is_pinned(made):
    text = (made / workflows.GRADE).read_text(encoding="utf-8")
    ref = next(
        step["with"]["ref"]
        for step in steps_of(made / workflows.GRADE)
        if "ref" in step.get("with", {})
    )
    assert len(ref) == 40 and ref in (made / workflows.CLASSROOM).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="one place"):
        workflows.pinned(text.replace("repository:", "repo:"), "abc")
