"""What carries the shards' gradients: shared memory, as the engine does it, beside torch.distributed with gloo.

    python benchmarks/gloo.py [--seconds 10]

Two processes of one thread each compute the gradient of one batch of `small`'s shape, four shards, in three
ways, in turns:

    shared memory     `ShardedGradient` with two workers: a row for each shard's gradient, added in order
    gloo, all-reduce  each process adds its two shards, gloo the processes: the sum depends on how many there are
    gloo, in order    both get every shard's gradient and add them in order: the same sum for any number

Prints milliseconds a gradient, medians and quartiles, and how far each sum is from the first way's.
"""

import argparse
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
from torch import Tensor

from gptlab import borrow
from gptlab.engine import hardware
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.shards import SHARDS, ShardedGradient, shards_of
from gptlab.experiments.bench.training import BATCH, SMALL

GO, END = 1.0, 0.0
LEAST_TURNS = 3
SHARED, REDUCED, ORDERED = "shared memory", "gloo, all-reduce", "gloo, in order"


def batch() -> tuple[Tensor, Tensor]:
    """The same random ids for every process."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(SMALL.vocab_size, (BATCH, SMALL.context + 1), generator=generator)
    return ids[:, :-1], ids[:, 1:]


def shard_loss(model: GPT, rows: list[int]) -> tuple[Tensor, dict]:
    """A shard's share of the batch's loss."""
    x, y = batch()
    return model.loss(x[rows], y[rows]) * (len(rows) / BATCH), {}


def shard_gradient(model: GPT, rows: list[int]) -> Tensor:
    """A shard's gradient, in one row."""
    loss, _ = shard_loss(model, rows)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])


def by_gloo(model: GPT, rank: int, in_order: bool) -> Tensor:
    """The batch's gradient, of which this process computes every other shard."""
    shards = shards_of(BATCH)
    own = [shard_gradient(model, rows) for rows in shards[rank::2]]
    if not in_order:
        total = own[0] + own[1]
        dist.all_reduce(total)
        return total
    everybodys = [torch.empty(2, len(own[0])) for _ in range(2)]
    dist.all_gather(everybodys, torch.stack(own))
    total = everybodys[0][0].clone()
    for i in range(1, SHARDS):
        total += everybodys[i % 2][i // 2]
    return total


def join(rank: int, file: str) -> None:
    """Meet the other process."""
    dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=2)


def other(file: str) -> None:
    """The life of the second process: it does what the first one says."""
    prepare()
    join(1, file)
    model = GPT(SMALL).run_on("fused")
    order = torch.zeros(2)
    while True:
        dist.broadcast(order, 0)
        if order[0] == END:
            return
        by_gloo(model, 1, bool(order[1]))


def ask(model: GPT, in_order: bool) -> Tensor:
    """Both processes compute."""
    dist.broadcast(torch.tensor([GO, float(in_order)]), 0)
    return by_gloo(model, 0, in_order)


def prepare() -> None:
    """One thread, the references."""
    borrow("all")
    hardware.prepare_torch()
    torch.set_num_threads(1)


def main() -> int:
    """Measure the three in turns; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="(default: 10)")
    seconds = parser.parse_args().seconds
    prepare()
    model = GPT(SMALL).run_on("fused")
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "meet")
        second = multiprocessing.get_context("spawn").Process(target=other, args=(file,))
        second.start()
        join(0, file)
        with ShardedGradient([model], partial(shard_loss, model), n_workers=2) as gradient:

            def shared() -> Tensor:
                gradient(shards_of(BATCH))
                return torch.cat(
                    [p.grad.flatten() for p in model.parameters() if p.grad is not None]
                )

            ways = {
                SHARED: shared,
                REDUCED: partial(ask, model, False),
                ORDERED: partial(ask, model, True),
            }
            sums = {way: work() for way, work in ways.items()}
            times: dict[str, list[float]] = {way: [] for way in ways}
            begin = time.perf_counter()
            while time.perf_counter() - begin < seconds or len(times[SHARED]) < LEAST_TURNS:
                for way, work in ways.items():
                    started = time.perf_counter()
                    work()
                    times[way].append(1000 * (time.perf_counter() - started))
        dist.broadcast(torch.tensor([END, 0.0]), 0)
        second.join()
        dist.destroy_process_group()
    print(f"{hardware.processor()}, {len(times[SHARED])} turns")
    for way, took in times.items():
        low, middle, high = statistics.quantiles(took, n=4)
        away = float((sums[way] - sums[SHARED]).abs().max())
        print(f"{way:18}{middle:8.1f} ms ({low:.1f} to {high:.1f})   differs by {away:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
