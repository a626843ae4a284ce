"""How long a run will take here, measured on this machine as it is now; and what fits into a given time.

A few seconds of each kind of work are done on random numbers, with the run's own shapes: a step of pretraining, of
SFT and of the reward model, a round of PPO, some replies, some pages. What they took is multiplied out.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from gptlab import scaling
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.run.presets import CHOSEN_BY_TIME, Preset, preset
from gptlab.engine.stages import STAGES
from gptlab.engine.train.ppo import PPOTrainer, make_value_model
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.engine.train.reward_model import train_reward_model
from gptlab.engine.train.rollout import PPOModels
from gptlab.engine.train.sft import finetune
from gptlab.world.web import Web

LAW_FILE = Path(__file__).with_name("scaling_law.json")  # made by dev/scaling_law.py
SHAPES = ((2, 64), (4, 128), (6, 192))  # layers and width of the presets: --minutes chooses
PROBE_S = 0.5  # of each kind of work, once it is warm
PROMPT, REPLY = 12, 18  # tokens of a usual demonstration
BYTES_PER_TOKEN = 3.3  # of the little web, with a vocabulary of 4096
REPLIES_AT_ONCE = 128
RECALL_REPLIES = 8000  # that are measured whatever the size of a run: facts, in two languages
MEASURING = 3.0  # of the time of its replies alone, measured: pages, the exact floor, and judging come on top
LEAST_STEPS = 100
MOST = 1.5  # times what was planned for the stages after pretraining, where time is left over
PRETRAINING_SHARE = 0.5  # of the time of a run, at least, where --minutes chooses


@dataclass(frozen=True)
class Costs:
    """Seconds of one unit of each kind of work."""

    megabyte: float  # of pages written and encoded
    step: float  # of pretraining
    sft: float  # an update
    reward: float  # an update
    ppo: float  # a round, and one with pretraining text
    ppo_ptx: float
    reply: float


@dataclass(frozen=True)
class Plan:
    """What a run of a given length will do, and why."""

    preset: Preset
    why: str
    seconds: dict[str, float]  # by stage


def measure_costs(of: Preset) -> Costs:
    """Do a little of everything; takes a few seconds."""
    web = Web()
    vocab = of.model.vocab_size
    model = GPT(of.model, fused=True)
    tuned = GPT(of.model).run_on("auto").train()
    draw = partial(torch.randint, vocab, generator=torch.Generator().manual_seed(0))
    stream = draw((20 * of.model.context,))
    examples = [
        (draw((PROMPT + REPLY,)).tolist(), [False] * PROMPT + [True] * REPLY)
        for _ in range(2 * of.sft.batch_size)
    ]
    n = of.reward.prompts_per_batch
    rankings = [[draw((PROMPT + REPLY,)).tolist() for _ in range(4)] for _ in range(2 * n)]
    prompts = draw((REPLIES_AT_ONCE, PROMPT)).tolist()
    once = replace(of.sft, epochs=1)
    n_updates = math.ceil(len(examples) / _new_rows(of))
    sft = _seconds(lambda: finetune(tuned, examples, once, stream)) / n_updates
    reward_model = RewardModel(tuned)
    reward = _seconds(lambda: train_reward_model(reward_model, rankings, of.reward)) / 2
    reply = _seconds(lambda: generate_batch(model.eval(), prompts, 2 * REPLY)) / len(prompts)
    return Costs(
        megabyte=_seconds(lambda: web.text(100_000, seed=1)) / 0.1,
        step=step_seconds(of.model, of.pretrain),
        sft=sft,
        reward=reward,
        ppo=_round_seconds(of, 0.0, prompts, stream),
        ppo_ptx=_round_seconds(of, of.ppo.gamma_ptx, prompts, stream),
        reply=reply / 2 / min(2, hardware.workers()),  # half of the tokens, and two write at a time
    )


def step_seconds(shape: GPTConfig, config: TrainConfig) -> float:
    """Seconds of one step of pretraining, on all workers."""
    stream = torch.randint(shape.vocab_size, (20 * shape.context,))
    run = PretrainingRun(GPT(shape, fused=True).train(), stream, config, "auto")
    with run.gradient:
        return _seconds(run.update)


def predict(of: Preset, costs: Costs) -> dict[str, float]:
    """Seconds of every stage of a run."""
    n_replies = 2 * (of.n_comparisons + of.n_eval // 4)
    n_updates = math.ceil((of.n_comparisons + of.n_written) / of.reward.prompts_per_batch)
    trained = (
        costs.step * of.pretrain.steps,
        costs.sft * of.sft.epochs * math.ceil(of.n_demonstrations / _new_rows(of)),
        costs.reply * n_replies + costs.reward * n_updates,
        costs.ppo * of.ppo.rounds,
        costs.ppo_ptx * of.ppo.rounds,
    )
    return {
        "corpus": costs.megabyte * (of.corpus_mb + 1.5),  # the tokenizer reads some pages too
        **dict(zip(STAGES, trained, strict=True)),
        "measure": MEASURING * costs.reply * (5 * of.n_eval + RECALL_REPLIES),
    }


def plan_for(minutes: float, unique_tokens: float | None = None) -> Plan:
    """What fits into so many minutes from now: size and text by the law, what follows in proportion.

    unique_tokens  of a text that is read again and again, where it is not the little web: then it goes by what
                   they are worth (`scaling.effective_tokens`)

    Raises ValueError when that is too short for a run.
    """
    begin = time.perf_counter()
    found = []
    for n_layers, width in SHAPES:
        shaped = with_shape(n_layers, width)
        step = step_seconds(shaped.model, shaped.pretrain)
        n = 60 * minutes * PRETRAINING_SHARE / step * tokens_per_step(shaped)
        worth = n if unique_tokens is None else scaling.effective_tokens(unique_tokens, n)
        found.append((nats_above_floor(shaped.model, worth), shaped))
    found.sort(key=lambda pair: pair[0])
    best = replace(found[0][1], name=f"{CHOSEN_BY_TIME}-{minutes:g}")
    costs = measure_costs(best)
    left = 60 * minutes - (time.perf_counter() - begin)
    chosen = _fitted(best, costs, left)
    nats = {
        f"{one.model.n_layers} × {one.model.d_model}": f"{above:.2f}" for above, one in found[1:]
    }
    n = chosen.pretrain.steps * tokens_per_step(chosen)
    worth = n if unique_tokens is None else scaling.effective_tokens(unique_tokens, n)
    shape = chosen.model
    why = (
        f"{shape.n_layers} layers of width {shape.d_model} that read {n / 1e6:.2f} M tokens; the "
        f"law expects {nats_above_floor(shape, worth):.2f} nats a token above the floor, of others in "
        f"about the same time {', '.join(f'{above} ({size})' for size, above in nats.items())}"
    )
    return Plan(chosen, why, predict(chosen, costs))


def tokens_per_step(of: Preset) -> int:
    """Tokens that one step of pretraining reads."""
    return of.pretrain.batch_size * of.model.context


def with_shape(n_layers: int, width: int) -> Preset:
    """`small` in another shape; one wider than it learns as `base` does."""
    small = preset("small")
    like = preset("base") if width > small.model.d_model else small
    return replace(
        small,
        model=replace(small.model, n_layers=n_layers, n_heads=width // 32, d_model=width),
        pretrain=like.pretrain,
        sft=like.sft,
        reward=like.reward,
        ppo=replace(like.ppo, rounds=small.ppo.rounds),
    )


def nats_above_floor(shape: GPTConfig, n_tokens: float) -> float:
    """What the law expects: a · N^−α + b · D^−β, N parameters of the blocks, D tokens read.

    A rough guide, good enough to choose among a few sizes: its mean error is in LAW_FILE, beside what it was
    fitted to.
    """
    of = law()
    n = n_block_parameters(shape)
    return of["a"] * n ** -of["alpha"] + of["b"] * n_tokens ** -of["beta"]


def law() -> dict:
    """The constants a, alpha, b and beta of the little web's law, and how they were found."""
    return json.loads(LAW_FILE.read_text(encoding="utf-8"))


