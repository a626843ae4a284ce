"""Reads a submission: the rooms in a checkout, a folder or a zip, and nothing else of it.

Nothing is unpacked or followed: only regular files with the name of a room are opened, symbolic links are not, and
of each no more is read than a room can be long.
"""

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gptlab.blanks.errors import CourseError
from gptlab.grading.child_tree import empty_rooms
from gptlab.grading.confined.wire import printable

MOST_BYTES = 1 << 20  # of a room
MOST_MEMBERS = 100_000  # of a zip
DEPTH = 3  # folders around gptlab/ in a zip or a download
MOST_FOLDERS = 2_000
MOST_NAME_BYTES = 180  # a file's name has 255, and a little is put round it
USUAL = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile reads the others without a limit


class NoSubmission(CourseError):
    """A path that holds no submission."""


@dataclass(frozen=True)
class Submission:
    """One submission as text."""

    name: str
    rooms: dict[str, bytes]
    refused: dict[str, str]  # rooms that were not read, and why

    @property
    def fingerprint(self) -> str:
        """The same for the same rooms."""
        digest = hashlib.sha256()
        for room, content in sorted(self.rooms.items()):
            digest.update(f"{room} {len(content)}\n".encode())
            digest.update(content)
        digest.update(repr(sorted(self.refused.items())).encode())
        return digest.hexdigest()

    @property
    def seed(self) -> int:
        """A seed for inputs that no part of the text can know: any change of the text changes it.

        It has 128 bits: of 32, texts could be tried until one has a seed whose answers stand in it.
        """
        return 1 + int(self.fingerprint[:32], 16)


def read(path: Path, name: str = "") -> Submission:
    """The submission in a folder or a zip.

    Raises NoSubmission where no file has the name of a room.
    """
    name = name or path.resolve().name.removesuffix(".zip")
    if path.is_dir():
        found = _in_folder(path)
    elif path.is_file():
        found = _in_zip(path)
    else:
        raise NoSubmission(f"there is no file or folder {path}")
    if found is None:
        raise NoSubmission(f"{path} holds no gptlab/ with functions of the course in it")
    return Submission(name, *found)


def find(path: Path) -> list[tuple[str, Path]]:
    """Names and paths of the submissions at a path: itself, or the folders and zips in it.

    Raises NoSubmission where there are none.
    """
    if not path.exists():
        raise NoSubmission(f"there is no file or folder {path}")
    if path.is_file() or _in_folder(path, depth=0) is not None:
        return [(_name(path.resolve().name.removesuffix(".zip")), path)]
    inside = [entry for entry in sorted(path.iterdir()) if not entry.name.startswith(".")]
    inside = [x for x in inside if not x.is_symlink() and (x.is_dir() or x.suffix == ".zip")]
    if not inside:
        raise NoSubmission(f"{path} holds no submission: no gptlab/, no folder and no zip")
    names = [entry.name.removesuffix(".zip") for entry in inside]
    return [
        (_name(entry.name if names.count(name) > 1 else name), entry)
        for name, entry in zip(names, inside, strict=True)
    ]


def _name(name: str) -> str:
    """A name that a report can show and a file can have; one that must be changed for that stays one of its own."""
    shown = printable(name).replace("\n", "�")
    while len(shown.encode()) > MOST_NAME_BYTES:
        shown = shown[:-1]
    if shown == name:
        return name
    return f"{shown}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"


Found = tuple[dict[str, bytes], dict[str, str]]


def _in_folder(path: Path, depth: int = DEPTH) -> Found | None:
    """The rooms in gptlab/ of a folder, in the folder itself, or of the first folder inside that has them."""
    for folder in _folders(path, depth):
        for place in (folder / "gptlab", folder):
            if _is_folder(place):
                names = [room for room in empty_rooms() if _there(place / f"{room}.py")]
                if names:
                    return _read_all(place, names)
    return None


def _folders(path: Path, depth: int) -> Iterator[Path]:
    """A folder, and those inside to a depth, the outer ones first; links and hidden ones are left out."""
    level = [path]
    left = MOST_FOLDERS
    for _ in range(depth + 1):
        yield from level
        inner: list[Path] = []
        for folder in level:
            with os.scandir(folder) as entries:
                found = sorted(x.name for x in entries if x.is_dir(follow_symlinks=False))
            inner += [folder / name for name in found if not name.startswith(".")]
        level = inner[:left]
        left -= len(level)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _there(path: Path) -> bool:
    return os.path.lexists(path)


def _read_all(folder: Path, names: list[str]) -> Found:
    rooms: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for room in names:
        try:
            rooms[room] = _content(folder / f"{room}.py")
        except OSError as error:
            refused[room] = f"gptlab/{room}.py was not read: {error.strerror or error}"
    return rooms, refused


def _content(path: Path) -> bytes:
    """A regular file's content.

    Raises OSError for a link, a pipe, or a file longer than a room.
    """
    if path.is_symlink():
        raise OSError("it is a symbolic link")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no regular file")
        content = file.read(MOST_BYTES + 1)
    return _short_enough(content)


def _short_enough(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise OSError("it is longer than 1 MB")
    return content


def _in_zip(path: Path) -> Found | None:
    """The rooms in a zip: those that lie least deep, all in one folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise NoSubmission(f"{path} holds more than {MOST_MEMBERS:,} files")
            chosen = _members(members)
            return _read_members(archive, chosen) if chosen else None
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise NoSubmission(f"{path} is no zip that can be read: {error}") from None


def _members(members: list[zipfile.ZipInfo]) -> dict[str, list[zipfile.ZipInfo]]:
    """By room, the members of the folder gptlab/ that lies least deep, else of the outermost folder."""
    by_folder: dict[PurePosixPath, dict[str, list[zipfile.ZipInfo]]] = {}
    for member in members:
        place = PurePosixPath(member.filename)
        usual = not place.is_absolute() and ".." not in place.parts and "\\" not in member.filename
        room = place.name.removesuffix(".py")
        if usual and room in empty_rooms() and place.suffix == ".py":
            by_folder.setdefault(place.parent, {}).setdefault(room, []).append(member)
    order = sorted(by_folder, key=lambda x: (x.name != "gptlab", len(x.parts), str(x)))
    return by_folder[order[0]] if order and len(order[0].parts) <= DEPTH + 1 else {}


def _read_members(archive: zipfile.ZipFile, chosen: dict[str, list[zipfile.ZipInfo]]) -> Found:
    rooms: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for room, members in chosen.items():
        try:
            if len(members) > 1:
                raise OSError("it is in the zip more than once")
            if stat.S_ISLNK(members[0].external_attr >> 16):
                raise OSError("it is a symbolic link")
            if members[0].compress_type not in USUAL:
                raise OSError("it is compressed in an unusual way")
            with archive.open(members[0]) as file:
                rooms[room] = _short_enough(file.read(MOST_BYTES + 1))
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError) as e:
            refused[room] = f"gptlab/{room}.py was not read: {e}"
        except Exception as error:  # zlib, lzma and bz2 have errors of their own
            refused[room] = f"gptlab/{room}.py was not read: {type(error).__name__}"
    return rooms, refused
