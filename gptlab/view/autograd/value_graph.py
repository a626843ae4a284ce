"""The graph of a computation, drawn upwards: leaves below, the end on top; values go up, gradients come down."""

from dataclasses import dataclass, field

from gptlab.autograd import Value
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.palette import COLOURS, FAINT, INK, PANEL

WIDE, HIGH, BETWEEN, RISE, MARGIN = (
    96,
    64,
    18,
    52,
    16,
)  # pixels: a box, the gaps beside and above it, the edge
SLOT = WIDE + BETWEEN
UP, DOWN = COLOURS["sft"], COLOURS["ppo"]  # values, gradients


@dataclass
class Place:
    """Where something stands: a Value's box, or the spot where a long line passes a row (value None)."""

    value: Value | None
    row: int
    x: float
    half: float = WIDE / 2


@dataclass
class Plan:
    """Boxes by the id of their Value, and lines as (parent, child, how many of this pair came before, places between)."""

    boxes: dict[int, Place] = field(default_factory=dict)
    lines: list[tuple[Value, Value, int, list[Place]]] = field(default_factory=list)


def reached(end: Value) -> list[Value]:
    """Everything that `end` was made from, parents first, each once; no function of the learner's is needed for it."""
    found: dict[int, Value] = {}

    def visit(value: Value) -> None:
        if id(value) not in found:
            for parent in value.parents:
                visit(parent)
            found[id(value)] = value

    visit(end)
    return list(found.values())


def plan(end: Value) -> Plan:
    """Rows by the longest way from a leaf, a leaf right below the first that needs it; side by side without overlap."""
    values, row = reached(end), {}
    for value in values:
        row[id(value)] = 1 + max((row[id(p)] for p in value.parents), default=-1)
    for leaf in (v for v in values if not v.parents):
        row[id(leaf)] = (
            min((row[id(v)] for v in values if any(p is leaf for p in v.parents)), default=1) - 1
        )
    drawn, leaves = Plan(), [v for v in values if not v.parents]
    for i, leaf in enumerate(leaves):
        drawn.boxes[id(leaf)] = Place(leaf, row[id(leaf)], i * SLOT)
    for value in values:
        if value.parents:
            mine = {id(p): drawn.boxes[id(p)].x for p in value.parents}
            drawn.boxes[id(value)] = Place(value, row[id(value)], sum(mine.values()) / len(mine))
        for i, parent in enumerate(value.parents):
            before = sum(p is parent for p in value.parents[:i])
            passed = [
                Place(None, r, drawn.boxes[id(parent)].x, 5)
                for r in range(row[id(parent)] + 1, row[id(value)])
            ]
            drawn.lines.append((parent, value, before, passed))
    places = [*drawn.boxes.values(), *(place for line in drawn.lines for place in line[3])]
    for r in {place.row for place in places}:
        _spread([place for place in places if place.row == r])
    left = min(place.x - place.half for place in places)
    for place in places:
        place.x += MARGIN - left
    return drawn


def _spread(row: list[Place]) -> None:
    """Push neighbours of one row apart until none overlaps."""
    row.sort(key=lambda place: place.x)
    for _ in range(200):
        for left, right in zip(row, row[1:]):
            lack = left.half + right.half + BETWEEN - (right.x - left.x)
            if lack > 1e-6:
                left.x -= lack / 2
                right.x += lack / 2


