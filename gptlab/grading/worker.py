"""A judge in a process of its own: takes the path of one submission after another, answers each with its grade.

Whatever happens to it costs the submission that it had in hand, and no other. Lines of JSON go both ways.
"""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from gptlab.blanks.registry import SolutionsMissing, borrow
from gptlab.exercises import guard
from gptlab.grading import reports
from gptlab.grading.confined.limits import Limits
from gptlab.grading.confined_process import ForkServer
from gptlab.grading.grade import Plan, Result, Say, grade
from gptlab.grading.submission import NoSubmission, read

# Of the clock, for one call. A notebook's 20 seconds would hit honest answers on a busy grader; what does not end is
# ended after its own `Limits`, of computing and of the clock, before this.
CALL_S = 90
JUDGE_MEMORY_MB = 8192  # of address space: what a submission has the judge compute can take no more


def main() -> None:
    """Grade what stdin names until it is closed."""
    limit_memory()
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for result in answers(sys.stdin):
        print(json.dumps(reports.as_dict(result)), file=said, flush=True)


def request(name: str, path: Path, plan: Plan) -> str:
    """A line that asks for the grade of the submission at a path."""
    return json.dumps({"name": name, "path": str(path), "plan": plan_as_dict(plan)})


def answers(requests: Iterable[str]) -> Iterator[Result]:
    """The grade that each line asks for; where this system lets no judge be made ready, why it does not."""
    with contextlib.ExitStack() as stack:
        server, why = None, ""
        try:
            server = stack.enter_context(judge())
        except OSError as error:  # such as a full disk
            why = f"no judge could be made ready: {error.strerror or error}"
        for line in requests:
            asked = json.loads(line)
            if server is None:
                yield Result(asked["name"], "", (), error=why)
            else:
                plan = plan_from(asked["plan"])
                yield grade_path(Path(asked["path"]), asked["name"], server, plan)


@contextlib.contextmanager
def judge() -> Iterator[ForkServer]:
    """This process made ready to judge: references run here for every blank, and a fork server waits."""
    with contextlib.suppress(SolutionsMissing):
        borrow("all")
    before, guard.LIMIT_S = guard.LIMIT_S, CALL_S
    try:
        with tempfile.TemporaryDirectory(prefix="gptlab-grade-") as folder:
            place = Path(folder).resolve() / "pristine"
            place.mkdir()
            with ForkServer(place) as server:
                yield server
    finally:
        guard.LIMIT_S = before


def grade_path(path: Path, name: str, server: ForkServer, plan: Plan, say: Say = str) -> Result:
    """The grade of the submission at a path; where there is none, a result that says why."""
    try:
        return grade(read(path, name), server, plan, say)
    except (NoSubmission, OSError) as error:
        text = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        return Result(name, "", (), error=text)


def plan_as_dict(plan: Plan) -> dict:
    """A plan in what JSON knows."""
    return {
        "lessons": list(plan.lessons),
        "points": dict(plan.points),
        "limits": vars(plan.limits).copy(),
    }


def plan_from(found: dict) -> Plan:
    """The plan that `plan_as_dict` wrote."""
    return Plan(tuple(found["lessons"]), found["points"], Limits(**found["limits"]))


def limit_memory() -> None:
    """Have what is too large fail here as a MemoryError, not as the end of the whole machine."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (JUDGE_MEMORY_MB << 20, hard))


if __name__ == "__main__":
    main()
