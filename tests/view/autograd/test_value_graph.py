"""A computation as a graph of boxes."""

import xml.etree.ElementTree as ET

from gptlab.autograd import Value, backward
from gptlab.experiments.autograd.random_expression import random_expression
from gptlab.view.autograd import value_graph
from tests.support.pictures import NS, words_in
from tests.support.toy_data import toy_expression


def test_ancestors_lists_parents_first_and_each_once():
    values = value_graph.ancestors(toy_expression())
    assert [v.label for v in values] == ["a", "b", "×", "c", "+", "tanh", "×"]
    assert all(values.index(p) < i for i, v in enumerate(values) for p in v.parents)


def test_boxes_stand_above_their_parents_and_do_not_overlap():
    for seed in range(30):
        f, numbers = random_expression(seed)
        drawn = value_graph.layout(f([Value(x) for x in numbers]))
        rows = {}
        for place in drawn.places:
            rows.setdefault(place.row, []).append(place)
        for places in rows.values():
            places.sort(key=lambda p: p.x)
            assert all(b.x - a.x >= a.half + b.half for a, b in zip(places, places[1:]))
        for line in drawn.lines:
            parent, child = drawn.boxes[id(line.parent)], drawn.boxes[id(line.child)]
            assert [p.row for p in line.passed] == list(range(parent.row + 1, child.row))


def test_the_graph_shows_values_gradients_and_local_gradients():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    d = a * b + a
    bare, _ = value_graph.graph_picture(d, "d")
    assert {"▲ −4", "▲ −6", "−3", "1"} <= set(words_in(bare)) and "▼" not in "".join(
        words_in(bare)[:-1]
    )
    backward(d)
    svg, alt = value_graph.graph_picture(d, "d", value_graph.all_grads(d), current=d)
    assert (
        words_in(svg).count("▼ −2") == 1
        and words_in(svg).count("▼ 2") == 1
        and words_in(svg).count("▼ 1") == 2
    )
    assert alt == (
        "d. a: value 2, gradient −2; b: value −3, gradient 2; × of a, b: value −6, gradient 1;"
        " + of ×, a: value −4, gradient 1."
    )
    root = ET.fromstring(svg)
    boxes = [
        (float(r.get("x")), float(r.get("x")) + float(r.get("width")))
        for r in root.iter(f"{NS}rect")
    ]
    assert all(left >= 0 and right <= float(root.get("width")) for left, right in boxes)


def test_two_lines_between_the_same_two_boxes_are_both_seen():
    x = Value(1.5, label="x")
    svg, _ = value_graph.graph_picture(x * x, "x·x")
    assert words_in(svg).count("1.5") == 2
    lines = [
        tuple(line.get(k) for k in ("x1", "y1", "x2", "y2"))
        for line in ET.fromstring(svg).iter(f"{NS}line")
    ]
    assert len(set(lines)) == len(lines) == 2
