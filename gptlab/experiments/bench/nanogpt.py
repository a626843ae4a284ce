"""nanoGPT's documented run for a CPU: characters of tiny Shakespeare, the time to its loss.

nanoGPT itself is no package that could be installed. The peer here is transformers' GPT-2 of the same shape, trained
as nanoGPT's readme and its file for Shakespeare's characters say: AdamW with betas 0.9 and 0.99, decay 0.1, learning
rate 1e-3 falling along a cosine to 1e-4 after 100 steps of warm-up, gradients clipped at 1, no dropout.
"""

import math
import statistics
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun, stream_loss
from gptlab.experiments.bench.pairs import Row, installed, on_all_cores, seconds_of
from gptlab.experiments.bench.training import Settings, peer_model, peer_update

NANO = GPTConfig(65, context=64, n_layers=4, n_heads=4, d_model=128)  # characters
NANO_BATCH, NANO_STEPS, OUR_STEPS = 12, 2000, 500
EVAL_CHARACTERS = 20_000  # of the last tenth of the text


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
            peer_update(model, optimizer, seen[starts + window])

    seconds = seconds_of(on_all_cores(train, hardware.cores()))
    model.eval()
    with torch.no_grad():
        rows = unseen[: len(unseen) // 64 * 64].view(-1, 64)
        losses = [float(F.cross_entropy(model(row[None, :-1]).logits[0], row[1:])) for row in rows]
    return seconds, statistics.fmean(losses)
