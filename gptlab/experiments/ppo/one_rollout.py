"""One rollout with everything that PPO knows of it, and the KL of two shipped models, estimated and exact."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import ppo
from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.config import PPOConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.train.ppo import make_value_model
from gptlab.engine.train.rollout import PPOModels, Rollout, rollout, rollout_jobs
from gptlab.experiments.ppo.lab import PPOLab


@dataclass(frozen=True)
class Episode:
    """One reply: the question, the tokens' bytes, and a list of numbers a token for each name."""

    question: str
    pieces: list[bytes]
    columns: dict[str, list[float]]
    score: float

    @property
    def changed(self) -> float:
        """How far PPO moved the tokens' log-probabilities, up or down, added up."""
        return sum(map(abs, self.columns["k1"]))


class RolloutLab:
    """The chat model after PPO-ptx as the policy, the SFT model as the reference, and both judges."""

    def __init__(self, lab: PPOLab | None = None) -> None:
        self.lab = lab or PPOLab()
        self.policy = shipped("ppo_ptx")
        reward = self.lab.reward
        self.models = PPOModels(
            self.policy.model,
            self.lab.sft.model,
            reward,
            make_value_model(reward, self.lab.sft.model),
        )

    @one_thread()
    def rollout(self, questions: list[str], seed: int = 0) -> Rollout:
        """Let the policy answer, and have the four models read the replies; runs the learner's token_log_probs."""
        config = PPOConfig(end_score=self.lab.config.end_score)
        jobs = rollout_jobs(self.models, config, self.policy.stop)
        prompts = [self.policy.begin(question) for question in questions]
        generator = torch.Generator().manual_seed(seed)

        def do(job: str, parts: list) -> list:
            return [jobs[job](part) for part in parts]

        return rollout(prompts, config, self.policy.stop, generator, do)

    def episodes(self, questions: list[str], seed: int = 0, beta: float = 0.1) -> list[Episode]:
        """The rollout as tables, with the learner's KL, rewards and advantages."""
        roll = self.rollout(questions, seed)
        k1, _, _ = ppo.kl_estimates(roll.logprobs, roll.ref_logprobs)
        rewards = ppo.token_rewards(roll.scores, roll.logprobs, roll.ref_logprobs, roll.mask, beta)
        advantages, _ = ppo.gae(rewards, roll.values, roll.mask)
        tables = {
            "log π": roll.logprobs,
            "log π_ref": roll.ref_logprobs,
            "k1": k1,
            "reward": rewards,
            "V": roll.values,
            "Â": advantages,
        }
        decode = self.policy.tokenizer.decode_bytes
        found = []
        for b, question in enumerate(questions):
            n, start = int(roll.mask[b].sum()), int(roll.starts[b])
            ids = roll.ids[b, start : start + n].tolist()
            columns = {name: table[b, :n].tolist() for name, table in tables.items()}
            found.append(
                Episode(question, [decode([i]) for i in ids], columns, float(roll.scores[b]))
            )
        return found


@torch.no_grad()
def next_distributions(question: str) -> tuple[Tensor, Tensor]:
    """How the chat model and the SFT model would begin a reply: log-probabilities of all tokens, (V,) each."""
    models: tuple[Assistant, ...] = (shipped("ppo_ptx"), shipped("sft"))
    found = [
        model.model(torch.tensor([model.begin(question)]))[0, -1].double().log_softmax(-1)
        for model in models
    ]
    return found[0], found[1]


def exact_kl(logprobs: Tensor, ref_logprobs: Tensor) -> float:
    """Σ p (log p − log q) over the whole vocabulary; (V,) each."""
    return float((logprobs.exp() * (logprobs - ref_logprobs)).sum())


def sampled(logprobs: Tensor, ref_logprobs: Tensor, n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Log-probabilities, under both models, of n tokens that the first one drew; (1, n) each."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.multinomial(logprobs.exp(), n, replacement=True, generator=generator)
    return logprobs[tokens][None], ref_logprobs[tokens][None]


def gaussians(shift: float, n: int = 200_000, seed: int = 0) -> tuple[Tensor, Tensor, float]:
    """Schulman's example: log-densities, under N(0, 1) and N(shift, 1), of draws of the first, and the exact KL."""
    x = torch.randn(1, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    first = -(x**2) / 2
    second = -((x - shift) ** 2) / 2
    return first, second, shift**2 / 2
