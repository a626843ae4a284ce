"""Whole runs with several seeds, gathered for lesson 14: what each stage is like, and who wins against whom.

    gptlab run --seed 0 --out runs/small-0        (and so on, one run for each seed)
    python -m dev.five_seeds runs/small-0 runs/small-1 runs/small-2 runs/small-3 runs/small-4

reads their report.json and writes gptlab/assets/logs/five_seeds.json; --add keeps the runs that are in it. All runs
must be of one preset.
"""

import argparse
import json
import sys
from pathlib import Path

from gptlab.blanks.files import write_atomically
from gptlab.engine.stages import STAGES
from gptlab.experiments.alignment.log import FIVE_SEEDS

TALKING = [stage for stage in STAGES if stage != "reward"]


def stage_figures(report: dict, stage: str) -> dict[str, float]:
    """What one stage of a run is like."""
    chat, recall = report["chat"][stage], report["recall_by_stage"][stage]
    return {
        "gold": round(chat["gold"], 4),
        "right": chat["right"],
        "polite": chat["polite"],
        "rude": chat["rude"],
        "recall": round(sum(recall.values()) / len(recall), 4),
        "page_loss": round(report["pretraining_loss"][stage], 4),
    }


def figures(report: dict) -> dict:
    """What the log keeps of a run."""
    return {
        "seed": report["seed"],
        "commit": report["commit"],
        "machine": report["machine"],
        "seconds": report["seconds"],
        "ratio_to_floor": round(report["ratio_to_floor"], 4),
        "wins": {name: report["win_rate"][name]["mean"] for name in sorted(report["win_rate"])},
        "invents": report["hallucination"],
        "stages": {stage: stage_figures(report, stage) for stage in TALKING},
    }


def gathered(reports: list[dict], earlier: dict | None = None) -> dict:
    """The log, with what an earlier one holds. Raises ValueError where the runs do not belong together."""
    kept = earlier["runs"] if earlier else []
    presets = {report["preset"] for report in reports} | ({earlier["preset"]} if earlier else set())
    runs = sorted([*kept, *map(figures, reports)], key=lambda run: run["seed"])
    seeds = [run["seed"] for run in runs]
    if len(presets) != 1 or len(set(seeds)) != len(seeds):
        raise ValueError(
            f"runs of one preset, each with a seed of its own: {presets}, seeds {seeds}"
        )
    return {
        "command": "python -m dev.five_seeds",
        "preset": presets.pop(),
        "seeds": seeds,
        "runs": runs,
    }


def main(arguments: list[str] | None = None) -> int:
    """Gather and write; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.five_seeds", description="Gather whole runs with several seeds."
    )
    parser.add_argument("runs", nargs="+", type=Path, help="folders of finished runs")
    parser.add_argument("--log", type=Path, default=FIVE_SEEDS, help="default: %(default)s")
    parser.add_argument("--add", action="store_true", help="keep the runs that the log holds")
    args = parser.parse_args(arguments)
    reports = [json.loads((run / "report.json").read_text(encoding="utf-8")) for run in args.runs]
    earlier = json.loads(args.log.read_text(encoding="utf-8")) if args.add else None
    log = gathered(reports, earlier)
    write_atomically(args.log, json.dumps(log, indent=1) + "\n")
    print(f"{len(log['runs'])} runs of {log['preset']}: {args.log}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
