"""PPO and PPO-ptx: the policy learns to write what the reward model scores high, and to forget nothing."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from gptlab import alignment, ppo, training
from gptlab.engine.config import PPOConfig
from gptlab.engine.model.batches import TrainingDiverged, device_of
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ValueModel
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.engine.train.pace import Pace
from gptlab.engine.train.rollout import (
    PPOModels,
    Rollout,
    reply_logprobs,
    reply_values,
    rollout,
    rollout_jobs,
)
from gptlab.engine.train.shards import ShardedGradient, shards_of
from gptlab.engine.train.step import update
from gptlab.engine.workers import Jobs

WARMUP = 10  # updates (InstructGPT, C.4)
MAX_GRAD_NORM = 1.0  # of each network's gradient
BETA_HORIZON = 4.0  # rounds; adaptive β moves by at most 0.2 / BETA_HORIZON a round
MAX_KL = 10.0  # nats per token; beyond it the SFT model would write no word of the replies
DETAILS = ("whitening", "clipping", "value_clipping", "annealing")


class PPOTrainer:
    """PPO in rounds; after each round it can be saved, and goes on from there bit for bit.

    Changes the policy and the value model in place, and holds what the next round depends on.
    `disabled` names DETAILS to switch off, to see what breaks. `ema` is the decay of the averaged weights;
    0 keeps none.

    Raises ValueError when prompt and reply do not fit the context.
    """

    def __init__(
        self,
        models: PPOModels,
        prompts: list[list[int]],
        config: PPOConfig,
        pretraining_ids: Tensor | None = None,
        stop_id: int | None = None,
        ema: float = 0.0,
        disabled: tuple[str, ...] = (),
    ) -> None:
        _check(models.policy, prompts, config, pretraining_ids, disabled)
        self.models = models
        self.prompts = prompts
        self.config = config
        self.pretraining_ids = pretraining_ids if config.gamma_ptx > 0 else None
        self.stop_id = stop_id
        self.decay = ema
        self.disabled = frozenset(disabled)
        self.trained = {"policy": models.policy, "value": models.value.to(device_of(models.policy))}
        self.optimizers = {name: _optimizer(model) for name, model in self.trained.items()}
        self.workers = ShardedGradient(
            [*self.trained.values()],
            self._share_of_loss,
            other_jobs=self._rollout_jobs(),
        )
        self.generator = torch.Generator().manual_seed(config.seed)
        self.round = 0
        self.beta = config.beta
        self.history: list[dict] = []
        self.average: dict[str, Tensor] = {}
        if ema:
            weights = models.policy.named_parameters()
            self.average = {name: weight.detach().clone() for name, weight in weights}

    def run_round(self) -> dict:
        """Write replies, score them, improve policy and value model; returns the round's metrics.

        Raises TrainingDiverged when a number is not finite or the policy has left the SFT model behind.
        """
        config = self.config
        roll = self._rollout().to(device_of(self.models.policy))
        metrics = {"round": self.round, "beta": self.beta, **_describe(roll)}
        self._check_health(metrics)
        advantages, returns = self._advantages(roll)
        rows = []
        step = self.round * config.updates_per_round
        for _ in range(config.epochs):
            order = torch.randperm(len(roll.ids), generator=self.generator)
            for part in order.split(config.minibatch):
                n_reply = int(roll.mask[part].sum(1).max())
                batch = roll.select(part), advantages[part, :n_reply], returns[part, :n_reply]
                rows.append(self._update(*batch, step + len(rows)))
        metrics |= {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
        self._check_health(metrics)
        if config.target_kl is not None:
            n = config.prompts_per_round
            kl = metrics["kl_k1"]
            goal = config.target_kl
            self.beta = float(ppo.adaptive_beta(self.beta, kl, goal, n, BETA_HORIZON * n))
        self.round += 1
        self.history.append(metrics)
        return metrics

    def state(self) -> dict:
        """Everything the next round depends on, as tensors and plain Python; a copy, to be saved at any time."""
        return copy.deepcopy(
            {
                "round": self.round,
                "beta": self.beta,
                "history": self.history,
                "generator": self.generator.get_state(),
                **{name: model.state_dict() for name, model in self.trained.items()},
                "optimizers": {
                    name: optimizer.state_dict() for name, optimizer in self.optimizers.items()
                },
                "average": self.average,
            }
        )

    def load_state(self, state: dict) -> None:
        """Go on from what `state` gave, with the same models, prompts and configuration."""
        self.round = state["round"]
        self.beta = state["beta"]
        self.history = copy.deepcopy(state["history"])
        self.generator.set_state(state["generator"])
        for name, model in self.trained.items():
            model.load_state_dict(state[name])
            self.optimizers[name].load_state_dict(state["optimizers"][name])
        self.average = copy.deepcopy(state["average"])

    @torch.no_grad()
    def take_average(self) -> None:
        """Put the averaged weights into the policy, at the end of the run; nothing happens without `ema`."""
        for name, parameter in self.models.policy.named_parameters():
            if self.average:
                parameter.copy_(self.average[name])

    def _rollout_jobs(self) -> Jobs:
        return rollout_jobs(self.models, self.config, self.stop_id)

    def _rollout(self) -> Rollout:
        prompts = self._draw_prompts()
        return rollout(prompts, self.config, self.stop_id, self.generator, self.workers.map)

    def _draw_prompts(self) -> list[list[int]]:
        """Different prompts while there are enough, in random order."""
        n, n_prompts = self.config.prompts_per_round, len(self.prompts)
        draws = [
            torch.randperm(n_prompts, generator=self.generator) for _ in range(-(-n // n_prompts))
        ]
        return [self.prompts[i] for i in torch.cat(draws)[:n].tolist()]

    def _advantages(self, roll: Rollout) -> tuple[Tensor, Tensor]:
        """Advantages (whitened over the whole round) and returns (before whitening), (B, R) each."""
        rewards = ppo.token_rewards(
            roll.scores, roll.logprobs, roll.ref_logprobs, roll.mask, self.beta
        )
        advantages, returns = ppo.gae(rewards, roll.values, roll.mask)
        if "whitening" not in self.disabled:
            advantages = ppo.whiten(advantages, roll.mask)
        return advantages, returns

    def _losses(self, roll: Rollout, advantages: Tensor, returns: Tensor) -> dict[str, Tensor]:
        """The policy's loss, the value model's, and the share of tokens outside the clip."""
        clip = math.inf if "clipping" in self.disabled else self.config.clip
        value_clip = math.inf if "value_clipping" in self.disabled else self.config.clip
        logprobs = reply_logprobs(self.models.policy, roll.ids, roll.starts, roll.mask)
        values = reply_values(self.models.value, roll.ids, roll.starts, roll.mask)
        outside = ((logprobs.detach() - roll.logprobs).exp() - 1).abs() > self.config.clip
        return {
            "policy_loss": ppo.policy_loss(logprobs, roll.logprobs, advantages, roll.mask, clip),
            "value_loss": ppo.value_loss(values, roll.values, returns, roll.mask, value_clip),
            "clip_fraction": outside[roll.mask].float().mean(),
        }

    def _share_of_loss(self, shard: "_Shard") -> tuple[Tensor, dict[str, float]]:
        """The shard's part of both networks' losses together: they share no weight."""
        parts = self._losses(shard.roll, shard.advantages, shard.returns)
        parts = {name: part * shard.share for name, part in parts.items()}
        loss = parts["policy_loss"]
        if shard.text is not None:
            inputs, targets = (ids.to(shard.roll.ids.device) for ids in shard.text)
            parts["pretraining_loss"] = (
                self.models.policy.loss(inputs, targets) * shard.share_of_text
            )
            loss = alignment.ptx_loss(loss, parts["pretraining_loss"], self.config.gamma_ptx)
        row = {name: float(part.detach()) for name, part in parts.items()}
        return loss + parts["value_loss"], row

    def _shards(self, roll: Rollout, advantages: Tensor, returns: Tensor) -> list["_Shard"]:
        """Deal a minibatch's replies, and rows of pretraining text about as long, to the shards."""
        dealt = shards_of(len(roll.ids))
        text = self._pretraining_text(roll.ids.numel())
        n_text = 0 if text is None else len(text[0])
        text_rows = shards_of(n_text, len(dealt))
        n_kept = int(roll.mask.sum())
        shards = []
        for i, rows in enumerate(map(torch.tensor, dealt)):
            part = roll.select(rows)
            n_reply = part.mask.shape[1]
            aims = advantages[rows, :n_reply], returns[rows, :n_reply]
            share = int(part.mask.sum()) / n_kept
            if text is None or i >= len(text_rows):
                shards.append(_Shard(part, *aims, share))
                continue
            more = text_rows[i]
            own_text = text[0][more], text[1][more]
            shards.append(_Shard(part, *aims, share, own_text, len(more) / n_text))
        return shards

    def _pretraining_text(self, n_tokens: int) -> tuple[Tensor, Tensor] | None:
        """Rows of the base model's own task, of about as many tokens as the episodes have."""
        if self.pretraining_ids is None:
            return None
        context = self.models.policy.config.context
        n = max(1, round(n_tokens / context))
        return training.get_batch(self.pretraining_ids, n, context, self.generator)

    def _update(self, roll: Rollout, advantages: Tensor, returns: Tensor, step: int) -> dict:
        """One step of both networks on one minibatch."""
        row = self.workers(self._shards(roll, advantages, returns))
        lr = self.config.lr
        total = self.config.rounds * self.config.updates_per_round
        if "annealing" not in self.disabled:
            lr = training.cosine_schedule(step, min(WARMUP, total // 10), total, lr, 0.0)
        for name, model in self.trained.items():
            row[f"{name}_grad_norm"] = update(
                model,
                row[f"{name}_loss"],
                MAX_GRAD_NORM,
                take_step=partial(self.optimizers[name].step, lr),
                check=lambda _, norm, name=name: self._check_health({f"{name}_grad_norm": norm}),
            )
        with torch.no_grad():
            for name, parameter in self.models.policy.named_parameters():
                if self.average:
                    self.average[name].lerp_(parameter, 1 - self.decay)
        return row | {"lr": lr}

    def _check_health(self, metrics: dict) -> None:
        odd = [name for name, value in metrics.items() if not math.isfinite(value)]
        lower = f"lower lr ({self.config.lr:g}) or raise beta ({self.beta:g})"
        if odd:
            raise TrainingDiverged(f"{odd[0]} is {metrics[odd[0]]} in round {self.round}: {lower}")
        per_token = metrics.get("kl_k1", 0.0) / metrics.get("reply_length", 1.0)
        if per_token > MAX_KL:
            raise TrainingDiverged(
                f"KL is {per_token:.1f} nats per token in round {self.round}: {lower}"
            )


@dataclass(frozen=True)
class _Shard:
    """A part of a minibatch, and what shares of the minibatch's losses its own are."""

    roll: Rollout
    advantages: Tensor  # (B, R)
    returns: Tensor  # (B, R)
    share: float  # of the minibatch's kept tokens
    text: tuple[Tensor, Tensor] | None = None  # inputs and targets of pretraining text, (B, T) int
    share_of_text: float = 0.0  # of its rows


def train_ppo(
    trainer: PPOTrainer,
    report: Callable[[dict], None] | None = None,
    on_round: Callable[[PPOTrainer], None] | None = None,
) -> list[dict]:
    """Improve the policy against the reward model, near the SFT model; returns one row of metrics per round.

        E[r(x, y) − β log(π(y|x) / π_SFT(y|x))] + γ E_pretrain[log π(x)]        Ouyang et al. 2022, eq. 2

    γ is `config.gamma_ptx` (0, or no `pretraining_ids`: plain PPO). Goes on from the trainer's round to the last;
    `on_round` gets the trainer after each, to save `trainer.state()`.

    Raises TrainingDiverged when the run is lost.
    """
    n_rounds = trainer.config.rounds
    pace = Pace()
    with trainer.workers:
        while trainer.round < n_rounds:
            metrics = trainer.run_round()
            if on_round:
                on_round(trainer)
            pace.tick()
            if report:
                shown = {"step": metrics["round"], "total": n_rounds}
                shown |= {"reward": metrics["score"], "kl": metrics["kl_k1"]}
                report(metrics | shown | pace.said(n_rounds - trainer.round))
    trainer.take_average()
    return trainer.history


@torch.no_grad()
def make_value_model(reward_model: nn.Module, reference: GPT) -> ValueModel:
    """A value model of its own weights, which at first expects at every token what the reward model says there.

    Ouyang et al. 2022, C.4: initialised from the reward model, head included (here with its zero and unit).
    A reward that is no RewardModel has no weights to copy: then a copy of `reference` with a head of 0.
    """
    if not isinstance(reward_model, RewardModel):
        return ValueModel(copy.deepcopy(reference)).requires_grad_(True)
    value_model = ValueModel(copy.deepcopy(reward_model.gpt))
    value_model.weight.copy_(reward_model.weight / reward_model.std)
    value_model.bias.copy_((reward_model.bias - reward_model.mean) / reward_model.std)
    return value_model.requires_grad_(True)


def _optimizer(model: nn.Module) -> AdamW:
    matrices, embeddings, vectors = split_parameters(model)
    return AdamW(matrices, embeddings | vectors, weight_decay=0.0)


def _describe(roll: Rollout) -> dict:
    """What one rollout says: means over replies, KL in nats per reply, entropy in nats per token."""
    n = len(roll.ids)
    n_tokens = int(roll.mask.sum())
    k1, _, k3 = ppo.kl_estimates(roll.logprobs, roll.ref_logprobs)  # (B, R) each, 0 where not kept
    return {
        "score": float(roll.scores.mean()),
        "kl_k1": float(k1.sum()) / n,
        "kl_k3": float(k3.sum()) / n,
        "entropy": -float(roll.logprobs.sum())
        / n_tokens,  # an estimate: the tokens are the policy's own
        "reply_length": n_tokens / n,
        "ended": float(roll.ended.float().mean()),
    }


def _check(
    policy: GPT,
    prompts: list[list[int]],
    config: PPOConfig,
    pretraining_ids: Tensor | None,
    disabled: tuple[str, ...],
) -> None:
    if not prompts:
        raise ValueError("0 prompts: give at least 1")
    longest = max(map(len, prompts))
    context = policy.config.context
    if longest + config.max_new_tokens > context:
        raise ValueError(
            f"prompts of {longest} tokens and replies of {config.max_new_tokens} do not fit into a context "
            f"of {context}: shorten either"
        )
    if pretraining_ids is not None and config.gamma_ptx > 0 and len(pretraining_ids) <= context:
        raise ValueError(
            f"{len(pretraining_ids)} pretraining tokens do not fill a context of {context} plus 1"
        )
    unknown = set(disabled) - set(DETAILS)
    if unknown:
        raise ValueError(
            f"there is no detail {sorted(unknown)[0]!r}: choose from {', '.join(DETAILS)}"
        )
