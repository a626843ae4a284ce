"""The map of the town: its places, where each job is done, and where on the map everything lies."""

from gptlab.agent_town.sentences import PLACES
from gptlab.world.town_names import STREETS

WIDTH, HEIGHT = 100, 64  # of the map, in its own unit

SPOTS = {  # of the places
    "farm": (14, 12),
    "school": (32, 12),
    "church": (50, 12),
    "theatre": (68, 12),
    "harbour": (86, 12),
    "park": (14, 32),
    "library": (32, 32),
    "square": (50, 32),
    "market": (68, 32),
    "station": (86, 32),
    "hospital": (14, 52),
    "bakery": (32, 52),
    "court": (50, 52),
    "inn": (68, 52),
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
