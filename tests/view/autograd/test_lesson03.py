"""Lesson 03's pictures and widgets: the graph, the valley, the sentences with combinations kept back, the moving vectors."""

import ast
import json
import math
import random
import re
import xml.etree.ElementTree as ET

import pytest
import torch

from gptlab.autograd import Value, backward
from gptlab.course.notebook_hooks import needed
from gptlab.experiments.unseen_combinations import MARK, Combinations
from gptlab.view.autograd import (
    finite_difference,
    graph_player,
    loss_surface,
    slope,
    value_graph,
    wrong_backward,
)
from gptlab.view.autograd.random_expression import random_expression
from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.neural_lm import bengio_network, word_vectors
from gptlab.view.neural_lm import versus_kneser_ney as versus
from gptlab.view.neural_lm.unseen_combinations import kept_picture
from gptlab.view.palette import COLOURS
from gptlab.world.web import Web
from tests.support.lesson_tree import LESSONS

NS = "{http://www.w3.org/2000/svg}"


def texts_in(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text")]


def example(a=2.0, b=-3.0, c=5.0):
    a, b, c = Value(a, label="a"), Value(b, label="b"), Value(c, label="c")
    return (a * b + c).tanh() * a


# --- the graph


def test_reached_lists_parents_first_and_each_once():
    values = value_graph.reached(example())
    assert [v.label for v in values] == ["a", "b", "×", "c", "+", "tanh", "×"]
    assert all(values.index(p) < i for i, v in enumerate(values) for p in v.parents)


def test_boxes_stand_above_their_parents_and_do_not_overlap():
    for seed in range(30):
        f, numbers = random_expression(seed)
        drawn = value_graph.plan(f([Value(x) for x in numbers]))
        rows = {}
        for place in [*drawn.boxes.values(), *(p for line in drawn.lines for p in line[3])]:
            rows.setdefault(place.row, []).append(place)
        for places in rows.values():
            places.sort(key=lambda p: p.x)
            assert all(b.x - a.x >= a.half + b.half for a, b in zip(places, places[1:]))
        for parent, child, _, passed in drawn.lines:
            assert [p.row for p in passed] == list(
                range(drawn.boxes[id(parent)].row + 1, drawn.boxes[id(child)].row)
            )


def test_the_graph_shows_values_gradients_and_local_gradients():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    d = a * b + a
    bare, _ = value_graph.graph_picture(d, "d")
    assert {"▲ −4", "▲ −6", "−3", "1"} <= set(texts_in(bare)) and "▼" not in "".join(
        texts_in(bare)[:-1]
    )
    backward(d)
    svg, alt = value_graph.graph_picture(d, "d", value_graph.all_grads(d), current=d)
    assert (
        texts_in(svg).count("▼ −2") == 1
        and texts_in(svg).count("▼ 2") == 1
        and texts_in(svg).count("▼ 1") == 2
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
    assert all(0 <= left and right <= float(root.get("width")) for left, right in boxes)


def test_two_lines_between_the_same_two_boxes_are_both_seen():
    x = Value(1.5, label="x")
    svg, _ = value_graph.graph_picture(x * x, "x·x")
    assert texts_in(svg).count("1.5") == 2
    lines = [
        tuple(line.get(k) for k in ("x1", "y1", "x2", "y2"))
        for line in ET.fromstring(svg).iter(f"{NS}line")
    ]
    assert len(set(lines)) == len(lines) == 2


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (2.0, "2"),
        (-0.7616, "−0.762"),
        (0.0, "0"),
        (-0.0, "0"),
        (999.4, "999"),
        (999.7, "1,000"),
        (-12345.6, "−12,346"),
        (1.2e-7, "1.2e−7"),
        (1e6, "1.0e6"),
        (-3.0e12, "−3.0e12"),
    ],
)
def test_number(x, said):
    assert three_digits(x) == said


# --- the walk back, step by step


def test_half_way_ends_where_backward_ends():
    end = example()
    walk = graph_player.HalfWay(end)
    assert [v.label for v in walk.to_do] == ["×", "tanh", "+", "×"]
    assert walk.grads(0) == {id(end): 1.0}
    before = [v.grad for v in value_graph.reached(end)]
    final = walk.grads(len(walk.to_do))
    assert [v.grad for v in value_graph.reached(end)] == before  # nothing was changed
    backward(end)
    assert final == pytest.approx(value_graph.all_grads(end))
    assert (
        "turn of tanh" in walk.told(2)
        and "final" in walk.waiting(4)
        and walk.waiting(2).endswith("+  ×")
    )


