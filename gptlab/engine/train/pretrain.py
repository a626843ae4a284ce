"""Pretraining: one loop that can be killed at any moment and goes on bit for bit."""

import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from gptlab import training
from gptlab.engine.config import TrainConfig
from gptlab.engine.model import bf16, checkpoint
from gptlab.engine.model.batches import TrainingDiverged, device_of
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.protocol import LanguageModel
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.stages import STAGES
from gptlab.engine.train import optimizers
from gptlab.engine.train.pace import Pace
from gptlab.engine.train.shards import SHARDS, ShardedGradient, shards_of
from gptlab.engine.train.step import update

REPORT_EVERY = 10  # steps
SAVE_EVERY_S = 10.0
DIVERGED_NATS = 3.0  # above the first loss, after warm-up: no healthy run climbs so high
COLUMNS = ("loss", "lr", "grad_norm")  # of the history


def pretrain(
    model: GPT,
    ids: Tensor,
    config: TrainConfig,
    folder: str | Path | None = None,
    tokenizer: Tokenizer | None = None,
    report: Callable[[dict], None] | None = None,
    resume: bool = False,
    stop: Callable[[], bool] | None = None,
    save_every_s: float = SAVE_EVERY_S,
    save_every: int | None = None,
    precision: str = "auto",
) -> list[dict]:
    """Train the model to predict the next token of a stream; returns one row of metrics per step.

        loss = −mean over positions of log p(x_{t+1} | x_1 … x_t)          Radford et al. 2018, eq. 1

    With a folder, a checkpoint is written every `save_every` steps or, where that is None, every
    `save_every_s` seconds, and at the end. `resume` goes on from the folder's checkpoint, or begins where
    there is none: on one machine, with one number of threads, the losses are those of a run that was never
    interrupted.
    `stop` is asked after every step. Changes the model in place.
    `precision` is that of the products: "fp32", "bf16", or "auto", which takes bf16 where this machine is
    faster at it, and when resumed stays with what the checkpoint was trained in. Evaluation is always fp32.

    ids  (N,) int, pages separated by the end-of-text token

    Raises ValueError when the stream is too short or does not fit the checkpoint, TrainingDiverged when the
    loss or the gradient is not finite, or the loss is far above where it began.
    """
    _check(model, ids, folder, resume)
    run = PretrainingRun(model, ids, config, precision)
    if resume and folder is not None:
        run.restore(folder)
    model.train()  # until the end, where eval() makes every product float32 again
    with run.gradient:
        _train(run, folder, tokenizer, report, stop, save_every_s, save_every)
    model.eval()
    return run.history


def _train(
    run: "PretrainingRun",
    folder: str | Path | None,
    tokenizer: Tokenizer | None,
    report: Callable[[dict], None] | None,
    stop: Callable[[], bool] | None,
    save_every_s: float,
    save_every: int | None,
) -> None:
    """Take the steps that are left, report on them, and save."""
    config = run.config
    pace = Pace()
    last_save = time.perf_counter()
    saved_step = len(run.history)
    for step in range(saved_step, config.steps):
        run.update()
        pace.tick(config.batch_size * run.model.config.context)
        if report and (step % REPORT_EVERY == 0 or step == config.steps - 1):
            report(run.history[-1] | {"total": config.steps} | pace.said(config.steps - step - 1))
        now = time.perf_counter()
        due = (step + 1) % save_every == 0 if save_every else now - last_save >= save_every_s
        if folder is not None and due:
            run.save(folder, tokenizer)
            saved_step = step + 1
            last_save = time.perf_counter()
        if stop is not None and stop():
            break
    if folder is not None and (saved_step < len(run.history) or not run.history):
        run.save(folder, tokenizer)


