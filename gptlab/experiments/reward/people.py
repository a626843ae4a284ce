"""Simulated people who label by one simple rule, and what can be said of a set of labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gptlab.course.labels import RANKED, TIE, Label
from gptlab.experiments.reward.comparisons import Replied
from gptlab.world.gold_labeler import GoldLabeler, Judgement

Rule = Callable[[Judgement], float]  # a higher number is better


def shorter(judged: Judgement) -> float:
    """Fewer bytes."""
    return -judged.n_bytes


def friendlier(judged: Judgement) -> float:
    """Polite before plain before rude."""
    return judged.polite - judged.rude


A_WORD = 6  # bytes: a difference in length that nobody sees


@dataclass(frozen=True)
class Person:
    """Somebody who follows a rule without fail, and calls a tie where the two replies are too much alike.

    tie  the largest difference that she does not see
    """

    name: str
    rule: Rule
    gold: GoldLabeler
    tie: float = 0.0

    def label(self, one: Replied) -> Label:
        """Her label of a pair."""
        a, b = (self.rule(self.gold.judge(one.question, reply)) for reply in one.replies)
        question = one.question.text
        if abs(a - b) <= self.tie:
            return Label(question, one.replies, TIE)
        return Label(question, one.replies, RANKED, (0, 1) if a > b else (1, 0))


def people(gold: GoldLabeler) -> list[Person]:
    """Three simple tastes: Ada likes short replies, Ben friendly ones, and Cleo whatever gold likes, without noise."""
    return [
        Person("Ada", shorter, gold, A_WORD),
        Person("Ben", friendlier, gold),
        Person("Cleo", lambda judged: judged.score, gold),
    ]


@dataclass(frozen=True)
class Said:
    """Whose labels they are, and the pairs that have one, in the order of the labels."""

    name: str
    items: list[Replied]
    labels: list[Label]


def labels_or_else(
    mine: Mapping[int, Label], items: Sequence[Replied], stand_in: Person, fewest: int = 10
) -> Said:
    """The learner's labels by place, or where she chose fewer than `fewest` times, somebody else's of all pairs."""
    if sum(label.kind == RANKED for label in mine.values()) < fewest:
        return Said(stand_in.name, list(items), [stand_in.label(one) for one in items])
    return Said("you", [items[i] for i in mine], list(mine.values()))


def choice_of(label: Label) -> int | None:
    """The place of the preferred reply; None for a tie and where it was skipped."""
    return label.order[0] if label.kind == RANKED else None


@dataclass(frozen=True)
class Habits:
    """Shares of choices, in %, by which somebody can be known; None where no pair tells.

    left  how often she chose the reply that was shown first
    """

    left: float | None
    shorter: float | None
    friendlier: float | None
    better: float | None  # by gold

    def __str__(self) -> str:
        told = {
            "the first one": self.left,
            "the shorter": self.shorter,
            "the friendlier": self.friendlier,
            "what gold likes better": self.better,
        }
        return "; ".join(f"{name}: {v:.0f} %" for name, v in told.items() if v is not None)


def habits(labels: Sequence[Label], items: Sequence[Replied], gold: GoldLabeler) -> Habits:
    """What the choices have in common; labels and items belong together, pair by pair."""
    rows = []
    for label, one in zip(labels, items, strict=True):
        choice = choice_of(label)
        if choice is not None:
            judged = [gold.judge(one.question, reply) for reply in one.replies]
            rows.append((choice, judged[choice], judged[1 - choice]))

    def share(value: Callable[[Judgement], float]) -> float | None:
        told = [value(taken) - value(left) for _, taken, left in rows]
        apart = [gap for gap in told if gap]
        return 100 * sum(gap > 0 for gap in apart) / len(apart) if apart else None

    left = 100 * sum(choice == 0 for choice, _, _ in rows) / len(rows) if rows else None
    return Habits(left, share(shorter), share(friendlier), share(lambda j: j.score))
