"""README.md is true: its commands exist and accept their options, its paths are there, its figures were measured."""

import argparse
import ast
import json
import re
import shlex

import pytest

import gptlab
from dev.mutation.mutate import modules, mutants
from gptlab.blanks import registry
from gptlab.cli import main
from gptlab.exercises.mistake import mistakes
from tests.support.other_ways import other_ways
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = ["README.md", "CONTRIBUTING.md", "DESIGN.md", "lessons/README.md", "dev/AUTHORING.md"]
MADE = json.loads((ROOT / "gptlab" / "assets" / "made.json").read_text(encoding="utf-8"))
PROGRAMS = ("make", "gptlab", "python", "python3", "pytest", "ruff", "git")
YET_TO_BE = ("my_notes/", "my_lessons/", "runs/mine")  # of the reader's own machine


def blocks(text, language=""):
    """The code blocks of a page in one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


def commands(text):
    """The command lines in a page's blocks without a language, as words."""
    lines = [line.split("  #")[0].strip() for block in blocks(text) for line in block.splitlines()]
    split = [shlex.split(line) for line in lines if is_command(line)]
    return [[words[0].removeprefix(".venv/bin/"), *words[1:]] for words in split]


def is_command(line):
    first = line.split(" ")[0].removeprefix(".venv/bin/")
    return first in PROGRAMS


def targets():
    """The targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def command_fault(words):
    """Why a command of a page cannot be run, or None."""
    program, rest = words[0], words[1:]
    if program == "make":
        wrong = [word for word in rest if "=" not in word and word not in targets()]
        return f"no target {wrong}" if wrong else None
    if program == "gptlab":
        return options_fault(rest)
    if program.startswith("python") and rest[:1] == ["-m"]:
        return module_fault(rest[1], rest[2:])
    if program.startswith("python"):
        rest = rest[:1]
    files = [word for word in rest if "/" in word and not word.startswith(("-", "http"))]
    missing = [word for word in files if not (ROOT / word.partition("::")[0]).exists()]
    return f"there is no {missing}" if missing else None


def options_fault(words):
    """What gptlab's own command line says against these words, or None."""
    parser = main.parser()
    try:
        parser.parse_args(words)
    except SystemExit as stop:
        return None if stop.code == 0 else f"gptlab refuses {words}"
    except argparse.ArgumentError as error:
        return str(error)
    return None


def module_fault(module, words):
    """Why `python -m module words` cannot be run, or None."""
    if module == "pip":
        named = [words[place + 1] for place, word in enumerate(words) if word == "-r"]
        missing = [name for name in named if not (ROOT / name).is_file()]
        return f"there is no {missing}" if missing else None
    if module == "pytest":
        files = [word.partition("::")[0] for word in words if word.startswith("tests/")]
        missing = [name for name in files if not (ROOT / name).exists()]
        return f"there is no {missing}" if missing else None
    if module.startswith("dev."):
        path = ROOT / module.replace(".", "/")
        text = "".join(
            file.read_text(encoding="utf-8")
            for file in (path.with_suffix(".py"), path / "__main__.py")
            if file.is_file()
        )
        unknown = [word for word in words if word.startswith("--") and f'"{word}"' not in text]
        return None if text and not unknown else f"no module {module} with {unknown}"
    return None if module in ("venv", "gptlab") else f"who is {module}?"


def page_commands():
    for name in PAGES:
        for words in commands((ROOT / name).read_text(encoding="utf-8")):
            yield name, words


def test_every_command_is_one_that_runs():
    found = list(page_commands())
    assert len([words for name, words in found if name == "README.md"]) >= 12
    wrong = [
        f"{name}: {shlex.join(words)}: {fault}"
        for name, words in found
        if (fault := command_fault(words))
    ]
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize(
    "line",
    [
        "make tea",
        "gptlab dance",
        "gptlab run --sed 3",
        "gptlab chat --prompt",
        "python -m pip install -r requirement.txt",
        "python -m pytest tests/nowhere",
        "python -m dev.nothing",
        "python -m dev.make_lessons --chek",
        "python benchmarks/nothing.py",
        "python -m nothing",
    ],
)
def test_a_command_that_does_not_exist_is_seen(line):
    ((words),) = commands(f"```\n{line}\n```\n")
    assert command_fault(words)


