"""A docstring's "Raises ValueError": its check asks for it, or the docstring says that it does not."""

import pytest

from gptlab.blanks import registry
from gptlab.exercises.check import cases_of

PROMISES = [entry for entry in registry.blanks() if "Raises ValueError" in entry.doc]


@pytest.mark.parametrize("entry", PROMISES, ids=lambda entry: entry.key)
def test_a_promised_error_is_asked_for(entry):
    asked = any("ValueError" in case.about for case in cases_of(entry.key))
    assert asked != ("the check does not ask for it" in " ".join(entry.doc.split()))
