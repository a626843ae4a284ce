"""`gptlab grade`: judges submissions by checks that their code cannot reach."""

import argparse
import dataclasses
import os
import sys
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import CHECKOUT
from gptlab.cli.common import option_types

EXAMPLES = """\
examples:
  gptlab grade .                          this checkout
  gptlab grade ada.zip --lesson 5         one submission, one lesson
  gptlab grade class/ --jobs 2            each folder and zip in class/; grades.csv in grades/
  gptlab grade . --markdown "$GITHUB_STEP_SUMMARY" --pass-mark 80

Of a submission only its functions count: the modules gptlab/*.py of the course. Each is judged in a process of its
own that knows neither check nor reference. What is enforced on which system: book/grading.md.
exit status: 0 all reached the pass mark, 1 not all did, 2 the command line was wrong
"""


USUAL_PASS_MARK = 60  # percent


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser("grade", help="grade submissions", epilog=EXAMPLES)
    command.description = "Judge every function of one submission, or of each in a folder."
    add = command.add_argument
    add(
        "paths", nargs="+", type=option_types.path, metavar="PATH", help="a checkout, folder or zip"
    )
    lesson = option_types.whole(0, 99)
    add("--lesson", type=lesson, action="append", metavar="N", help="only this lesson; repeatable")
    help_on_class = "its lessons, points and pass mark (gptlab release --template prints one)"
    add("--class", dest="class_file", type=option_types.path, metavar="FILE", help=help_on_class)
    percent = option_types.whole(0, 100)
    add("--pass-mark", type=percent, metavar="PERCENT", help="default: the class's, else 60")
    add("--json", type=option_types.path, metavar="FILE", help="write JSON (- prints it)")
    add("--junitxml", type=option_types.path, metavar="FILE", help="write JUnit's XML")
    add("--markdown", type=option_types.path, metavar="FILE", help="add Markdown to a file")
    add("--out", type=option_types.path, default=Path("grades"), metavar="DIR")
    jobs = option_types.whole(1, 64)
    add("--jobs", type=jobs, metavar="N", help="so many at a time (default: one for each core)")
    seconds = option_types.whole(1, 3600)
    add("--cpu", type=seconds, default=10, metavar="S", help="seconds of computing for one blank")
    memory = option_types.whole(64, 65536)
    add("--memory", type=memory, default=2048, metavar="MB", help="memory for one blank")
    notebooks = add(
        "--notebooks",
        action=argparse.BooleanOptionalAction,
        help="run the notebooks of lessons whose functions all pass (default: for one submission)",
    )
    notebooks.default = None
    minutes = option_types.minutes
    add("--notebook-minutes", type=minutes, default=10.0, metavar="M", help="for one; default 10")
    add("--strict", action="store_true", help="refuse where the system cannot confine a submission")
    command.set_defaults(command=grade)


def grade(options: argparse.Namespace) -> int:
    """Grade, print, write the files that were asked for."""
    if not hasattr(os, "fork"):
        raise CourseError("grading needs Linux or macOS: on Windows, run it in WSL or in CI")
    _import_nothing_from_here()
    from gptlab.grading import reports, submission

    plan = _plan(options)
    items = [item for path in options.paths for item in submission.find(path)]
    _refuse_doubles([name for name, _ in items])
    if len(items) > 1:
        _refuse_results_among(options.paths, options.out)
    if options.strict:
        _refuse_what_is_not_confined()
    print_json = str(options.json) == "-"
    say = (lambda text: None) if print_json else (lambda text: print(text, flush=True))
    results = (
        _one(items[0], plan, options, say) if len(items) == 1 else _many(items, plan, options, say)
    )
    if print_json:
        print(reports.as_json(results))
    elif options.json:
        write_atomically(options.json, reports.as_json(results) + "\n")
    if options.junitxml:
        write_atomically(options.junitxml, reports.as_junit(results))
    if options.markdown:
        with options.markdown.open("a", encoding="utf-8") as file:
            file.write(reports.as_markdown(results))
    reached = [not one.error and one.percent >= options.pass_mark for one in results]
    return 0 if all(reached) else 1


def _import_nothing_from_here() -> None:
    """Leave the folder in which the command was given out of the search for modules: submissions may lie in it."""
    here = Path.cwd()
    if here != CHECKOUT:
        sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != here]


