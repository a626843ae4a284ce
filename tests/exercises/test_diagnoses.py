"""Wrong bodies as learners write them: each is refused, and the message names what is wrong with it."""

import pytest

from gptlab.exercises.check import check
from tests.support.diagnoses import diagnosed_bodies


@pytest.mark.parametrize(
    ("key", "name", "body"),
    [
        pytest.param(key, name, body, id=f"{key}: {name} ({number})")
        for number, (key, name, body) in enumerate(diagnosed_bodies())
    ],
)
def test_a_natural_wrong_body_gets_its_diagnosis(key, name, body):
    report = check(key, body)
    assert not report.passed
    assert report.misconception == name, report.message
    assert len(report.message.splitlines()) <= 12
