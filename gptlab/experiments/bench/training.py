"""Training beside transformers' GPT-2, alone and beside a busy process; more workers beside one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.experiments.bench.pairs import (
    Row,
    alone,
    busy_process,
    compare,
    installed,
    on_all_cores,
)

SMALL = GPTConfig(4096, context=128, n_layers=4, n_heads=4, d_model=128)
BATCH = 16
COUNTS = (1, 2, 4)  # workers
PEER = "transformers GPT-2, torch's fused AdamW"


@dataclass(frozen=True)
class Settings:
    """What the person at the command line chose."""

    seconds: float = 5.0  # of each comparison
    text: Path | None = None  # tiny Shakespeare
    scale: float = 1.0  # of nanoGPT's number of steps


def train(settings: Settings) -> Iterator[Row]:
    """Steps of training of `small`'s shape."""
    units = BATCH * SMALL.context
    run = _run(SMALL, BATCH)
    with run.gradient:
        if not installed("transformers"):
            yield alone("train", "alone", "tokens/s", units, run.update, settings.seconds)
            return
        step = on_all_cores(peer_step(SMALL, BATCH), hardware.cores())
        idle = compare(
            "train", "alone", "tokens/s", units, run.update, step, PEER, settings.seconds, 1.6
        )
        yield idle
        with busy_process():
            row = compare(
                "train",
                "beside a busy process",
                "tokens/s",
                units,
                run.update,
                step,
                PEER,
                settings.seconds,
                3.0,
            )
        yield row
    share = row.ours / idle.ours
    yield Row("train", "beside a busy process, of its own speed alone", "×", share, target=0.45)


def workers(settings: Settings) -> Iterator[Row]:
    """More workers against one, in turns; and whether they gave the same weights."""
    runs = {n: _run(SMALL, BATCH, n) for n in COUNTS}
    units = BATCH * SMALL.context
    one = runs[1]
    for n in COUNTS[1:]:
        with runs[n].gradient:
            target = 1.7 if n == 2 else None
            row = compare(
                "workers",
                f"{n}",
                "tokens/s",
                units,
                runs[n].update,
                one.update,
                "1 worker",
                settings.seconds,
                target,
            )
        yield row
    steps = min(len(run.history) for run in runs.values())
    same = all(run.history[:steps] == one.history[:steps] for run in runs.values())
    yield Row(
        "workers", f"losses of {steps} steps equal to the bit", "1 = yes", float(same), target=1.0
    )


def peer_model(shape: GPTConfig) -> torch.nn.Module:
    """transformers' GPT-2 of that shape, without dropout."""
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=shape.vocab_size,
        n_positions=shape.context,
        n_embd=shape.d_model,
        n_layer=shape.n_layers,
        n_head=shape.n_heads,
        resid_pdrop=0,
        embd_pdrop=0,
        attn_pdrop=0,
        bos_token_id=None,
        eos_token_id=None,
    )
    return GPT2LMHeadModel(config)


def peer_step(shape: GPTConfig, batch: int) -> Callable[[], None]:
    """One step of its training on random ids."""
    model = peer_model(shape).train()
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def step() -> None:
        peer_update(model, optimizer, torch.randint(shape.vocab_size, (batch, shape.context + 1)))

    return step


def peer_update(model, optimizer: torch.optim.Optimizer, ids: Tensor) -> None:
    """One step of the peer on rows of ids, (B, T + 1)."""
    logits = model(ids[:, :-1]).logits
    loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def _run(shape: GPTConfig, batch: int, n_workers: int | None = None) -> PretrainingRun:
    """Our training on random ids, Muon and all."""
    stream = torch.randint(shape.vocab_size, (100_000,), generator=torch.Generator().manual_seed(0))
    config = TrainConfig(steps=10**6, batch_size=batch, muon_lr=0.02)
    return PretrainingRun(GPT(shape, fused=True).train(), stream, config, "auto", n_workers)
