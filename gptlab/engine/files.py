"""A folder that is replaced as a whole, so that a kill at any moment leaves the last good one.

`model/` is replaced in three renames and a deletion: `model.tmp-…` is written, `model` becomes `model.old`,
`model.tmp-…` becomes `model`, `model.old` goes. Whoever finds no `model` but a `model.old` takes that.
One process writes a folder; any number may read it.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gptlab.blanks.files import sync_folder, write_durably


def replace_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put a folder with these files in the place of the one that stands there, with all that is in it.

    Raises OSError when that cannot be done; the folder is then as it was before.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _mend(folder)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.tmp-", dir=folder.parent))
    try:
        fresh.chmod(0o777 & ~_umask())  # mkdtemp's folder is closed to everyone else
        for name, content in contents.items():
            write_durably(fresh / name, content)
        sync_folder(fresh)
        _swap(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(_old(folder), ignore_errors=True)


def standing(folder: Path) -> Path:
    """The folder, or the last good one beside it where a kill came between two renames."""
    old = _old(folder)
    return old if old.exists() and not folder.exists() else folder


def remove_folder(folder: Path) -> None:
    """Delete a folder, what is left of an interrupted replacement too; nothing happens where there is none."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(_old(folder), ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(folder.name + ".old")


def _mend(folder: Path) -> None:
    """Clear up what a killed `replace_folder` left behind."""
    old = _old(folder)
    if old.exists():
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.replace(folder)
    for stale in folder.parent.glob(f"{_escaped(folder.name)}.tmp-*"):
        shutil.rmtree(stale, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`, which stays as it was when that fails."""
    old = _old(folder)
    try:
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise
    sync_folder(folder.parent)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
