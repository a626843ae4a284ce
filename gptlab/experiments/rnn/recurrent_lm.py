"""Language models side by side on lesson 03's sentences: a window of eight words, and networks that carry a state.

B batch, T time, V vocabulary.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab import neural_lm
from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.engine.train.step import train_adam
from gptlab.experiments.unseen_combinations import Combinations, Sentence

WINDOW = 8  # words that lesson 03's network sees
WIDTH = 16  # of a word vector
STATE = 64  # width of a hidden layer, or of a state
EPOCHS = 3
BATCH = 64  # sentences
LR = 0.01  # of the same Adam for all
PAD = -100  # a place after a sentence's end


class WindowLM(nn.Module):
    """Lesson 03's network: vectors of eight words side by side, one hidden layer, logits."""

    def __init__(self, vocab_size: int, seed: int = 0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        c = WINDOW * WIDTH
        shapes_and_sizes = [  # Bengio's C, H, d, U, b
            ((vocab_size, WIDTH), 1.0),
            ((c, STATE), c**-0.5),
            ((STATE,), 0.0),
            ((STATE, vocab_size), 0.01),
            ((vocab_size,), 0.0),
        ]
        self.weights = nn.ParameterList(
            torch.randn(shape, generator=generator) * size for shape, size in shapes_and_sizes
        )

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of the next word at each place, from the eight words up to it; ids (B, T) -> (B, T, V)."""
        padded = F.pad(ids, (WINDOW - 1, 0))  # 0 is the mark in front of a sentence
        contexts = padded.unfold(1, WINDOW, 1)  # (B, T, 8)
        return neural_lm.mlp_logits(contexts.flatten(0, 1), *self.weights).unflatten(0, ids.shape)


def make_model(kind: str, vocab_size: int, seed: int = 0, update_bias: float = 1.0) -> nn.Module:
    """An untrained language model: "window of 8", "RNN" or "GRU", whose update gate begins with this bias."""
    if kind == "window of 8":
        return WindowLM(vocab_size, seed)
    return RecurrentLM(kind, vocab_size, WIDTH, STATE, seed, update_bias)


def padded_rows(data: Combinations, sentences: Sequence[Sentence]) -> Tensor:
    """Sentences as rows of ids, a mark in front and `PAD` at the end; -> (N, longest + 1) int."""
    rows = [F.pad(data.ids(s.words), (1, 0)) for s in sentences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def batches(rows: Tensor, epochs: int, seed: int) -> list[Tensor]:
    """Every sentence once an epoch, in batches of sentences of like length, each cut to its longest one."""
    generator = torch.Generator().manual_seed(seed)
    lengths = (rows != PAD).sum(1)
    cut = []
    for _ in range(epochs):
        shuffled = torch.randperm(len(rows), generator=generator)
        parts = shuffled[lengths[shuffled].argsort(stable=True)].split(BATCH)
        cut += [
            rows[parts[i]][:, : int(lengths[parts[i]].max())]
            for i in torch.randperm(len(parts), generator=generator).tolist()
        ]
    return cut


def word_losses(model: nn.Module, rows: Tensor) -> Tensor:
    """−ln p of each word; (N, T + 1) int -> (N, T) float, 0 where no word is."""
    logits = model(rows[:, :-1].clamp(min=0))
    return F.cross_entropy(logits.transpose(1, 2), rows[:, 1:], ignore_index=PAD, reduction="none")


def count_words(rows: Tensor) -> Tensor:
    """How many words rows of sentences hold, marks not counted."""
    return (rows[:, 1:] != PAD).sum()


def train(
    model: nn.Module,
    data: Combinations,
    epochs: int = EPOCHS,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> int:
    """Train on the training sentences, and return how many words were read.

    watch  called before each step and after the last one, with the number of steps taken so far
    """
    cut = batches(padded_rows(data, data.train), epochs, seed)
    waiting = iter(enumerate(cut))

    def mean_loss() -> Tensor:
        step, rows = next(waiting)
        if watch is not None:
            watch(step)
        return word_losses(model, rows).sum() / count_words(rows)

    def lr(step: int) -> float:
        """Constant, then falling to 0 over the second half."""
        return LR * min(1.0, 2 - 2 * step / len(cut))

    train_adam(model.parameters(), mean_loss, len(cut), lr, betas=(0.9, 0.99), clip=1.0)
    if watch is not None:
        watch(len(cut))
    return sum(int(count_words(rows)) for rows in cut)


def losses_by_place(
    model: nn.Module, data: Combinations, sentences: Sequence[Sentence]
) -> tuple[float, float, float]:
    """Nats per word: over all, over the first eight words of the sentences, over the words after them."""
    rows = padded_rows(data, sentences)
    with torch.no_grad():
        losses = word_losses(model, rows)
    is_word = rows[:, 1:] != PAD
    early = is_word & (torch.arange(losses.shape[1]) < WINDOW)
    late = is_word & ~early
    return tuple(float(losses[part].mean()) for part in (is_word, early, late))
