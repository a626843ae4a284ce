"""The shipped table of short PPO runs, made by `python -m dev.ppo_details`: details off in turn, rewards gone wrong."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gptlab.engine.model.shipped import FOLDER
from gptlab.experiments.ppo.lab import Run

LOG = FOLDER / "logs" / "ppo_details.json"
T_95 = {2: 12.71, 3: 4.303, 4: 3.182, 5: 2.776}  # Student's t, two-sided, by the number of seeds


@dataclass(frozen=True)
class Log:
    """The runs by setting, those with another reward by name, and how all were made."""

    details: dict[str, list[Run]]
    rewards: dict[str, Run]
    before: dict[str, float]  # the SFT model on the test questions
    questions: list[str]  # the first test questions, which the samples answer
    answers_before: list[str]
    made: dict


def save(log: Log, path: Path = LOG) -> None:
    """Write the table; a run is one line."""

    def line(run: Run) -> str:
        kept = {name: value for name, value in vars(run).items() if name != "policy" and value}
        return "  " + json.dumps(kept | {"seed": run.seed}, ensure_ascii=False)

    runs = [run for runs in log.details.values() for run in runs]
    parts = {
        "made": json.dumps(log.made),
        "before": json.dumps(log.before),
        "questions": json.dumps(log.questions, ensure_ascii=False),
        "answers_before": json.dumps(log.answers_before, ensure_ascii=False),
        "details": "[\n" + ",\n".join(map(line, runs)) + "\n ]",
        "rewards": "[\n" + ",\n".join(map(line, log.rewards.values())) + "\n ]",
    }
    body = ",\n".join(f' "{name}": {text}' for name, text in parts.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + body + "\n}\n", encoding="utf-8")


def load(path: Path = LOG) -> Log:
    """The shipped table."""
    content = json.loads(path.read_text(encoding="utf-8"))
    details: dict[str, list[Run]] = {}
    for row in content["details"]:
        details.setdefault(row["setting"], []).append(Run(**row))
    rewards = {row["setting"]: Run(**row) for row in content["rewards"]}
    rest = {name: content[name] for name in ("before", "questions", "answers_before", "made")}
    return Log(details, rewards, **rest)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and half the width of its 95 % interval by Student's t."""
    mean = statistics.mean(values)
    if len(values) < 2:
        return mean, math.nan
    return mean, T_95[len(values)] * statistics.stdev(values) / math.sqrt(len(values))


def paired(runs: Sequence[Run], control: Sequence[Run], figure: str) -> tuple[float, float]:
    """How much a setting's figure is above the control's with the same seed: mean, half of its 95 % interval."""
    others = {run.seed: run for run in control}
    pairs = [
        run.tested[figure] - others[run.seed].tested[figure]
        for run in runs
        if not run.lost and run.seed in others
    ]
    return interval(pairs) if pairs else (math.nan, math.nan)


def outcome(runs: Sequence[Run], control: Sequence[Run], figure: str) -> str:
    """ "lower" or "higher" where the 95 % interval of the difference leaves out 0, else "too close to tell"."""
    mean, half = paired(runs, control, figure)
    if not abs(mean) > half:
        return "too close to tell"
    return "higher" if mean > 0 else "lower"
