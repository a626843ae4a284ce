"""Cells that wait for a blank of another lesson: only where there is nothing to borrow it from."""

from gptlab.blanks.errors import EmptyBlank, SolutionsMissing
from gptlab.course import waiting_cells

KEY = "bpe.train_bpe"


def test_a_blank_of_another_lesson_is_waited_for_where_nothing_can_be_borrowed(monkeypatch):
    monkeypatch.setattr(waiting_cells.process_registry, "open_lesson", 10)
    error = EmptyBlank(f"{KEY} (lesson 2) is still empty: write it in gptlab/bpe.py")
    assert (
        waiting_cells._blank_of(error, None, {}) is None
    )  # its reference could run: a fault of ours

    def missing(key):
        raise SolutionsMissing(key)

    monkeypatch.setattr(waiting_cells, "reference", missing)
    monkeypatch.setattr(waiting_cells, "why_it_cannot_run", lambda key: f"{key} is empty")
    assert waiting_cells._blank_of(error, None, {}) == KEY
    assert waiting_cells._line(KEY, error) == (
        f"this cell waits for {KEY} of lesson 02, which is empty, and there is no solutions/ to borrow from"
    )
    own = EmptyBlank("scaling.training_flops (lesson 10) is still empty")
    assert waiting_cells._line(waiting_cells._blank_of(own, None, {}), own) == (
        "this cell waits for scaling.training_flops"
    )
