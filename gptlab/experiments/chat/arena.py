"""An arena: several models answer the same questions, and a judge compares two replies at a time."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from gptlab.course.labels import RANKED, TIE, Label, key_of
from gptlab.engine.assistant import Assistant, Reply, shipped
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.evaluate.replies import ask, distinct_questions
from gptlab.experiments.reward.comparisons import Replied
from gptlab.experiments.reward.people import Person
from gptlab.world.facts import LANGUAGES
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Question, Questions
from gptlab.world.reply_styles import RAMBLING_CLOSERS
from gptlab.world.web import Web

HOT = 1.5  # a temperature at which models write nonsense now and then
FILLER = {lang: RAMBLING_CLOSERS[lang][-1] for lang in LANGUAGES}  # a sentence that says nothing


@dataclass(frozen=True)
class Player:
    """A model at a temperature, as the arena knows it; `stage` says whose colour it has."""

    name: str
    stage: str
    assistant: Assistant
    temperature: float = CHAT_TEMPERATURE


def players() -> list[Player]:
    """The shipped models that write, and the two that chat once more at a high temperature."""
    base, sft, final = (shipped(stage) for stage in ("base", "sft", "ppo_ptx"))
    return [
        Player("base model", "base", base),
        Player("SFT", "sft", sft),
        Player("chat model", "ppo_ptx", final),
        Player("SFT (hot)", "sft", sft, HOT),
        Player("chat (hot)", "ppo_ptx", final, HOT),
    ]


@dataclass(frozen=True)
class Pool:
    """Replies of each player to each question, with their gold scores: both [player][question]."""

    names: list[str]
    questions: list[Question]
    replies: list[list[Reply]]
    gold: list[list[float]]

    def with_filler(self, player: str, name: str, judge: GoldLabeler) -> "Pool":
        """One player more: what another one wrote, with a sentence after it that says nothing."""
        said = self.replies[self.names.index(player)]
        longer = [Reply(r.text + FILLER[q.lang], r.finished) for r, q in zip(said, self.questions)]
        scores = [judge.score(q, *r) for q, r in zip(self.questions, longer)]
        return replace(
            self,
            names=[*self.names, name],
            replies=[*self.replies, longer],
            gold=[*self.gold, scores],
        )


def fill_pool(entered: Sequence[Player], web: Web, n: int = 120, seed: int = 15) -> Pool:
    """All players answer n questions that no training asked."""
    questions = distinct_questions(Questions(web).draw(seed, held_out=True), n)
    judge = GoldLabeler(web)
    replies = [ask(p.assistant, questions, p.temperature, seed + i) for i, p in enumerate(entered)]
    gold = [[judge.score(q, *r) for q, r in zip(questions, said)] for said in replies]
    return Pool([p.name for p in entered], questions, replies, gold)


@dataclass(frozen=True)
class Game:
    """Two players' replies to one question; outcome 1 where a won, 0 where b won, ½ for a draw."""

    question: int
    a: int
    b: int
    outcome: float


Judge = Callable[[int, int], float]  # (player, question) -> how good the reply is


def play(
    pool: Pool, n: int, seed: int = 0, score: Judge | None = None, noise: float = 0.0
) -> list[Game]:
    """n different games, drawn at random with their sides; the better reply wins, equal scores are a draw.

    Fewer games of the same seed are the first of these.

    score  default: gold
    noise  0 = never wrong, else the worse reply wins with probability σ(−gap/noise)
    """
    score = score or (lambda player, question: pool.gold[player][question])
    rng = random.Random(seed)
    pairs = combinations(range(len(pool.names)), 2)
    all_games = [(q, *pair) for pair in pairs for q in range(len(pool.questions))]
    games = []
    for q, *pair in rng.sample(all_games, len(all_games))[:n]:
        a, b = rng.sample(pair, 2)
        gap = score(a, q) - score(b, q)
        luck = rng.random()
        if noise and gap:
            gap = 1.0 if luck < 1 / (1 + math.exp(-gap / noise)) else -1.0
        games.append(Game(q, a, b, (1 + (gap > 0) - (gap < 0)) / 2))
    return games


def pair_of(pool: Pool, game: Game) -> Replied:
    """A game as a labeler sees it: the question and two replies, without names."""
    sides = (game.a, game.b)
    said = tuple(pool.replies[side][game.question].text for side in sides)
    return Replied(
        pool.questions[game.question], said, tuple(pool.gold[side][game.question] for side in sides)
    )


def voted(game: Game, label: Label) -> Game | None:
    """The game with somebody's vote as its outcome; None where it was skipped."""
    if label.kind == RANKED:
        return replace(game, outcome=1.0 - label.order[0])
    return replace(game, outcome=0.5) if label.kind == TIE else None


def blind_games(pool: Pool, n: int, seed: int = 0) -> list[Game]:
    """n games for a person to judge: two different replies each, and no pair of replies twice."""
    found: dict[str, Game] = {}
    for game in play(pool, n_games(pool), seed):
        one = pair_of(pool, game)
        if len(set(one.replies)) == 2 and all(reply.strip() for reply in one.replies):
            found.setdefault(key_of(one.question.text, one.replies), game)
    return list(found.values())[:n]


def n_games(pool: Pool) -> int:
    """How many different games there are."""
    n = len(pool.names)
    return n * (n - 1) // 2 * len(pool.questions)


def votes_of(person: Person, pool: Pool, games: Sequence[Game]) -> list[Game]:
    """The games as somebody who follows a rule judges them."""
    judged = [voted(game, person.label(pair_of(pool, game))) for game in games]
    return [game for game in judged if game is not None]


def agreement(one: Sequence[Game], other: Sequence[Game]) -> tuple[int, int]:
    """On how many of the games that both decided, and did not call a draw, two judges chose alike; and of how many."""
    said = {(g.question, g.a, g.b): g.outcome for g in other}
    both = [(g.outcome, said.get((g.question, g.a, g.b), 0.5)) for g in one]
    decided = [(mine, theirs) for mine, theirs in both if 0.5 not in (mine, theirs)]
    return sum(mine == theirs for mine, theirs in decided), len(decided)


def longer_by(pool: Pool, games: Sequence[Game]) -> list[float]:
    """How much longer a's reply is than b's, of both together: between −1 and 1."""
    found = []
    for game in games:
        a, b = (len(pool.replies[side][game.question].text.encode()) for side in (game.a, game.b))
        found.append((a - b) / max(1, a + b))
    return found
