"""Recurrent networks as shells: they hold the weights and let the learner's step run along a text.

B batch, T time, C width of an input, F width of the state, V vocabulary.
"""

import torch
from torch import Tensor, nn

from gptlab import rnn

COLUMNS_PER_STATE = {"RNN": 1, "GRU": 3}  # how many times F columns a step's weights have


class RecurrentLM(nn.Module):
    """Vectors of tokens, one recurrent layer, and scores of tokens out of its state.

    cell  "RNN" (runs `rnn.rnn_step`) or "GRU" (runs `rnn.gru_step`)
    update_bias  what the bias of the GRU's gate z begins with: above 0, it begins by keeping

    `truncate_at` may be set to a number of steps: then `rnn.run_truncated` reads, and the gradient ends at each seam.
    """

    truncate_at: int | None = None

    def __init__(
        self,
        cell: str,
        vocab_size: int,
        width: int = 16,
        state: int = 32,
        seed: int = 0,
        update_bias: float = 0.0,
    ) -> None:
        super().__init__()
        if cell not in COLUMNS_PER_STATE:
            raise ValueError(f"there is no cell {cell!r}; there are {', '.join(COLUMNS_PER_STATE)}")
        self.cell = cell
        self.state = state
        generator = torch.Generator().manual_seed(seed)
        columns = COLUMNS_PER_STATE[cell] * state
        self.wte = nn.Parameter(torch.randn(vocab_size, width, generator=generator))
        self.w = nn.Parameter(torch.randn(width, columns, generator=generator) * width**-0.5)
        self.u = nn.Parameter(torch.randn(state, columns, generator=generator) * state**-0.5)
        self.b = nn.Parameter(torch.zeros(columns))
        self.w_out = nn.Parameter(torch.randn(state, vocab_size, generator=generator) * state**-0.5)
        self.b_out = nn.Parameter(torch.zeros(vocab_size))
        if cell == "GRU":
            with torch.no_grad():
                self.b[state : 2 * state] = update_bias  # the thirds are r, z, n

    def step(self, x: Tensor, h: Tensor) -> Tensor:
        """One step of the learner's cell with this network's weights; (B, C), (B, F) -> (B, F)."""
        run = rnn.rnn_step if self.cell == "RNN" else rnn.gru_step
        return run(x, h, self.w, self.u, self.b)

    def start(self, batch_size: int) -> Tensor:
        """The state before anything was read: zeros, (B, F)."""
        return self.w.new_zeros(batch_size, self.state)

    def states(self, ids: Tensor, h0: Tensor | None = None) -> Tensor:
        """The state after each token; ids (B, T) int -> (B, T, F)."""
        h = self.start(len(ids)) if h0 is None else h0
        if self.truncate_at is not None:
            return rnn.run_truncated(self.step, self.wte[ids], h, self.truncate_at)
        return rnn.run_rnn(self.step, self.wte[ids], h)

    def forward(self, ids: Tensor) -> Tensor:
        """Scores of the next token at every place; ids (B, T) int -> (B, T, V)."""
        return self.states(ids) @ self.w_out + self.b_out
