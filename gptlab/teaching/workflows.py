"""The two workflows of a hand-out: one grades each push, GitHub Classroom reads its points from the other."""

import re

from gptlab.teaching.class_file import ClassFile

GRADE = ".github/workflows/grade.yml"
CLASSROOM = ".github/workflows/classroom.yml"

_HEAD = """\
# For GitHub Classroom, made by `gptlab release`: a test for each lesson, worth its points when all of it passes.
name: Autograding Tests
on:
  - push
  - repository_dispatch
  - workflow_dispatch
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    if: vars.GPTLAB_COURSE != '' && github.actor != 'github-classroom[bot]'
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
"""
_LESSON = """\
      - name: lesson {number}
        id: lesson-{number}
        uses: classroom-resources/autograding-command-grader@v1
        with:
          test-name: lesson {number}
          command: >-
            course/.venv/bin/gptlab grade submission --class submission/class.toml
            --lesson {number} --pass-mark 100 --no-notebooks
          timeout: 10
          max-score: {points}
"""


def pinned(workflow: str, commit: str) -> str:
    """The grading workflow with the course's commit in it: a class is graded by one course from first to last.

    Raises ValueError where the workflow checks out no course.
    """
    text, n = re.subn(r"(repository: .*\n +ref: ).*", rf"\g<1>{commit}", workflow)
    if n != 1:
        raise ValueError(
            "grade.yml checks the course out in one place, with its ref on the next line"
        )
    return text


def classroom(a_class: ClassFile, workflow: str) -> str:
    """The workflow that GitHub Classroom reads points from: the first steps of the other, then a test a lesson."""
    start, end = (
        workflow.index("      - name: what was pushed"),
        workflow.index("      - name: grade\n"),
    )
    steps = []
    lessons = sorted({entry.lesson for entry in a_class.counted()})
    for number in lessons:
        points = sum(a_class.worth(entry) for entry in a_class.counted() if entry.lesson == number)
        steps.append(_LESSON.format(number=number, points=round(points)))
    names = [f"lesson-{number}" for number in lessons]
    report = ["      - uses: classroom-resources/autograding-grading-reporter@v1", "        env:"]
    report += [
        f'          {name.upper()}_RESULTS: "${{{{steps.{name}.outputs.result}}}}"'
        for name in names
    ]
    report += ["        with:", f"          runners: {','.join(names)}"]
    return _HEAD + workflow[start:end] + "".join(steps) + "\n".join(report) + "\n"
