"""Models with one number at every position instead of logits: the reward model and the value model.

B batch, T time, C width. True = keep in every mask.
"""

import torch
from torch import Tensor, nn

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT


class ScalarHeadModel(nn.Module):
    """A GPT whose head gives one number at every position: hidden · weight + bias."""

    def __init__(self, gpt: GPT) -> None:
        super().__init__()
        self.gpt = gpt
        self.weight = nn.Parameter(torch.zeros_like(gpt.norm.bias))
        self.bias = nn.Parameter(torch.zeros_like(gpt.norm.bias[0]))

    @property
    def config(self) -> GPTConfig:
        """The shape of the GPT inside."""
        return self.gpt.config

    def forward(
        self, ids: Tensor, keep: Tensor | None = None, positions: Tensor | None = None
    ) -> Tensor:
        """ids (B, T) int, keep (B, T) bool or None, positions as in `GPT.forward` -> (B, T) float."""
        return self.gpt.hidden(ids, keep, positions) @ self.weight + self.bias


class RewardModel(ScalarHeadModel):
    """Scores a reply at its last token; the head starts at N(0, 1/(C + 1)), bias 0 (Ziegler et al. 2019).

    `mean` and `std` are the zero and the unit of its scores, set by `reward_model.calibrate`;
    `forward` is raw.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, gpt: GPT, seed: int = 0) -> None:
        super().__init__(gpt)
        self.register_buffer("mean", torch.zeros_like(self.bias))
        self.register_buffer("std", torch.ones_like(self.bias))
        generator = torch.Generator().manual_seed(seed)
        std = (gpt.config.d_model + 1) ** -0.5
        with torch.no_grad():
            self.weight.copy_(
                torch.randn(gpt.config.d_model, generator=generator, device="cpu") * std
            )


class ValueModel(ScalarHeadModel):
    """Estimates the reward still to come at every token; the head starts at 0."""