def test_the_graph_to_play_with_follows_its_sliders():
    play = graph_player.GraphPlay(
        lambda a, b, c: (a * b + c).tanh() * a, {"a": 2.0, "b": -1.0, "c": 1.5}, "t"
    )
    assert play.steps.max == 4 and "▼ ?" in "".join(texts_in(play.out.value))
    play.steps.value = 4
    assert (
        "▼ ?" not in "".join(texts_in(play.out.value)) and "measured by nudging" in play.text.value
    )
    play.leaves["b"].value = 0.5
    measured = play.measured()
    end = example(2.0, 0.5, 1.5)
    backward(end)
    leaves = {v.label: v.grad for v in value_graph.reached(end) if not v.parents}
    assert measured == pytest.approx(leaves, abs=1e-6)
    assert f"▼ {three_digits(leaves['b'])}" in texts_in(play.out.value)


def test_an_expression_without_a_value_says_so():
    play = graph_player.GraphPlay(lambda a, b: a / b, {"a": 1.0, "b": 0.5}, "a / b")
    play.leaves["b"].value = 0.0
    assert "no value here" in play.text.value


def test_nudging_and_the_race():
    assert finite_difference.nudged(
        lambda a, b: a * b + a, {"a": 2.0, "b": -3.0}, "a"
    ) == pytest.approx(-2.0, abs=1e-6)
    assert all(seconds > 0 for seconds in finite_difference.race(5))


def leaf_grads(f):
    leaves = {name: Value(x, label=name) for name, x in {"a": 2.0, "b": -3.0, "c": 5.0}.items()}
    end = f(*leaves.values())
    wrong = wrong_backward.overwriting(end), wrong_backward.hurrying(end)
    backward(end)
    return {name: leaf.grad for name, leaf in leaves.items() if name in wrong[0]}, *wrong


def test_the_wrong_walks_are_wrong_where_things_are_used_twice_only():
    once, equal, at_once = leaf_grads(lambda a, b, c: a * b + c)
    assert once == equal == at_once == {"a": -3.0, "b": 2.0, "c": 1.0}
    leaf, equal, at_once = leaf_grads(lambda a, b, c: a * b + a)
    assert leaf == at_once and equal["a"] != leaf["a"] == -2.0
    result, equal, at_once = leaf_grads(lambda a, b, c: (lambda p: p**2 + p)(a * b))
    assert (
        result["a"] == pytest.approx((2 * 2 * -3 + 1) * -3)
        and equal["a"] != result["a"] != at_once["a"]
    )


def test_random_expressions_run_on_values_and_tensors_alike():
    twice = 0
    for seed in range(20):
        f, numbers = random_expression(seed)
        ours, theirs = (
            [Value(x) for x in numbers],
            [torch.tensor(x, dtype=torch.float64) for x in numbers],
        )
        end = f(ours)
        assert end.data == pytest.approx(float(f(theirs)), rel=1e-12)
        assert random_expression(seed)[1] == numbers
        values = value_graph.reached(end)
        twice += any(
            sum(p is v for w in values for p in w.parents) > 1 for v in values if v.parents
        )
    assert twice > 10


# --- slopes and the valley


def test_slope_pictures_tell_what_they_show():
    figure, alt = slope.slope_picture(lambda x: x**2 - x, 1.5, [0.1, 1, 0.5], "x² − x")
    assert "a nudge of 1 gives 3; a nudge of 0.5 gives 2.5; a nudge of 0.1 gives 2.1" in alt
    assert "nudge 0.1: slope 2.1" in style.to_svg(figure, alt)
    _, told = slope.bend_picture(lambda x: (math.tanh(x), 1 - math.tanh(x) ** 2), "tanh")
    assert "steepest at 0, with slope 1" in told


POINTS = [(1.0, 3.0), (2.0, 5.0), (4.0, 9.0)]


def bowl(w, b):
    return sum((w * x + b - y) ** 2 for x, y in POINTS) * (1 / 3)


def test_descent_goes_down_or_says_that_it_climbs():
    path = loss_surface.descend(bowl, (0.0, 0.0), 0.05, 400)
    assert path[-1][:2] == pytest.approx((2.0, 1.0), abs=1e-2) and path[-1][2] < path[0][2]
    assert path[1][0] == pytest.approx(0.05 * 2 * sum(x * y for x, y in POINTS) / 3)
    away = loss_surface.descend(bowl, (0.0, 0.0), 1.0, 400)
    assert len(away) < 50 and loss_surface.told(bowl, away).startswith("it climbs")
    assert loss_surface.told(bowl, path[:3]).startswith("after 2 steps w = ")


