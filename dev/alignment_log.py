"""The log of lesson 14: short trainings from the shipped SFT model, and best-of-n on replies that are drawn once.

    python -m dev.alignment_log [--seeds 3] [--work FOLDER]

takes about 6 minutes of one core a seed, and writes gptlab/assets/logs/alignment.json after every part. What was
finished lies in the work folder, one line of JSON a run: the same call goes on from there. To be made again whenever
the shipped models are.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.experiments.alignment import best_of_log, log, ppo_runs, preferences
from gptlab.experiments.alignment.bench import Bench
from gptlab.experiments.alignment.group_policy import GRPO, RLOO, train_group_policy

RANKINGS = (100, 400, 1200)  # that the weak proxies are trained on
SAME = 1200  # that the methods have in common
TAX = [(0.1, 0.0), (0.1, 1.0), (1.0, 0.0), (10.0, 0.0), (0.1, 0.1), (0.1, 10.0)]  # β, γ
N_DRAWN_FOR = 48  # questions with best-of-n
TAX_ROUNDS, TAX_LR = 12, 6e-4
ROUNDS, LOOK_AT, LR = 12, (2, 4, 8, 12), 5e-4  # of the methods
DPO_STEPS = 2  # for a round of the others: it writes nothing, and a step costs half as much
METHODS = ("PPO", GRPO, RLOO, "DPO")


class Work:
    """What is finished, in a file of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "rows.jsonl"
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        self.rows = [json.loads(line) for line in lines]

    def has(self, **key) -> bool:
        """Whether a run with this key is finished."""
        return any(key.items() <= row.items() for row in self.rows)

    def add(self, row: dict) -> None:
        """Keep one more."""
        self.rows.append(row)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{time.process_time():6.0f} s  {json.dumps(row)[:150]}", flush=True)


def proxy_of(work: Work, bench: Bench, n: int) -> RewardModel:
    """The proxy trained on n rankings with the bench's seed, made where there is none yet."""
    file = work.folder / f"proxy_{n}_{bench.seed}.pt"
    if not file.exists():
        torch.save(
            preferences.train_proxy(bench, preferences.rankings(bench, n)).state_dict(), file
        )
    proxy = RewardModel(bench.model("sft"))
    proxy.load_state_dict(torch.load(file, weights_only=True))
    return proxy.eval().requires_grad_(False)


def measure_best_of_n(work: Work, bench: Bench) -> None:
    """Curves of every proxy of this seed, and of the shipped one with the first."""
    names = [n for n in RANKINGS if not work.has(part="best_of_n", proxy_of=n, seed=bench.seed)]
    names += [preferences.SHIPPED] * (not work.has(part="best_of_n", proxy_of=preferences.SHIPPED))
    if not names:
        return
    drawn = [
        best_of_log.draw(bench, question) for question in bench.measured_questions()[:N_DRAWN_FOR]
    ]
    for n in names:
        proxy = bench.shipped_reward if n == preferences.SHIPPED else proxy_of(work, bench, n)
        found = best_of_log.curves(drawn, proxy)
        work.add({"part": "best_of_n", "proxy_of": n, "seed": bench.seed, **found})


def measure_tax(work: Work, bench: Bench) -> None:
    """PPO with the shipped reward model, for every β and γ."""
    for beta, gamma in TAX:
        key = {"part": "tax", "beta": beta, "gamma": gamma, "seed": bench.seed}
        if work.has(**key):
            continue
        reward = bench.shipped_reward
        policy = ppo_runs.train_short_ppo(bench, reward, TAX_ROUNDS, TAX_LR, beta, gamma)
        found = bench.measure(policy, {"proxy": reward}, bench.seed) | bench.tax(policy)
        work.add(key | {"rounds": TAX_ROUNDS, **found})


def measure_methods(work: Work, bench: Bench) -> None:
    """The four trained methods against the same preferences, with no penalty on KL."""
    proxy = proxy_of(work, bench, SAME)
    for method in METHODS:
        key = {"part": "methods", "method": method, "seed": bench.seed}
        if not work.has(**key):
            work.add(key | {"points": method_points(method, bench, proxy)})


def method_points(method: str, bench: Bench, proxy: RewardModel) -> list[dict]:
    """One training, measured on the way."""
    points = []

    def report(done: int, policy: GPT) -> None:
        if done in LOOK_AT:
            points.append({"round": done, **bench.measure(policy, {"proxy": proxy}, bench.seed)})

    def report_steps(step: int, policy: GPT) -> None:
        if step % DPO_STEPS == 0:
            report(step // DPO_STEPS, policy)

    if method == "DPO":
        ranked = preferences.rankings(bench, SAME)
        preferences.train_dpo(bench, ranked, DPO_STEPS * ROUNDS, LR, report_steps)
    elif method == "PPO":
        ppo_runs.train_short_ppo(bench, proxy, ROUNDS, LR, beta=0.0, prompts=64, report=report)
    else:
        train_group_policy(bench, proxy, method, ROUNDS, LR, report)
    return points


def measure_start(work: Work, bench: Bench) -> None:
    """The SFT model itself, before all training."""
    if not work.has(part="start", seed=bench.seed):
        proxies = {"proxy": bench.shipped_reward, "weak": proxy_of(work, bench, SAME)}
        found = bench.measure(bench.reference, proxies, bench.seed) | bench.tax(bench.reference)
        work.add({"part": "start", "seed": bench.seed, **found})


def save(work: Work, seeds: int) -> None:
    """Write the log of what is finished."""
    made = {
        "command": f"python -m dev.alignment_log --seeds {seeds}",
        "seeds": sorted({row["seed"] for row in work.rows}),
        "commit": hardware.commit(),
        "machine": hardware.describe(),
    }
    parts = []
    for part in ("start", "best_of_n", "tax", "methods"):
        rows = [
            {k: v for k, v in row.items() if k != "part"}
            for row in work.rows
            if row["part"] == part
        ]
        lines = ",\n  ".join(json.dumps(row) for row in rows)
        parts.append(f'"{part}": [\n  {lines}\n ]')
    body = ",\n ".join([f'"made": {json.dumps(made)}', *parts])
    log.LOG.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(log.LOG, f"{{{body}\n}}\n")


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing, and write the log after each seed; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.alignment_log", description="Make lesson 14's log again."
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs a setting (default: 3)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "alignment_log")
    args = parser.parse_args(arguments)
    borrow("all")  # the log is made of the references, whatever this checkout holds
    work = Work(args.work)
    for seed in range(args.seeds):
        bench = Bench(seed)
        measure_start(work, bench)
        for measure in (measure_best_of_n, measure_methods, measure_tax):
            measure(work, bench)
            save(work, args.seeds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
