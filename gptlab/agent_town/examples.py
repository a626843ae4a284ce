"""What the town's model is taught: memories to read, a question, and the answer that they give.

Every example is drawn at random, so that nothing can be learnt by heart but how to read. The first memory that
answers a question is the right one: memories come with the best score first.
"""

import random
from collections.abc import Callable

from gptlab.agent_town import sentences as s
from gptlab.agent_town.sentences import News

LINES = 4  # memories that are read at once
Example = tuple[str, str, str]  # memories, a line each; the question; the answer

RATINGS = {  # as people might rate them, 1 mundane to 9 poignant
    "rested": 1,
    "was": 1,
    "ate": 1,
    "worked": 2,
    "saw": 2,
    "talked": 3,
    "often": 5,
    "lesson": 4,
    "dance": 5,
    "play": 5,
    "game": 5,
    "dinner": 5,
    "show": 5,
    "concert": 6,
    "race": 6,
    "feast": 6,
    "wedding": 9,
    "teacher": 6,
    "captain": 6,
    "judge": 7,
    "doctor": 7,
    "king": 9,
}
NEVER_RATED = ("party", "fair", "mayor")  # in no rating that is learnt from
KEPT_FROM_TRAINING = (("party", "library"), ("fair", "park"))  # no example holds these together


def draw(rng: random.Random) -> Example:
    """One example of a random kind."""
    return rng.choices(list(KINDS), weights=list(KINDS.values()))[0](rng)


def random_news(rng: random.Random) -> News:
    """Any news but the combinations that the town's own news are made of."""
    while True:
        name = rng.choice(s.NAMES)
        if rng.random() < 0.3:
            return News(name, rng.choice(s.OFFICES))
        what, place = rng.choice(s.EVENTS), rng.choice(s.PLACES)
        if (what, place) not in KEPT_FROM_TRAINING:
            return News(name, what, place, rng.choice(s.HOURS))


def everyday(rng: random.Random) -> str:
    """A memory of nothing special."""
    name, place = rng.choice(s.NAMES), rng.choice(s.PLACES)
    return rng.choice(
        [
            s.saw(name, place),
            s.saw(name, place),
            s.talked(name, place),
            s.own_act(rng.choice(("worked", "ate", "was")), place),
            s.RESTED,
            s.thought(name),
        ]
    )


def told_by_chance(news: News, rng: random.Random) -> str:
    """News as one holds it: told by somebody, or first-hand."""
    return str(news) if rng.random() < 0.2 else s.heard(rng.choice(s.NAMES), str(news))


def _memories(rng: random.Random, *needed: str) -> list[str]:
    """Some everyday memories, with those that are needed among them, in their order."""
    n = rng.randint(max(1, len(needed)), _n_lines(needed))
    places = sorted(rng.sample(range(n), len(needed)))
    found = [everyday(rng) for _ in range(n)]
    for place, memory in zip(places, needed):
        found[place] = memory
    return found


def _n_lines(needed: tuple[str, ...]) -> int:
    """How many memories fit."""
    return max(LINES, len(needed))


def _two_news(rng: random.Random) -> tuple[News, News]:
    """News of two different things."""
    one = random_news(rng)
    while (other := random_news(rng)).what == one.what:
        pass
    return one, other


def whats_new(rng: random.Random) -> Example:
    """The first news among the memories is told; without any, nothing is new."""
    news = rng.sample(_two_news(rng), rng.choice((0, 1, 1, 1, 2)))
    memories = _memories(rng, *(told_by_chance(n, rng) for n in news))
    return "\n".join(memories), s.WHAT_IS_NEW, str(news[0]) if news else s.NO_NEWS


def about_news(rng: random.Random) -> Example:
    """A question about one thing, of which the memories tell or do not tell; other news may stand beside it."""
    asked, other = _two_news(rng)
    known, beside = rng.random() < 0.65, rng.random() < 0.5
    parts = [told_by_chance(asked, rng)] * known + [told_by_chance(other, rng)] * beside
    rng.shuffle(parts)
    question, answer, unknown = _question(asked, parts, rng)
    return "\n".join(_memories(rng, *parts)), question, answer if known else unknown


def _question(news: News, memories: list[str], rng: random.Random) -> tuple[str, str, str]:
    """A question about news, its answer, and what is said by those who do not know."""
    what = news.what
    if not news.place:
        return s.who_wants(what), f"{news.host}.", s.UNKNOWN
    own = next((m for m in memories if s.read_news(m) == news), "")
    teller = s.told(own)[0]
    return rng.choice(
        [
            (s.where_is(what), f"At the {news.place}.", s.UNKNOWN),
            (s.when_is(what), f"At {news.hour}.", s.UNKNOWN),
            (s.who_gives(what), f"{news.host}.", s.UNKNOWN),
            (s.do_you_know(what), f"Yes: {news}", s.NO),
            (s.who_told(what), f"{teller}." if teller else "Nobody.", s.UNKNOWN),
        ]
    )


def seen(rng: random.Random) -> Example:
    """Where somebody was seen: the first memory that tells counts."""
    name = rng.choice(s.NAMES)
    places = rng.sample(s.PLACES, rng.choice((0, 1, 1, 2)))
    sights = [s.saw(name, place) for place in places]
    memories = [m for m in _memories(rng, *sights) if name not in m or m in sights]
    answer = f"At the {places[0]}." if places else s.UNKNOWN
    return "\n".join(memories or [s.RESTED]), s.where_seen(name), answer


def met_most(rng: random.Random) -> Example:
    """Who occurs most often in a handful of memories."""
    often, *others = rng.sample(s.NAMES, 4)
    times = rng.choice((2, 3))
    names = [often] * times + (others[: rng.randint(1, 3)] if times == 2 else others[:2])
    rng.shuffle(names)
    lines = [rng.choice((s.saw, s.talked))(name, rng.choice(s.PLACES)) for name in names[:5]]
    return "\n".join(lines), s.WHOM_MOST, f"{often}."


def rating(rng: random.Random) -> Example:
    """How important one memory is."""
    while True:
        memory = told_by_chance(random_news(rng), rng) if rng.random() < 0.6 else everyday(rng)
        if not any(word in memory for word in NEVER_RATED):
            return "", s.RATE + memory, str(rating_of(memory))


def rating_of(memory: str) -> int:
    """The rating that the examples give a memory; KeyError where they give none."""
    news = s.read_news(memory)
    return RATINGS[news.what if news else memory.split()[1]]


KINDS: dict[Callable[[random.Random], Example], float] = {
    whats_new: 3,
    about_news: 5,
    seen: 2,
    met_most: 2,
    rating: 2,
}
