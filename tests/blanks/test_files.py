"""One atomic write: the old content or the new, nothing left beside it, permissions kept."""

import os
import stat

import pytest

from gptlab.blanks.files import write_atomically


def test_content_is_replaced_and_permissions_stay(tmp_path):
    file = tmp_path / "choices.json"
    write_atomically(file, "山\n")
    assert file.read_bytes() == "山\n".encode()
    file.chmod(0o600)
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new" and list(tmp_path.iterdir()) == [file]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch, call):
    file = tmp_path / "run.json"
    write_atomically(file, "old")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, "new")
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]
