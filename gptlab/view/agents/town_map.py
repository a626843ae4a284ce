"""The town's map at one moment: who is where, who talks with whom, and who has heard the news."""

from gptlab.agent_town import sentences
from gptlab.agent_town.log import TownLog, clock
from gptlab.agent_town.places import HEIGHT, SPOTS, WIDTH, home_spot
from gptlab.agent_town.residents import HOME
from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

SCALE, LEFT, TOP = 5.0, 24, 62
DOT, GAP, IN_A_ROW = 7.5, 16, 5
KNOWS, FALSE, NOT = COLOURS["right"], COLOURS["wrong"], COLOURS["neutral"]
BOX, LABEL = (86, 94), 12.5


def map_picture(log: TownLog, step: int, what: str, chosen: str = "") -> Picture:
    """The map after a step; dots are residents, with their initials; `chosen` has a ring."""
    now = log.hours[step]
    knowing = {name for name, learnt in log.learnt(what).items() if learnt.hour <= now}
    misled = {event.other for event in log.distorted(what) if event.hour <= now} - knowing
    where = log.positions[step]
    spots = _spots(log, where)
    width, height = LEFT * 2 + SCALE * WIDTH, TOP + SCALE * HEIGHT + 24
    parts = [svg.text(14, 26, clock(now), 15, weight=600), *_legend(what)]
    for place, (x, y) in SPOTS.items():
        cx, cy = LEFT + SCALE * x, TOP + SCALE * y
        parts += [
            svg.rect(cx - BOX[0] / 2, cy - BOX[1] / 2, *BOX, EDGE, 5, opacity=0.45),
            svg.text(cx, cy - BOX[1] / 2 + 14, place, LABEL, "middle", FAINT),
        ]
    for event in log.events:
        if event.kind == "talk" and event.hour == now:
            ends = (*spots[event.who], *spots[event.other])
            parts.append(svg.line(*ends, INK, 2))
    for name, (x, y) in spots.items():
        colour = KNOWS if name in knowing else FALSE if name in misled else NOT
        parts += _dot(x, y, name, colour, name == chosen)
    said = ", ".join(f"{name}: {place}" for name, place in where.items() if place != HOME)
    alt = (
        f"The town, {clock(now)}. {len(knowing)} of {len(where)} know of the {what}"
        f"{f', {len(misled)} have heard it wrongly' if misled else ''}. {said or 'All are at home'}."
    )
    return Picture(svg.document(width, height, parts, alt), alt)


def map_frames(log: TownLog, what: str, hours: tuple[float, ...]) -> None:
    """Show the map at some hours, with a button for each."""
    steps = [min(i for i, at in enumerate(log.hours) if at >= hour) for hour in hours]
    names = tuple(clock(log.hours[step]) for step in steps)
    show_frames([Choice("time", names)], lambda i: map_picture(log, steps[i], what))


def _dot(x: float, y: float, name: str, colour: str, chosen: bool) -> list[str]:
    ring = [f'<circle cx="{x:g}" cy="{y:g}" r="{DOT + 4:g}" fill="{COLOURS["you"]}"/>'] * chosen
    circle = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{DOT:g}" fill="{colour}"><title>{name}</title></circle>'
    )
    return [*ring, circle, svg.text(x, y + 4, name[0], 10.5, "middle", "#ffffff", 600)]


def _spots(log: TownLog, where: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Where each resident's dot lies: at her home, or in rows inside her place."""
    found = {}
    guests: dict[str, int] = {}
    for name in sentences.NAMES:
        place = where[name]
        if place == HOME:
            x, y = home_spot(log.homes[name])
            found[name] = (LEFT + SCALE * x, TOP + SCALE * y)
            continue
        n = guests.get(place, 0)
        guests[place] = n + 1
        x, y = SPOTS[place]
        found[name] = (
            LEFT + SCALE * x + (n % IN_A_ROW - (IN_A_ROW - 1) / 2) * GAP,
            TOP + SCALE * y - BOX[1] / 2 + 29 + (n // IN_A_ROW) * GAP,
        )
    return found


def _legend(what: str) -> list[str]:
    parts, x = [], 150.0
    for colour, text in (
        (KNOWS, f"knows of the {what}"),
        (FALSE, "heard it wrongly"),
        (NOT, "has not heard"),
    ):
        parts += [
            f'<circle cx="{x:g}" cy="21" r="6" fill="{colour}"/>',
            svg.text(x + 11, 26, text, 12.5),
        ]
        x += 26 + svg.text_width(text, 12.5)
    return parts
