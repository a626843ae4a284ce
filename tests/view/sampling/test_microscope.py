"""The distribution microscope: what the filters make of a distribution, its sliders, its picture."""

import math

import pytest
import torch

from gptlab.view.sampling import microscope
from tests.support.pictures import words_in
from tests.support.toy_assistants import untrained_chat
from tests.support.toy_web import LETTERS, toy_models


@pytest.fixture(scope="module")
def letters():
    return LETTERS


@pytest.fixture(scope="module")
def neighbours():
    return toy_models()


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), [
    (1.0, None, None), (0.5, 3, None), (2.0, None, 0.6), (1.3, 4, 0.7), (0.0, None, None), (1.0, 1, 1.0)])  # fmt: skip
def test_a_reading_is_what_torch_makes_of_it(temperature, top_k, top_p):
    logits = torch.randn(7, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    p = (
        torch.softmax(logits / temperature, -1).tolist()
        if temperature
        else [float(x == logits.max()) for x in logits]
    )
    order, kept, mass = sorted(range(7), key=lambda i: -p[i]), [], 0.0
    pool = order[:top_k] if top_k else order
    total = sum(p[i] for i in pool)
    for i in pool:
        if mass < (top_p or 2.0) and p[i] > 0:
            kept.append(i)
            mass += p[i] / total
    weight = sum(p[i] for i in kept)
    expected = [p[i] / weight if i in kept else 0.0 for i in range(7)]
    shown = microscope.filtered_distribution(logits, temperature, top_k, top_p)
    assert shown.final.tolist() == pytest.approx(expected, abs=1e-12)
    assert shown.plain.tolist() == pytest.approx(torch.softmax(logits, -1).tolist(), abs=1e-12)
    assert shown.n_kept == len(kept) and shown.mass_cut == pytest.approx(1 - weight, abs=1e-12)
    assert shown.bits == pytest.approx(-sum(q * math.log2(q) for q in expected if q), abs=1e-12)
    assert shown.choices == pytest.approx(2**shown.bits)


def test_a_text_that_is_too_long_is_said_in_one_line():
    """128 letters raised in the callback, and the old picture stayed."""
    chat = untrained_chat()
    scope = microscope.Microscope({"it": torch.no_grad()(chat.model)}, chat.tokenizer, ["ab"])
    first = scope.out.value
    scope.prompt.value = "a" * chat.context
    assert scope.out.value.startswith('<div role="alert">') and "\n" not in scope.out.value
    assert f"{chat.context + 1} tokens do not fit a context of {chat.context}" in scope.out.value
    scope.temperature.value = 0.5
    assert "too long" in scope.out.value
    scope.temperature.value = 1.0
    scope.prompt.value = "ab"
    assert scope.out.value == first
    scope.prompt.value = "\ud800 half a pair"
    assert "\ud800" not in scope.out.value and "<svg" in scope.out.value


def test_the_sliders_move_the_picture(letters, neighbours):
    scope = microscope.Microscope(neighbours, letters, ["anna has a ", "b"])
    assert scope.model.value == "nothing" and scope.distribution().choices == pytest.approx(
        letters.vocab_size
    )
    scope.model.value = "neighbours"
    before = scope.out.value
    assert "equally likely choices" in before and words_in(before)[0] == "anna has a ▁"
    scope.temperature.value = 0.3
    cooler = scope.out.value
    assert cooler != before
    scope.top_k.value = 2
    assert scope.distribution().n_kept == 2 and "cut" in words_in(scope.out.value)
    scope.top_k.value = microscope.OFF
    scope.temperature.value = 1.0
    assert scope.out.value == before
    scope.top_p.value = 0.05
    assert scope.distribution().n_kept == 1 and scope.distribution().bits == 0
    scope.temperature.value = 0.0
    assert scope.distribution().choices == 1
    scope.prompt.value = ""  # an empty text is the start of a page
    assert words_in(scope.out.value)[0] == "▁"
    scope.prompt.value = "<b>&玉"
    assert words_in(scope.out.value)[0] == "<b>&玉▁"


def test_microscope_without_a_notebook_says_what_it_shows(letters, neighbours, capsys):
    microscope.microscope(neighbours, letters, ["anna"])
    assert capsys.readouterr().out.startswith("Distribution microscope, top-k at 5. anna: ")
