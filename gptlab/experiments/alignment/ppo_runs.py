"""Short runs of PPO and PPO-ptx from the shipped SFT model: what β and γ do."""

from collections.abc import Callable

import torch
from torch import nn

from gptlab import alignment
from gptlab.engine.config import PPOConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.ppo import PPOTrainer, make_value_model
from gptlab.engine.train.rollout import PPOModels
from gptlab.experiments.alignment.bench import END_SCORE, MOST, Bench, copied

PROMPTS = 32  # a round, one reply each
BETA = 0.1  # of the shipped run, reward per nat


@one_thread()
def train_short_ppo(
    bench: Bench,
    proxy: nn.Module,
    rounds: int,
    lr: float,
    beta: float = BETA,
    gamma: float = 0.0,
    prompts: int = PROMPTS,
    report: Callable[[int, GPT], None] | None = None,
) -> GPT:
    """A policy trained by PPO at a constant learning rate; γ > 0 makes it PPO-ptx.

    `report` gets the number of rounds and the policy.
    """
    if gamma > 0:  # asked before the run: one that lacks a function should not begin
        alignment.ptx_loss(torch.zeros(()), torch.zeros(()), gamma)
    policy = copied(bench.reference).requires_grad_(True).train()
    config = PPOConfig(
        rounds=rounds,
        prompts_per_round=prompts,
        minibatch=prompts,
        epochs=2,
        lr=lr,
        beta=beta,
        gamma_ptx=gamma,
        end_score=END_SCORE,
        max_new_tokens=MOST,
        seed=bench.seed,
    )
    questions = bench.training_questions(rounds * prompts)
    trainer = PPOTrainer(
        PPOModels(policy, bench.reference, proxy, make_value_model(proxy, bench.reference)),
        [bench.assistant.begin(question.text) for question in questions],
        config,
        bench.stream if gamma > 0 else None,
        bench.stop,
        disabled=("annealing",),
    )
    with trainer.workers:
        for done in range(1, rounds + 1):
            trainer.run_round()
            if report:
                report(done, policy)
    return policy.eval()
