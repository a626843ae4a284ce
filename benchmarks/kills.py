"""Kill a run again and again at random moments, let it go on each time, and compare it with one that was left alone.

    python benchmarks/kills.py [--kills 20] [--preset tiny] [--seed 0] [--work runs/kills]

The run that is left alone has one worker. Each session of the other has one to three; every third kill hits one of
its workers alone first, and the session goes on without. Prints one line a kill and at the end whether every loss of
every stage is the same number, and whether a process was left behind. Exit status 1 if not.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

TIMES = ("seconds", "stage_seconds", "peak_memory_gb")  # all that two equal runs may differ in
WORKERS = (2, 3, 1)  # of the sessions, in turns
GONE_S = 10.0  # the system needs a moment to end what a dead parent leaves


def session(out: Path, preset: str, n_workers: int) -> subprocess.Popen:
    """One session of the run."""
    words = [sys.executable, "-m", "gptlab", "run", "--preset", preset, "--out", str(out)]
    words += ["--quiet"] + (["--resume"] if (out / "run.json").exists() else [])
    environment = os.environ | {"GPTLAB_WORKERS": str(n_workers)}
    return subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )


@dataclass
class Victim:
    """A run that is killed, and what was seen of it."""

    out: Path
    preset: str
    longest_s: float  # of a session
    rng: random.Random
    left_behind: list[int] = field(default_factory=list)
    n_workers_killed: int = 0

    def kill(self, i: int) -> None:
        """Let one session live for a while, kill a worker of it or all of it, and say what was done by then."""
        one = session(self.out, self.preset, WORKERS[i % len(WORKERS)])
        workers: list[psutil.Process] = []
        for alone in [True, False] if i % 3 == 1 else [False]:
            life = self.rng.uniform(0.5, self.longest_s)
            try:
                _, errors = one.communicate(timeout=life)
            except subprocess.TimeoutExpired:
                workers = self._workers(one, wait=alone)
                self._hit(i, one, workers, life, alone)
                continue
            if one.returncode:
                raise SystemExit(f"session {i} failed: {errors.decode()[-500:]}")
            print(f"kill {i + 1}: the run was done before {life:.1f} s; begun again", flush=True)
            shutil.rmtree(self.out)
            break
        _, alive = psutil.wait_procs(workers, timeout=GONE_S)
        self.left_behind += [p.pid for p in alive if p.status() != psutil.STATUS_ZOMBIE]

    def _workers(self, one: subprocess.Popen, wait: bool) -> list[psutil.Process]:
        """The session's workers at this moment, or at the next at which there are any: not every stage has them."""
        found: list[psutil.Process] = []
        try:
            while not found:
                found = psutil.Process(one.pid).children(recursive=True)
                if not wait or one.poll() is not None:
                    break
                time.sleep(0.02)
        except psutil.NoSuchProcess:
            pass
        return found

    def _hit(
        self,
        i: int,
        one: subprocess.Popen,
        workers: list[psutil.Process],
        life: float,
        alone: bool,
    ) -> None:
        file = self.out / "run.json"
        done = list(json.loads(file.read_text())["done"]) if file.exists() else []
        if alone:
            if workers:
                self.rng.choice(workers).kill()
                self.n_workers_killed += 1
            what = "a worker alone" if workers else "no worker: there was none"
        else:
            one.send_signal(signal.SIGKILL)
            one.communicate()
            what = f"the session and its {len(workers)} workers"
        print(
            f"kill {i + 1} of {what} after {life:.1f} s, done by then: {', '.join(done) or 'nothing'}",
            flush=True,
        )


def finish(out: Path, preset: str, n_workers: int) -> None:
    """Let a run go on to its end."""
    one = session(out, preset, n_workers)
    _, errors = one.communicate()
    if one.returncode:
        raise SystemExit(f"the run failed: {errors.decode()[-500:]}")


def figures(out: Path) -> dict:
    """All of a report but what two equal runs may differ in."""
    found = json.loads((out / "report.json").read_text())
    found["machine"].pop("workers")
    return {name: value for name, value in found.items() if name not in TIMES}


def main() -> int:
    """Run both, compare; -> exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--work", type=Path, default=Path("runs/kills"))
    args = parser.parse_args()
    whole, killed = args.work / "whole", args.work / "killed"
    for folder in (whole, killed):
        shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    finish(whole, args.preset, 1)
    whole_s = time.perf_counter() - began
    print(f"uninterrupted, one worker: {whole_s:.0f} s", flush=True)
    # Long enough that a session may see a stage end, and all of them the whole way.
    victim = Victim(killed, args.preset, whole_s / 2, random.Random(args.seed))
    for i in range(args.kills):
        victim.kill(i)
    finish(killed, args.preset, 2)
    ours, theirs = figures(whole), figures(killed)
    differences = [name for name in ours if ours[name] != theirs.get(name)]
    print(
        f"{args.kills} kills, {victim.n_workers_killed} of a worker alone; processes left behind: "
        f"{len(victim.left_behind)}; figures that differ: {', '.join(differences) or 'none'}"
    )
    return 1 if differences or victim.left_behind else 0


if __name__ == "__main__":
    sys.exit(main())
