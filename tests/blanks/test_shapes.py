"""The shape lines of docstrings: what is read, and what is said when a call does not fit."""

import numpy as np
import pytest
import torch

from gptlab.blanks.shapes import GLOSSARY, check_shapes, parse_shapes

ATTENTION = """Mix values.

        out = softmax(q kᵀ / √D) v          Vaswani et al. 2017, eq. 1

    The scores (a table) are scaled. Queries (B, H, T, D) come first.

    q     (B, H, T, D) float
    k, v  (B, H, S, D) float
    mask  (T, S) bool, True = may look
    ->    (B, H, T, D) float
"""


def ones(*sizes, dtype=torch.float64):
    return torch.ones(sizes, dtype=dtype)


def attention_call(**changed):
    call = {
        "q": ones(2, 3, 4, 5),
        "k": ones(2, 3, 6, 5),
        "v": ones(2, 3, 6, 5),
        "mask": ones(4, 6, dtype=torch.bool),
        "result": ones(2, 3, 4, 5),
    } | changed
    result = call.pop("result")
    return check_shapes(ATTENTION, call, result)


def written(forms):
    return " or ".join(str(form) for form in forms)


def test_what_is_read():
    shapes = parse_shapes(ATTENTION, ["q", "k", "v", "mask"])
    assert {name: written(forms) for name, forms in shapes.arguments.items()} == {
        "q": "(B, H, T, D) float",
        "k": "(B, H, S, D) float",
        "v": "(B, H, S, D) float",
        "mask": "(T, S) bool",
    }
    assert [(name, written(forms)) for name, forms in shapes.results] == [
        ("", "(B, H, T, D) float")
    ]
    assert shapes.letters() == set("BHTSD") <= set(GLOSSARY)
    assert parse_shapes(ATTENTION) == shapes


@pytest.mark.parametrize(
    ("line", "results"),
    [
        ("->  ()", [("", "()")]),
        ("->  (…, V) float", [("", "(…, V) float")]),
        ("->  (..., V) float", [("", "(…, V) float")]),
        ("->  (B, T − 1) float, nats", [("", "(B, T − 1) float")]),
        ("->  (B,) int", [("", "(B) int")]),
        ("->  float", [("", "() float")]),
        ("->  loss () float", [("loss", "() float")]),
        ("->  () float or float", [("", "() float or () float")]),
        ("->  (B, T) float or (T) float, by case", [("", "(B, T) float or (T) float")]),
        ("->  a (B,T) float, b (B) bool, kept", [("a", "(B, T) float"), ("b", "(B) bool")]),
        ("->  (B,T) float, (B) bool, kept", [("", "(B, T) float"), ("", "(B) bool")]),
        (
            "->  a (B, T) float\n    b (B) int\n    and no more",
            [("a", "(B, T) float"), ("b", "(B) int")],
        ),
        ("->  (B) float\n    ->  (T) int", [("", "(B) float"), ("", "(T) int")]),
        ("->  a list of merges\n    ->  (T) int", [("", ""), ("", "(T) int")]),
        ("->  the new ratings (a, b); their sum stays", [("", "")]),
        ("->  (t, 2C) bool", [("", "(t, 2C) bool")]),
        ("Example: f([1, 2]) -> [(97, 98)]", []),
        ("Means run over (B, T) positions.", []),
    ],
)
def test_result_lines(line, results):
    assert [
        (name, written(forms))
        for name, forms in parse_shapes(f"One.\n\n    {line}\n", ["t"]).results
    ] == results


@pytest.mark.parametrize(
    "line",
    [
        "x  (B, T?) float",
        "->  (B, unknown)",
        "x  (…, B, …) float",
        "x  (B, T ** 2) float",
        "x  (B, f(T)) float",
        "x  (B, TT) float",
    ],
)
def test_an_axis_that_cannot_be_read(line):
    if "(T)" in line:  # parentheses inside parentheses are prose
        assert parse_shapes(line, ["x"]).arguments == {}
        return
    with pytest.raises(ValueError, match="axis that cannot be read"):
        parse_shapes(line, ["x"])


def test_no_docstring():
    assert parse_shapes(None).arguments == {} and check_shapes(None, {"x": 1}, 2) is None


def test_a_call_that_fits():
    assert attention_call() is None
    assert attention_call(mask=None) is None
    assert attention_call(q=ones(2, 3, 4, 5, dtype=torch.bfloat16)) is None
    assert attention_call(q=np.ones((2, 3, 4, 5), dtype=np.float32)) is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"k": ones(2, 3, 6, 2)}, "axis D of k is 2, but D was 5 before"),
        ({"v": ones(2, 3, 7, 5)}, "axis S of v is 7, but S was 6 before"),
        ({"mask": ones(6, 4, dtype=torch.bool)}, "axis T of mask is 6, but T was 4 before"),
        ({"mask": ones(4, 6)}, "mask is float64, but must be bool"),
        ({"q": ones(3, 4, 5)}, "q has 3 axes (3, 4, 5), but (B, H, T, D) float has 4"),
        ({"q": ones(2, 3, 4, 5, dtype=torch.int64)}, "q is int64, but must be float"),
        ({"result": ones(2, 4, 3, 5)}, "axis H of the result is 4, but H was 3 before"),
        ({"result": None}, "the result is None, but must be (B, H, T, D) float"),
        ({"result": "text"}, "the result is str, but must be (B, H, T, D) float"),
    ],
)
def test_the_first_fault_in_one_line(changed, message):
    assert attention_call(**changed) == message