class PretrainingRun:
    """Everything that changes while a model trains: weights, moments, the batches' order, the history."""

    def __init__(
        self,
        model: GPT,
        ids: Tensor,
        config: TrainConfig,
        precision: str = "fp32",
        n_workers: int | None = None,
        way: str | None = None,
    ) -> None:
        self.model = model
        self.ids = ids
        self.config = config
        self.device = device_of(model)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.optimizers = _optimizers(model, config)
        self.gradient = ShardedGradient([model], self._share_of_loss, n_workers=n_workers, way=way)
        self.parameters = self.gradient.parameters
        if "muon" in self.optimizers:
            self.optimizers["muon"].orthogonalize = self.gradient.orthogonalize
        self.history: list[dict] = []
        self.wanted = precision
        self._set_precision(bf16.resolve_precision(precision, model.wte))

    def _set_precision(self, precision: str) -> None:
        self.precision = precision
        half, on_cpu = precision == "bf16", self.device.type == "cpu"
        self.cast = half and not on_cpu  # on a GPU torch's autocast does it
        if self.model.runs_on != "plain":
            self.model.run_on("bf16" if half and on_cpu else "fused")
        if "muon" in self.optimizers:
            self.optimizers["muon"].product = torch.bfloat16 if precision == "bf16" else None

    def update(self) -> None:
        """Draw a batch and take one step."""
        config = self.config
        step = len(self.history)
        lr = float(
            training.cosine_schedule(step, config.warmup, config.steps, config.lr, config.min_lr)
        )
        x, y = training.get_batch(
            self.ids, config.batch_size, self.model.config.context, self.generator
        )
        rows = shards_of(config.batch_size)
        loss = self.gradient([(x[part], y[part], len(part)) for part in rows])["loss"]
        norm = update(
            self.model,
            loss,
            config.clip,
            take_step=partial(self._step_optimizers, lr),
            check=partial(self._check_healthy, step=step, lr=lr),
        )
        self.history.append({"step": step, "loss": loss, "lr": lr, "grad_norm": norm})

    def _share_of_loss(self, shard: tuple[Tensor, Tensor, int]) -> tuple[Tensor, dict[str, float]]:
        """The shard's part of the batch's mean loss."""
        x, y, n_rows = shard
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.cast):
            loss = self.model.loss(x.to(self.device), y.to(self.device))
        loss = loss * (n_rows / self.config.batch_size)
        return loss, {"loss": float(loss.detach())}

    def _step_optimizers(self, lr: float) -> None:
        """Let Muon's learning rate follow AdamW's, which is `lr`."""
        self.optimizers["adamw"].step(lr)
        if "muon" in self.optimizers:
            self.optimizers["muon"].step(self.config.muon_lr * lr / self.config.lr)

    def _check_healthy(self, loss: float, norm: float, step: int, lr: float) -> None:
        """Stop before a bad step is taken, so that what is on the disk stays good."""
        first = self.history[0]["loss"] if self.history else loss
        if not math.isfinite(loss):
            what = f"the loss is {loss}"
        elif not math.isfinite(norm):
            what = f"the gradient's norm is {norm} at a loss of {loss:.2f}"
        elif step >= self.config.warmup and loss > first + DIVERGED_NATS:
            what = f"the loss is {loss:.2f} nats, and began at {first:.2f}"
        else:
            return
        advice = f"lr={self.config.lr / 2:g}"
        if self.config.muon_lr:
            advice += f", muon_lr={self.config.muon_lr / 2:g}"
        raise TrainingDiverged(
            f"step {step}: {what}; lr was {lr:g}: try {advice} or a longer warmup"
        )

    def save(self, folder: str | Path, tokenizer: Tokenizer | None) -> None:
        """Write the checkpoint that `restore` reads."""
        if not all(bool(torch.isfinite(p).all()) for p in self.parameters):
            step = len(self.history) - 1
            lr = self.config.lr
            raise TrainingDiverged(
                f"step {step}: the weights are not finite any more: try lr={lr / 2:g}"
            )
        rows = torch.tensor(
            [[row[c] for c in COLUMNS] for row in self.history], dtype=torch.float64
        )
        state = {
            "optimizers": {
                name: optimizer.state_dict() for name, optimizer in self.optimizers.items()
            },
            "generator": self.generator.get_state(),
            "history": rows.reshape(
                -1, len(COLUMNS)
            ),  # float64, so that every number comes back as it was
            "stream": _fingerprint(self.ids),
        }
        meta = {
            "stage": STAGES[0],
            "step": len(self.history),
            "train": self.config.to_dict(),
            "precision": self.precision,
            "shards": SHARDS,
        }
        checkpoint.save(folder, self.model, tokenizer, state, meta)

    def restore(self, folder: str | Path) -> None:
        """Go back to where the folder's checkpoint was written; without one, stay at the start."""
        if not checkpoint.exists(folder):
            return
        saved = checkpoint.load(folder)
        state = _state_of_the_same_run(saved, self)
        self.model.load_state_dict(saved.model.state_dict())
        if self.wanted == "auto":
            self._set_precision(saved.meta.get("precision", "fp32"))
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.generator.set_state(state["generator"])
        rows = state["history"].tolist()
        self.history = [
            {"step": i, **dict(zip(COLUMNS, row, strict=True))} for i, row in enumerate(rows)
        ]


