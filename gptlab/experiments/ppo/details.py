"""The implementation details of PPO for language, each with a way to leave it out.

The names are those of Huang et al. 2024, "The N+ implementation details of RLHF with PPO", and of InstructGPT's
appendix C, as far as this course's PPO has the detail.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from gptlab import ppo
from gptlab.engine.model.heads import RewardModel, ValueModel
from gptlab.engine.train.ppo import PPOTrainer
from gptlab.engine.train.rollout import PPOModels, Rollout, rollout_jobs
from gptlab.engine.workers import Jobs

COLD = 0.7  # a temperature of writing that the log-probabilities do not know of
DROPOUT = 0.1


@dataclass(frozen=True)
class Altered:
    """One detail left out, or done otherwise.

    off     names of the engine's own switches
    config  fields of the configuration
    flags   what `DetailTrainer` does otherwise
    reward, value   what becomes of the reward model, and of the value model at the start
    """

    what: str
    off: tuple[str, ...] = ()
    config: Mapping[str, object] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    reward: Callable[[RewardModel], nn.Module] = lambda model: model
    value: Callable[[ValueModel, int], ValueModel] = lambda model, seed: model


def _raw(model: RewardModel) -> RewardModel:
    """The reward model without its zero and unit."""
    raw = copy.deepcopy(model)
    raw.mean.zero_()
    raw.std.fill_(1.0)
    return raw


@torch.no_grad()
def _random_head(model: ValueModel, seed: int) -> ValueModel:
    generator = torch.Generator().manual_seed(seed)
    model.weight.copy_(torch.randn(model.weight.shape, generator=generator))
    model.bias.zero_()
    return model


@torch.no_grad()
def _zero_head(model: ValueModel, seed: int) -> ValueModel:
    model.weight.zero_()
    model.bias.zero_()
    return model


ALL_ON = "all on"
ALTERED = {
    ALL_ON: Altered("nothing is left out"),
    "KL penalty": Altered("β = 0", config={"beta": 0.0}),
    "no-end penalty": Altered(
        "a reply without an end keeps its reward", config={"end_score": None}
    ),
    "padding left out": Altered("padding counts as tokens", flags=frozenset({"padding"})),
    "temperature": Altered(
        f"sampled at {COLD}, log-probabilities as at 1", flags=frozenset({"temperature"})
    ),
    "no dropout": Altered(
        f"dropout of {DROPOUT} in the policy's updates", flags=frozenset({"dropout"})
    ),
    "baseline": Altered("no value model: V = 0", flags=frozenset({"baseline"})),
    "value's start": Altered("the value head starts at random numbers", value=_random_head),
    "whitening": Altered("advantages as they are", off=("whitening",)),
    "order of whitening": Altered(
        "returns from whitened advantages", flags=frozenset({"whitened returns"})
    ),
    "ratio clip": Altered("the ratio is not clipped", off=("clipping",)),
    "value clip": Altered("the value is not clipped", off=("value_clipping",)),
    "annealing": Altered("the learning rate stays", off=("annealing",)),
    "zero and unit": Altered("raw rewards", reward=_raw),
    "whitened rewards": Altered(
        "rewards are whitened too, mean kept", flags=frozenset({"whitened rewards"})
    ),
    "value from zero": Altered("the value head starts at 0", value=_zero_head),
}


class DetailTrainer(PPOTrainer):
    """The course's PPO, with one detail altered."""

    def __init__(
        self,
        models: PPOModels,
        prompts: list[list[int]],
        config: object,
        stop_id: int,
        altered: Altered,
    ) -> None:
        self.flags = altered.flags
        super().__init__(models, prompts, config, None, stop_id, disabled=altered.off)
        if "dropout" in self.flags:
            for block in models.policy.blocks:
                block.register_forward_hook(_dropout)

    def _rollout_jobs(self) -> Jobs:
        cold = {"temperature": COLD} if "temperature" in self.flags else {}
        jobs = rollout_jobs(self.models, self.config, self.stop_id, **cold)
        read = jobs["read"]

        def read_all(part: tuple[Tensor, Tensor, Tensor, Tensor]) -> dict[str, Tensor]:
            ids, keep, starts, mask = part
            found = read((ids, keep, starts, torch.ones_like(mask)))
            return found

        return jobs | ({"read": read_all} if "padding" in self.flags else {})

    def _rollout(self) -> Rollout:
        roll = super()._rollout()
        if "padding" in self.flags:
            return replace(roll, mask=torch.ones_like(roll.mask))
        if "baseline" in self.flags:
            return replace(roll, values=torch.zeros_like(roll.values))
        return roll

    def _advantages(self, roll: Rollout) -> tuple[Tensor, Tensor]:
        if not self.flags & {"whitened rewards", "whitened returns"}:
            return super()._advantages(roll)
        mask = roll.mask
        rewards = ppo.token_rewards(roll.scores, roll.logprobs, roll.ref_logprobs, mask, self.beta)
        if "whitened rewards" in self.flags:
            rewards = ppo.whiten(rewards, mask, shift_mean=False)
        advantages, returns = ppo.gae(rewards, roll.values, mask)
        advantages = ppo.whiten(advantages, mask)
        if "whitened returns" in self.flags:
            returns = torch.where(mask, advantages + roll.values, 0.0)
        return advantages, returns


def _dropout(block: nn.Module, given: tuple, out: Tensor) -> Tensor:
    """Dropout behind a block, while gradients are computed and nowhere else."""
    return nn.functional.dropout(out, DROPOUT) if torch.is_grad_enabled() else out