def _plan(options: argparse.Namespace):
    """What is graded, as the command line and the class file say."""
    from gptlab.blanks.registry import by_lesson
    from gptlab.grading.confined.limits import Limits
    from gptlab.grading.grade import Plan
    from gptlab.teaching import class_file

    for number in options.lesson or []:
        if number not in by_lesson():
            have = ", ".join(map(str, by_lesson()))
            raise CourseError(f"lesson {number} has no functions; these have: {have}")
    limits = Limits(cpu_s=options.cpu, wall_s=max(60, 6 * options.cpu), memory_mb=options.memory)
    lessons, points = set(options.lesson or []), {}
    if options.class_file:
        a_class = class_file.read(options.class_file)
        counted = a_class.counted()
        theirs = {entry.lesson for entry in counted}
        lessons = theirs & lessons if lessons else theirs
        if not lessons:
            raise CourseError(f"{options.class_file}: no function of these lessons counts")
        points = {entry.key: a_class.worth(entry) for entry in counted}
        if options.pass_mark is None:
            options.pass_mark = a_class.pass_mark
    if options.pass_mark is None:
        options.pass_mark = USUAL_PASS_MARK
    return Plan(tuple(sorted(lessons)), points, limits)


def _refuse_doubles(names: list[str]) -> None:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise CourseError(f"two submissions are named {twice[0]}: rename one of them")


def _refuse_results_among(paths: list[Path], out: Path) -> None:
    """Results are kept, and taken from where they are kept: a submission must not be able to lie there."""
    place = out.resolve()
    for path in paths:
        if path.is_dir() and place.is_relative_to(path.resolve()):
            raise CourseError(
                f"results in {out} would lie among the submissions of {path}, where one of that name"
                " could bring its own: name another folder with --out"
            )


def _refuse_what_is_not_confined() -> None:
    from gptlab.grading.confined_process import what_is_enforced

    missing = what_is_enforced().missing()
    if missing:
        raise CourseError(f"this system does not keep a submission from: {', '.join(missing)}")


def _one(item, plan, options, say) -> list:
    """One submission, judged in this process, which never runs its code."""
    from gptlab.grading import reports, worker

    name, path = item
    with worker.judge() as server:
        counter = _Counter(len(plan.blanks()))
        result = worker.grade_path(path, name, server, plan, counter)
        counter.clear()
    if options.notebooks is not False and not result.error:
        result = _with_notebooks(result, path, options.notebook_minutes * 60)
    say(reports.table(result))
    return [result]


def _with_notebooks(result, path: Path, limit_s: float):
    """The result with what the pristine notebooks said of it; no point rests on that."""
    from gptlab.grading import notebooks, submission

    states: dict[int, set[str]] = {}
    for row in result.rows:
        states.setdefault(row.lesson, set()).add(row.state)
    ready = [lesson for lesson, found in states.items() if found == {"passes"}]
    if not ready:
        return result
    reason = notebooks.why_not()
    if reason:
        return dataclasses.replace(result, notes=(*result.notes, f"no notebook was run: {reason}"))
    counter = _Counter(sum(len(notebooks.of_lesson(n)) for n in ready), "ran")
    found = notebooks.run(submission.read(path).rooms, ready, limit_s, counter)
    counter.clear()
    return dataclasses.replace(result, lessons=tuple(found))


def _many(items, plan, options, say) -> list:
    """A class; a line for each submission as it is done."""
    from gptlab.grading import batch, reports

    jobs = options.jobs or os.cpu_count() or 1

    def tell(result) -> None:
        lost = [note for note in result.notes if note.startswith(batch.NOT_KEPT)]
        say("; ".join([reports.total(result), *lost]))

    results = batch.grade_all(items, plan, jobs, options.out, tell)
    say(
        f"\n{len(results)} submissions: {options.out / batch.TABLE}, and one file for each beside it"
    )
    return results


class _Counter:
    """How many blanks are judged, on a terminal."""

    def __init__(self, total: int, what: str = "judged") -> None:
        self._total = total
        self._what = what
        self._n = 0

    def __call__(self, _: str) -> None:
        self._n += 1
        if sys.stderr.isatty():
            print(f"\r{self._what} {self._n} of {self._total}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if sys.stderr.isatty():
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
