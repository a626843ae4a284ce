"""PPO and PPO-ptx: the policy learns to write what the reward model scores high, and to forget nothing."""

import copy
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import alignment, ppo, training
from gptlab.engine.config import PPOConfig
from gptlab.engine.model.batches import TrainingDiverged, device_of
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ValueModel
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.engine.train.rollout import Rollout, reply_logprobs, reply_values, rollout

WARMUP = 10  # updates (InstructGPT, C.4)
MAX_GRAD_NORM = 1.0  # of each network's gradient
BETA_HORIZON = 4.0  # rounds; adaptive β moves by at most 0.2 / BETA_HORIZON a round
MAX_KL = 10.0  # nats per token; beyond it the SFT model would write no word of the replies
DETAILS = ("whitening", "clipping", "value_clipping", "annealing")


class PPOTrainer:
    """PPO in rounds; after each round it can be saved, and goes on from there bit for bit.

    Holds the policy (changed in place), a value model of its own, and what the next round depends on.
    `disabled` names DETAILS to switch off, to see what breaks. `ema` is the decay of the averaged weights;
    0 keeps none.
    """

    def __init__(
        self,
        policy: GPT,
        reference: GPT,
        reward_model,
        prompts: list[list[int]],
        config: PPOConfig,
        pretraining_ids: Tensor | None = None,
        stop_id: int | None = None,
        ema: float = 0.0,
        disabled: tuple[str, ...] = (),
    ) -> None:
        _check(policy, prompts, config, pretraining_ids, disabled)
        self.policy, self.reference, self.reward_model = policy, reference, reward_model
        self.prompts, self.config, self.stop_id = prompts, config, stop_id
        self.pretraining_ids = pretraining_ids if config.gamma_ptx > 0 else None
        self.decay, self.disabled = ema, frozenset(disabled)
        self.value_model = make_value_model(reward_model, reference).to(device_of(policy))
        self.optimizers = {"policy": _optimizer(policy), "value": _optimizer(self.value_model)}
        self.generator = torch.Generator().manual_seed(config.seed)
        self.round, self.beta, self.history = 0, config.beta, []
        self.average = {n: p.detach().clone() for n, p in policy.named_parameters()} if ema else {}

    def run_round(self) -> dict:
        """Write replies, score them, improve policy and value model; returns the round's metrics.

        Raises TrainingDiverged when a number is not finite or the policy has left the SFT model behind.
        """
        config = self.config
        roll = rollout(
            self.policy,
            self.value_model,
            self.reference,
            self.reward_model,
            self._draw_prompts(),
            config,
            self.stop_id,
            self.generator,
        )
        metrics = {"round": self.round, "beta": self.beta, **_describe(roll)}
        self._check_health(metrics)
        advantages, returns = self._advantages(roll)
        rows, step = [], self.round * config.updates_per_round
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
            kl, goal = metrics["kl_k1"], config.target_kl
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
                "policy": self.policy.state_dict(),
                "value": self.value_model.state_dict(),
                "optimizers": {
                    name: optimizer.state_dict() for name, optimizer in self.optimizers.items()
                },
                "average": self.average,
            }
        )

    def load_state(self, state: dict) -> None:
        """Go on from what `state` gave, with the same models, prompts and configuration."""
        self.round, self.beta, self.history = (
            state["round"],
            state["beta"],
            copy.deepcopy(state["history"]),
        )
        self.generator.set_state(state["generator"])
        self.policy.load_state_dict(state["policy"])
        self.value_model.load_state_dict(state["value"])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.average = copy.deepcopy(state["average"])

    @torch.no_grad()
    def take_average(self) -> None:
        """Put the averaged weights into the policy, at the end of the run; nothing happens without `ema`."""
        for name, parameter in self.policy.named_parameters():
            if self.average:
                parameter.copy_(self.average[name])

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

    def _losses(
        self, roll: Rollout, advantages: Tensor, returns: Tensor
    ) -> tuple[Tensor, Tensor, dict]:
        """The policy's loss (with ptx, where it is on), the value model's, and what to tell of them."""
        clip = math.inf if "clipping" in self.disabled else self.config.clip
        value_clip = math.inf if "value_clipping" in self.disabled else self.config.clip
        logprobs = reply_logprobs(self.policy, roll.ids, roll.starts, roll.mask)
        values = reply_values(self.value_model, roll.ids, roll.starts, roll.mask)
        policy_loss = ppo.policy_loss(logprobs, roll.logprobs, advantages, roll.mask, clip)
        value_loss = ppo.value_loss(values, roll.values, returns, roll.mask, value_clip)
        outside = ((logprobs.detach() - roll.logprobs).exp() - 1).abs() > self.config.clip
        row = {
            "policy_loss": policy_loss,
            "value_loss": value_loss,
            "clip_fraction": outside[roll.mask].float().mean(),
        }
        if self.pretraining_ids is not None:
            row["pretraining_loss"] = self._pretraining_loss(roll.ids.numel())
            policy_loss = alignment.ptx_loss(
                policy_loss, row["pretraining_loss"], self.config.gamma_ptx
            )
        return policy_loss, value_loss, {name: float(x.detach()) for name, x in row.items()}

    def _pretraining_loss(self, n_tokens: int) -> Tensor:
        """The loss of the base model's own task, on about as many tokens as the episodes have."""
        context = self.policy.config.context
        n = max(1, round(n_tokens / context))
        inputs, targets = training.get_batch(self.pretraining_ids, n, context, self.generator)
        device = device_of(self.policy)
        return self.policy.loss(inputs.to(device), targets.to(device))

    def _update(self, roll: Rollout, advantages: Tensor, returns: Tensor, step: int) -> dict:
        """One step of both networks on one minibatch."""
        policy_loss, value_loss, row = self._losses(roll, advantages, returns)
        lr, total = self.config.lr, self.config.rounds * self.config.updates_per_round
        if "annealing" not in self.disabled:
            lr = training.cosine_schedule(step, min(WARMUP, total // 10), total, lr, 0.0)
        self.policy.zero_grad(set_to_none=True)
        self.value_model.zero_grad(set_to_none=True)
        (
            policy_loss + value_loss
        ).backward()  # two networks that share no weight: neither sees the other's
        for name, model in (("policy", self.policy), ("value", self.value_model)):
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            norm = float(training.clip_by_global_norm(grads, MAX_GRAD_NORM))
            self._check_health({f"{name}_grad_norm": norm})  # before it can spoil the weights
            self.optimizers[name].step(lr)
            row[f"{name}_grad_norm"] = norm
        with torch.no_grad():
            for name, parameter in self.policy.named_parameters():
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


def train_ppo(
    policy: GPT,
    reference: GPT,
    reward_model,
    prompts: list[list[int]],
    config: PPOConfig,
    pretraining_ids: Tensor | None = None,
    stop_id: int | None = None,
    report: Callable[[dict], None] | None = None,
    on_round: Callable[[PPOTrainer], None] | None = None,
    state: dict | None = None,
    ema: float = 0.0,
    disabled: tuple[str, ...] = (),
) -> list[dict]:
    """Improve the policy against the reward model, near the SFT model; returns one row of metrics per round.

        E[r(x, y) − β log(π(y|x) / π_SFT(y|x))] + γ E_pretrain[log π(x)]        Ouyang et al. 2022, eq. 2

    γ is `config.gamma_ptx` (0, or no `pretraining_ids`: plain PPO). `on_round` gets the run after each round,
    to save `run.state()`; `state` continues from one. Changes the policy in place.

    Raises ValueError when prompt and reply do not fit the context, TrainingDiverged when the run is lost.
    """
    run = PPOTrainer(
        policy, reference, reward_model, prompts, config, pretraining_ids, stop_id, ema, disabled
    )
    if state is not None:
        run.load_state(state)
    begin, first = time.perf_counter(), run.round
    while run.round < config.rounds:
        metrics = run.run_round()
        if on_round:
            on_round(run)
        if report:
            elapsed = time.perf_counter() - begin
            left = elapsed / (run.round - first) * (config.rounds - run.round)
            shown = {"step": metrics["round"], "total": config.rounds, "seconds_left": left}
            report(metrics | shown | {"reward": metrics["score"], "kl": metrics["kl_k1"]})
    run.take_average()
    return run.history


@torch.no_grad()
def make_value_model(reward_model, reference: GPT) -> ValueModel:
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


def _optimizer(model) -> AdamW:
    matrices, embeddings, vectors = split_parameters(model)
    return AdamW(matrices, embeddings | vectors, weight_decay=0.0)


def _describe(roll: Rollout) -> dict:
    """What one rollout says: means over replies, KL in nats per reply, entropy in nats per token."""
    n, n_tokens = len(roll.ids), int(roll.mask.sum())
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


def _check(policy: GPT, prompts, config: PPOConfig, pretraining_ids, disabled) -> None:
    if not prompts:
        raise ValueError("0 prompts: give at least 1")
    longest, context = max(map(len, prompts)), policy.config.context
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
