"""Judges what the learner wrote in a process of its own, which a body may end, block or flood with output.

What the judged code prints goes to stderr. When the process ends before its time, the blank that was being judged
fails, and another process judges the rest.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Any

from gptlab.blanks.registry import find
from gptlab.blanks.source_scan import PACKAGE, Blank
from gptlab.course.progress import BlankProgress, judge_blank

LIMIT_S = (
    120  # for one blank, all its cases; what runs in C for ever can be stopped from outside only
)
CHILD = (
    f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r});"
    "from gptlab.course.judged_apart import child; child()"
)


def judged_apart(entries: list[Blank]) -> list[BlankProgress]:
    """Each blank judged by the learner's own body; what is empty in earlier lessons is borrowed for it."""
    judged = {entry.key: judge_blank(entry) for entry in entries if entry.empty}
    pending = [entry.key for entry in entries if not entry.empty]
    while pending:
        results = _from_one_process(pending)
        judged |= results
        pending = [key for key in pending if key not in results]
    return [judged[entry.key] for entry in entries]


def _from_one_process(keys: list[str]) -> dict[str, BlankProgress]:
    """What one process says of these blanks, until all are judged or it is gone; at least of the first."""
    command = [sys.executable, "-c", CHILD, *keys]
    results: dict[str, BlankProgress] = {}
    begun = keys[0]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        lines = _lines_of(process.stdout)
        try:
            while len(results) < len(keys):
                said = lines.get(timeout=LIMIT_S)
                if said is None:
                    status = process.wait()
                    results[begun] = _failed(
                        begun, f"it ended the whole process (exit status {status})"
                    )
                    break
                if "begins" in said:
                    begun = said["begins"]
                else:
                    results[begun] = BlankProgress(find(begun), **said)
        except queue.Empty:
            results[begun] = _failed(begun, f"no end within {LIMIT_S} seconds")
        finally:
            process.kill()
    return results


def _lines_of(stream: Any) -> queue.Queue:
    """What a process says, line by line, and None when it is gone."""
    lines: queue.Queue = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(json.loads(line))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _failed(key: str, came: str) -> BlankProgress:
    message = f'✗ {key}\n  got       {came}\n  help      hint("{key}")'
    return BlankProgress(find(key), "fails", message)


def child() -> None:
    """Judge the blanks that the command line names, and say each verdict in a line of JSON."""
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        for key in sys.argv[1:]:
            print(json.dumps({"begins": key}), file=said, flush=True)
            judged = asdict(judge_blank(find(key), borrow_earlier=True))
            del judged["entry"]
            print(json.dumps(judged), file=said, flush=True)
    except KeyboardInterrupt:  # the process above says it
        os._exit(130)
    os._exit(0)  # whatever threads were left running
