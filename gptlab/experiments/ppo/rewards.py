"""Rewards that nobody should use: one that pays for a mark, and one with its sign turned round."""

import torch
from torch import Tensor, nn

from gptlab.engine.assistant import Assistant
from gptlab.engine.model.heads import RewardModel

MARKS = "!！"


class PaysForMarks(nn.Module):
    """One point for every exclamation mark in the reply; ids (B, T), keep (B, T) bool -> (B, T)."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__()
        tokenizer = assistant.tokenizer
        n = assistant.model.config.vocab_size
        texts = [tokenizer.decode([i]) if i not in assistant.marks else "" for i in range(n)]
        counts = [sum(text.count(mark) for mark in MARKS) for text in texts]
        self.register_buffer("counts", torch.tensor(counts, dtype=torch.float32))  # (V,)
        self.opens = tokenizer.special["assistant"]

    def forward(self, ids: Tensor, keep: Tensor) -> Tensor:
        """The number of marks from the beginning of the reply up to each token."""
        in_reply = (ids == self.opens).cumsum(1) > 0
        return (self.counts[ids] * in_reply * keep).cumsum(1)


class Flipped(nn.Module):
    """The reward model with the sign of its rewards turned round."""

    def __init__(self, reward_model: RewardModel) -> None:
        super().__init__()
        self.reward_model = reward_model

    def forward(self, ids: Tensor, keep: Tensor) -> Tensor:
        """ids (B, T), keep (B, T) bool -> (B, T), with the zero and unit of the reward model."""
        model = self.reward_model
        return -(model(ids, keep) - model.mean) / model.std
