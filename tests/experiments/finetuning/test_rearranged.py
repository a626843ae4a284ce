"""Pairs arranged wrongly: what each way makes of the tokens."""

from types import SimpleNamespace

import torch

from gptlab.experiments.finetuning.fine_tune import Labelled
from gptlab.experiments.finetuning.rearranged import rearranged


def test_the_three_wrong_ways():
    model = SimpleNamespace(start=90, delim=91, extract=92)
    found = rearranged(model, Labelled([[[90, 1, 2, 91, 3, 92]]], torch.tensor([0])))
    assert {name: data.inputs[0][0] for name, data in found.items()} == {
        "as trained": [90, 1, 2, 91, 3, 92],
        "no delimiter": [90, 1, 2, 3, 92],
        "second text first": [90, 3, 91, 1, 2, 92],
        "extract token first": [92, 90, 1, 2, 91, 3],
    }