def test_the_descent_widget():
    play = loss_surface.Descent(bowl, (4.0, 6.0), "loss")
    first = play.out.value
    play.steps.value = 0
    assert len(play.path()) == 1
    play.steps.value = 20
    play.rate.value = loss_surface.RATES[0]
    assert (
        len(play.path()) == 21 and play.out.value != first and "after 20 steps" in play.text.value
    )
    assert ET.fromstring(play.out.value).tag == f"{NS}svg"


# --- sentences with combinations kept back


@pytest.fixture(scope="module")
def data():
    return Combinations(Web(), n_facts=60, n_train=1500, n_test=120)


def test_a_kept_combination_is_never_in_training_and_all_else_is(data):
    train = {s.pair for s in data.train}
    stated, vocabulary = {fact for fact, _ in train}, set(data.vocabulary)
    phrased = {(s.fact.relation, s.phrasing) for s in data.train}
    assert len(data.train) == 1500 and len(data.seen) == 120 and len(data.new) > 100
    for part in ("tuning", "new"):
        for s in getattr(data, part):
            assert s.pair not in train and data.kept[s.fact.index][s.phrasing] == part
            assert (
                s.fact.index in stated
                and (s.fact.relation, s.phrasing) in phrased
                and set(s.words) <= vocabulary
            )
    assert {s.pair for s in data.seen} <= train
    assert not {s.pair for s in data.tuning} & {s.pair for s in data.new}
    assert sum(data.count.values()) == 1500


def test_sentences_read_as_the_web_writes_them(data):
    web = Web()
    for s in data.new[:20] + data.train[:20]:
        assert s.text in web.tables.statements["en"].texts


def test_windows_begin_with_marks_and_never_reach_into_another_sentence(data):
    contexts, targets = data.windows(data.train[:3], 4)
    words = [data.vocabulary[i] for i in targets.tolist()]
    assert words == [word for s in data.train[:3] for word in s.words]
    assert [data.vocabulary[i] for i in contexts[0].tolist()] == [MARK] * 4
    n = len(data.train[0].words)
    assert [data.vocabulary[i] for i in contexts[n].tolist()] == [MARK] * 4
    assert [data.vocabulary[i] for i in contexts[n - 1].tolist()] == list(
        ([MARK] * 4 + list(data.train[0].words))[-5:-1]
    )


def test_the_floor_is_what_the_web_says():
    web = Web()
    whole = Combinations(web, n_facts=len(web.facts.known), n_train=300, n_test=20)
    table = web.tables.statements["en"]
    for s in whole.train[:10]:
        assert float(whole.floor([s]).sum()) == pytest.approx(
            table.logps[table.texts.index(s.text)]
        )
    assert whole.floor(whole.train[:2]).shape == (sum(len(s.words) for s in whole.train[:2]),)


def test_the_table_of_combinations(data):
    svg, alt = kept_picture(data, 6)
    assert alt.count("new") == 12 and alt.count("tuning") == 6
    colours = [r.get("fill") for r in ET.fromstring(svg).iter(f"{NS}rect")]
    assert (
        colours.count(COLOURS["you"]) == 13 and colours.count(COLOURS["floor"]) == 7
    )  # one each in the key


# --- against counting


def test_by_count_sorts_words_by_their_sentence(data):
    sentences = data.new[:5] + data.seen[:30]
    n = sum(len(s.words) for s in sentences)
    losses = versus.by_count(data, sentences, {"m": torch.full((n,), -2.0)})["m"]
    assert losses["never"] == pytest.approx(2.0) and all(
        loss == pytest.approx(2.0) for loss in losses.values()
    )
    marked = torch.cat([torch.full((len(s.words),), float(-data.count[s.pair])) for s in sentences])
    by = versus.by_count(data, sentences, {"m": marked})["m"]
    assert (
        by["never"] == 0 and by["once"] == 1 and 2 <= by["2–3 times"] <= 3 and 4 <= by["4–7"] <= 7
    )
    figure, alt = versus.by_count_picture({versus.COUNTING: by, versus.FLOOR: losses})
    assert "never 0.00" in alt and "counting" in style.to_svg(figure, alt)


