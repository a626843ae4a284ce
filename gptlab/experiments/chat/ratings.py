"""Ratings from games: Elo's update game by game, the Bradley–Terry model fitted to all, and how sure they are.

G games, P players.
"""

import math
import random
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab import chat, reward
from gptlab.experiments.chat.arena import Game

START = 1000.0  # every player's first rating, and the mean of all
POINTS = chat.ELO_SCALE / math.log(10)  # of rating for one nat of odds


def elo(games: Sequence[Game], n_players: int, k: float = 32.0) -> list[list[float]]:
    """Ratings before the first game and after each one; [G + 1][P]."""
    ratings = [START] * n_players
    history = [list(ratings)]
    for game in games:
        pair = chat.elo_update(ratings[game.a], ratings[game.b], game.outcome, k)
        ratings[game.a], ratings[game.b] = (float(x) for x in pair)
        history.append(list(ratings))
    return history


def bradley_terry(
    games: Sequence[Game], n_players: int, extra: Sequence[float] | None = None
) -> tuple[Tensor, float]:
    """Ratings under which all games together are likeliest, on Elo's scale, with mean START.

        min  mean −log σ(s_w − s_l + β (x_w − x_l))           Bradley & Terry 1952; a draw is half a win for each

    Each player has one draw with a player of rating START besides, so that one who lost every game has a rating too.

    extra  x_a − x_b of each game, such as a difference in length; β is given back too, in points
    ->     ratings (P), β
    """
    a, b = (torch.tensor([getattr(g, side) for g in games]) for side in "ab")
    won = torch.tensor([g.outcome for g in games], dtype=torch.float64)
    x = (
        torch.zeros(len(games), dtype=torch.float64)
        if extra is None
        else torch.tensor(extra).double()
    )
    # each game twice: a draw once from each side, a win twice from the winner's
    sides = [torch.where(won > 0, 1.0, -1.0), torch.where(won < 1, -1.0, 1.0)]
    found = torch.zeros(n_players + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([found], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        gap = found[a] - found[b] + found[-1] * x
        strength = found[:-1]
        both = torch.cat([*(side * gap for side in sides), strength, -strength])
        value = reward.pairwise_loss(both, torch.zeros_like(both)) + 1e-6 * found[-1] ** 2
        value.backward()
        return value

    optimizer.step(loss)
    strength = found.detach()
    return START + POINTS * (strength[:-1] - strength[:-1].mean()), float(POINTS * strength[-1])


def shuffled(games: Sequence[Game], n_players: int, times: int = 200, seed: int = 0) -> Tensor:
    """Elo ratings at the end, when the same games are played in another order each time; (times, P)."""
    rng = random.Random(seed)
    return torch.tensor([elo(rng.sample(games, len(games)), n_players)[-1] for _ in range(times)])


def resampled(
    games: Sequence[Game], fit: Callable[[Sequence[Game]], Tensor], times: int = 100, seed: int = 0
) -> Tensor:
    """What a fit gives for games drawn anew, with replacement (the bootstrap); (times, P)."""
    rng = random.Random(seed)
    return torch.stack([fit(rng.choices(games, k=len(games))) for _ in range(times)])


def middle(ratings: Tensor, share: float = 0.95) -> list[tuple[float, float]]:
    """The interval that holds the middle 95 % of each column."""
    ends = torch.tensor([(1 - share) / 2, (1 + share) / 2], dtype=ratings.dtype)
    return [(low, high) for low, high in ratings.quantile(ends, dim=0).T.tolist()]


def win_shares(games: Sequence[Game], n_players: int) -> Tensor:
    """The share of games that a row's player won against a column's, draws half; nan where none was played."""
    won, played = torch.zeros(2, n_players, n_players)
    for game in games:
        won[game.a, game.b] += game.outcome
        won[game.b, game.a] += 1 - game.outcome
        played[game.a, game.b] += 1
        played[game.b, game.a] += 1
    return won / played


def expected_shares(ratings: Tensor) -> Tensor:
    """What ratings expect each row to win against each column; (P) -> (P, P)."""
    return torch.sigmoid((ratings[:, None] - ratings[None, :]) / POINTS)
