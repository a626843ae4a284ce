"""Training beside transformers' GPT-2, alone and beside a busy process; more workers; nanoGPT's own run.

nanoGPT itself is no package that could be installed. The peer here is transformers' GPT-2 of the same shape, trained
as nanoGPT's readme and its file for Shakespeare's characters say: AdamW with betas 0.9 and 0.99, decay 0.1, learning
rate 1e-3 falling along a cosine to 1e-4 after 100 steps of warm-up, gradients clipped at 1, no dropout.
"""

import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun, stream_loss
from gptlab.experiments.bench.pairs import (
    Row,
    alone,
    busy_process,
    compare,
    installed,
    on_all_cores,
    seconds_of,
)

SMALL = GPTConfig(4096, context=128, n_layers=4, n_heads=4, d_model=128)
BATCH = 16
NANO = GPTConfig(65, context=64, n_layers=4, n_heads=4, d_model=128)  # characters
NANO_BATCH, NANO_STEPS, OUR_STEPS = 12, 2000, 500
EVAL_CHARACTERS = 20_000  # of the last tenth of the text
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


def nanogpt(settings: Settings) -> Iterator[Row]:
    """Characters of tiny Shakespeare, 4 layers of width 128, context 64, batch 12: the time to nanoGPT's loss."""
    if settings.text is None:
        yield Row("nanogpt", "left out", "", math.nan, note="give the text with --text PATH")
        return
    text = settings.text.read_text(encoding="utf-8")
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(c) for c in text])
    seen, unseen = ids[: int(0.9 * len(ids))], ids[int(0.9 * len(ids)) :][:EVAL_CHARACTERS]
    shape = GPTConfig(len(letters), NANO.context, NANO.n_layers, NANO.n_heads, NANO.d_model)
    steps = round(OUR_STEPS * settings.scale)
    config = TrainConfig(
        steps=steps, batch_size=NANO_BATCH, lr=0.006, min_lr=6e-4, warmup=steps // 10, muon_lr=0.02
    )
    run = PretrainingRun(GPT(shape, fused=True).train(), seen, config, "auto")
    with run.gradient:
        ours_s = seconds_of(lambda: [run.update() for _ in range(steps)])
    ours = stream_loss(run.model.eval(), unseen, shape.context)
    yield Row("nanogpt", f"ours, {steps} steps", "s", ours_s, note=f"{ours:.3f} nats a character")
    if not installed("transformers"):
        return
    n = round(NANO_STEPS * settings.scale)
    theirs_s, theirs = _nanogpt_peer(shape, seen, unseen, n)
    yield Row(
        "nanogpt",
        f"transformers as nanoGPT trains, {n} steps",
        "s",
        theirs_s,
        note=f"{theirs:.3f} nats a character",
    )
    yield Row(
        "nanogpt",
        "our time over the peer's",
        "×",
        ours_s / theirs_s,
        target=0.25,
        note="only where our loss is as low",
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
        _peer_update(model, optimizer, torch.randint(shape.vocab_size, (batch, shape.context + 1)))

    return step


def _peer_update(model, optimizer: torch.optim.Optimizer, ids: Tensor) -> None:
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


def _nanogpt_peer(
    shape: GPTConfig, seen: Tensor, unseen: Tensor, steps: int
) -> tuple[float, float]:
    """Seconds and loss."""
    generator = torch.Generator().manual_seed(0)
    model = peer_model(shape).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.99), weight_decay=0.1, fused=True
    )
    window = torch.arange(shape.context + 1)
    warmup = steps // 20

    def train() -> None:
        for t in range(steps):
            fall = 0.5 * (1 + math.cos(math.pi * (t - warmup) / max(1, steps - warmup)))
            lr = 1e-3 * (t + 1) / warmup if t < warmup else 1e-4 + 9e-4 * fall
            optimizer.param_groups[0]["lr"] = lr
            starts = torch.randint(len(seen) - shape.context, (NANO_BATCH, 1), generator=generator)
            _peer_update(model, optimizer, seen[starts + window])

    seconds = seconds_of(on_all_cores(train, hardware.cores()))
    model.eval()
    with torch.no_grad():
        rows = unseen[: len(unseen) // 64 * 64].view(-1, 64)
        losses = [float(F.cross_entropy(model(row[None, :-1]).logits[0], row[1:])) for row in rows]
    return seconds, statistics.fmean(losses)
