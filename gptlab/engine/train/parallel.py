"""One training on several processes: torch's DistributedDataParallel, or FSDP2 for what does not fit one device.

    ddp   every process holds the whole model; after backward all hold the mean of the gradients
    fsdp  every process holds a slice of each weight, of its gradient and of Adam's moments (ZeRO's stage 3); a
          block's weights are gathered just before it runs, and dropped after

The batch is the same for any number of processes, of which each reads its rows: so are the losses, up to rounding.
Optimizer, schedule and clipping are the functions of the rooms, on slices too: torch's DTensor knows how to add
up what lies on several machines. B batch, T time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from gptlab import training
from gptlab.engine.config import TrainConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train import optimizers
from gptlab.engine.train.step import check_finite

KINDS = ("ddp", "fsdp")
PRECISIONS = ("fp32", "bf16")
MODEL = "model"  # the checkpoint's folder, inside that of the run


@dataclass(frozen=True)
class Way:
    """How the processes share the work, and in which numbers they compute.

    Raises ValueError for a kind or precision that there is not, and for compiled slices.
    """

    kind: str = "ddp"
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: str = "fp32"  # of the products; "fp32" leaves the model's own type as it is
    compiled: bool = False  # by torch.compile

    def __post_init__(self) -> None:
        for name, value, known in (
            ("kind", self.kind, KINDS),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise ValueError(f"{name} is {value!r}; it is one of {', '.join(known)}")
        if self.compiled and self.kind == "fsdp":
            raise ValueError("torch.compile is offered with ddp only: leave --compile out")

    @property
    def bf16(self) -> bool:
        """Whether products are taken in bfloat16."""
        return self.precision == "bf16"


class _LossOfBatch(nn.Module):
    """Both ways watch `forward`, so the loss has to be one."""

    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        return self.model.loss(ids, targets)


class DistributedRun:
    """One process's part of a training; the weights of all processes are the same after each step.

    Raises ValueError when the batch cannot be shared evenly, or the folder's checkpoint is another run's.
    """

    def __init__(
        self,
        model: GPT,
        ids: Tensor,
        settings: TrainConfig,
        folder: Path,
        way: Way | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.way = way or Way()
        self.model = model.to(self.way.device)
        self.ids, self.settings, self.folder, self.tokenizer = ids, settings, folder, tokenizer
        self.rank, self.processes = dist.get_rank(), dist.get_world_size()
        if settings.batch_size % self.processes:
            raise ValueError(
                f"a batch of {settings.batch_size} cannot be shared by {self.processes} processes evenly"
            )
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.losses: list[float] = []
        saved = self._saved_state()
        if saved:
            self.model.load_state_dict(saved["weights"])
        self.shared = self._share(_LossOfBatch(self.model.train()))
        matrices, embeddings, vectors = optimizers.split_parameters(self.model)
        decay = {"betas": settings.betas, "weight_decay": settings.weight_decay}
        self.optimizer = optimizers.AdamW(matrices, embeddings | vectors, **decay)
        if saved:
            self._go_on_from(saved)

    def _share(self, loss: nn.Module) -> nn.Module:
        """The same loss, whose backward pass leaves the mean over all processes in every .grad."""
        device = self.way.device
        if self.way.kind == "ddp":
            if self.way.compiled:
                loss = torch.compile(loss)
            return DistributedDataParallel(
                loss, device_ids=[device] if device.type == "cuda" else None
            )
        mesh = init_device_mesh(device.type, (self.processes,))
        half = torch.bfloat16 if self.way.bf16 else None
        policy = MixedPrecisionPolicy(
            param_dtype=half, reduce_dtype=torch.float32 if half else None
        )
        for block in self.model.blocks:  # gathered one after the other
            fully_shard(block, mesh=mesh, mp_policy=policy)
        return fully_shard(loss, mesh=mesh, mp_policy=policy)  # embeddings and the last norm

    def step(self) -> None:
        """Read this process's rows of the batch, average the gradients of all, and step."""
        now, device = self.settings, self.way.device
        x, y = training.get_batch(
            self.ids, now.batch_size, self.model.config.context, self.generator
        )
        own = slice(self.rank, None, self.processes)  # every process draws all and keeps its rows
        self.model.zero_grad(set_to_none=True)
        cast = self.way.bf16 and self.way.kind == "ddp"
        with torch.autocast(device.type, torch.bfloat16, enabled=cast):
            loss = self.shared(x[own].to(device), y[own].to(device))
        loss.backward()
        norm = training.clip_by_global_norm([p.grad for p in self.model.parameters()], now.clip)
        n = len(self.losses)
        whole = loss.detach().clone()
        dist.all_reduce(whole)
        mean = float(whole) / self.processes
        check_finite(mean, float(_whole(norm)), n, now.lr)
        self.optimizer.step(
            float(training.cosine_schedule(n, now.warmup, now.steps, now.lr, now.min_lr))
        )
        self.losses.append(mean)

    def train(
        self,
        steps: int,
        save_every: int,
        before: Callable[[int], None] | None = None,
        report: Callable[[dict], None] | None = None,
    ) -> None:
        """Take steps until there are so many, and save; `before` is told the number of each."""
        began, first = time.perf_counter(), len(self.losses)
        tokens = self.settings.batch_size * self.model.config.context
        while len(self.losses) < steps:
            if before:
                before(len(self.losses))
            self.step()
            n = len(self.losses)
            if report and self.rank == 0:
                rate = (n - first) * tokens / (time.perf_counter() - began)
                report({"step": n, "total": steps, "loss": self.losses[-1], "rate": rate})
            if n % save_every == 0 or n == steps:
                self.save()

    def save(self) -> None:
        """Write what a later start goes on from; slices are gathered, one process writes, the others wait."""
        model = {name: _kept(x, self.rank) for name, x in self.model.state_dict().items()}
        moments = self.optimizer.state_dict()
        for name in ("exp_avg", "exp_avg_sq"):
            moments[name] = {key: _kept(x, self.rank) for key, x in moments[name].items()}
        if self.rank == 0:
            state = {
                "weights": model,  # a checkpoint's own are float32
                "optimizer": moments,
                "generator": self.generator.get_state(),
                "losses": torch.tensor(self.losses, dtype=torch.float64),
                "settings": self.settings.to_dict(),
            }
            whole = GPT(self.model.config, initialize=False)
            whole.load_state_dict(model)
            meta = {"stage": "base", "train": self.settings.to_dict()}
            checkpoint.save(self.folder / MODEL, whole, self.tokenizer, state, meta)
        dist.barrier()

    def _saved_state(self) -> dict | None:
        """What an earlier start of this run has left, by any number of processes."""
        if not checkpoint.exists(self.folder / MODEL):
            return None
        saved = checkpoint.load(self.folder / MODEL)
        state = saved.optimizer_state
        if not state or "losses" not in state or saved.model.config != self.model.config:
            raise ValueError(
                f"{self.folder / MODEL}: the checkpoint of another training; name another --out"
            )
        for name, value in self.settings.to_dict().items():
            if state["settings"].get(name) != value:
                raise ValueError(
                    f"{self.folder / MODEL} was trained with {name}={state['settings'].get(name)}, not {value}: "
                    "use the old value, or name another --out"
                )
        return state

    def _go_on_from(self, state: dict) -> None:
        moments = dict(state["optimizer"])
        for name, ours in (
            ("exp_avg", self.optimizer.exp_avg),
            ("exp_avg_sq", self.optimizer.exp_avg_sq),
        ):
            moments[name] = {key: _like(x, ours[key]) for key, x in moments[name].items()}
        self.optimizer.load_state_dict(moments)
        self.generator.set_state(state["generator"])
        self.losses = state["losses"].tolist()


def _whole(x: Tensor) -> Tensor:
    """A tensor, gathered where it lies in slices on all processes."""
    return x.full_tensor() if isinstance(x, DTensor) else x


def _kept(x: Tensor, rank: int) -> Tensor:
    """The whole tensor in the first process's memory; the others take part and keep nothing."""
    whole = _whole(x.detach())
    return whole.cpu() if rank == 0 else whole.new_empty(0)


def _like(x: Tensor, ours: Tensor) -> Tensor:
    """The same numbers, in slices where ours are."""
    if not isinstance(ours, DTensor):
        return x
    return distribute_tensor(x.to(ours.device), ours.device_mesh, ours.placements)