def graph_picture(
    end: Value,
    title: str,
    grads: dict[int, float] | None = None,
    current: Value | None = None,
    width: float = 480,
) -> tuple[str, str]:
    """A graph as (SVG, description): in each box its label, ▲ its value, ▼ its gradient; on each line a local gradient.

    grads    gradients by the id of their Value, as far as they are known; none are drawn where it is None
    current  the Value whose turn it is in the walk back: drawn with a thick edge
    """
    drawn = plan(end)
    places = [*drawn.boxes.values(), *(place for line in drawn.lines for place in line[3])]
    rows = 1 + max(place.row for place in places)
    right = max(place.x + place.half for place in places) + MARGIN
    shift, top = max(0, (width - right) / 2), MARGIN + 34
    height = top + rows * HIGH + (rows - 1) * RISE
    for place in places:
        place.x += shift
    parts = [svg.text(MARGIN, MARGIN + 13, title, 15, weight=600)]
    for line in drawn.lines:
        parts += _line(drawn, line, height, lit=line[1] is current)
    for place in drawn.boxes.values():
        parts += _box(place, height, grads, place.value is current)
    says = "▲ value" if grads is None else "▲ value   ▼ gradient"
    parts.append(
        svg.text(MARGIN, height + 24, f"{says}   on a line: the local gradient", 13, fill=FAINT)
    )
    alt = f"{title}. {in_words(end, grads)}"
    return svg.document(max(width, right), height + 24 + MARGIN, parts, alt), alt


def _y(place: Place, height: float) -> float:
    """The upper edge of a row."""
    return height - HIGH - place.row * (HIGH + RISE)


def _box(place: Place, height: float, grads: dict[int, float] | None, current: bool) -> list[str]:
    value, y = place.value, _y(place, height)
    edge = svg.rect(place.x - WIDE / 2, y, WIDE, HIGH, PANEL, 8, stroke=DOWN if current else FAINT)
    parts = [
        edge.replace("<rect ", '<rect stroke-width="3" ') if current else edge,
        svg.text(
            place.x,
            y + 20,
            value.label or ("" if value.parents else "number"),
            15,
            "middle",
            weight=600,
        ),
        svg.text(place.x, y + 38, f"▲ {three_digits(value.data)}", 14, "middle", fill=UP),
    ]
    if grads is not None:
        known = grads.get(id(value))
        parts.append(
            svg.text(
                place.x,
                y + 56,
                f"▼ {'?' if known is None else three_digits(known)}",
                14,
                "middle",
                fill=DOWN,
                weight=600 if current else 400,
            )
        )
    return parts


def _line(
    drawn: Plan, line: tuple[Value, Value, int, list[Place]], height: float, lit: bool
) -> list[str]:
    """A line from a parent's upper edge to the child's lower one, and its local gradient beside the child."""
    parent, child, before, passed = line
    start, end = drawn.boxes[id(parent)], drawn.boxes[id(child)]
    twice = sum(p is parent for p in child.parents) > 1
    aside = 44 * (before - 0.5) if twice else 0.0  # two lines between the same two boxes
    lean = max(-34, min(34, (passed[-1].x if passed else start.x) - end.x)) + aside
    points = [(start.x + aside / 2, _y(start, height))]
    points += [(place.x, _y(place, height) + HIGH / 2) for place in passed] + [
        (end.x + lean, _y(end, height) + HIGH)
    ]
    slope = child.local_gradients[[i for i, p in enumerate(child.parents) if p is parent][before]]
    x, y = _along(points[-2], points[-1], 0.6)
    said = three_digits(slope)
    wide = svg.text_width(said, 13) + 6
    colour = DOWN if lit else FAINT
    return [
        *(svg.line(*a, *b, colour, 2.5 if lit else 1.4) for a, b in zip(points, points[1:])),
        svg.rect(x - wide / 2, y - 10, wide, 18, PANEL),
        svg.text(x, y + 4, said, 13, "middle", fill=DOWN if lit else INK),
    ]


def _along(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def in_words(end: Value, grads: dict[int, float] | None = None) -> str:
    """The graph for those who cannot see it: "a: value 2; ×: value −6, gradient 1"."""
    said = []
    for value in reached(end):
        known = None if grads is None else grads.get(id(value))
        name = value.label or "number"
        made = (
            f" of {', '.join(p.label or three_digits(p.data) for p in value.parents)}"
            if value.parents
            else ""
        )
        said.append(
            f"{name}{made}: value {three_digits(value.data)}"
            + (f", gradient {three_digits(known)}" if known is not None else "")
        )
    return "; ".join(said) + "."


def all_grads(end: Value) -> dict[int, float]:
    """The gradients that stand in a graph, by the id of their Value."""
    return {id(value): value.grad for value in reached(end)}