@torch.no_grad()
def stream_loss(model: LanguageModel, ids: Tensor, context: int, batch_size: int = 32) -> float:
    """Give the mean loss on a held-out stream, in nats per token.

    The stream is cut into pieces of `context` tokens that are read side by side; every token but the first is
    predicted once, the first of a piece from the last of the one before.

    ids  (N,) int

    Raises ValueError when there is nothing to predict.
    """
    if ids.dim() != 1 or len(ids) < 2:
        raise ValueError(
            f"ids must be a stream (N,) of at least 2 tokens, but are {tuple(ids.shape)}"
        )
    device = device_of(model)
    was_training = model.training
    model.eval()
    n_whole = (len(ids) - 1) // context
    x = ids[: n_whole * context].reshape(n_whole, context)
    y = ids[1 : n_whole * context + 1].reshape(n_whole, context)
    batches = [
        (x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, n_whole, batch_size)
    ]
    rest = ids[n_whole * context :]
    if len(rest) > 1:
        batches.append((rest[None, :-1], rest[None, 1:]))
    total = 0.0
    for inputs, targets in batches:
        loss = model.loss(inputs.to(device), targets.to(device))
        total += float(loss) * targets.numel()
    model.train(was_training)
    return total / (len(ids) - 1)


def _optimizers(model: GPT, config: TrainConfig) -> dict:
    """AdamW for everything, or Muon for the blocks' matrices and AdamW for the rest."""
    matrices, embeddings, vectors = optimizers.split_parameters(model)
    plain = {**embeddings, **vectors}
    settings = {"betas": config.betas, "weight_decay": config.weight_decay}
    if config.muon_lr == 0:
        return {"adamw": optimizers.AdamW(matrices, plain, **settings)}
    return {
        "adamw": optimizers.AdamW({}, plain, **settings),
        "muon": optimizers.Muon(matrices, config.weight_decay),
    }


def _check(model: GPT, ids: Tensor, folder: str | Path | None, resume: bool) -> None:
    if ids.dim() != 1 or len(ids) <= model.config.context:
        raise ValueError(
            f"ids must be a stream (N,) of more than {model.config.context} tokens (context), "
            f"but are {tuple(ids.shape)}: give more text"
        )
    if resume and folder is None:
        raise ValueError("resume needs the folder to go on from")


def _fingerprint(ids: Tensor) -> list[int]:
    """Two numbers that change when the stream does: its length, and a sum that knows the order."""
    return [len(ids), int((ids.long() * torch.arange(1, len(ids) + 1, device=ids.device)).sum())]


def _state_of_the_same_run(saved: checkpoint.Checkpoint, run: PretrainingRun) -> dict:
    """The state in a checkpoint; refuses other settings or another text, as the result would be neither run."""
    state = saved.optimizer_state
    meta = saved.meta or {}
    if not state or "train" not in meta:
        raise ValueError("the checkpoint holds no state of a training run; start without resume")
    for name, value in run.config.to_dict().items():
        if meta["train"].get(name) != value:
            raise ValueError(
                f"the checkpoint was trained with {name}={meta['train'].get(name)}, but "
                f"{name}={value} is asked for; use the old value, or start without resume"
            )
    if meta.get("shards") != SHARDS:
        raise ValueError(
            f"the checkpoint was trained in {meta.get('shards', 1)} shards a batch, but now it "
            f"would be {SHARDS}; start without resume"
        )
    if saved.model.config != run.model.config:
        raise ValueError(
            f"the checkpoint holds {saved.model.config}, but the model is {run.model.config}; "
            f"start without resume"
        )
    if list(state["stream"]) != _fingerprint(run.ids):
        raise ValueError(
            f"the checkpoint was trained on a stream of {state['stream'][0]} tokens, this one "
            f"of {len(run.ids)} is another; start without resume"
        )
    return state
