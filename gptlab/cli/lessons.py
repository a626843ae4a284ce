"""`gptlab lessons`, `progress`, `check`, `hint` and `lab`: the course from the command line."""

import argparse
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from gptlab.blanks import registry, source_scan
from gptlab.blanks.errors import CourseError
from gptlab.blanks.files import write_atomically
from gptlab.blanks.solutions import has_reference
from gptlab.blanks.source_scan import CHECKOUT, Blank, short_path
from gptlab.cli.common import option_types
from gptlab.course import lesson_files, progress, working_copies
from gptlab.course.judged_apart import judged_apart
from gptlab.exercises.hint import hints

LESSONS_EXAMPLES = """\
examples:
  gptlab lessons                the map of the course
  gptlab lessons --json         for a program
"""
PROGRESS_EXAMPLES = """\
examples:
  gptlab progress               how far you are; checks what you have written
  gptlab progress --json        for a program
  gptlab progress --picture progress.svg

It stays on this machine: nothing is sent anywhere.
"""
CHECK_EXAMPLES = """\
examples:
  gptlab check                          everything that you have written
  gptlab check 1                        lesson 1
  gptlab check sampling.softmax         one function

What is still empty in earlier lessons is borrowed while the checks run.
exit status: 0 all that is written passes, 1 a function fails or one that was named is empty
"""
HINT_EXAMPLES = """\
examples:
  gptlab hint sampling.softmax          the first of three hints
  gptlab hint sampling.softmax 2        the next
"""
LAB_EXAMPLES = """\
examples:
  gptlab lab                    JupyterLab in your browser, at the lessons
  gptlab lab 1                  at lesson 1
  gptlab lab 10b                at part b of lesson 10
  gptlab lab 1 --no-browser     only print the address
  gptlab lab 1 --fresh          lay your copy of lesson 1 aside and begin it anew

It opens your own copies of the lessons, in my_lessons/: without outputs, so that you see a result only after you
have run its cell. What you write there is kept; where a lesson has changed since, your copy takes the change.

It listens on 127.0.0.1 alone, with a token. Ctrl-C ends it, once it has asked.
"""


