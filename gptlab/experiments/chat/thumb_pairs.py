"""From thumbs to a reward model: two replies to each question, somebody's thumbs on them, and a head that learns."""

from collections.abc import Iterable, Sequence
from itertools import islice
from math import nan

from gptlab.course.labels import RANKED, Label
from gptlab.course.thumbs import DOWN, NONE, UP, preferences
from gptlab.engine.assistant import Assistant
from gptlab.experiments.reward.comparisons import Replied, Source
from gptlab.experiments.reward.head import decided, features, share_foreseen, shipped_reward_model
from gptlab.experiments.reward.people import Person, choice_of
from gptlab.world.gloss import has_chinese
from gptlab.world.questions import Question, Questions

SEED = 911
FEWEST = 10  # preferences from which a head can learn anything


def made_again(chat: Assistant, source: Source, n: int) -> list[Replied]:
    """n questions with two replies each, the second made again at temperature 1; questions with equal ones go."""
    asked = list(islice(Questions(source.web).draw(SEED), n))
    texts = [question.text for question in asked]
    first, second = (chat.replies(texts, temperature=1.0, seed=seed) for seed in (1, 2))
    return [
        Replied(question, (a.text, b.text), (nan, nan))
        for question, a, b in zip(asked, first, second)
        if a.text != b.text
    ]


def thumbed(person: Person, items: Sequence[Replied]) -> list[Label]:
    """The labels that follow from a person's thumbs: up for what she prefers, down for the other, none in a tie."""
    found = []
    for one in items:
        choice = choice_of(person.label(one))
        given = [NONE if choice is None else UP if i == choice else DOWN for i in (0, 1)]
        found += [
            label
            for label, holds in preferences(one.question.text, list(one.replies), given)
            if holds
        ]
    return found


def pairs_of(labels: Iterable[Label]) -> tuple[list[Replied], list[Label]]:
    """What lesson 12's head learns from: each ranked pair of the labels' file, whatever question it answers."""
    kept = [label for label in labels if label.kind == RANKED and len(label.replies) == 2]
    items = [
        Replied(
            Question(label.question, "zh" if has_chinese(label.question) else "en", "chat"),
            label.replies,
            (nan, nan),
        )
        for label in kept
    ]
    return items, kept


def foreseen(source: Source, labels: Iterable[Label]) -> tuple[int, float]:
    """How many preferences there are, and which share of them a head on the reward model foresees, unseen."""
    items, kept = pairs_of(labels)
    _, choices = decided(kept)
    if len(choices) < FEWEST:
        return len(choices), nan
    return len(choices), share_foreseen(
        features(source, shipped_reward_model().gpt, items), choices
    )
