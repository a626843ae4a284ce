"""What a report shows where only the mask is wrong: the part that differs, not the ids that are right."""

import pytest

from gptlab.blanks.registry import reference
from gptlab.exercises.check import check
from gptlab.exercises.mistake import mistakes

KEY = "agents.transcript_tokens"
TALK = "Question: a\nThought: b\nAction: c[d]\nObservation: e\nAnswer: f\n"


def _same_ids(body):
    ids, _ = reference(KEY)(TALK, list)
    found = body(TALK, list)
    return isinstance(found, tuple) and found[0] == ids and len(found[1]) == len(ids)


@pytest.mark.parametrize(
    "known", [one for one in mistakes(KEY) if _same_ids(one.body)], ids=lambda one: one.name
)
def test_a_wrong_mask_can_be_seen(known):
    message = check(KEY, known.body).message
    expected = message.partition("  expected")[2].partition("  got")[0]
    came = message.partition("  got")[2].partition("  likely")[0]
    assert expected.split() != came.split()
    assert "True" in expected and "…" not in expected + came