def n_block_parameters(shape: GPTConfig) -> int:
    """All parameters but the embeddings."""
    return shape.n_parameters - (shape.vocab_size + shape.context) * shape.d_model


def _fitted(of: Preset, costs: Costs, seconds: float) -> Preset:
    """The same with as much of everything as fits: what follows pretraining first gives way, then takes its share."""
    scale = max(1.0, seconds / 600)
    for _ in range(60):
        after = _scaled(of, scale)
        parts = predict(after, costs)
        rest = seconds - sum(parts.values()) + parts[STAGES[0]]
        if rest >= PRETRAINING_SHARE * seconds:
            break
        scale *= 0.9
    else:
        raise ValueError(
            f"{max(0.0, seconds) / 60:.1f} minutes are too short for a run on this machine as it is now"
        )
    token_bytes = tokens_per_step(of) * BYTES_PER_TOKEN
    corpus = parts["corpus"]
    steps = (rest + corpus) / (costs.step + costs.megabyte * token_bytes / 1e6)
    steps = max(LEAST_STEPS, int(steps))
    training = replace(of.pretrain, steps=steps, warmup=min(of.pretrain.warmup, steps // 10))
    return replace(after, pretrain=training, corpus_mb=round(steps * token_bytes / 1e6, 1))


def fit_rest(of: Preset, seconds: float) -> Preset:
    """The same with as much of all that follows pretraining as fits into the seconds that are left.

    A machine may have become busier or idler since the plan was made, so its costs are measured anew.
    """
    begin = time.perf_counter()
    costs = measure_costs(of)
    left = seconds - (time.perf_counter() - begin)
    scale = MOST
    for _ in range(60):
        after = _scaled(of, scale)
        parts = predict(after, costs)
        if sum(parts[name] for name in (*STAGES[1:], "measure")) <= left:
            break
        scale *= 0.95
    return after


def _scaled(of: Preset, scale: float) -> Preset:
    """Less of all that follows pretraining, or more."""

    def less(n: int, least: int) -> int:
        return max(least, round(n * scale))

    return replace(
        of,
        n_demonstrations=less(of.n_demonstrations, 500),
        n_comparisons=less(of.n_comparisons, 200),
        n_written=less(of.n_written, 400) if of.n_written else 0,
        ppo=replace(of.ppo, rounds=less(of.ppo.rounds, 10)),
        n_eval=less(of.n_eval, 100),
    )


def _new_rows(of: Preset) -> int:
    """Demonstrations in each update of SFT; the rest is pretraining text."""
    size = of.sft.batch_size
    return max(1, size - min(round(of.sft.pretraining_mix * size), size - 1))


def _round_seconds(
    of: Preset, gamma: float, prompts: list[list[int]], stream: torch.Tensor
) -> float:
    """Seconds of one round of PPO."""
    config = replace(of.ppo, gamma_ptx=gamma, max_new_tokens=REPLY)
    policy, reference = GPT(of.model, fused=True), GPT(of.model, fused=True)
    reward = RewardModel(GPT(of.model, fused=True))
    models = PPOModels(policy, reference, reward, make_value_model(reward, reference))
    trainer = PPOTrainer(models, prompts, config, stream)
    with trainer.workers:
        return _seconds(trainer.run_round)


def _seconds(work: Callable[[], object]) -> float:
    """Of one call, once it is warm: the mean of as many as fit into PROBE_S, one at least."""
    work()
    calls = 0
    begin = time.perf_counter()
    while not calls or time.perf_counter() - begin < PROBE_S:
        work()
        calls += 1
    return (time.perf_counter() - begin) / calls
