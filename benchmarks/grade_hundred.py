"""A class of generated submissions: how long it takes, whether it comes out the same twice and after a kill.

    python -m benchmarks.grade_hundred [--n 100] [--jobs 2] [--seed 0] [--once]

A quarter of the submissions is good, a quarter partial with known mistakes among the bodies, a quarter empty, a
quarter hostile: partial ones with a body of the tests' attacks in them. The first run is timed; the second must give
the same table; the third is killed when half of its results are there, and what resumes it must give it too.
"""

import argparse
import ast
import inspect
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from gptlab.blanks.registry import blanks
from gptlab.exercises.mistake import mistakes
from gptlab.grading.child_tree import empty_rooms
from tests.grading.attacks.test_answers import BODIES
from tests.grading.attacks.test_bodies import ENDS, REACHES_OUT
from tests.grading.attacks.test_files import AT_IMPORT
from tests.support.paths import ROOT
from tests.support.submissions import reference_bodies, solved_rooms, with_bodies, with_body, write

KINDS = ("good", "partial", "empty", "hostile")
ATTACKS = [*BODIES.values(), *ENDS.values(), *REACHES_OUT.values()]


def make(folder: Path, n: int, seed: int) -> None:
    """Write n submissions, the same for the same seed."""
    for i in range(n):
        kind = KINDS[i % len(KINDS)]
        dice = random.Random(f"{seed} {i}")
        rooms = {
            "good": solved_rooms,
            "empty": empty_rooms,
            "partial": lambda dice=dice: partial(dice),
            "hostile": lambda dice=dice: hostile(dice),
        }[kind]()
        write(folder / f"{i:03}-{kind}", rooms)


def partial(dice: random.Random) -> dict[str, bytes]:
    """Some lessons written, of these some blanks wrong in a known way and some left empty."""
    last = dice.randint(1, 15)
    chosen = {entry.key: dice.random() for entry in blanks() if entry.lesson <= last}
    rooms = {}
    for room, text in empty_rooms().items():
        if not (ROOT / "solutions" / f"{room}.py").is_file():
            continue
        bodies, rest = reference_bodies(room)
        kept = {}
        for name, body in bodies.items():
            luck = chosen.get(f"{room}.{name}", 1.0)
            if luck < 0.7:
                kept[name] = body
            elif luck < 0.85:
                kept[name] = wrong(f"{room}.{name}", dice) or body
        rooms[room] = with_bodies(text, kept, rest)
    return rooms


def wrong(key: str, dice: random.Random) -> str:
    """The text of a known mistake's body; "" where it cannot stand alone."""
    known = dice.choice(mistakes(key)).body
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(known)))
    except (OSError, SyntaxError, TypeError):
        return ""
    node = tree.body[0]
    return "\n".join(map(ast.unparse, node.body)) if isinstance(node, ast.FunctionDef) else ""


def hostile(dice: random.Random) -> dict[str, bytes]:
    """A partial submission with an attack in the body of one blank, or in the text of a room."""
    rooms = partial(dice)
    if dice.random() < 0.25:
        attack = dice.choice([*AT_IMPORT.values()])
        return rooms | with_body("sampling.append_token", "return None", attack)
    return rooms | with_body("sampling.append_token", dice.choice(ATTACKS))


def run(folder: Path, out: Path, jobs: int, kill_at: int | None = None) -> float:
    """Grade the class, perhaps killed when so many results are there; -> seconds."""
    command = [sys.executable, "-m", "gptlab", "grade", folder, "--jobs", jobs, "--out", out]
    begin = time.monotonic()
    with subprocess.Popen(
        [*map(str, command), "--pass-mark", "0"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while process.poll() is None:
            time.sleep(0.2)
            if kill_at is not None and len(list(out.glob("*.json"))) >= kill_at:
                process.send_signal(signal.SIGKILL)
    return time.monotonic() - begin


def main() -> int:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--once", action="store_true", help="time one run, compare nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gptlab-class-") as name:
        base = Path(name)
        make(base / "class", options.n, options.seed)
        seconds = run(base / "class", base / "a", options.jobs)
        table = (base / "a" / "grades.csv").read_text(encoding="utf-8")
        print(table)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = used.ru_utime + used.ru_stime
        print(
            f"{options.n} submissions on {options.jobs} judges: {seconds:.0f} s, of computing {cpu:.0f} s"
        )
        if options.once:
            return 0
        run(base / "class", base / "b", options.jobs)
        same = (base / "b" / "grades.csv").read_text(encoding="utf-8") == table
        print(f"a second time the same: {same}", flush=True)
        run(base / "class", base / "c", options.jobs, kill_at=options.n // 2)
        left = options.n - len(list((base / "c").glob("*.json")))
        run(base / "class", base / "c", options.jobs)
        after = (base / "c" / "grades.csv").read_text(encoding="utf-8")
        resumed = after == table
        print(f"killed with {left} to do, and resumed, the same: {resumed}")
        for one, other in zip(table.splitlines(), after.splitlines()):
            if one != other:
                print(f"first   {one}\nresumed {other}")
        return 0 if same and resumed else 1


if __name__ == "__main__":
    sys.exit(main())
