"""The recall game: a text of letters, and at its end the question which letter came first.

texts    c a f f b … ?        n letters stand between the first one and the question
answer   c
"""

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM, train_adam

LETTERS = 8  # kinds of letters, so guessing is right in one of eight
ASK = LETTERS  # the token that asks
VOCABULARY = LETTERS + 1
STEPS, BATCH = 200, 64  # at most so many updates, of so many texts
MASTERED = 0.99, 5  # training ends early once this share was right in so many batches running


def texts(n: int, size: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """`size` games with n letters in between; -> ids (size, n + 2) int, answers (size) int."""
    letters = torch.randint(LETTERS, (size, n + 1), generator=draw)
    return torch.cat([letters, torch.full((size, 1), ASK)], dim=1), letters[:, 0]


def player(kind: str, n: int, seed: int, keep: float = 0.0) -> tuple[nn.Module, float]:
    """A network that has learnt nothing, and its learning rate; kind is "RNN", "GRU" or "Transformer"."""
    if kind == "Transformer":
        config = GPTConfig(VOCABULARY, context=n + 2, n_layers=1, n_heads=2, d_model=32)
        return GPT(config, fused=True, seed=seed), 0.003
    return RecurrentLM(
        kind, VOCABULARY, seed=seed, update_bias=keep
    ), 0.003 if kind == "RNN" else 0.01


def share_right(model: nn.Module, n: int, seed: int, size: int = 1000) -> float:
    """The share of right answers on games that training never drew."""
    ids, answers = texts(n, size, torch.Generator().manual_seed(9000 + seed))
    with torch.no_grad():
        return float((model(ids)[:, -1].argmax(-1) == answers).double().mean())


def learn(model: nn.Module, n: int, lr: float, seed: int, steps: int = STEPS) -> int:
    """Train on the game with n letters in between, until it is mastered or `steps` are over; -> steps taken."""
    draw, right = torch.Generator().manual_seed(1000 + seed), []
    share, running = MASTERED

    def loss_of(game: tuple[Tensor, Tensor]) -> Tensor:
        scores = model(game[0])[:, -1]
        right.append(float((scores.argmax(-1) == game[1]).double().mean()))
        return functional.cross_entropy(scores, game[1])

    games = [texts(n, BATCH, draw) for _ in range(steps)]
    return train_adam(
        model,
        games,
        loss_of,
        lr,
        stop=lambda: len(right) >= running and min(right[-running:]) > share,
    )


def played(kind: str, n: int, seed: int, keep: float = 0.0) -> tuple[float, int, nn.Module]:
    """Train one player at one distance; -> its share of right answers, the steps it took, and the player."""
    model, lr = player(kind, n, seed, keep)
    steps = learn(model, n, lr, seed)
    return share_right(model, n, seed), steps, model


def copies(k: int, size: int, draw: torch.Generator, backwards: bool) -> Tensor:
    """Texts to be written down again: k letters, a mark, the same letters; -> (size, 2k + 1) int.

    backwards  shows the k letters in the opposite order; what is to be written stays
    """
    letters = torch.randint(LETTERS, (size, k), generator=draw)
    shown = letters.flip(1) if backwards else letters
    return torch.cat([shown, torch.full((size, 1), ASK), letters], dim=1)


def copied(kind: str, k: int, backwards: bool, seed: int = 0) -> tuple[list[float], float]:
    """Train a recurrent network to write down what it was shown; -> the share right at each place, nats per letter."""
    (model, lr), draw = player(kind, 2 * k, seed), torch.Generator().manual_seed(seed)

    def scores_of(ids: Tensor) -> tuple[Tensor, Tensor]:
        return model(ids[:, :-1])[:, k:], ids[:, k + 1 :]

    def loss_of(ids: Tensor) -> Tensor:
        scores, letters = scores_of(ids)
        return functional.cross_entropy(scores.flatten(0, 1), letters.flatten())

    train_adam(model, [copies(k, BATCH, draw, backwards) for _ in range(STEPS)], loss_of, lr)
    with torch.no_grad():
        scores, letters = scores_of(copies(k, 1000, draw, backwards))
        nats = functional.cross_entropy(scores.flatten(0, 1), letters.flatten())
    return (scores.argmax(-1) == letters).double().mean(0).tolist(), float(nats)
