"""Language models side by side on lesson 03's sentences: a window of eight words, and networks that carry a state."""

from collections.abc import Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from gptlab import neural_lm
from gptlab.engine.model.recurrent import RecurrentLM, train_adam
from gptlab.experiments.unseen_combinations import Combinations, Sentence
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS

WINDOW, WIDTH, STATE = (
    8,
    16,
    64,
)  # words that lesson 03's network sees; width of a word vector; of a hidden layer or state
EPOCHS, BATCH, RATE = 3, 64, 0.01  # of sentences; the same Adam for all
NOTHING = -100  # a place behind a sentence's end
TINTS = {"window of 8": COLOURS["base"], "RNN": COLOURS["ppo"], "GRU": COLOURS["sft"]}


class Window(nn.Module):
    """Lesson 03's network: vectors of eight words side by side, one hidden layer, scores."""

    def __init__(self, vocab_size: int, seed: int = 0):
        super().__init__()
        draw, c = torch.Generator().manual_seed(seed), WINDOW * WIDTH
        sizes = {
            "C": (vocab_size, WIDTH),
            "H": (c, STATE),
            "d": (STATE,),
            "U": (STATE, vocab_size),
            "b": (vocab_size,),
        }
        scale = {"C": 1.0, "H": c**-0.5, "d": 0.0, "U": 0.01, "b": 0.0}
        self.weights = nn.ParameterList(
            torch.randn(size, generator=draw) * scale[name] for name, size in sizes.items()
        )

    def forward(self, ids: Tensor) -> Tensor:
        """Scores of the next word at each place, from the eight words up to it; ids (B, T) -> (B, T, V)."""
        padded = functional.pad(ids, (WINDOW - 1, 0))  # 0 is the mark in front of a sentence
        contexts = padded.unfold(1, WINDOW, 1)  # (B, T, 8)
        return neural_lm.mlp_logits(contexts.flatten(0, 1), *self.weights).unflatten(0, ids.shape)


def reader(kind: str, vocab_size: int, seed: int = 0, keep: float = 1.0) -> nn.Module:
    """A language model that has learnt nothing: "window of 8", "RNN" or "GRU", whose gate begins with the bias `keep`."""
    if kind == "window of 8":
        return Window(vocab_size, seed)
    return RecurrentLM(kind, vocab_size, WIDTH, STATE, seed, keep)


def rows_of(data: Combinations, sentences: Sequence[Sentence]) -> Tensor:
    """Sentences as rows of ids, a mark in front and `NOTHING` behind; -> (N, longest + 1) int."""
    rows = [functional.pad(data.ids(s.words), (1, 0)) for s in sentences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=NOTHING)


def batches(rows: Tensor, epochs: int, seed: int) -> list[Tensor]:
    """Every sentence once an epoch, in batches of sentences of like length, each cut to its longest one."""
    draw, lengths, cut = torch.Generator().manual_seed(seed), (rows != NOTHING).sum(1), []
    for _ in range(epochs):
        mixed = torch.randperm(len(rows), generator=draw)
        parts = mixed[lengths[mixed].argsort(stable=True)].split(BATCH)
        cut += [parts[i] for i in torch.randperm(len(parts), generator=draw).tolist()]
    return [rows[part][:, : int(lengths[part].max())] for part in cut]


def word_losses(model: nn.Module, rows: Tensor) -> Tensor:
    """−ln p of each word; (N, T + 1) int -> (N, T) float, 0 where no word is."""
    scores = model(rows[:, :-1].clamp(min=0))
    return functional.cross_entropy(
        scores.transpose(1, 2), rows[:, 1:], ignore_index=NOTHING, reduction="none"
    )


def learn(model: nn.Module, data: Combinations, epochs: int = EPOCHS, seed: int = 0) -> int:
    """Train on the training sentences; -> how many words were read."""
    cut = batches(rows_of(data, data.train), epochs, seed)
    train_adam(
        model,
        cut,
        lambda rows: word_losses(model, rows).sum() / (rows[:, 1:] != NOTHING).sum(),
        RATE,
        decay=True,
    )
    return int(sum((rows[:, 1:] != NOTHING).sum() for rows in cut))


def by_place(
    model: nn.Module, data: Combinations, sentences: Sequence[Sentence]
) -> tuple[float, float, float]:
    """Nats per word: over all, over the first eight words of the sentences, over the words after them."""
    rows = rows_of(data, sentences)
    with torch.no_grad():
        losses, there = word_losses(model, rows), rows[:, 1:] != NOTHING
    early = torch.arange(losses.shape[1]) < WINDOW
    return tuple(
        float(losses[there & part].mean()) for part in (torch.ones_like(early), early, ~early)
    )


def places_picture(losses: dict[str, tuple[float, float, float]], title: str) -> tuple:
    """For each model nats per word, early and late in a sentence, as (figure, description).

    losses  by model what `by_place` gives
    """
    figure, axes = style.figure(6.4, 3.0)
    names, groups = list(losses), ("the first eight words", "the words after them")
    for i, name in enumerate(names):
        places = [g * (len(names) + 1) + i for g in range(2)]
        axes.barh(places, losses[name][1:], color=TINTS.get(name, COLOURS["floor"]), height=0.82)
        for place, value in zip(places, losses[name][1:]):
            axes.annotate(
                f"{name}  {value:.2f}",
                (value, place),
                (5, 0),
                textcoords="offset points",
                va="center",
            )
    axes.set_yticks([(len(names) - 1) / 2 + g * (len(names) + 1) for g in range(2)], groups)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.45 * max(max(values[1:]) for values in losses.values()))
    axes.set(xlabel="nats per word, fewer is better", title=title)
    axes.grid(axis="y", visible=False)
    said = "; ".join(
        f"{name}: {early:.2f} on the first eight words, {late:.2f} after them"
        for name, (_, early, late) in losses.items()
    )
    return figure, f"{title}. Nats per word. {said}."
