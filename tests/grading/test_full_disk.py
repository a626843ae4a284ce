"""A disk that is full, or a standard output that is: what is known is said, and nobody else pays for it."""

import contextlib
import errno
import os
from pathlib import Path

import pytest

from gptlab.grading import batch, worker
from gptlab.grading.grade import Plan, Result
from tests.support.submissions import write

NAMES = ["ada", "bob", "cyd"]
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def items(tmp_path, monkeypatch):
    """Three submissions, and judges that take no time: all are found without a fault."""
    monkeypatch.setattr(batch, "_judge", contextlib.nullcontext)
    monkeypatch.setattr(batch, "_lines_of", lambda process: None)
    monkeypatch.setattr(
        batch, "_graded", lambda process, lines, name, path, plan: (Result(name, "", ()), True)
    )
    return [(name, write(tmp_path / "class" / name, {"sampling": b""})) for name in NAMES]


def test_a_result_that_cannot_be_kept_costs_no_other(items, tmp_path, monkeypatch):
    def written(file, content):
        if file.name == "bob.json":
            raise FULL
        file.write_text(content)

    monkeypatch.setattr(batch, "write_atomically", written)
    told = []
    results = batch.grade_all(items, Plan((0,)), 1, tmp_path / "out", told.append)
    assert [one.name for one in results] == [one.name for one in told] == NAMES
    assert [one.error for one in results] == ["", "", ""]
    assert results[0].notes == results[2].notes == ()
    assert results[1].notes == (f"{batch.NOT_KEPT}: {os.strerror(errno.ENOSPC)}",)
    assert sorted(x.name for x in (tmp_path / "out").iterdir()) == [
        "ada.json", "cyd.json", batch.TABLE,
    ]  # fmt: skip


def test_what_ends_a_thread_is_not_lost_with_it(items, tmp_path):
    """Where a line cannot even be printed, the command says so instead of missing a result later."""

    def tell(result):
        raise FULL

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        batch.grade_all(items, Plan((0,)), 2, tmp_path / "out", tell)


def test_a_judge_that_cannot_be_made_ready_says_why(monkeypatch):
    """It needs a folder of its own before it looks at a submission."""

    def full(**more):
        raise FULL

    monkeypatch.setattr(worker.tempfile, "TemporaryDirectory", full)
    lines = [worker.request(name, Path(name), Plan((0,))) for name in NAMES]
    found = list(worker.answers(lines))
    assert [one.name for one in found] == NAMES
    why = f"no judge could be made ready: {os.strerror(errno.ENOSPC)}"
    assert {one.error for one in found} == {why}