def register(commands) -> None:
    """Add the five commands to the command line."""
    add = commands.add_parser
    command = add("lab", help="open the lessons in JupyterLab", epilog=LAB_EXAMPLES)
    command.description = "Open JupyterLab at the lessons, or at one of them."
    command.add_argument(
        "lesson",
        nargs="?",
        metavar="LESSON",
        help="a lesson's number, or a part such as 10b",
    )
    command.add_argument(
        "--port",
        type=option_types.whole(1, 65535),
        metavar="N",
        help="the port (default: a free one from 8888)",
    )
    command.add_argument("--no-browser", action="store_true", help="do not open a browser")
    which = command.add_mutually_exclusive_group()
    which.add_argument(
        "--fresh", action="store_true", help="lay your copy of that lesson aside and begin it anew"
    )
    which.add_argument(
        "--originals",
        action="store_true",
        help="open lessons/ itself, with the outputs kept there, to change the course",
    )
    command.set_defaults(command=lab)
    command = add("lessons", help="the map of the course", epilog=LESSONS_EXAMPLES)
    command.description = (
        "List the lessons: number, title, notebook, minutes, functions that you have written."
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=lessons)
    command = add("progress", help="how far you are", epilog=PROGRESS_EXAMPLES)
    command.description = (
        "Say lesson by lesson how many functions you have written and how many pass their checks."
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument(
        "--picture", type=option_types.path_name, metavar="FILE", help="write a picture too, as SVG"
    )
    command.set_defaults(command=show_progress)
    command = add("check", help="check what you have written", epilog=CHECK_EXAMPLES)
    command.description = (
        "Run the checks of the functions that you have written, of a lesson's, or of one."
    )
    command.add_argument(
        "targets",
        nargs="*",
        metavar="KEY|LESSON",
        help="a key such as sampling.softmax, or a lesson such as 1 or 10b",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=check)
    command = add("hint", help="a hint for one function", epilog=HINT_EXAMPLES)
    command.description = "Give a hint for one function; each says more than the one before."
    command.add_argument("key", metavar="KEY", help="such as sampling.softmax")
    command.add_argument(
        "number",
        nargs="?",
        type=option_types.whole(1, 9),
        default=1,
        metavar="N",
        help="which hint (default 1)",
    )
    command.set_defaults(command=hint)


def lessons(options: argparse.Namespace) -> int:
    """Print the map, or JSON."""
    rows = [_row(number, name) for number, name in _numbers_and_names()]
    if options.json:
        print(json.dumps({"lessons": rows}, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        written = (
            f"{row['written']} of {row['blanks']} written" if row["blanks"] else "nothing to write"
        )
        where = row["file"] or "no notebook yet"
        name = f"{row['lesson']}{row['part']}"
        print(
            f"{name:>2}  {lesson_files.label(name)}\n"
            f"    {where}; {row['minutes']} minutes of writing; {written}"
        )
    if not source_scan.is_checkout():
        print(f"gptlab: {source_scan.WITHOUT_COURSE}", file=sys.stderr)
    return 0


def _numbers_and_names() -> list[tuple[int, str]]:
    """(number, name) of each notebook, and of each lesson that has none yet."""
    return [
        (number, name)
        for number in lesson_files.lesson_numbers()
        for name in lesson_files.names_of(number) or [str(number)]
    ]


def _row(number: int, name: str) -> dict:
    """What is said of one notebook, or of a lesson that has none yet."""
    part = lesson_files.split(name)[1]
    entries = lesson_files.blanks_of(number, part)
    path = lesson_files.notebooks().get(name)
    return {
        "lesson": number,
        "part": part,
        "title": lesson_files.title(name),
        "file": short_path(path) if path else None,
        "minutes": sum(entry.minutes for entry in entries),
        "blanks": len(entries),
        "written": sum(not entry.empty for entry in entries),
    }


def show_progress(options: argparse.Namespace) -> int:
    """Print the table, or JSON."""
    rows = progress.course_progress(judged_apart)
    if options.picture:
        from gptlab.view.progress_picture import progress_picture

        write_atomically(Path(options.picture), str(progress_picture(rows).image))
    if not options.json:
        print(progress.table(rows))
        return 0
    print(
        json.dumps(
            {
                "lessons": [
                    {
                        "lesson": row.number,
                        "title": lesson_files.title(row.number),
                        "blanks": len(row.blanks),
                        "written": len(row.blanks) - row.count("empty"),
                        "passes": row.count("passes"),
                        "states": {blank.entry.key: blank.state for blank in row.blanks},
                    }
                    for row in rows
                ],
                "broken": registry.broken_modules(),
            },
            ensure_ascii=False,
            indent=1,
        )
    )
    return 0


def check(options: argparse.Namespace) -> int:
    """Judge what was asked for, and print each verdict, or JSON."""
    judged = judged_apart(named(options.targets))
    broken = registry.broken_modules()
    count = {
        state: sum(blank.state == state for blank in judged)
        for state in ("passes", "fails", "empty")
    }
    if options.json:
        rows = [
            {
                "key": blank.entry.key,
                "lesson": blank.entry.lesson,
                "state": blank.state,
                "message": blank.message,
                "misconception": blank.misconception,
            }
            for blank in judged
        ]
        print(json.dumps(count | {"blanks": rows, "broken": broken}, ensure_ascii=False, indent=1))
    else:
        print_verdicts(judged, options.targets, count)
        if count["empty"] and not source_scan.is_checkout():
            print(f"gptlab: {source_scan.WITHOUT_COURSE}", file=sys.stderr)
        for module, reason in broken.items():
            print(f"gptlab: {module} cannot be read: {reason}", file=sys.stderr)
    named_empty = any(
        blank.state == "empty" and blank.entry.key in options.targets for blank in judged
    )
    return 1 if count["fails"] or named_empty or broken else 0


def print_verdicts(
    judged: list[progress.BlankProgress], targets: list[str], count: dict[str, int]
) -> None:
    """What passes and fails, one by one; what is empty by name only where it was asked for."""
    for blank in judged:
        if blank.state != "empty" or targets:
            print(
                blank.message.replace(
                    f'hint("{blank.entry.key}")', f"gptlab hint {blank.entry.key}"
                )
            )
    words = (
        ("passes", "passes", "pass"),
        ("fails", "fails", "fail"),
        ("empty", "is empty", "are empty"),
    )
    if len(judged) > 1 or not targets:
        print(
            ", ".join(
                f"{count[state]} {one if count[state] == 1 else many}" for state, one, many in words
            )
        )
    if not targets and count["empty"] == len(judged) and source_scan.is_checkout():
        print(
            "`gptlab lab` opens the lessons, where it begins; "
            "`gptlab hint sampling.append_token` helps with the first blank"
        )


def named(targets: list[str]) -> list[Blank]:
    """The blanks of the keys and lessons named, all of them where none is named, in the order of the course."""
    keys = set()
    for target in targets:
        found = _blanks_named(target)
        if not found:
            have = ", ".join(map(str, registry.by_lesson()))
            raise registry.UnknownBlank(f"lesson {target} has no blanks; these have: {have}")
        keys.update(entry.key for entry in found)
    return [entry for entry in registry.blanks() if not targets or entry.key in keys]


def _blanks_named(target: str) -> list[Blank]:
    """The blanks of a lesson, of a part such as 10b, or the one of a key."""
    if option_types.is_lesson(target):
        return registry.by_lesson().get(int(target), [])
    if target[:1].isdecimal() and len(target) <= 5:
        return lesson_files.blanks_of(*lesson_files.checked_lesson(target))
    return [registry.find(target)]


def hint(options: argparse.Namespace) -> int:
    """Print one hint, and how to get the next."""
    texts = hints(options.key)
    if not texts:
        raise CourseError(f"there are no hints for {options.key} yet")
    if options.number > len(texts):
        raise CourseError(
            f"{options.key} has {len(texts)} hints, so there is no hint {options.number}"
        )
    print(f"hint {options.number} of {len(texts)}: {texts[options.number - 1]}")
    if options.number < len(texts):
        print(f"(more: gptlab hint {options.key} {options.number + 1})")
    elif has_reference(options.key):
        print(f"(more: gptlab reveal {options.key})")
    else:
        print("(the last hint; there is no reference here to be revealed)")
    return 0


def lab(options: argparse.Namespace) -> int:
    """Run JupyterLab in the checkout until it is ended; returns its exit status."""
    path = CHECKOUT / "lessons"
    if not path.exists():
        beside = "the lessons are kept beside gptlab/ in the checkout"
        reason = beside if source_scan.is_checkout() else source_scan.WITHOUT_COURSE
        raise CourseError(f"there is no folder {short_path(path)}: {reason}")
    if options.lesson is not None:
        path = _notebook_of(options.lesson)
    if options.fresh and options.lesson is None:
        raise CourseError("--fresh wants a lesson: gptlab lab 5 --fresh")
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError(
            "JupyterLab is not installed: python -m pip install torch==2.13.0 -r requirements.txt"
        )
    if not options.originals:
        path = _own_copy(path, options.fresh)
    return run_until_it_ends(lab_command(options, path))


def _own_copy(path: Path, fresh: bool) -> Path:
    """Bring the learner's copies up to date and say what changed; -> her copy of a lesson, or of their folder.

    Raises CourseError where they cannot be written.
    """
    try:
        if fresh:
            print(working_copies.start_anew(path))
        for line in working_copies.bring_up_to_date(list(lesson_files.notebooks().values())):
            print(line)
    except OSError as error:
        where = short_path(Path(error.filename or working_copies.folder()))
        reason = error.strerror or error
        raise CourseError(f"{where}: {reason}; `gptlab lab --originals` needs no copies") from None
    return working_copies.path_of(path) if path.suffix else working_copies.folder()


def _notebook_of(text: str) -> Path:
    """The notebook of a lesson or part; of a lesson with parts, the first.

    Raises CourseError for what has none.
    """
    have = lesson_files.notebooks()
    number, part = lesson_files.split(text)
    names = [f"{number}{part}"] if part else lesson_files.names_of(number)
    if not names or names[0] not in have:
        known = ", ".join(have) or "none yet"
        raise CourseError(f"lesson {text} has no notebook; these have: {known}")
    return have[names[0]]


def run_until_it_ends(command: list[str]) -> int:
    """Run a command in the checkout and give its exit status; who ends us by TERM or HUP ends it too.

    Ctrl-C reaches it by itself: JupyterLab asks first.
    """
    with subprocess.Popen(command, cwd=CHECKOUT) as process:
        handlers = {signal.SIGINT: signal.SIG_IGN}
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                handlers[number] = lambda *_: process.terminate()
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status  # as a shell gives a signal's number
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def lab_command(options: argparse.Namespace, path) -> list[str]:
    """The command line of JupyterLab: this Python, this machine only, the checkout as its root."""
    url = "/lab/tree/" + path.relative_to(CHECKOUT).as_posix()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={CHECKOUT}",
        f"--LabApp.default_url={url}",
    ]
    if options.port:
        command += [f"--port={options.port}", "--ServerApp.port_retries=0"]
    if options.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a container's only user
    return command
