"""The slider over word vectors."""

import xml.etree.ElementTree as ET

import pytest
import torch

from gptlab.experiments.neural_lm.word_vectors import vector_history
from gptlab.view.neural_lm import word_vectors
from tests.support.pictures import NS


@pytest.fixture(scope="module")
def history():
    draw = torch.Generator().manual_seed(5)
    words = ["|", *"abcdef"]
    first = torch.randn(7, 5, generator=draw)
    last = first.clone()
    last[1:4], last[4:7] = torch.tensor([3.0, 0, 0, 0, 0]), torch.tensor([0, 3.0, 0, 0, 0])
    last = last + 0.01 * torch.randn(7, 5, generator=draw)
    return vector_history(
        [(0, first), (70, last.requires_grad_())],
        words,
        {"early": tuple("abc"), "late": tuple("def")},
    )


def test_the_vectors_widget(history):
    play = word_vectors.WordVectors(history, "a")
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
