"""How a GPT begins: the size of its residual stream at the start, and short trainings with one thing changed."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import PretrainingRun, stream_loss

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


def short_training(
    model: GPT, stream: Tensor, held_out: Tensor, steps: int = 100, batch: int = 8, seed: int = 0
) -> dict:
    """Train a little; the loss at the first step, the curve, and the loss on pages never read, nats per token."""
    config = TrainConfig(steps, batch, lr=0.01, min_lr=1e-3, warmup=10, seed=seed)
    run = PretrainingRun(model.train(), stream, config)
    for _ in range(steps):
        run.update()
    model.eval()
    return {
        "first": run.history[0]["loss"],
        "curve": [row["loss"] for row in run.history],
        "held_out": stream_loss(model, held_out, model.config.context),
        "parameters": sum(p.numel() for p in model.parameters()),
        "uniform": math.log(model.config.vocab_size),
    }
