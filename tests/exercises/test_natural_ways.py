"""What people naturally write wrong is rejected, and told by its own name."""

import pytest

from gptlab.exercises.check import check
from tests.support.natural_ways import natural_bodies

BODIES = [
    pytest.param(key, name, body, id=f"{key}: {body.__name__}")
    for key, name, body in natural_bodies()
]


@pytest.mark.slow  # `make check` has the known mistakes; these repeat their kinds
@pytest.mark.parametrize(("key", "name", "body"), BODIES)
def test_a_natural_wrong_body_is_named(key, name, body):
    report = check(key, body)
    assert not report.passed
    assert report.misconception == name, report.message
    assert len(report.message.splitlines()) <= 12