def test_the_python_of_the_readme_uses_what_there_is():
    found = blocks(README, "python")
    assert len(found) >= 3
    keys = {entry.key for entry in registry.blanks()}
    for block in found:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                assert {alias.name for alias in node.names} <= set(gptlab.__all__)
            if isinstance(node, ast.Call) and node.args:
                assert node.args[0].value in keys
            if isinstance(node, ast.FunctionDef):
                assert node.name in {key.partition(".")[2] for key in keys}


def tree_paths(block):
    """The paths in a file tree: a folder inside another is indented by two."""
    above = ""
    for line in block.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            above = name
        yield name if not line.startswith(" ") else above + name


def test_the_file_tree_is_that_of_the_checkout():
    (block,) = [block for block in blocks(README) if block.startswith("lessons/")]
    listed = set(tree_paths(block))
    assert all((ROOT / path).is_dir() for path in listed), listed
    packages = {
        f"gptlab/{path.name}/" for path in (ROOT / "gptlab").iterdir() if list(path.glob("*.py"))
    }
    assert packages <= listed, packages - listed
    top = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and tracked(path)}
    assert top <= listed, top - listed


def tracked(folder):
    """Folders of the project, not of a tool or of what was built."""
    made = (".egg-info", "runs", "my_lessons", "my_documents", "build", "venv")
    return not folder.name.startswith((".", "_")) and not folder.name.endswith(made)


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.*<>/-]+/[\w.*<>/-]*|[A-Z]\w+\.md)`", text)) - set(YET_TO_BE)
    missing = [path for path in sorted(named) if not found(path) and not path.startswith(".venv")]
    assert not missing, missing


def found(path):
    """Whether a path, in which <room> or * may stand for any name, is in the checkout."""
    pattern = re.sub(r"<\w+>", "*", path.rstrip("/"))
    return any(list((ROOT / base).glob(pattern)) for base in ("", "gptlab", "dev", "lessons"))


def test_the_map_names_the_rooms():
    rows = re.findall(r"^\| ([\d–]+) \| [^|]+ \| (`.*`) \|$", README, re.MULTILINE)
    told = {}
    for numbers, rooms in rows:
        first, _, last = numbers.partition("–")
        for room in re.findall(r"`(\w+)`", rooms):
            told.setdefault(room, set()).update(range(int(first), int(last or first) + 1))
    lessons = {entry.module: set() for entry in registry.blanks()}
    for entry in registry.blanks():
        lessons[entry.module].add(entry.lesson)
    assert set(told) == set(lessons)
    wrong = {room: sorted(lessons[room]) for room in told if not lessons[room] <= told[room]}
    assert not wrong, wrong


def words_of(text):
    return " ".join(text.split())


def test_figures_of_the_shipped_model_are_those_measured():
    recall, wins = MADE["recall"], MADE["win_rate"]["ppo_ptx_vs_sft"]["mean"]
    sentence = (
        f"(preset `shipped`, {MADE['seconds'] / 60:.0f} minutes, seed {MADE['seed']}): "
        f"{MADE['ratio_to_floor']:.3f} times the floor, {100 * recall['en']:.0f} % and "
        f"{100 * recall['zh']:.0f} % of the facts, {100 * MADE['sft_answers']:.0f} % of the "
        f"replies answer, and PPO-ptx wins {100 * wins:.1f} % against SFT."
    )
    assert sentence in words_of(README)
    assert f"{MADE['parameters'] / 1e6:.1f} million parameters" in words_of(README)


def test_what_the_checks_are_tested_with_is_counted():
    keys = [entry.key for entry in registry.blanks()]
    n_mistakes = sum(not mistake.variant for key in keys for mistake in mistakes(key))
    n_ways = sum(len(other_ways(key)) for key in keys)
    n_mutants = round(sum(len(mutants(module)) for module in modules()), -2)
    sentence = (
        f"For the {len(keys)} blanks they name {n_mistakes} known mistakes, accept {n_ways} other "
        f"right ways to write the functions, and are run against about {n_mutants:,} mutants"
    )
    assert sentence in words_of(README)
    assert f"functions like this one, {len(keys)} of them" in words_of(README)
