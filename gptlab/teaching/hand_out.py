"""The hand-out: the course as a class gets it, without the references and without anything that gives them away."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import blanks
from gptlab.blanks.solutions import solutions_folder
from gptlab.blanks.source_scan import CHECKOUT, Blank
from gptlab.course import lesson_files
from gptlab.course.reset import with_stub
from gptlab.teaching import workflows
from gptlab.teaching.class_file import NAME, ClassFile
from gptlab.teaching.sealing import seal
from gptlab.teaching.written import with_bodies

LEFT_OUT = ("solutions", "tests", "dev", "benchmarks", "book", ".ci", ".github", "CHANGELOG.md")
SEALED = (  # what says in Python what a blank has to do
    "gptlab/exercises/*/checks*.py",
    "gptlab/exercises/*/mistakes*.py",
    "gptlab/engine/model/fused*.py",
    "gptlab/engine/model/torch_stand_ins.py",
    "gptlab/engine/model/fast/[!_]*.py",
    "gptlab/interpret/attention_maps.py",
)
MADE_HERE = (
    "runs",
    "build",
    "exported",
    "imported",
    "my_lessons",
    "my_documents",
)  # not the course's own
CLASS_PAGE = "CLASS.md"


class CannotRelease(CourseError):
    """A hand-out that cannot be made; the message is one line."""


def release(out: Path, a_class: ClassFile, class_text: str) -> list[str]:
    """Write the hand-out of a class into a new folder; returns what was done, a line each.

    Raises CannotRelease where the folder is not empty, or the course's checkout is not here.
    """
    references = solutions_folder()
    if not references.is_dir() or not (CHECKOUT / "lessons").is_dir():
        raise CannotRelease("a hand-out is made from the course's checkout, with solutions/ in it")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotRelease(f"{out} is there already: name a new folder, or an empty one")
    if out.resolve().is_relative_to((CHECKOUT / "gptlab").resolve()):
        raise CannotRelease(f"{out} lies inside the course: choose a place outside of gptlab/")
    _copy(out, a_class)
    written = _rooms(out, a_class, references)
    sealed = _seal(out)
    _workflows(out, a_class)
    (out / NAME).write_text(class_text, encoding="utf-8")
    (out / CLASS_PAGE).write_text(page(a_class), encoding="utf-8")
    counted = a_class.counted()
    lines = [
        f"{len(counted)} functions to write, {sum(map(a_class.worth, counted)):g} points",
        f"{written} functions are handed out written" if written else "every function is empty",
        f"{sealed} modules that hold answers are sealed; {', '.join(LEFT_OUT[:5])} are left out",
        f"{CLASS_PAGE} says what is due when; hand out the whole folder",
    ]
    if _git("status", "--porcelain", "--untracked-files=no"):
        lines.append(
            "note: a push is graded by the last commit; what has changed here since is not in it"
        )
    return lines


def _git(*words: str) -> str:
    """What git says of the checkout, "" where there is none."""
    try:
        asked = subprocess.run(
            ["git", *words], cwd=CHECKOUT, capture_output=True, check=False, text=True
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _files() -> Iterator[Path]:
    """Every file of the course, relative to its folder: those that git knows, else all that were not made here."""
    known = _git("ls-files", "-z")
    if known:
        yield from (Path(name) for name in known.split("\0") if name)
        return
    for path in sorted(CHECKOUT.rglob("*")):
        inside = path.relative_to(CHECKOUT)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        made_here = inside.parts[0] in MADE_HERE or inside.parts[0].endswith(".egg-info")
        if path.is_file() and not hidden and not made_here:
            yield inside


def _copy(out: Path, a_class: ClassFile) -> None:
    handed = set(a_class.lessons) | set(a_class.given)
    for inside in _files():
        source = CHECKOUT / inside
        if inside.parts[0] in LEFT_OUT or not source.is_file():
            continue
        if a_class.lessons and inside.match("lessons/*.ipynb"):
            number, _ = lesson_files.split(lesson_files.name_of(inside))
            if number not in handed:
                continue
        target = out / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _rooms(out: Path, a_class: ClassFile, references: Path) -> int:
    """Empty every blank, then write those of the given lessons; returns how many these are."""
    given: list[Blank] = []
    for room in dict.fromkeys(entry.module for entry in blanks()):
        path = out / "gptlab" / f"{room}.py"
        own = [entry for entry in blanks() if entry.module == room]
        content = path.read_bytes()
        for entry in own:  # whatever the instructor has written here is hers
            content, _ = with_stub(content, entry.name, path.name)
        here = [entry for entry in own if entry.lesson in a_class.given]
        text = content.decode("utf-8")
        if here:
            reference = (references / f"{room}.py").read_text(encoding="utf-8")
            text = with_bodies(room, text, reference, {entry.name for entry in here})
        path.write_text(text, encoding="utf-8")
        given += here
    return len(given)


def _seal(out: Path) -> int:
    paths = sorted({path for pattern in SEALED for path in out.glob(pattern)})
    for path in paths:
        path.write_text(seal(path.read_text(encoding="utf-8")), encoding="utf-8")
    return len(paths)


def _workflows(out: Path, a_class: ClassFile) -> None:
    """The workflows that grade a push; the course is pinned to the commit that this hand-out is made from."""
    text = (CHECKOUT / workflows.GRADE).read_text(encoding="utf-8")
    commit = _git("rev-parse", "HEAD")
    pinned = workflows.pinned(text, commit) if commit else text
    for place, content in (
        (workflows.GRADE, pinned),
        (workflows.CLASSROOM, workflows.classroom(a_class, pinned)),
    ):
        (out / place).parent.mkdir(parents=True, exist_ok=True)
        (out / place).write_text(content, encoding="utf-8")


def page(a_class: ClassFile) -> str:
    """What the class is told: lessons, points, days."""
    lines = [
        f"# {a_class.name}",
        "",
        "Write the functions below in `gptlab/`, and hand in that folder: only its rooms, the files named here, "
        "are graded. `gptlab check` says what the grader will say.",
        "",
        "| lesson | due | function | file | points |",
        "|---|---|---|---|---|",
    ]
    counted = a_class.counted()
    for entry in counted:
        due = a_class.due.get(entry.lesson)
        day = due.isoformat() if due else ""
        lines.append(
            f"| {entry.lesson} | {day} | `{entry.name}` | `gptlab/{entry.module}.py` | {a_class.worth(entry):g} |"
        )
    total = sum(map(a_class.worth, counted))
    lines += ["", f"{total:g} points in all."]
    if a_class.pass_mark:
        lines += ["", f"{a_class.pass_mark:g} % of them pass the course."]
    if a_class.given:
        lines += [
            "",
            f"Handed out written: the functions of lesson {', '.join(map(str, a_class.given))}.",
        ]
    return "\n".join(lines) + "\n"
