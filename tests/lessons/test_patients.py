"""Every patient that a lesson shows is ill, and its illness is one of the known mistakes."""

import nbformat
import pytest

from gptlab.exercises.check import verdict
from gptlab.exercises.mistake import mistakes
from tests.support.lesson_tree import LESSONS, notebook_of
from tests.support.patients import patients_of


def healthy_or_nameless(path):
    """What is wrong with the patients of a notebook, a line each."""
    for key, function in patients_of(path):
        report = verdict(key, function)
        if report.passed:
            yield f"{path.name}: {function.__name__} passes the check of {key}"
        elif report.misconception not in {one.name for one in mistakes(key)}:
            yield f"{path.name}: {function.__name__} is no known mistake of {key}:\n{report.message}"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_patient_is_ill_by_a_known_mistake(path):
    assert list(healthy_or_nameless(path)) == []


IMPORTS = "import torch\nfrom gptlab.sampling import softmax\nrows = softmax(torch.zeros(2, 2))"
MIRRORED = "def mirrored(t):\n    return torch.ones(t, t, dtype=torch.bool).triu()"
RIGHT = "def right(t):\n    return torch.ones(t, t, dtype=torch.bool).tril()"
ODD = "def odd(t):\n    return torch.full((t, t), 7.5)"


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        (MIRRORED, None),
        (RIGHT, "right passes the check of attention.causal_mask"),
        (ODD, "odd is no known mistake of attention.causal_mask"),
    ],
)
def test_a_patient_that_is_well_or_nameless_is_seen(tmp_path, definition, why):
    name = definition[4 : definition.index("(")]
    call = f'print("symptom")\nlesson.patient("attention.causal_mask", {name})'
    path = tmp_path / "05_sample.ipynb"
    nbformat.write(notebook_of(IMPORTS, definition, call), path)
    assert [function.__name__ for _, function in patients_of(path)] == [name]
    found = list(healthy_or_nameless(path))
    assert found == [] if why is None else why in found[0]