@pytest.mark.parametrize(
    ("lines", "arguments", "result", "message"),
    [
        ("x (…, V) float\n-> (…) float", {"x": ones(2, 3, 7)}, ones(2, 3), None),
        ("x (…, V) float\n-> (…) float", {"x": ones(7)}, ones(), None),
        ("x (…, V) float\n-> (…) float", {"x": ones(7)}, 0.5, None),
        (
            "x (…, V) float\n-> (…) float",
            {"x": ones(2, 3, 7)},
            ones(3, 2),
            "the axes … of the result are (3, 2), but … was (2, 3) before",
        ),
        ("x (…, V) float", {"x": ones()}, None, "x has 0 axes (), but (…, V) float has 2"),
        (
            "ids (B, T) int\n-> (B, T − 1) float",
            {"ids": ones(2, 5, dtype=torch.int64)},
            ones(2, 4),
            None,
        ),
        (
            "ids (B, T) int\n-> (B, T − 1) float",
            {"ids": ones(2, 5, dtype=torch.int64)},
            ones(2, 5),
            "axis T − 1 of the result is 5, but must be 4",
        ),
        ("x (B, T - 1) float\ny (T) float", {"x": ones(2, 4), "y": ones(5)}, None, None),
        (
            "x (B, T - 1) float\ny (T + 1) float",
            {"x": ones(2, 4), "y": ones(5)},
            None,
            "axis T + 1 of y is 5, but must be 6",
        ),
        ("w (C, 3C) float", {"w": ones(5, 15)}, None, None),
        ("w (C, 3C) float", {"w": ones(5, 14)}, None, "axis 3C of w is 14, but must be 15"),
        ("w (3C) float", {"w": ones(14)}, None, "axis 3C of w is 14, which fits no C"),
        (
            "x (B, T + N) float\ny (T) int",
            {"x": ones(2, 3), "y": [1, 2, 3, 4]},
            None,
            "axis T + N of x is 3, which fits no N",
        ),
        ("x (B, H·D) float\n-> (B, H, D) float", {"x": ones(2, 15)}, ones(2, 3, 5), None),
        ("x (B, C) float\n-> (B, H, C/H) float", {"x": ones(2, 15)}, ones(2, 3, 5), None),
        ("-> (t, t) bool", {"t": 4}, ones(4, 4, dtype=torch.bool), None),
        (
            "-> (t, t) bool",
            {"t": 4},
            ones(4, 5, dtype=torch.bool),
            "axis t of the result is 5, but must be 4",
        ),
        (
            "-> (K, 2) int",
            {},
            ones(3, 3, dtype=torch.int64),
            "axis 2 of the result is 3, but must be 2",
        ),
        ("-> (T) int", {}, [4, 5, 6], None),
        (
            "ids (T) int\n-> (T) int",
            {"ids": [1, 2]},
            [4, 5, 6],
            "axis T of the result is 3, but T was 2 before",
        ),
        ("ids (N, T) int", {"ids": [[1, 2], [3, 4]]}, None, None),
        ("ids (N, T) int", {"ids": [[1, 2], [3]]}, None, None),  # uneven: passed over
        ("ids (T) int", {"ids": [1.5]}, None, "ids is float, but must be int"),
        ("ids (T) int", {"ids": []}, None, None),
        ("-> () float", {}, 1, None),
        ("-> () float", {}, ones(1), "the result has 1 axis (1,), but () float has 0"),
        (
            "-> a (B) float, b (B) float",
            {},
            (ones(2), ones(3)),
            "axis B of b is 3, but B was 2 before",
        ),
        (
            "-> (B) float\n-> (B) float",
            {},
            (ones(2), ones(3)),
            "axis B of result 2 is 3, but B was 2 before",
        ),
        ("-> (B) float\n-> (B) float", {}, ones(2), "there must be 2 results, but 1 came"),
        ("-> (B) float\n-> (B) float", {}, (ones(2),) * 3, "there must be 2 results, but 3 came"),
        ("-> anything\n-> (B) float", {}, ("text", ones(2)), None),
        (
            "m (T, S) bool or (B, 1, T, S) bool",
            {"m": ones(2, 1, 3, 4, dtype=torch.bool)},
            None,
            None,
        ),
        (
            "m (T, S) bool or (B, 1, T, S) bool",
            {"m": ones(2, dtype=torch.bool)},
            None,
            "m has 1 axis (2,), but (T, S) bool has 2 (or (B, 1, T, S) bool)",
        ),
        ("model (B, T) float", {"model": print}, None, None),  # has no shape: passed over
    ],
)
def test_calls(lines, arguments, result, message):
    assert check_shapes(lines, arguments, result) == message


def test_a_result_that_is_not_given_is_not_checked():
    assert check_shapes("x (B) float\n-> (B) float", {"x": ones(2)}) is None