def test_result_pictures_tell_their_figures(data):
    means = {
        "new ones": {
            versus.COUNTING: math.log(8),
            versus.NETWORK: math.log(4),
            versus.BOTH: math.log(5),
        }
    }
    svg, alt = versus.perplexities_picture(means, "title")
    assert "counting 8.00; your network 4.00; both, averaged 5.00" in alt and "8.00" in texts_in(
        svg
    )
    svg, alt = versus.paper_picture(means)
    assert "312" in alt and "252" in alt and "109" in alt and "your network 4.00" in alt
    bars = [float(r.get("width")) for r in ET.fromstring(svg).iter(f"{NS}rect")][1:]
    assert bars[3] / bars[0] == pytest.approx(252 / 312, rel=1e-3) and bars[-2] / bars[
        -3
    ] == pytest.approx(0.5, rel=1e-3)


def test_a_sentence_word_by_word(data):
    s = data.new[0]
    costs = {versus.COUNTING: [1.0] * len(s.words), versus.NETWORK: [0.5] * len(s.words)}
    svg, alt = versus.sentence_picture(s, costs, "title")
    assert all(word in texts_in(svg) for word in s.words) and f"{s.words[0]} 1.0 / 0.5" in alt


def test_the_network_diagram():
    svg, alt = bengio_network.network_picture()
    assert {"capital", "of", "Peru", "hidden layer", "side by side"} <= set(
        texts_in(svg)
    ) and "score for every word" in alt


# --- moving vectors


@pytest.fixture(scope="module")
def film():
    draw = torch.Generator().manual_seed(5)
    words = ["|", *"abcdef"]
    first = torch.randn(7, 5, generator=draw)
    last = first.clone()
    last[1:4], last[4:7] = torch.tensor([3.0, 0, 0, 0, 0]), torch.tensor([0, 3.0, 0, 0, 0])
    last = last + 0.01 * torch.randn(7, 5, generator=draw)
    return word_vectors.film_of(
        [0, 70],
        [first, last.requires_grad_()],
        words,
        {"early": tuple("abc"), "late": tuple("def")},
    )


def test_words_of_a_kind_find_each_other(film):
    assert film.frames.shape == (2, 7, 5) and not film.frames.requires_grad
    assert film.sorted_share(1) == 1.0 and film.chance() == pytest.approx(12 / 30)
    assert set(film.nearest("a", 1, 2)) == {"b", "c"} and "a" not in film.nearest("a", 0)


def test_the_side_from_which_most_can_be_seen(film):
    flat = film.flat()
    assert flat.shape == (2, 6, 2)
    rows = film.rows(-1) - film.rows(-1).mean(0)
    assert flat[1].square().sum() > 0.99 * rows.square().sum()  # two groups lie on one line
    assert (flat[1, :3, 0].mean() - flat[1, 3:, 0].mean()).abs() > 3


def test_the_vectors_widget(film):
    play = word_vectors.MovingVectors(film, "a")
    at_first = play.out.value
    play.step.value = 1
    assert (
        play.out.value != at_first
        and "after 70 steps" in play.out.value
        and "nearest to <b>a</b>: " in play.text.value
    )
    play.word.value = "zebra"
    assert "no vector for “zebra”" in play.text.value
    circles = list(ET.fromstring(play.out.value).iter(f"{NS}circle"))
    assert len(circles) == 6 and all(0 < float(c.get("cx")) < word_vectors.WIDTH for c in circles)


def test_kinds_are_words_of_the_vocabulary(data):
    kinds = word_vectors.kinds_of(Web(), data.vocabulary, data.frequency)
    every = [word for words in kinds.values() for word in words]
    assert (
        set(every) <= set(data.vocabulary)
        and len(set(every)) == len(every)
        and {"people", "countries"} <= set(kinds)
    )
    assert all(" " not in word for word in every)


# --- the notebook's cells name what they need


def test_cells_need_what_their_variables_need():
    path = next(p for p in LESSONS if p.name.startswith("03_"))
    cells = [
        "".join(c["source"])
        for c in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if c["cell_type"] == "code"
    ]
    made: dict[str, set[str]] = {}
    for text in cells:
        needs, tree = set(needed(text.splitlines())), ast.parse(text)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        inside = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        lacks = {
            node.id: made.get(node.id, set()) - needs
            for node in names
            if node.id not in stored | inside
        }
        assert not any(lacks.values()), f"{lacks}\n{text}"
        made |= dict.fromkeys(stored, needs)


def test_random_walks_need_no_seed_of_pythons_own():
    random.seed(1)
    first = random_expression(7)[1]
    random.seed(2)
    assert random_expression(7)[1] == first and re.fullmatch(
        r"[\d.\-e, ]+", ", ".join(map(str, first))
    )
