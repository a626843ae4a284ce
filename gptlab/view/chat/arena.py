"""The arena: two replies without names, a key for the better one, then whose they were and how the ratings stand."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from gptlab.course import labels
from gptlab.course.labels import RANKED, Label
from gptlab.experiments.chat.arena import Game, Pool, pair_of, voted
from gptlab.experiments.chat.ratings import elo
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.reward.labeler import Chooser, labels_of
from gptlab.view.reward.pairs import (
    WIDTH,
    numbered,
    question_lines,
    quoted,
    show_choices,
    stacked_cards,
    told_lines,
)


class Arena(Chooser):
    """Games to be judged blind: the names are told after the vote. Votes lie in a file, as lesson 12's labels do."""

    own, counted = "gptlab-arena", "judged"

    def __init__(self, pool: Pool, games: Sequence[Game], file: Path):
        self.pool = pool
        self.games = list(games)
        super().__init__([pair_of(pool, game) for game in games], file)

    def spoken(self) -> str:
        """What a screen reader says of the box."""
        return f"Arena. {super().spoken()}"

    def told(self, done: Mapping[int, Label]) -> list[str]:
        """Whose the last two replies were, and the ratings by all votes so far."""
        if not done:
            return []
        last = list(done)[-1]
        ratings = elo(votes(self.games, done), len(self.pool.names))[-1]
        order = sorted(range(len(ratings)), key=lambda i: -ratings[i])
        table = ", ".join(f"{self.pool.names[i]} {ratings[i]:.0f}" for i in order)
        return [
            f"The last game: {escape(revealed(self.pool, self.games[last], done[last]))}",
            f"Your ratings so far: {escape(table)}.",
        ]


def votes(games: Sequence[Game], done: Mapping[int, Label]) -> list[Game]:
    """The games with the votes as outcomes, in the order of the votes; what was skipped is left out."""
    judged = [voted(games[place], label) for place, label in done.items()]
    return [game for game in judged if game is not None]


def votes_in(pool: Pool, games: Sequence[Game], file: Path) -> list[Game]:
    """The learner's votes on these games, as her file has them."""
    return votes(games, labels_of([pair_of(pool, game) for game in games], file))


def revealed(pool: Pool, game: Game, label: Label) -> str:
    """Whose replies they were, how the vote was, and what gold says."""
    names = [pool.names[side] for side in (game.a, game.b)]
    gold = [pool.gold[side][game.question] for side in (game.a, game.b)]
    vote = f"you chose {names[label.order[0]]}" if label.kind == RANKED else "you called it a tie"
    vote = "you skipped it" if label.kind == labels.SKIPPED else vote
    better = names[gold[1] > gold[0]] if gold[0] != gold[1] else "neither"
    return f"reply 1 is by {names[0]}, reply 2 by {names[1]}; {vote}, gold prefers {better}."


def vote_picture(pool: Pool, game: Game, label: Label) -> Picture:
    """One game after a vote: the question, the replies with their names, and what follows."""
    one = pair_of(pool, game)
    parts, y = question_lines(one.question.text, 10)
    chosen = label.order[0] if label.kind == RANKED else None
    heads = [
        f"{i + 1} · {pool.names[side]}" + (" · your vote" if i == chosen else "")
        for i, side in enumerate((game.a, game.b))
    ]
    cards, y = stacked_cards(heads, one.replies, y, chosen)
    told = revealed(pool, game, label)
    lines, y = told_lines(told, y)
    parts += cards + lines
    alt = f"{quoted(one.question.text)} {numbered(one.replies)}. {told}"
    return Picture(svg.document(WIDTH, y + 18, parts, alt), alt)


def arena(widget: Arena, shown: int = 3) -> None:
    """Show the arena; where nothing is live, the first games with every vote that one can give."""

    def draw(place: int, label: Label) -> Picture:
        return vote_picture(widget.pool, widget.games[place], label)

    show_choices(widget, "The arena", ("Game", "Your vote"), shown, draw)
