"""One judge for all tests of a process, as for all submissions of a class."""

import pytest

from gptlab.grading.confined.limits import Limits
from gptlab.grading.grade import Plan, grade
from gptlab.grading.worker import judge
from tests.support.submissions import solved_rooms, submission

QUICK = Limits(cpu_s=2, wall_s=12, memory_mb=512)


@pytest.fixture(scope="session")
def server():
    """A fork server with the judge around it."""
    with judge() as one:
        yield one


@pytest.fixture
def graded(server):
    """graded(rooms, lesson): the result of a submission of these rooms, for some lessons."""

    def run(rooms, *lessons, limits=QUICK):
        return grade(submission(rooms), server, Plan(lessons, {}, limits))

    return run


@pytest.fixture
def honest(graded):
    """Grades an honest submission: whatever was done before must not harm it."""

    def run():
        result = graded({"sampling": solved_rooms()["sampling"]}, 0)
        assert (result.points, result.out_of) == (1, 1), result.rows[0].message

    return run
