"""The configurations: one frozen dataclass a stage, with every number that shapes a model or a run, and its unit."""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Config:
    """What all configurations share: checked numbers, and a form that JSON can hold."""

    def to_dict(self) -> dict:
        """The fields by name."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build from a dict of fields.

        Raises ValueError when a field is unknown, missing or out of range.
        """
        if not isinstance(values, dict):
            raise ValueError(f"{cls.__name__}: expected named fields, got {type(values).__name__}")
        fields = {field.name: field for field in dataclasses.fields(cls)}
        unknown = sorted(str(name) for name in values if name not in fields)
        if unknown:
            raise ValueError(
                f"{cls.__name__}: unknown field {unknown[0]!r}; it has {', '.join(fields)}"
            )
        missing = [
            n for n, f in fields.items() if n not in values and f.default is dataclasses.MISSING
        ]
        if missing:
            raise ValueError(f"{cls.__name__}: field {missing[0]!r} is missing")
        return cls(**values)

    def to_json(self) -> str:
        """The fields as a JSON object."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises ValueError when the text is no JSON, or as `from_dict` does.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"{cls.__name__}: not JSON ({str(error) or type(error).__name__})"
            ) from None
        return cls.from_dict(values)

    def _whole(self, low: int, *names: str) -> None:
        """Require integers of at least `low`."""
        for name in names:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name} must be a whole number, but is {value!r}")
            if value < low:
                raise ValueError(f"{name} must be at least {low}, but is {value}")

    def _real(self, low: float, high: float, *names: str, above: bool = False) -> None:
        """Require finite numbers in [low, high], or in (low, high] with `above`."""
        for name in names:
            value = getattr(self, name)
            if (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not math.isfinite(value)
            ):
                raise ValueError(f"{name} must be a finite number, but is {value!r}")
            if value > high:
                raise ValueError(f"{name} must be at most {high:g}, but is {value:g}")
            if value < low or (above and value == low):
                bound = "above" if above else "at least"
                raise ValueError(f"{name} must be {bound} {low:g}, but is {value:g}")


@dataclass(frozen=True)
class GPTConfig(Config):
    """The shape of a GPT-2 style decoder."""

    vocab_size: int  # V, tokens
    context: int = 128  # longest sequence, tokens
    n_layers: int = 4  # blocks
    n_heads: int = 4  # H
    d_model: int = 128  # C

    def __post_init__(self) -> None:
        self._whole(1, "vocab_size", "context", "n_layers", "n_heads", "d_model")
        if self.d_model % self.n_heads:
            raise ValueError(
                f"d_model {self.d_model} cannot be cut into {self.n_heads} equal heads"
            )

    @property
    def d_head(self) -> int:
        """D, the width of one head."""
        return self.d_model // self.n_heads

    @property
    def n_parameters(self) -> int:
        """All numbers that are learnt; the tied head costs nothing."""
        c = self.d_model
        return (self.vocab_size + self.context) * c + self.n_layers * (12 * c * c + 13 * c) + 2 * c


@dataclass(frozen=True)
class TrainConfig(Config):
    """Pretraining."""

    steps: int = 2000  # updates
    batch_size: int = 32  # sequences of `context` tokens an update
    lr: float = 2e-3  # AdamW's highest learning rate
    min_lr: float = 2e-4  # AdamW's learning rate at the end
    warmup: int = 100  # updates
    weight_decay: float = 0.1  # per update, times the learning rate; matrices only
    beta1: float = 0.9  # decay of the first moment per update
    beta2: float = 0.95  # decay of the second moment per update
    clip: float = 1.0  # largest global norm of the gradient
    muon_lr: float = 0.0  # Muon's highest learning rate for the blocks' matrices; 0 = AdamW for all
    seed: int = 0

    def __post_init__(self) -> None:
        self._whole(1, "steps", "batch_size")
        self._whole(0, "warmup", "seed")
        self._real(0, 10, "lr", "clip", above=True)
        self._real(0, 10, "min_lr", "weight_decay", "muon_lr")
        self._real(0, 0.999999, "beta1", "beta2")
        if self.min_lr > self.lr:
            raise ValueError(f"min_lr {self.min_lr:g} is above lr {self.lr:g}; give at most lr")
        if self.warmup >= self.steps and self.warmup > 0:
            raise ValueError(
                f"warmup {self.warmup} leaves nothing of {self.steps} steps; give fewer"
            )

    @property
    def betas(self) -> tuple[float, float]:
        """(beta1, beta2), as optimisers want them."""
        return self.beta1, self.beta2


@dataclass(frozen=True)
class SFTConfig(Config):
    """Supervised fine-tuning on demonstrations."""

    epochs: int = 2  # passes over the demonstrations
    batch_size: int = 32  # sequences an update
    lr: float = 5e-4  # highest learning rate
    warmup_fraction: float = 0.05  # share of all updates
    weight_decay: float = 0.1  # per update, times the learning rate; matrices only
    clip: float = 1.0  # largest global norm of the gradient
    pretraining_mix: float = 0.0  # share of pretraining text in each batch's sequences, 0 to 0.9
    muon_ratio: float = 0.0  # Muon's learning rate for the blocks' matrices over lr; 0 = AdamW
    seed: int = 0

    def __post_init__(self) -> None:
        self._whole(1, "epochs", "batch_size")
        self._whole(0, "seed")
        self._real(0, 10, "lr", "clip", above=True)
        self._real(0, 10, "weight_decay")
        self._real(0, 1, "warmup_fraction")
        self._real(0, 0.9, "pretraining_mix")
        self._real(0, 1000, "muon_ratio")


@dataclass(frozen=True)
class RewardConfig(Config):
    """Training of the reward model on rankings."""

    epochs: int = 1  # passes over the comparisons
    prompts_per_batch: int = 16  # prompts an update, each with all of its ranked replies
    lr: float = 5e-4  # highest learning rate
    clip: float = 1.0  # largest global norm of the gradient
    muon_ratio: float = 0.0  # Muon's learning rate for the blocks' matrices over lr; 0 = AdamW
    seed: int = 0

    def __post_init__(self) -> None:
        self._real(0, 1000, "muon_ratio")
        self._whole(1, "epochs", "prompts_per_batch")
        self._whole(0, "seed")
        self._real(0, 10, "lr", "clip", above=True)


@dataclass(frozen=True)
class PPOConfig(Config):
    """PPO, with or without the pretraining mix (ptx)."""

    rounds: int = 60  # rollouts, each followed by its updates
    prompts_per_round: int = 64  # one reply each
    minibatch: int = 32  # replies an update
    epochs: int = 2  # passes over each round's replies
    lr: float = 1e-4  # first learning rate, falling to 0
    clip: float = 0.2  # of the probability ratio and of the value
    beta: float = 0.05  # weight of the KL to the SFT model, reward per nat
    target_kl: float | None = None  # nats per reply that beta is steered to; None keeps beta
    gamma_ptx: float = 1.0  # weight of the pretraining loss; 0 = plain PPO
    end_score: float | None = -1.0  # reward of a reply that never ends; None = the model's
    max_new_tokens: int = 32  # R, longest reply
    seed: int = 0

    def __post_init__(self) -> None:
        self._whole(1, "rounds", "prompts_per_round", "minibatch", "epochs", "max_new_tokens")
        self._whole(0, "seed")
        self._real(0, 10, "lr", above=True)
        self._real(0, 1, "clip", above=True)
        self._real(0, 1000, "beta", "gamma_ptx")
        if self.target_kl is not None:
            self._real(0, 1000, "target_kl", above=True)
        if self.end_score is not None:
            self._real(-1000, 1000, "end_score")
        if self.minibatch > self.prompts_per_round:
            prompts = self.prompts_per_round
            raise ValueError(
                f"minibatch {self.minibatch} is more than the {prompts} prompts of a round"
            )

    @property
    def updates_per_round(self) -> int:
        """Optimiser steps after each rollout."""
        return self.epochs * -(-self.prompts_per_round // self.minibatch)
