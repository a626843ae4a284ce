"""How a GPT begins: the size of its residual stream at the start, and short trainings with one thing changed."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from gptlab import transformer
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun

Std = Callable[[str, int], float]  # (name, n_layers) -> standard deviation


def begin(model: GPT, std: Std, seed: int = 0) -> GPT:
    """Draw every matrix anew, from N(0, std(name, n_layers)²)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2:
                parameter.normal_(0.0, std(name, model.config.n_layers), generator=generator)
    return model


@torch.no_grad()
def stream_sizes(std: Std, n_layers: int, d_model: int = 64, seed: int = 0) -> list[float]:
    """The root mean square of the residual stream before the first block and after each one, untrained."""
    config = GPTConfig(256, 64, n_layers, 4, d_model)
    model = begin(GPT(config, fused=True, initialize=False), std, seed).eval()
    ids = torch.randint(256, (4, 64), generator=torch.Generator().manual_seed(seed))
    sizes = []
    hooks = [block.register_forward_hook(_size_of(sizes)) for block in model.blocks]
    first = model.wte[ids] + model.wpe[: ids.shape[1]]
    sizes.append(float(first.square().mean().sqrt()))
    model(ids)
    for hook in hooks:
        hook.remove()
    return sizes


def _size_of(sizes: list[float]) -> Callable:
    def note(module: nn.Module, given: tuple, out: Tensor) -> None:
        sizes.append(float(out.square().mean().sqrt()))

    return note


class UntiedGPT(GPT):
    """A GPT whose head has weights of its own."""

    def __init__(self, config: GPTConfig, seed: int = 0) -> None:
        super().__init__(config, fused=True, seed=seed)
        generator = torch.Generator().manual_seed(seed + 1000)
        start = torch.randn(config.vocab_size, config.d_model, generator=generator) * 0.02
        self.lm_head = nn.Parameter(start)

    def unembed(self, hidden: Tensor) -> Tensor:
        """hidden (..., C) -> logits (..., V), by weights that are not the embedding's."""
        return hidden @ self.lm_head.T

    def loss(
        self,
        ids: Tensor,
        targets: Tensor,
        keep: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> Tensor:
        """As `GPT.loss`, with the head's own weights."""
        hidden = self.hidden(ids, keep, positions)
        functions = self._functions.get(self.training)
        return functions.linear_cross_entropy(hidden, self.lm_head, targets)


def beginnings(vocab_size: int, context: int = 128, seed: int = 0) -> dict[str, GPT]:
    """Four small models: tied, untied, tied with as many parameters as the untied one, and tied but begun too large."""

    def shape(d_model: int) -> GPTConfig:
        return GPTConfig(vocab_size, context, n_layers=2, n_heads=2, d_model=d_model)

    def large(name: str, n_layers: int) -> float:
        return 1.0 if name in ("wte", "wpe") else transformer.gpt2_init_std(name, n_layers)

    return {
        "tied": GPT(shape(32), fused=True, seed=seed),
        "untied": UntiedGPT(shape(32), seed=seed),
        "tied, wider": GPT(shape(40), fused=True, seed=seed),
        "embedding of size 1": begin(GPT(shape(32), fused=True), large, seed),
    }


def short_training(model: GPT, stream: Tensor, steps: int = 80, seed: int = 0) -> dict:
    """Train a little, as the course does; losses in nats per token, `last` the mean of the last ten."""
    config = TrainConfig(steps, 16, lr=0.02, min_lr=1e-4, warmup=8, muon_lr=0.04, seed=seed)
    run = PretrainingRun(model.train(), stream, config)
    for _ in range(steps):
        run.update()
    model.eval()
    curve = [row["loss"] for row in run.history]
    return {
        "first": curve[0],
        "last": sum(curve[-10:]) / len(curve[-10:]),
        "curve": curve,
        "parameters": sum(p.numel() for p in model.parameters()),
        "uniform": math.log(model.config.vocab_size),
    }
