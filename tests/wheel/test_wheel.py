"""The package as a wheel: what is in it, and what it says where the course is not beside it."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow
WITHOUT_COURSE = "this gptlab was installed without the course"


def tracked_files(folder):
    """What git knows below a folder, or would know once it is added."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(the wheel's file, the folder that it is unpacked in), built from a copy of what is tracked."""
    folder = tmp_path_factory.mktemp("wheel")
    files = {"pyproject.toml", "README.md", "LICENSE", *tracked_files("gptlab")}
    for name in files:
        copy = folder / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run(
        [*pip, "-w", str(folder), str(folder / "source")], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("gptlab-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return wheel, folder / "site-packages"


def test_the_wheel_holds_the_package_and_nothing_else(installed):
    with zipfile.ZipFile(installed[0]) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == tracked_files("gptlab")
    assert {
        "gptlab/py.typed",
        "gptlab/world/data/countries.tsv",
        "gptlab/assets/made.json",
    } <= names
    assert installed[0].stat().st_size < 30e6


def gptlab(installed, folder, *words, python=("-m", "gptlab")):
    """Run the installed package in an empty folder."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("GPTLAB_")}
    env |= {"PYTHONPATH": str(installed[1]), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *python, *words],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--help"], "talk to it"),
        (["doctor"], WITHOUT_COURSE),
        (["chat", "--prompt", "What is the capital of France?"], "Paris"),
        (["world", "--pages", "1"], "\n"),
        (["blanks"], "sampling.softmax"),
        (["progress"], "0 of "),
        (["check"], "are empty"),
        (["hint", "sampling.softmax"], "hint 1 of 3"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_it_works_alone(installed, tmp_path, words, said):
    done = gptlab(installed, tmp_path, *words)
    assert done.returncode == 0 and said in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["lab"],
        ["lab", "1"],
        ["run", "--preset", "tiny"],
        ["borrow", "sampling.softmax"],
        ["borrow", "all"],
        ["reveal", "sampling.softmax"],
    ],
    ids=" ".join,
)
def test_what_needs_the_course_says_so_in_one_line(installed, tmp_path, words):
    done = gptlab(installed, tmp_path, *words)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert WITHOUT_COURSE in done.stderr and "git clone" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["check"], ["check", "1"], ["check", "bpe.encode"]], ids=" ".join
)
def test_an_empty_blank_of_a_copy_is_no_place_to_write_in(installed, tmp_path, words):
    done = gptlab(installed, tmp_path, *words)
    assert "empty" in done.stdout and "gptlab lab" not in done.stdout
    assert WITHOUT_COURSE in done.stderr and done.stderr.count("\n") == 1


def test_installed_as_a_copy_by_pip(installed, tmp_path):
    """In an environment of its own, by its own command, as someone who never had the checkout."""
    venv = tmp_path / "venv"
    made = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
    subprocess.run(made, check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(venv), "install", "--no-deps", "--no-index"]
    done = subprocess.run([*pip, str(installed[0])], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    (folder := tmp_path / "empty").mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GPTLAB_", "PYTHONPATH"))}
    for words, code, said in (
        (["doctor"], 0, WITHOUT_COURSE),
        (["run"], 1, WITHOUT_COURSE),
        (["borrow", "all"], 1, WITHOUT_COURSE),
        (["check", "bpe.encode"], 1, WITHOUT_COURSE),
        (["chat", "--prompt", "What is the capital of France?"], 0, "Paris"),
    ):
        command = [str(venv / "bin" / "gptlab"), *words]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == code and said in done.stdout + done.stderr, done
        assert "Traceback" not in done.stderr and list(folder.iterdir()) == []


def test_the_map_says_that_the_notebooks_are_elsewhere(installed, tmp_path):
    done = gptlab(installed, tmp_path, "lessons")
    assert done.returncode == 0 and "transformer" in done.stdout and WITHOUT_COURSE in done.stderr


def test_in_python(installed, tmp_path):
    code = (
        "import gptlab, torch\n"
        "print(gptlab.__file__)\n"
        "print(gptlab.check('sampling.softmax', lambda logits, t=1.0: torch.softmax(logits, -1)).key)\n"
        "print(gptlab.check('sampling.softmax').message)\n"
    )
    done = gptlab(installed, tmp_path, python=("-c", code))
    assert done.returncode == 0, done.stderr
    place, key, message = done.stdout.splitlines()
    assert Path(place).is_relative_to(installed[1]) and key == "sampling.softmax"
    assert "is still empty" in message
