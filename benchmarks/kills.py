"""Kill a run again and again at random moments, let it go on each time, and compare it with one that was left alone.

    python benchmarks/kills.py [--kills 20] [--preset tiny] [--seed 0] [--work runs/kills]

Prints one line a kill and at the end whether every loss of every stage is the same number. Exit status 1 if not.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

TIMES = ("seconds", "stage_seconds", "peak_memory_gb")  # all that two equal runs may differ in


def command(out: Path, preset: str, resume: bool) -> list[str]:
    """The command line of one session."""
    words = [
        sys.executable,
        "-m",
        "gptlab",
        "run",
        "--preset",
        preset,
        "--out",
        str(out),
        "--quiet",
    ]
    return [*words, "--resume"] if resume else words


def killed_run(out: Path, preset: str, n_kills: int, session_s: float, rng: random.Random) -> None:
    """One run in sessions of random length, each ended by SIGKILL but the last."""
    for i in range(n_kills):
        life = rng.uniform(0.5, session_s)
        words = command(out, preset, (out / "run.json").exists())
        session = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = session.communicate(timeout=life)
            if session.returncode:
                raise SystemExit(f"session {i} failed: {errors.decode()[-500:]}")
            print(f"kill {i + 1}: the run was done before {life:.1f} s; begun again", flush=True)
            shutil.rmtree(out)
        except subprocess.TimeoutExpired:
            session.send_signal(signal.SIGKILL)
            session.communicate()
            done = (
                list(json.loads((out / "run.json").read_text())["done"])
                if (out / "run.json").exists()
                else []
            )
            print(
                f"kill {i + 1} after {life:.1f} s, done by then: {', '.join(done) or 'nothing'}",
                flush=True,
            )
    subprocess.run(
        command(out, preset, (out / "run.json").exists()), check=True, stdout=subprocess.DEVNULL
    )


def main() -> int:
    """Run both, compare; -> exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--work", type=Path, default=Path("runs/kills"))
    args = parser.parse_args()
    for name in ("whole", "killed"):
        shutil.rmtree(args.work / name, ignore_errors=True)
    began = time.perf_counter()
    subprocess.run(
        command(args.work / "whole", args.preset, False), check=True, stdout=subprocess.DEVNULL
    )
    whole_s = time.perf_counter() - began
    print(f"uninterrupted: {whole_s:.0f} s", flush=True)
    longest_s = (
        whole_s / 2
    )  # long enough that a session may see a stage end, and 20 of them the whole way
    killed_run(args.work / "killed", args.preset, args.kills, longest_s, random.Random(args.seed))
    reports = [
        json.loads((args.work / name / "report.json").read_text()) for name in ("whole", "killed")
    ]
    differences = [
        key for key in reports[0] if key not in TIMES and reports[0][key] != reports[1][key]
    ]
    print(f"{args.kills} kills; figures that differ: {', '.join(differences) or 'none'}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
