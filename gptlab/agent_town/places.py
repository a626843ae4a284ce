"""The map of the town: its places, where each job is done, and where on the map everything lies."""

from gptlab.agent_town.sentences import PLACES
from gptlab.world.town_names import STREETS

WIDTH, HEIGHT = 100, 64  # of the map, in its own unit

SPOTS = {  # of the places
    "square": (50, 32),
    "bakery": (40, 26),
    "market": (60, 26),
    "church": (50, 18),
    "library": (38, 38),
    "school": (26, 30),
    "inn": (62, 38),
    "theatre": (74, 30),
    "court": (50, 44),
    "park": (28, 46),
    "hospital": (74, 46),
    "station": (86, 36),
    "harbour": (86, 16),
    "farm": (14, 16),
}
WORKPLACES = {
    "a baker": "bakery",
    "a teacher": "school",
    "a doctor": "hospital",
    "a farmer": "farm",
    "a painter": "theatre",
    "a driver": "station",
    "a cook": "inn",
    "a nurse": "hospital",
    "a singer": "theatre",
    "a writer": "library",
    "a gardener": "park",
    "a tailor": "market",
    "a barber": "market",
    "a sailor": "harbour",
    "a lawyer": "court",
    "a judge": "court",
    "a dancer": "theatre",
    "a pilot": "station",
    "a carpenter": "farm",
    "a librarian": "library",
    "a dentist": "hospital",
    "a butcher": "market",
    "a fisherman": "harbour",
    "a musician": "theatre",
    "a reporter": "court",
    "a plumber": "station",
    "a shepherd": "farm",
    "a potter": "market",
}
LUNCH = ("inn", "bakery", "square", "park")
LEISURE = ("park", "square", "market", "library", "church", "harbour", "inn", "theatre")
assert set(SPOTS) == set(PLACES)


def home_spot(street: str) -> tuple[float, float]:
    """Where a street's house lies: the streets go round the map's edge in the order of their list."""
    streets = [english for english, _ in STREETS]
    share = streets.index(street) / len(streets)
    length = 2 * (WIDTH + HEIGHT) * share
    for width, start, step in (
        (WIDTH, (0, 0), (1, 0)),
        (HEIGHT, (WIDTH, 0), (0, 1)),
        (WIDTH, (WIDTH, HEIGHT), (-1, 0)),
        (HEIGHT, (0, HEIGHT), (0, -1)),
    ):
        if length < width:
            return start[0] + step[0] * length, start[1] + step[1] * length
        length -= width
    raise AssertionError("a share below 1 ends on the edge")
