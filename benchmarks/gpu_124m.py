"""How fast GPT-2's smallest shape trains here: tokens a second, share of the machine's peak, memory.

    python benchmarks/gpu_124m.py --out gpu.json                     the one GPU of this machine, three minutes at most
    python benchmarks/gpu_124m.py --device cpu --layers 2 --width 64 --heads 2 --context 64 --vocab 500 --batch 2

A step is forward, backward, clipping and AdamW, on random tokens: speed does not depend on them. The share is that
of `scaling.model_flops_utilization`. The course's authors had no GPU when they wrote this, so no result is kept here.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from torch import nn

import gptlab
from gptlab import scaling, training
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT

PEAKS = {  # dense bfloat16 (V100, T4: float16) operations a second, by NVIDIA's data sheets
    "H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "A10": 125e12, "L40S": 362e12,
    "L4": 121e12, "V100": 125e12, "T4": 65e12,
}  # fmt: skip
WARM_STEPS = 3  # compiling, choosing kernels, first allocations: not counted


class LossOfBatch(nn.Module):
    """The loss as a module, which is what torch.compile takes."""

    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids, targets):
        """Mean nats a token."""
        return self.model.loss(ids, targets)


def measure(given: argparse.Namespace) -> dict:
    """Train for a while; what came is a dict that JSON can hold."""
    device = hardware.device(given.device)
    gptlab.borrow("all")
    config = GPTConfig(given.vocab, given.context, given.layers, given.heads, given.width)
    model = GPT(config, fused=True, seed=0).to(device).train()
    loss_of = LossOfBatch(model)
    if given.compile:
        loss_of = torch.compile(loss_of)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, fused=True)
    generator = torch.Generator().manual_seed(0)
    begin, times, losses = time.perf_counter(), [], []
    while len(times) < given.steps + WARM_STEPS:
        ids = torch.randint(given.vocab, (given.batch, given.context + 1), generator=generator).to(
            device
        )
        at = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=given.bf16):
            loss = loss_of(ids[:, :-1], ids[:, 1:])
        loss.backward()
        training.clip_by_global_norm([p.grad for p in model.parameters()], 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))  # waits until the device is done
        times.append(time.perf_counter() - at)
        if time.perf_counter() - begin > given.seconds:
            break
    counted = times[WARM_STEPS:]
    if not counted:
        raise RuntimeError(
            f"only {len(times)} steps in {given.seconds:g} seconds: give more, or a smaller --batch"
        )
    seconds = sorted(counted)[len(counted) // 2]
    rate = given.batch * given.context / seconds
    name, peak = card(device, given.peak_tflops)
    shape = (given.layers, given.width, given.context)
    share = (
        scaling.model_flops_utilization(rate, config.n_parameters, *shape, peak) if peak else None
    )
    return {
        "device": name,
        "torch": torch.__version__,
        "parameters": config.n_parameters,
        "shape": config.to_dict(),
        "batch": given.batch,
        "bf16": given.bf16,
        "compiled": given.compile,
        "steps_counted": len(counted),
        "seconds_first_step": times[0],
        "seconds_per_step": seconds,
        "tokens_per_second": rate,
        "peak_flops": peak,
        "model_flops_utilization": share,
        "peak_memory_gb": memory(device),
        "loss_first_last": [losses[0], losses[-1]],
    }


def card(device: torch.device, peak_tflops: float | None) -> tuple[str, float | None]:
    """(name, operations a second at most); None where the card is in no table and nobody said."""
    if device.type == "cpu":
        return hardware.processor(), (peak_tflops or hardware.gigaflops() / 1e3) * 1e12
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    known = next((peak for part, peak in PEAKS.items() if part in name), None)
    return name, peak_tflops * 1e12 if peak_tflops else known


def memory(device: torch.device) -> float:
    """The most that was held at once, in GB."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    return hardware.peak_memory_gb()


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, metavar="FILE", help="JSON file to write")
    add("--device", choices=hardware.DEVICES, default="cuda")
    for name, default in (
        ("layers", 12), ("width", 768), ("heads", 12), ("context", 1024), ("vocab", 50304), ("batch", 16),
        ("steps", 50),
    ):  # fmt: skip
        add(f"--{name}", type=int, default=default, metavar="N", help=f"default: {default}")
    add("--seconds", type=float, default=180, help="stop after so long (default: 180)")
    add("--peak-tflops", type=float, help="of the machine, where its card is in no table")
    add("--no-bf16", dest="bf16", action="store_false", help="products in float32")
    add("--no-compile", dest="compile", action="store_false", help="without torch.compile")
    given = parser.parse_args(arguments)
    try:
        found = measure(given)
    except (ValueError, RuntimeError, torch.OutOfMemoryError) as error:
        print(f"gpu_124m: {' '.join(str(error).split())[:300]}", file=sys.stderr)
        return 1
    text = json.dumps(found, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
