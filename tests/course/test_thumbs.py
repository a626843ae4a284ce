"""Which thumbs make a preference, and how it is kept and taken back."""

from gptlab.course import labels, thumbs
from gptlab.course.thumbs import DOWN, NONE, UP


def test_which_thumbs_make_a_preference():
    def told(replies, given):
        return [
            (label.replies, label.order)
            for label, holds in thumbs.preferences("q", replies, given)
            if holds
        ]

    assert (
        told(["a", "b"], [NONE, NONE])
        == told(["a", "b"], [UP, UP])
        == told(["a", "a"], [UP, DOWN])
        == []
    )
    assert told(["a", "b"], [NONE, UP]) == [(("a", "b"), (1, 0))]
    assert told(["a", "b"], [NONE, DOWN]) == [(("a", "b"), (0, 1))]
    assert len(told(["a", "b", "c"], [UP, NONE, DOWN])) == 3


def test_preferences_are_kept_once_and_taken_back(tmp_path):
    file = tmp_path / "labels.jsonl"
    labels.keep(file, labels.Label("other", ("x", "y"), labels.TIE))  # of lesson 12
    assert thumbs.keep(file, "q", ["a", "b"], [UP, NONE]) == 1
    assert thumbs.keep(file, "q", ["a", "b"], [UP, DOWN]) == 1
    assert thumbs.keep(file, "q", ["a", "b"], [DOWN, UP]) == 1
    found = list(labels.of_file(file).values())
    assert [label.order for label in found] == [(), (1, 0)]
    assert thumbs.keep(file, "q", ["a", "b"], [UP, UP]) == 0
    assert [label.question for label in labels.of_file(file).values()] == ["other"]
