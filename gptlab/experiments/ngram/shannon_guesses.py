"""Shannon's guessing game as an experiment: which guesses are asked, and what each player's probabilities cost it.

A guess is a place in a page and eight tokens, one of which comes next. The eight are what the models find likeliest
there; the page's own next token plays no part in choosing them. A place is passed over where its token is not among
the eight, or where the models find fewer than four tokens likely: there is nothing to guess. So a player's
probabilities of the eight are its probabilities of all tokens, divided by their sum; with the web's exact
probabilities, that is the best that anyone can do.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, zip_longest

import torch
from torch import Tensor

from gptlab.world.exact_predictor import next_token_distribution
from gptlab.world.web import Web

# pages of sentences, no tables or sums
KINDS = ("encyclopedia", "statement", "forum", "dialogue", "story")
N_OPTIONS = 8  # tokens to choose from: three bits
FLOOR = "exact floor"
END_OF_PAGE = ""  # the option that nothing more comes
MIN_PAGE_TOKENS = 12
MIN_LIKELY = 1e-3  # probability of a likely token
MIN_N_LIKELY = 4  # likely tokens at a place that is asked


@dataclass(frozen=True)
class Guess:
    """One place in a page.

    before   the text so far
    options  the tokens to choose from, as text; END_OF_PAGE among them
    truth    which of them came
    probs    of each option, by player
    """

    before: str
    options: tuple[str, ...]
    truth: int
    probs: dict[str, tuple[float, ...]]

    def bits(self, player: str) -> float:
        """What the truth costs this player: −log2 p."""
        return surprisal(self.probs[player][self.truth])


def surprisal(p: float) -> float:
    """−log2 p, ∞ for 0."""
    return max(0.0, -math.log2(p)) if p > 0 else math.inf


def bet(option: int, confidence: float, n: int = N_OPTIONS) -> tuple[float, ...]:
    """The reader's probabilities: `confidence` on one option, the rest shared equally by the others.

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
    """Pages to play, as ids with the end-of-page token in front and after them."""
    end = tokenizer.special["endoftext"]
    found: list[list[int]] = []
    for page in web.pages(seed, KINDS, lang):
        ids = tokenizer.encode(page.text)
        if MIN_PAGE_TOKENS <= len(ids) <= longest - 2:
            found.append([end, *ids, end])
        if len(found) == n_pages:
            return found


@torch.no_grad()
def guesses_of(
    web: Web, tokenizer, models: dict[str, Callable], ids: list[int], n: int, rng: random.Random
) -> list[Guess]:
    """Up to n guesses in one page, in the order of reading, at places drawn at random.

    models  by name, each from ids (B, T) to logits (B, T, V)
    """
    x = torch.tensor([ids[:-1]])
    probs = {  # (T, V) each
        name: torch.softmax(model(x)[0].double(), -1) for name, model in models.items()
    }
    places = list(range(1, len(ids) - 1))  # place t asks for ids[t + 1], after at least one token
    asked: dict[int, Guess] = {}
    for t in rng.sample(places, len(places)):
        if len(asked) == n:
            break
        guess = _guess(web, tokenizer, ids, t, {name: p[t] for name, p in probs.items()}, rng)
        if guess is not None:
            asked[t] = guess
    return [guess for _, guess in sorted(asked.items())]


def _guess(
    web: Web, tokenizer, ids: list[int], t: int, probs: dict[str, Tensor], rng: random.Random
) -> Guess | None:
    """The guess after ids[:t + 1]; None where it cannot be asked.

    That is where the text so far ends inside a character, where little is likely, where what came is not among the
    eight, and where its token is not the longest that fits, so that the exact probabilities do not know it.
    """
    end = tokenizer.special["endoftext"]
    before = tokenizer.decode_bytes(ids[1 : t + 1])
    offered = offer(
        list(probs.values()), lambda i: i == end or _readable(tokenizer.decode_bytes([i]))
    )
    rng.shuffle(offered)
    if ids[t + 1] not in offered or not _readable(before):
        return None
    exact = next_token_distribution(
        web, before, [tokenizer.decode_bytes([i]) for i in range(end)], longest=True
    )
    players = {name: [float(p[i]) for i in offered] for name, p in probs.items()}
    # the last number of `exact` stands for the end of the page
    players[FLOOR] = [exact[i] if i <= end else 0.0 for i in offered]
    truth = offered.index(ids[t + 1])
    if players[FLOOR][truth] <= 0:
        return None
    options = tuple(
        END_OF_PAGE if i == end else tokenizer.decode_bytes([i]).decode() for i in offered
    )
    shares = {name: _normalized(p) for name, p in players.items()}
    return Guess(before.decode(), options, truth, shares)


def offer(probs: list[Tensor], allowed: Callable[[int], bool], n: int = N_OPTIONS) -> list[int]:
    """n tokens: each model's likeliest in turn as long as they are likely at all, the rest from the last model.

    None at all where fewer than four are likely.
    """
    ranked = [
        list(islice(filter(allowed, p.argsort(descending=True, stable=True).tolist()), n))
        for p in probs
    ]
    likely = [[i for i in ids if p[i] > MIN_LIKELY] for ids, p in zip(ranked, probs)]
    in_turn = [i for together in zip_longest(*likely) for i in together if i is not None]
    if len(set(in_turn)) < MIN_N_LIKELY:
        return []
    return list(dict.fromkeys([*in_turn, *ranked[-1]]))[:n]


def _readable(piece: bytes) -> bool:
    """Whether bytes are whole characters that can be shown."""
    try:
        return all(c.isprintable() or c == "\n" for c in piece.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _normalized(probs: list[float]) -> tuple[float, ...]:
    total = math.fsum(probs)
    return tuple(p / total for p in probs)
