"""What training, generation and measurement ask of a model, so that they take any that offers it."""

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor, nn

from gptlab.engine.config import GPTConfig


class Trainable(Protocol):
    """A model with weights to train, as every `nn.Module` is."""

    training: bool

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights."""
        ...

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The weights and their names."""
        ...

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        ...


class LanguageModel(Trainable, Protocol):
    """A model that predicts the next token; `GPT` is one, and says what arguments mean.

    B batch, T time, S key time, C width, V vocabulary.
    """

    config: GPTConfig

    def __call__(self, ids: Tensor, keep: Tensor | None = None) -> Tensor:
        """Logits of the next token at every position; ids (B, T) int, keep (B, S) bool -> (B, T, V)."""
        ...

    def hidden(self, ids: Tensor, keep: Tensor | None = None) -> Tensor:
        """What the last norm gives, before the head; -> (B, T, C)."""
        ...

    def unembed(self, hidden: Tensor) -> Tensor:
        """The head: (..., C) -> (..., V)."""
        ...

    def loss(self, ids: Tensor, targets: Tensor, keep: Tensor | None = None) -> Tensor:
        """Mean cross-entropy with targets (B, T) int, −100 = does not count; nats a token."""
        ...

    def train(self, mode: bool = True) -> "LanguageModel":
        """Go into training mode, or out of it."""
        ...

    def eval(self) -> "LanguageModel":
        """Go out of training mode."""
        ...
