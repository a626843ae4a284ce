"""What a grade looks like: a table for people, JSON, JUnit's XML, Markdown for a summary page, CSV for a class."""

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from xml.etree import ElementTree

from gptlab.grading.confined.wire import printable
from gptlab.grading.grade import Result, Row
from gptlab.grading.marking import EMPTY, FAILS, PASSES

SIGNS = {PASSES: "✓", FAILS: "✗", EMPTY: "○"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(points: float) -> str:
    """Points without an empty fraction."""
    return f"{points:g}"


def total(result: Result) -> str:
    """One line: points, percent, and how many functions are right."""
    name = printable(result.name).replace("\n", " ")
    if result.error:
        return f"{name}: not graded: {printable(result.error)}"
    states = [row.state for row in result.rows]
    return (
        f"{name}: {number(result.points)} of {number(result.out_of)} points"
        f" ({result.percent:.0f}%): {states.count(PASSES)} of {len(states)} functions pass,"
        f" {states.count(FAILS)} fail, {states.count(EMPTY)} are empty"
    )


# -- for people -----------------------------------------------------------------------------------


def table(result: Result) -> str:
    """A line for each blank, and what is wrong with each that fails."""
    width = max((len(row.key) for row in result.rows), default=0)
    lines = [_line(row, width) for row in result.rows]
    for row in result.rows:
        if row.state == FAILS:
            lines += ["", row.message]
            if row.stands_in:
                lines.append(f"  note      the reference answered for {', '.join(row.stands_in)}")
    for lesson in result.lessons:
        lines += ["", _lesson(lesson)]
    return "\n".join([*lines, "", *(f"note: {note}" for note in result.notes), total(result)])


def _line(row: Row, width: int) -> str:
    points = f"{number(row.points)}/{number(row.out_of)}"
    about = row.diagnosis or ("" if row.state == PASSES else row.hint)
    about = about if len(about) <= 70 else f"{about[:69]}…"
    return f"{row.lesson:2}  {SIGNS[row.state]} {row.key:<{width}}  {points:>7}  {about}".rstrip()


def _lesson(lesson: dict) -> str:
    words = f"notebook {lesson['notebook']}: {lesson['said']}"
    return words if not lesson["first"] else f"{words}; first: {lesson['first']}"


# -- for programs -----------------------------------------------------------------------------------


def as_json(results: list[Result]) -> str:
    """Everything that is known of each submission."""
    return json.dumps({"submissions": [as_dict(x) for x in results]}, ensure_ascii=False, indent=1)


def as_dict(result: Result) -> dict:
    """A result with its sums, in what JSON knows."""
    sums = {"points": result.points, "out_of": result.out_of, "percent": round(result.percent, 2)}
    return asdict(result) | sums


def from_dict(found: dict) -> Result:
    """The result that `as_dict` wrote."""
    rows = tuple(Row(**row | {"stands_in": tuple(row["stands_in"])}) for row in found["rows"])
    notes, lessons = tuple(found["notes"]), tuple(found["lessons"])
    return Result(found["name"], found["fingerprint"], rows, notes, found["error"], lessons)


def as_junit(results: list[Result]) -> str:
    """JUnit's XML: a suite for each submission, a case for each blank."""
    suites = ElementTree.Element("testsuites", name="gptlab grade")
    for result in results:
        states = [row.state for row in result.rows]
        counts = {
            "tests": str(len(states)),
            "failures": str(states.count(FAILS)),
            "skipped": str(states.count(EMPTY)),
            "errors": "1" if result.error else "0",
        }
        suite = ElementTree.SubElement(suites, "testsuite", name=_xml(result.name), **counts)
        for row in result.rows:
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"lesson {row.lesson}", name=row.key
            )
            if row.state == FAILS:
                fault = ElementTree.SubElement(case, "failure", message=_xml(row.diagnosis or ""))
                fault.text = _xml(row.message)
            elif row.state == EMPTY:
                ElementTree.SubElement(case, "skipped", message="still empty")
        if result.error:
            case = ElementTree.SubElement(suite, "testcase", classname="grading", name="grading")
            ElementTree.SubElement(case, "error", message=_xml(result.error))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return NOT_XML.sub("�", text)


def as_markdown(results: list[Result]) -> str:
    """A summary page: a table of the blanks, with the messages of those that fail folded below."""
    return "\n\n".join(_page(result) for result in results) + "\n"


def _page(result: Result) -> str:
    lines = [f"### {_md(total(result))}"]
    if result.rows:
        lines += ["", "| | lesson | function | points | what is likely wrong, or a hint |"]
        lines.append("|---|---|---|---|---|")
    for row in result.rows:
        points = f"{number(row.points)}/{number(row.out_of)}"
        about = row.diagnosis or ("" if row.state == PASSES else row.hint)
        lines.append(
            f"| {SIGNS[row.state]} | {row.lesson} | `{row.key}` | {points} | {_md(about)} |"
        )
    for row in result.rows:
        if row.state == FAILS:
            text = row.message.replace("&", "&amp;").replace("<", "&lt;")
            lines += ["", f"<details><summary>{row.key}</summary><pre>", text, "</pre></details>"]
    lines += [f"\n{_md(_lesson(lesson))}" for lesson in result.lessons]
    return "\n".join([*lines, *(f"\nNote: {_md(note)}" for note in result.notes)])


def _md(text: str) -> str:
    """Text in which Markdown and HTML find no sign of theirs."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", text)


def as_csv(results: Iterable[Result]) -> str:
    """A line for each submission: percent, points, and the points of each lesson."""
    results = list(results)
    lessons = sorted({row.lesson for result in results for row in result.rows})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = ["submission", "percent", "points", "out of", "pass", "fail", "empty"]
    writer.writerow([*head, *(f"lesson {n}" for n in lessons), "error"])
    for result in results:
        states = [row.state for row in result.rows]
        counts = [states.count(state) for state in (PASSES, FAILS, EMPTY)]
        by_lesson = [
            number(sum(row.points for row in result.rows if row.lesson == n)) for n in lessons
        ]
        sums = [f"{result.percent:.1f}", number(result.points), number(result.out_of)]
        writer.writerow(
            [_cell(result.name), *sums, *counts, *by_lesson, _cell(" ".join(result.error.split()))]
        )
    return text.getvalue()


def _cell(text: str) -> str:
    """Text that a spreadsheet takes for no formula."""
    return f"'{text}" if text.startswith(tuple("=+-@\t\r＝＋－＠")) else text
