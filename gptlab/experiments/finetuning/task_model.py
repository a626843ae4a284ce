"""A language model with a small head for one task, read at one position (Radford et al. 2018, §3.2 and 3.3).

B batch, K inputs of one example, T time, C width, V vocabulary.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from gptlab import finetuning
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.gpt import GPT

NEW_TOKENS = ("start", "delim", "extract")  # ids V, V + 1 and V + 2 of a vocabulary of V
PAD_ID = 0
Inputs = list[list[int]]  # of one example: one, two orders, or one an option


def with_new_tokens(config: GPTConfig) -> GPTConfig:
    """The shape of a GPT whose vocabulary has room for the three new tokens."""
    return replace(config, vocab_size=config.vocab_size + len(NEW_TOKENS))


def transfer(base: GPT | None, config: GPTConfig, seed: int, n_layers: int | None = None) -> GPT:
    """A GPT with three more tokens, which are drawn at random; the rest comes from `base`.

    n_layers  how many blocks to take, from below, with the embeddings; None = all of them, and the last norm.
              What is not taken is drawn, and with `base` None that is everything
    """
    gpt = GPT(with_new_tokens(config), fused=True, seed=seed)
    if base is None:
        return gpt
    with torch.no_grad():
        gpt.wte[: config.vocab_size] = base.wte
        gpt.wpe.copy_(base.wpe)
        for block, source in list(zip(gpt.blocks, base.blocks, strict=True))[:n_layers]:
            block.load_state_dict(source.state_dict())
        if n_layers is None:
            gpt.norm.load_state_dict(base.norm.state_dict())
    return gpt


class TaskModel(nn.Module):
    """A GPT and a matrix of C × n_scores, all that is new beside the three tokens.

    Several inputs of one example are added before the head when n_scores is above 1 (the two orders of a
    pair); with a single score, each input is scored for itself (the options of a question).
    """

    def __init__(self, gpt: GPT, n_scores: int, seed: int = 0) -> None:
        super().__init__()
        self.gpt = gpt
        self.weight = nn.Parameter(torch.empty(gpt.config.d_model, n_scores))
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.weight.normal_(0.0, 0.02, generator=generator)
        first = gpt.config.vocab_size - len(NEW_TOKENS)
        self.start, self.delim, self.extract = range(first, gpt.config.vocab_size)

    def forward(self, examples: list[Inputs], with_text: bool = True) -> tuple[Tensor, Tensor]:
        """Logits of the labels, (B, n_scores) or (B, K), and the loss of the texts, nats per token.

        with_text  False spares the loss of the texts: 0 comes in its place
        """
        ids, keep = right_pad([row for inputs in examples for row in inputs], PAD_ID)
        hidden = self.gpt.hidden(ids)  # (B·K, T, C)
        read = self.read(hidden, ids)  # (B·K, C)
        scores = self.scores(read.unflatten(0, (len(examples), -1)))
        if not with_text:
            return scores, torch.zeros(())
        targets = ids[:, 1:].masked_fill(~keep[:, 1:], -100)
        return scores, self._text_loss(hidden[:, :-1], targets)

    def read(self, hidden: Tensor, ids: Tensor) -> Tensor:
        """The vector at each row's extract token; hidden (N, T, C), ids (N, T) -> (N, C)."""
        position = finetuning.read_position(ids, self.extract)
        return hidden[torch.arange(len(ids)), position]

    def scores(self, read: Tensor) -> Tensor:
        """Logits of the labels; read (B, K, C) -> (B, n_scores), or (B, K) where the head has one score."""
        if self.weight.shape[1] == 1:
            return (read @ self.weight).squeeze(-1)
        return read.sum(dim=1) @ self.weight

    def _text_loss(self, hidden: Tensor, targets: Tensor) -> Tensor:
        functions = self.gpt.functions
        return functions.linear_cross_entropy(hidden, self.gpt.wte, targets)
