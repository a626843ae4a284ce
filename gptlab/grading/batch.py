"""Grades a class: many submissions by several judges at once; what is done is kept, and not done again."""

import contextlib
import hashlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from gptlab.blanks.files import write_atomically
from gptlab.blanks.solutions import solutions_folder
from gptlab.blanks.source_scan import PACKAGE
from gptlab.grading import reports
from gptlab.grading.grade import Plan, Result
from gptlab.grading.submission import NoSubmission, read
from gptlab.grading.worker import plan_as_dict, request

LIMIT_S = 3600  # for one submission
TABLE = "grades.csv"
NOT_KEPT = "its result could not be kept"  # how a note begins that says so
PACKAGE_PATHS = [str(PACKAGE.parent)]  # where a judge finds gptlab
Item = tuple[str, Path]
Done = Callable[[Result], None]


def grade_all(items: list[Item], plan: Plan, jobs: int, out: Path, done: Done) -> list[Result]:
    """Grade submissions, `jobs` at a time; `done` gets each result as it comes. They return in the order of `items`.

    Each result is kept in OUT/NAME.json, and one that was made from the same text by the same course and the same
    plan is taken from there. One that cannot be kept, as on a full disk, stands all the same and has a note that says
    why. OUT/grades.csv is written at the end.
    Raises OSError when there can be no such folder or table.
    """
    out.mkdir(parents=True, exist_ok=True)
    course = course_fingerprint()
    results: dict[str, Result] = {}
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    for item in items:
        kept = _kept(item, out, course, plan)
        if kept is None:
            todo.put(item)
        else:
            results[item[0]] = kept
            done(kept)
    lock = threading.Lock()

    def finish(item: Item, result: Result) -> None:
        with lock:
            try:
                _keep(result, item[0], out, course, plan)
            except OSError as error:
                note = f"{NOT_KEPT}: {error.strerror or error}"
                result = replace(result, notes=(*result.notes, note))
            results[item[0]] = result
            done(result)

    _all_at_once(min(jobs, todo.qsize()), lambda: _work(todo, plan, finish))
    ordered = [results[name] for name, _ in items]
    write_atomically(out / TABLE, reports.as_csv(ordered))
    return ordered


def _all_at_once(n: int, work: Callable[[], None]) -> None:
    """Do the same work in n threads; what one of them raises is raised here, when all have ended."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # else it would be lost with its thread
            raised.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def course_fingerprint() -> str:
    """The same for the same checks, references and machinery; the rooms' own text does not count."""
    digest = hashlib.sha256()
    paths = [*PACKAGE.rglob("*/*.py")]
    if solutions_folder().is_dir():
        paths += solutions_folder().glob("*.py")
    for path in sorted(paths):
        digest.update(path.as_posix().removeprefix(PACKAGE.parent.as_posix()).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(item: Item, out: Path, course: str, plan: Plan) -> Result | None:
    """The result of an earlier run, where text, course and plan are the same."""
    name, path = item
    try:
        found = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
        if found["course"] != course or found["plan"] != plan_as_dict(plan):
            return None
        result = reports.from_dict(found)
        return result if result.fingerprint == read(path, name).fingerprint else None
    except (OSError, ValueError, KeyError, TypeError, NoSubmission):
        return None


def _keep(result: Result, name: str, out: Path, course: str, plan: Plan) -> None:
    kept = reports.as_dict(result) | {"course": course, "plan": plan_as_dict(plan)}
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    write_atomically(out / f"{name}.json", text)


def _work(todo: queue.SimpleQueue, plan: Plan, finish: Callable[[Item, Result], None]) -> None:
    """One judge after another grades what is left to do; a judge that ends is replaced."""
    while not todo.empty():
        with _judge() as process:
            lines = _lines_of(process)
            alive = True
            while alive:
                try:
                    name, path = todo.get_nowait()
                except queue.Empty:
                    return
                result, alive = _graded(process, lines, name, path, plan)
                finish((name, path), result)


def _graded(
    process: subprocess.Popen, lines: queue.Queue, name: str, path: Path, plan: Plan
) -> tuple[Result, bool]:
    """A submission's result, and whether the judge can go on."""
    try:
        process.stdin.write(request(name, path, plan) + "\n")
        process.stdin.flush()
        said = lines.get(timeout=LIMIT_S)
    except queue.Empty:
        return Result(name, "", (), error=f"not judged within {LIMIT_S} seconds"), False
    except OSError:
        said = None
    if said is None:
        status = process.wait()
        return Result(name, "", (), error=f"the judge ended (exit status {status})"), False
    return reports.from_dict(json.loads(said)), True


@contextlib.contextmanager
def _judge() -> Iterator[subprocess.Popen]:
    """A judge's process, dead afterwards together with all that it started."""
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(PACKAGE_PATHS),
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gptlab.grading.worker"],  # -P: no module of the folder here
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _lines_of(process: subprocess.Popen) -> queue.Queue:
    """What a judge says, line by line, and None when it is gone."""
    lines: queue.Queue = queue.Queue()

    def read_on() -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read_on, daemon=True).start()
    return lines
