"""Rankings by noisy labelers, the weak reward models that are trained on few of them, and DPO on the same ones."""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import alignment
from gptlab.engine.config import RewardConfig
from gptlab.engine.data import preferences
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train.reward_model import Ranking, calibrate, train_reward_model
from gptlab.engine.train.rollout import reply_logprobs
from gptlab.experiments.alignment.bench import MOST, Bench, copied, reply_mask
from gptlab.experiments.alignment.policy_steps import PolicySteps

PURPOSE = 41  # of the rankings' random numbers
SHIPPED = 12_000  # rankings of the shipped reward model
PER_STEP = 16  # rankings
PAIRS = list(itertools.combinations(range(preferences.K_REPLIES), 2))  # (better, worse)
DPO_BETA = 0.1


def rankings(bench: Bench, n: int) -> list[Ranking]:
    """n rankings of four replies, best first; as in the shipped run, people write all four for two of three prompts."""
    sampled = n // 3
    return preferences.comparisons(
        bench.web, bench.assistant, sampled, MOST, bench.seed, PURPOSE, n - sampled
    )


@one_thread()
def train_proxy(bench: Bench, ranked: list[Ranking]) -> RewardModel:
    """A reward model that has seen these rankings once."""
    proxy = RewardModel(copied(bench.reference).requires_grad_(True), seed=bench.seed).train()
    settings = RewardConfig(prompts_per_batch=16, lr=1e-3, muon_ratio=5.0, seed=bench.seed)
    train_reward_model(proxy, ranked, settings)
    calibrate(proxy.eval(), [ranking[i % len(ranking)] for i, ranking in enumerate(ranked[:500])])
    return proxy.requires_grad_(False)


def whole_log_probs(model: GPT, sequences: list[list[int]], opens: int) -> Tensor:
    """log π(y | x) of whole replies, a sum over their tokens; each begins after the token `opens`. (N,)"""
    ids, keep = right_pad(sequences)
    starts = torch.tensor([sequence.index(opens) + 1 for sequence in sequences])
    return reply_logprobs(model, ids, starts, reply_mask(keep, starts)).sum(1)


@one_thread()
def train_dpo(
    bench: Bench,
    ranked: list[Ranking],
    steps: int,
    lr: float,
    report: Callable[[int, GPT], None] | None = None,
    beta: float = DPO_BETA,
) -> GPT:
    """A policy trained by DPO on all pairs of each ranking; `report` gets the number of steps and the policy."""
    policy = copied(bench.reference).requires_grad_(True).train()
    opens = bench.tokenizer.special["assistant"]
    stepper = PolicySteps(policy, lr)
    generator = torch.Generator().manual_seed(bench.seed)
    order: list[int] = []
    better, worse = (torch.tensor(side) for side in zip(*PAIRS, strict=True))
    whole = [ranking for ranking in ranked if len(ranking) == preferences.K_REPLIES]
    for step in range(1, steps + 1):
        if len(order) < PER_STEP:
            order += torch.randperm(len(whole), generator=generator).tolist()
        sequences = [reply for _ in range(PER_STEP) for reply in whole[order.pop(0)]]
        with torch.no_grad():
            old = whole_log_probs(bench.reference, sequences, opens).view(PER_STEP, -1)
        new = whole_log_probs(policy, sequences, opens).view(PER_STEP, -1)
        sides = [x[:, side].flatten() for x in (new, old) for side in (better, worse)]
        stepper(alignment.dpo_loss(*sides, beta))
        if report:
            report(step, policy)
    return policy.eval()


@torch.no_grad()
def moved(bench: Bench, policy: GPT, ranked: list[Ranking]) -> dict[str, float]:
    """How far a policy has moved the best and the worst reply of each ranking from the SFT model, in nats; and on how
    many it prefers the best one by its own log-ratio, the reward that DPO has given it."""
    opens = bench.tokenizer.special["assistant"]
    ratios = []
    for place in (0, -1):
        sequences = [ranking[place] for ranking in ranked]
        new = whole_log_probs(policy, sequences, opens)
        ratios.append(new - whole_log_probs(bench.reference, sequences, opens))
    best, worst = ratios
    return {
        "best": float(best.mean()),
        "worst": float(worst.mean()),
        "agrees": float((best > worst).float().mean()),
    }
