"""What a machine's time goes into, arithmetic or memory: measured on this one, and by the data sheets of two cards."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import fine_clock, gigaflops, one_thread
from gptlab.engine.model.gpt import GPT

HEAD = 50_257, 768  # GPT-2's smallest: its head, and its embedding too
FLOAT = 4  # bytes
CONFIG = GPTConfig(vocab_size=4096)  # the shape of the course's model


@dataclass(frozen=True)
class Machine:
    """What a machine can do at most."""

    name: str
    flops: float  # operations a second
    bandwidth: float  # bytes a second between memory and processor

    @property
    def ridge(self) -> float:
        """Operations a byte from which on arithmetic is what takes the time."""
        return self.flops / self.bandwidth

    def roof(self, intensity: float) -> float:
        """Operations a second at most, min(peak, bandwidth · intensity): Williams et al. 2009."""
        return min(self.flops, self.bandwidth * intensity)


CARDS = (  # dense bfloat16, by NVIDIA's data sheets
    Machine("A100, 40 GB", 312e12, 1.555e12),
    Machine("H100 SXM", 989e12, 3.35e12),
)


@dataclass(frozen=True)
class Product:
    """One product x @ w that was measured."""

    rows: int
    flops: float
    bytes: float
    seconds: float

    @property
    def intensity(self) -> float:
        """Operations for each byte that has to be moved."""
        return self.flops / self.bytes


@one_thread()
def this_machine() -> Machine:
    """One core of this machine: the speed of a large product, and that of copying what no cache holds."""
    source = torch.ones(64_000_000)
    target = torch.empty_like(source)
    seconds = _best(lambda: target.copy_(source), 4)
    return Machine("this core", gigaflops() * 1e9, 2 * FLOAT * source.numel() / seconds)


@one_thread()
def head_products(rows: tuple[int, ...] = (1, 4, 16, 64, 256)) -> list[Product]:
    """GPT-2's head on so many rows at once: the weights are read once, whatever their number."""
    n_out, n_in = HEAD
    weights = torch.ones(n_in, n_out)
    found = []
    for n in rows:
        x, out = torch.ones(n, n_in), torch.empty(n, n_out)

        def product(x=x, out=out) -> None:
            torch.mm(x, weights, out=out)

        flops = 2.0 * n * n_in * n_out
        found.append(Product(n, flops, flops / intensity(n, n_in, n_out), _best(product, 3)))
    return found


def intensity(rows: int, n_in: int, n_out: int, size: int = FLOAT) -> float:
    """Operations for each byte of x @ w, where every number is moved once and has `size` bytes."""
    moved = size * (rows * n_in + n_in * n_out + rows * n_out)
    return 2.0 * rows * n_in * n_out / moved


def training_rate(way: str, steps: int = 5, batch: int = 16) -> float:
    """Tokens a second of the course's model on one core: forward, backward and AdamW; way as in `GPT.run_on`."""
    model = GPT(CONFIG, seed=0).run_on(way).train()
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    ids = torch.randint(CONFIG.vocab_size, (batch, CONFIG.context + 1))

    def step() -> None:
        optimizer.zero_grad()
        model.loss(ids[:, :-1], ids[:, 1:]).backward()
        optimizer.step()

    with one_thread():
        return batch * CONFIG.context / _best(step, steps)


def _best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the quickest of several times, by this core's own clock, after one that is not counted."""
    clock = fine_clock()
    work()
    times = []
    for _ in range(repeats):
        begin = clock()
        work()
        times.append(clock() - begin)
    return min(times)
