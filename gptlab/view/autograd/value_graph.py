"""A computation as a graph of boxes: leaves at the bottom, the result at the top; values go up, gradients come down."""

from dataclasses import dataclass, field

from gptlab.autograd import Value
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK, PANEL

WIDE = 96  # pixels: a box
HIGH = 64
BETWEEN = 18  # the gap beside a box
RISE = 52  # the gap above it
MARGIN = 16
SLOT = WIDE + BETWEEN
UP = COLOURS["first"]  # values
DOWN = COLOURS["second"]  # gradients


@dataclass
class Place:
    """Where something stands: a Value's box, or the spot where a long line passes a row (value None)."""

    value: Value | None
    row: int
    x: float
    half: float = WIDE / 2


@dataclass
class Line:
    """A line from a Value to one that was made from it.

    before  how many lines between the same two boxes came before this one
    passed  the spots of the rows between
    """

    parent: Value
    child: Value
    before: int
    passed: list[Place]


@dataclass
class Layout:
    """The whole graph: boxes by the id of their Value, and lines."""

    boxes: dict[int, Place] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def places(self) -> list[Place]:
        """All boxes, and all spots that lines pass."""
        return [*self.boxes.values(), *(place for line in self.lines for place in line.passed)]


def ancestors(end: Value) -> list[Value]:
    """Everything that `end` was made from, parents first, each once, and `end` itself.

    No function of the learner's is needed for it.
    """
    found: dict[int, Value] = {}

    def visit(value: Value) -> None:
        if id(value) not in found:
            for parent in value.parents:
                visit(parent)
            found[id(value)] = value

    visit(end)
    return list(found.values())


def layout(end: Value) -> Layout:
    """Rows by the longest way from a leaf, a leaf right below the first that needs it; side by side without overlap."""
    values = ancestors(end)
    row = _rows(values)
    made = Layout()
    for i, leaf in enumerate(v for v in values if not v.parents):
        made.boxes[id(leaf)] = Place(leaf, row[id(leaf)], i * SLOT)
    for value in values:
        if value.parents:
            xs = {id(p): made.boxes[id(p)].x for p in value.parents}
            made.boxes[id(value)] = Place(value, row[id(value)], sum(xs.values()) / len(xs))
        for i, parent in enumerate(value.parents):
            before = sum(p is parent for p in value.parents[:i])
            x = made.boxes[id(parent)].x
            between = range(row[id(parent)] + 1, row[id(value)])
            passed = [Place(None, r, x, half=5) for r in between]
            made.lines.append(Line(parent, value, before, passed))
    places = made.places
    for r in {place.row for place in places}:
        _spread([place for place in places if place.row == r])
    left = min(place.x - place.half for place in places)
    for place in places:
        place.x += MARGIN - left
    return made


def _rows(values: list[Value]) -> dict[int, int]:
    """The row of each Value, by its id; the lowest is 0."""
    row: dict[int, int] = {}
    for value in values:
        row[id(value)] = 1 + max((row[id(p)] for p in value.parents), default=-1)
    for leaf in values:
        if not leaf.parents:
            users = [v for v in values if any(p is leaf for p in v.parents)]
            row[id(leaf)] = min((row[id(v)] for v in users), default=1) - 1
    return row


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
) -> Picture:
    """A graph: in each box its label, ▲ its value, ▼ its gradient; on each line a local gradient.

    grads    gradients by the id of their Value, as far as they are known; none are drawn where it is None
    current  the Value whose turn it is in the backward pass: drawn with a thick edge
    """
    drawn = layout(end)
    places = drawn.places
    n_rows = 1 + max(place.row for place in places)
    right = max(place.x + place.half for place in places) + MARGIN
    for place in places:
        place.x += max(0, (width - right) / 2)
    height = MARGIN + 34 + n_rows * HIGH + (n_rows - 1) * RISE
    parts = [svg.text(MARGIN, MARGIN + 13, title, 15, weight=600)]
    for line in drawn.lines:
        parts += _line(drawn, line, height, lit=line.child is current)
    for place in drawn.boxes.values():
        parts += _box(place, height, grads, place.value is current)
    signs = "▲ value" if grads is None else "▲ value   ▼ gradient"
    key = f"{signs}   on a line: the local gradient"
    parts.append(svg.text(MARGIN, height + 24, key, 13, fill=FAINT))
    alt = f"{title}. {describe(end, grads)}"
    return Picture(svg.document(max(width, right), height + 24 + MARGIN, parts, alt), alt)


def _y(place: Place, height: float) -> float:
    """The upper edge of a row."""
    return height - HIGH - place.row * (HIGH + RISE)


def _box(place: Place, height: float, grads: dict[int, float] | None, current: bool) -> list[str]:
    """A Value's box with what is known of it."""
    value = place.value
    y = _y(place, height)
    edge = svg.rect(place.x - WIDE / 2, y, WIDE, HIGH, PANEL, 8, stroke=DOWN if current else FAINT)
    if current:
        edge = edge.replace("<rect ", '<rect stroke-width="3" ')
    label = value.label or ("" if value.parents else "number")
    parts = [
        edge,
        svg.text(place.x, y + 20, label, 15, "middle", weight=600),
        svg.text(place.x, y + 38, f"▲ {three_digits(value.data)}", 14, "middle", fill=UP),
    ]
    if grads is not None:
        known = grads.get(id(value))
        gradient = f"▼ {'?' if known is None else three_digits(known)}"
        weight = 600 if current else 400
        parts.append(svg.text(place.x, y + 56, gradient, 14, "middle", fill=DOWN, weight=weight))
    return parts


def _line(drawn: Layout, line: Line, height: float, lit: bool) -> list[str]:
    """A line from a parent's upper edge to the child's lower one, and its local gradient beside the child."""
    start = drawn.boxes[id(line.parent)]
    end = drawn.boxes[id(line.child)]
    same = [i for i, p in enumerate(line.child.parents) if p is line.parent]
    aside = 44 * (line.before - 0.5) if len(same) > 1 else 0.0  # two lines between the same boxes
    last = line.passed[-1] if line.passed else start
    lean = max(-34, min(34, last.x - end.x)) + aside
    points = [
        (start.x + aside / 2, _y(start, height)),
        *((place.x, _y(place, height) + HIGH / 2) for place in line.passed),
        (end.x + lean, _y(end, height) + HIGH),
    ]
    slope = three_digits(line.child.local_gradients[same[line.before]])
    x, y = _along(points[-2], points[-1], 0.6)
    wide = svg.text_width(slope, 13) + 6
    colour = DOWN if lit else FAINT
    return [
        *(svg.line(*a, *b, colour, 2.5 if lit else 1.4) for a, b in zip(points, points[1:])),
        svg.rect(x - wide / 2, y - 10, wide, 18, PANEL),
        svg.text(x, y + 4, slope, 13, "middle", fill=DOWN if lit else INK),
    ]


def _along(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    """The point on the line from a to b, such a share of the way."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def describe(end: Value, grads: dict[int, float] | None = None) -> str:
    """The graph in words: "a: value 2; ×: value −6, gradient 1"."""
    described = []
    for value in ancestors(end):
        text = value.label or "number"
        if value.parents:
            text += f" of {', '.join(p.label or three_digits(p.data) for p in value.parents)}"
        text += f": value {three_digits(value.data)}"
        if grads is not None and id(value) in grads:
            text += f", gradient {three_digits(grads[id(value)])}"
        described.append(text)
    return "; ".join(described) + "."


def all_grads(end: Value) -> dict[int, float]:
    """The gradients that stand in a graph, by the id of their Value."""
    return {id(value): value.grad for value in ancestors(end)}
