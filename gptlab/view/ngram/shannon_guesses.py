"""Shannon's game without its widget: which guesses are asked, and what each player gives the truth.

A guess is a place in a page and eight tokens, one of which comes next. The eight are what the models find likeliest
there; the page's own next token plays no part in choosing them. A place is passed over where its token is not among
the eight, or where the models find fewer than four tokens likely: there is nothing to guess. So a player's chances of
the eight are its chances of all tokens, divided by their sum; with the web's exact probabilities, that is the best
that anyone can do.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, zip_longest

import torch
from torch import Tensor

from gptlab.view.kit.bars import visible
from gptlab.world.exact_predictor import next_token_distribution
from gptlab.world.web import Web

KINDS = (
    "encyclopedia",
    "statement",
    "forum",
    "dialogue",
    "story",
)  # pages of sentences, no tables or sums
OFFERED = 8  # tokens to choose from: three bits
FLOOR = "exact floor"
SHORTEST = 12  # tokens of a page that is played
LEAST = 1e-3  # probability of a likely token
FEWEST = 4  # likely tokens at a place that is asked


@dataclass(frozen=True)
class Guess:
    """One place in a page.

    before   the text so far
    options  the tokens to choose from, as visible text
    truth    which of them came
    chances  of each option, by player
    """

    before: str
    options: tuple[str, ...]
    truth: int
    chances: dict[str, tuple[float, ...]]

    def bits(self, player: str) -> float:
        """What the truth costs this player: −log2 p."""
        return surprise(self.chances[player][self.truth])


def surprise(p: float) -> float:
    """−log2 p, ∞ for 0."""
    return max(0.0, -math.log2(p)) if p > 0 else math.inf


def bet(option: int, confidence: float, n: int = OFFERED) -> tuple[float, ...]:
    """The reader's chances: `confidence` on one option, the rest shared equally by the others.

    Example: bet(0, 0.7, n=4) -> (0.7, 0.1, 0.1, 0.1)
    """
    if not 0 < confidence < 1:
        raise ValueError(
            f"a bet of {confidence} is not between 0 and 1: what is given no chance may still come"
        )
    return tuple(confidence if i == option else (1 - confidence) / (n - 1) for i in range(n))


def draw_pages(
    web: Web, lang: str, seed: int, n_pages: int, tokenizer, longest: int
) -> list[list[int]]:
    """Pages to play, as ids with the end-of-page token in front and behind."""
    end, found = tokenizer.special["endoftext"], []
    for page in web.pages(seed, KINDS, lang):
        ids = tokenizer.encode(page.text)
        if SHORTEST <= len(ids) <= longest - 2:
            found.append([end, *ids, end])
        if len(found) == n_pages:
            return found


@torch.no_grad()
def guesses_of(
    web: Web, tokenizer, models: dict[str, Callable], ids: list[int], n: int, draw: random.Random
) -> list[Guess]:
    """Up to n guesses in one page, in the order of reading, at places drawn at random.

    models  by name, each from ids (B, T) to logits (B, T, V)
    """
    x = torch.tensor([ids[:-1]])
    chances = {
        name: torch.softmax(model(x)[0].double(), -1) for name, model in models.items()
    }  # (T, V) each
    places = draw.sample(
        range(1, len(ids) - 1), len(ids) - 2
    )  # place t asks for ids[t + 1], after at least one token
    asked = (
        (t, _guess(web, tokenizer, ids, t, {name: p[t] for name, p in chances.items()}, draw))
        for t in places
    )
    return [guess for _, guess in sorted(islice((x for x in asked if x[1]), n), key=lambda x: x[0])]


def _guess(
    web: Web, tokenizer, ids: list[int], t: int, chances: dict[str, Tensor], draw: random.Random
) -> Guess | None:
    """The guess behind ids[:t + 1]; None where it cannot be asked.

    That is where the text so far ends inside a character, where little is likely, where what came is not among the
    eight, and where its token is not the longest that fits, so that the exact chances do not know it.
    """
    end, before = tokenizer.special["endoftext"], tokenizer.decode_bytes(ids[1 : t + 1])
    offered = offer(
        list(chances.values()), lambda i: i == end or _readable(tokenizer.decode_bytes([i]))
    )
    draw.shuffle(offered)
    if ids[t + 1] not in offered or not _readable(before):
        return None
    exact = next_token_distribution(
        web, before, [tokenizer.decode_bytes([i]) for i in range(end)], longest=True
    )
    players = {name: [float(p[i]) for i in offered] for name, p in chances.items()}
    players[FLOOR] = [
        exact[i] if i <= end else 0.0 for i in offered
    ]  # the last number stands for the end of the page
    truth = offered.index(ids[t + 1])
    if players[FLOOR][truth] <= 0:
        return None
    labels = tuple(
        "(end of page)" if i == end else visible(tokenizer.decode_bytes([i])) for i in offered
    )
    return Guess(before.decode(), labels, truth, {name: _shares(p) for name, p in players.items()})


def offer(chances: list[Tensor], allowed: Callable[[int], bool], n: int = OFFERED) -> list[int]:
    """n tokens: each model's likeliest in turn as long as they are likely at all, the rest from the last model.

    None at all where fewer than four are likely.
    """
    ranked = [
        list(islice(filter(allowed, p.argsort(descending=True, stable=True).tolist()), n))
        for p in chances
    ]
    likely = [[i for i in ids if p[i] > LEAST] for ids, p in zip(ranked, chances)]
    in_turn = list(
        dict.fromkeys(i for together in zip_longest(*likely) for i in together if i is not None)
    )
    return [] if len(in_turn) < FEWEST else list(dict.fromkeys([*in_turn, *ranked[-1]]))[:n]


def _readable(piece: bytes) -> bool:
    """Whether bytes are whole characters that can be shown."""
    try:
        return all(c.isprintable() or c == "\n" for c in piece.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _shares(chances: list[float]) -> tuple[float, ...]:
    total = math.fsum(chances)
    return tuple(p / total for p in chances)
