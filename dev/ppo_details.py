"""The table of lesson 13: short PPO runs with every detail switched off in turn, and with rewards gone wrong.

    python -m dev.ppo_details [--seeds 3] [--resume]

writes gptlab/assets/logs/ppo_details.json, which names the seeds, the commit and the models' weights. To be made
again whenever the shipped models are. About 15 minutes of one core.
"""

from torch import nn

from dev.long_table import Clock, made_by, options, weights_sha256
from gptlab import borrow
from gptlab.engine import hardware
from gptlab.experiments.ppo.details import ALL_ON, ALTERED
from gptlab.experiments.ppo.details_log import LOG, Log, load, save
from gptlab.experiments.ppo.lab import PPOLab, Run
from gptlab.experiments.ppo.rewards import Flipped, PaysForMarks

N_SAMPLES = 12  # replies kept of a run
LONG = {"rounds": 20, "lr": 4e-4}  # of the runs with another reward


def wrong_rewards(lab: PPOLab) -> dict[str, tuple[nn.Module, float]]:
    """The rewards that go wrong, each with its β."""
    marks, flipped = PaysForMarks(lab.sft), Flipped(lab.reward)
    return {
        "pays for !, β = 0": (marks, 0.0),
        "pays for !, β = 0.3": (marks, 0.3),
        "sign flipped, β = 0.1": (flipped, 0.1),
    }


def main(arguments: list[str] | None = None) -> int:
    """Make the table, and save it after every run; returns the exit status."""
    args = options("ppo_details", "Make lesson 13's table again.", "models", arguments)
    hardware.prepare_torch()
    borrow("all")
    lab = PPOLab()
    before = lab.test(lab.sft)._asdict()
    replies = before.pop("replies")
    made = made_by(
        "ppo_details",
        args.seeds,
        models_sha256={stage: weights_sha256(stage)[:16] for stage in ("sft", "reward")},
        config=lab.config.to_dict(),
        test_questions=len(lab.test_questions),
    )
    log = Log(
        {},
        {},
        {name: round(value, 4) for name, value in before.items()},
        [question.text for question in lab.test_questions[:N_SAMPLES]],
        [reply.text for reply in replies[:N_SAMPLES]],
        made,
    )
    old = load() if args.resume and LOG.exists() else None
    if old and old.made["models_sha256"] == made["models_sha256"]:
        log.details.update(old.details)
        log.rewards.update(old.rewards)
        made["cpu_seconds"] = old.made["cpu_seconds"]
    clock = Clock(made.get("cpu_seconds", 0))

    def keep(run: Run) -> None:
        del run.samples[N_SAMPLES:]
        made["cpu_seconds"] = clock.seconds()
        save(log)
        told = {name: run.tested.get(name) for name in ("reward", "gold", "right", "length")}
        clock.say(f"{run.setting:20} {run.seed}  {told} {run.lost}")

    def run_detail(setting: str, seed: int) -> None:
        runs = log.details.setdefault(setting, [])
        if seed not in [run.seed for run in runs]:
            runs.append(lab.run(setting, seed))
            keep(runs[-1])

    for name, (reward, beta) in wrong_rewards(lab).items():
        if name not in log.rewards:
            run = lab.run(ALL_ON, 0, reward, beta=beta, **LONG)
            run.setting = name
            log.rewards[name] = run
            keep(run)
    for setting in ALTERED:
        run_detail(setting, 0)
    for setting in ALTERED:
        for seed in range(1, args.seeds):
            run_detail(setting, seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
