"""A memory task: a text of letters, and at its end the question which letter came first.

text     c a f f b … ?        n letters are between the first one and the question
answer   c

And its relative, copying: write a sequence of letters down again, shown forwards or backwards.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.engine.train.step import train_adam

LETTERS = 8  # kinds of letters, so guessing is right in one of eight
QUERY = LETTERS  # the token that asks
VOCABULARY = LETTERS + 1
STEPS = 200  # at most so many updates
BATCH = 64  # texts
BETAS = 0.9, 0.99  # of Adam
MAX_GRAD_NORM = 1.0
EARLY_STOP = 0.99, 5  # training ends once this share was right in so many batches running


def recall_batch(n: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """`size` games with n letters in between: ids (size, n + 2) int, answers (size) int."""
    letters = torch.randint(LETTERS, (size, n + 1), generator=generator)
    return torch.cat([letters, torch.full((size, 1), QUERY)], dim=1), letters[:, 0]


def make_model(kind: str, n: int, seed: int, update_bias: float = 0.0) -> tuple[nn.Module, float]:
    """An untrained network, and its learning rate; kind is "RNN", "GRU" or "Transformer"."""
    if kind == "Transformer":
        config = GPTConfig(VOCABULARY, context=n + 2, n_layers=1, n_heads=2, d_model=32)
        return GPT(config, fused=True, seed=seed), 0.003
    lr = 0.003 if kind == "RNN" else 0.01
    return RecurrentLM(kind, VOCABULARY, seed=seed, update_bias=update_bias), lr


def accuracy(model: nn.Module, n: int, seed: int, size: int = 1000) -> float:
    """The share of right answers on games that training never drew."""
    ids, answers = recall_batch(n, size, torch.Generator().manual_seed(9000 + seed))
    with torch.no_grad():
        return float((model(ids)[:, -1].argmax(-1) == answers).double().mean())


def train(model: nn.Module, n: int, lr: float, seed: int, steps: int = STEPS) -> int:
    """Train on the game with n letters in between, until it is mastered; returns the number of steps taken."""
    generator = torch.Generator().manual_seed(1000 + seed)
    accuracies = []
    enough, in_a_row = EARLY_STOP

    def loss() -> Tensor:
        ids, answers = recall_batch(n, BATCH, generator)
        logits = model(ids)[:, -1]
        accuracies.append(float((logits.argmax(-1) == answers).double().mean()))
        return F.cross_entropy(logits, answers)

    def mastered() -> bool:
        return len(accuracies) >= in_a_row and min(accuracies[-in_a_row:]) > enough

    losses = train_adam(model.parameters(), loss, steps, lr, BETAS, MAX_GRAD_NORM, stop=mastered)
    return len(losses)


def train_and_score(
    kind: str, n: int, seed: int, update_bias: float = 0.0, truncate_at: int | None = None
) -> tuple[float, int, nn.Module]:
    """Train one network at one distance; returns its accuracy, the steps it took, and the network.

    truncate_at  after how many steps the gradient of a recurrent network ends; None: never
    """
    model, lr = make_model(kind, n, seed, update_bias)
    if truncate_at is not None:
        model.truncate_at = truncate_at
    steps = train(model, n, lr, seed)
    return accuracy(model, n, seed), steps, model


def copy_batch(k: int, size: int, generator: torch.Generator, backwards: bool) -> Tensor:
    """Texts to be written down again: k letters, a mark, the same letters; -> (size, 2k + 1) int.

    backwards  shows the k letters in the opposite order; what is to be written stays
    """
    letters = torch.randint(LETTERS, (size, k), generator=generator)
    shown = letters.flip(1) if backwards else letters
    return torch.cat([shown, torch.full((size, 1), QUERY), letters], dim=1)


def train_copy(kind: str, k: int, backwards: bool, seed: int = 0) -> tuple[list[float], float]:
    """Train a network to copy k letters; returns its accuracy at each place, and nats per letter."""
    model, lr = make_model(kind, 2 * k, seed)
    generator = torch.Generator().manual_seed(seed)

    def written(ids: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the letters to be written (B, k, V), and these letters (B, k)."""
        return model(ids[:, :-1])[:, k:], ids[:, k + 1 :]

    def loss_of(ids: Tensor) -> Tensor:
        logits, letters = written(ids)
        return F.cross_entropy(logits.flatten(0, 1), letters.flatten())

    def training_loss() -> Tensor:
        return loss_of(copy_batch(k, BATCH, generator, backwards))

    train_adam(model.parameters(), training_loss, STEPS, lr, BETAS, MAX_GRAD_NORM)
    test = copy_batch(k, 1000, generator, backwards)
    with torch.no_grad():
        logits, letters = written(test)
        accuracies = (logits.argmax(-1) == letters).double().mean(0)
        return accuracies.tolist(), float(loss_of(test))
