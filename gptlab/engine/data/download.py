"""One file from the network: resumed where it was cut, checked, and put in its place as a whole.

What has come so far is `NAME.part`, and the server's mark of its version `NAME.part.etag`. When all of it is there and
its checksum is right, it is renamed. The checksum of a finished file is kept in `NAME.sha256`.
"""

import hashlib
import http.client
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from gptlab import __version__
from gptlab.blanks.files import write_atomically

CHUNK = 1 << 16
TIMEOUT_S = 30.0  # without a byte
ATTEMPTS = 5  # in a row that bring nothing new
SPARE = 10_000_000  # bytes that stay free on the disk
FOR_GOOD = (400, 401, 403, 404, 405, 410, 451)  # what asking again does not mend
Report = Callable[[int, int | None], None]  # (bytes so far, all bytes or None)


class DownloadError(ValueError):
    """The file could not be had; the message is one line."""


class _Cut(Exception):
    """The connection ended too early; the next attempt goes on from there."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects, but never from https to http."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise DownloadError(f"{req.full_url}: redirects to {newurl}, which is not encrypted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def download(
    url: str,
    target: Path,
    sha256: str | None = None,
    report: Report = lambda done, total: None,
    wait: Callable[[float], object] = time.sleep,
    timeout_s: float = TIMEOUT_S,
) -> str:
    """Have the file behind `url` at `target`; returns its SHA-256.

    A file that is there already is held against `sha256`, or where that is None against the checksum that was
    kept when it was downloaded, and not asked for again.

    Raises DownloadError when it cannot be had, or is not the one that was meant; what has come stays for the
    next attempt, unless it is wrong.
    """
    if not url.startswith(("http://", "https://")):
        raise DownloadError(f"{url}: give an address that begins with https://")
    if target.exists():
        return _verified(target, sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(target, ".part")
    _fetch_patiently(url, part, report, wait, timeout_s)
    found = sha256_of(part)
    if sha256 and found != sha256.lower():
        _forget(part)
        raise DownloadError(
            f"{url}: its SHA-256 is {found}, but {sha256.lower()} was expected; what came is deleted"
        )
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    part.replace(target)
    _forget(part)
    write_atomically(_beside(target, ".sha256"), f"{found}  {target.name}\n")
    return found


def _verified(target: Path, sha256: str | None) -> str:
    """The checksum of a file that is there, held against what it should be."""
    found = sha256_of(target)
    pin = _beside(target, ".sha256")
    wanted = (
        sha256 or (pin.read_text(encoding="utf-8").split() or [None])[0] if pin.exists() else sha256
    )
    if wanted and found != wanted.lower():
        raise DownloadError(
            f"{target}: its SHA-256 is {found}, but {wanted.lower()} was expected: move it away to have it anew"
        )
    return found


def _fetch_patiently(url: str, part: Path, report: Report, wait, timeout_s: float) -> None:
    """Fetch, and go on after each cut; give up when several attempts in a row bring nothing."""
    fruitless = 0
    while True:
        before = _size(part)
        try:
            return _fetch(url, part, report, timeout_s)
        except urllib.error.HTTPError as error:
            if "infinite loop" in str(error.msg):
                raise DownloadError(f"{url}: redirects lead in a circle") from None
            reason = (
                f"the server says {error.code} {http.client.responses.get(error.code, '')}".rstrip()
            )
            if error.code in FOR_GOOD:
                raise DownloadError(f"{url}: {reason}") from None
        except urllib.error.URLError as error:
            reason = _why(error.reason)
        except (OSError, http.client.HTTPException) as error:
            reason = _why(error)
        except _Cut as error:
            reason = str(error)
        fruitless = 0 if _size(part) > before else fruitless + 1
        if fruitless >= ATTEMPTS:
            kept = (
                f"; {_size(part):,} bytes are kept, the same command goes on" if _size(part) else ""
            )
            raise DownloadError(f"{url}: {reason} ({ATTEMPTS} attempts){kept}")
        wait(2.0 ** max(0, fruitless - 1) if fruitless else 0.0)


def _fetch(url: str, part: Path, report: Report, timeout_s: float) -> None:
    """One attempt: everything from where the part ends."""
    etag = _beside(part, ".etag")
    begin = (
        _size(part) if etag.exists() else 0
    )  # without a mark of the version nobody knows what it is part of
    headers = {"User-Agent": f"gptlab/{__version__}", "Accept-Encoding": "identity"}
    if begin:
        headers |= {"Range": f"bytes={begin}-", "If-Range": etag.read_text(encoding="utf-8")}
    opener = urllib.request.build_opener(_Redirects)
    try:
        answer = opener.open(urllib.request.Request(url, headers=headers), timeout=timeout_s)
    except urllib.error.HTTPError as error:
        if (
            error.code == 416 and begin
        ):  # there is nothing after what we have, or the file is another
            whole = error.headers.get("Content-Range", "").rpartition("/")[2]
            if whole == str(begin):
                return
            _forget(part)
            raise _Cut("the file on the server has changed") from None
        raise
    with answer:
        begin = _begin_of(answer, begin)
        length = answer.headers.get("Content-Length")
        total = begin + int(length) if length and length.isdecimal() else None
        _check_space(part, total, begin)
        mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        if mark and not mark.startswith("W/"):  # a weak one promises no equal bytes
            etag.write_text(mark, encoding="utf-8")
        else:
            etag.unlink(missing_ok=True)
        _copy(answer, part, begin, total, report)


def _begin_of(answer, asked: int) -> int:
    """Where the answer begins: at the byte that was asked for, or at 0 where the server knows no ranges."""
    if answer.status != 206:
        return 0
    span = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    if span != str(asked):
        raise _Cut(f"the server answers from byte {span or '?'} instead of {asked}")
    return asked


def _copy(answer, part: Path, begin: int, total: int | None, report: Report) -> None:
    with part.open("r+b" if begin else "wb") as handle:
        handle.seek(begin)
        handle.truncate()
        done = begin
        while chunk := answer.read(CHUNK):
            handle.write(chunk)
            done += len(chunk)
            report(done, total)
    if total is not None and done < total:
        raise _Cut(f"the connection ended after {done:,} of {total:,} bytes")


def _check_space(part: Path, total: int | None, begin: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if total is not None and total - begin + SPARE > free:
        raise DownloadError(
            f"{part.parent}: {free / 1e6:,.0f} MB are free, but the file needs {(total - begin) / 1e6:,.0f} more"
        )


def _why(reason: object) -> str:
    if isinstance(reason, socket.gaierror):
        return "the server's name is not found: is there a network?"
    if isinstance(reason, TimeoutError):
        return "the server does not answer"
    if isinstance(reason, ConnectionRefusedError):
        return "the server refuses the connection"
    text = reason.strerror if isinstance(reason, OSError) else None
    return " ".join(str(text or reason or type(reason).__name__).split())


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _beside(part, ".etag").unlink(missing_ok=True)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)
