"""A download survives cut connections and odd servers, and what it cannot have costs one clear line."""

import hashlib
import http.server
import re
import threading
from pathlib import Path

import pytest

from gptlab.cli import main
from gptlab.engine.data import download as module
from gptlab.engine.data import sources
from gptlab.engine.data.download import DownloadError, download

CONTENT = bytes(range(256)) * 2000  # half a megabyte
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Behaviour:
    """How the server answers, and what it was asked."""

    def __init__(self):
        self.content = CONTENT
        self.ranges = True
        self.cuts: list[int] = []  # bytes after which each answer ends too early
        self.statuses: list[int] = []  # errors before anything else
        self.etag: str | None = '"one"'
        self.length = True
        self.wrong_range = False
        self.requests: list[str | None] = []


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one content, with ranges, cuts and errors as `behaviour` says."""

    behaviour: Behaviour

    def log_message(self, *_):
        pass

    def do_GET(self):
        does = self.behaviour
        wanted = self.headers.get("Range")
        does.requests.append(wanted)
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
            return
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/file.txt")
            self.end_headers()
            return
        if does.statuses:
            self.send_error(does.statuses.pop(0))
            return
        begin = int(re.match(r"bytes=(\d+)-", wanted).group(1)) if wanted and does.ranges else 0
        if begin and self.headers.get("If-Range") != does.etag:
            begin = 0
        if begin >= len(does.content) > 0 and begin:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(does.content)}")
            self.end_headers()
            return
        body = does.content[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            shown = begin + 5 if does.wrong_range else begin
            self.send_header(
                "Content-Range", f"bytes {shown}-{len(does.content) - 1}/{len(does.content)}"
            )
        if does.etag:
            self.send_header("ETag", does.etag)
        if does.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if does.cuts:
            body = body[: does.cuts.pop(0)]
        self.wfile.write(body)
        self.close_connection = True


@pytest.fixture
def served():
    """(address, behaviour) of a server on this machine."""
    does = Behaviour()
    handler = type("Bound", (Handler,), {"behaviour": does})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", does
    server.shutdown()
    server.server_close()


def fetch(
    url: str, target: Path, sha256: str | None = DIGEST, waits: list | None = None, **more
) -> str:
    waits = [] if waits is None else waits
    return download(url, target, sha256, wait=waits.append, timeout_s=5.0, **more)


def left(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_whole_file_comes_with_progress_and_its_checksum_is_kept(served, tmp_path):
    url, _ = served
    seen = []
    found = fetch(
        f"{url}/elsewhere", tmp_path / "new" / "a.txt", report=lambda *pair: seen.append(pair)
    )
    assert found == DIGEST and (tmp_path / "new" / "a.txt").read_bytes() == CONTENT
    assert left(tmp_path / "new") == ["a.txt", "a.txt.sha256"]
    assert (tmp_path / "new" / "a.txt.sha256").read_text() == f"{DIGEST}  a.txt\n"
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and seen == sorted(seen)


def test_a_cut_connection_goes_on_where_it_was(served, tmp_path):
    url, does = served
    does.cuts = [100_000, 150_000]
    waits = []
    fetch(f"{url}/file.txt", tmp_path / "a.txt", waits=waits)
    assert (tmp_path / "a.txt").read_bytes() == CONTENT
    assert does.requests == [None, "bytes=100000-", "bytes=250000-"]
    assert waits == [0.0, 0.0]  # something came each time, so nobody waits


def test_another_session_goes_on_with_what_was_kept(served, tmp_path):
    url, does = served
    does.cuts = [200_000, *[0] * module.ATTEMPTS]
    with pytest.raises(DownloadError, match=r"200,000 bytes are kept, the same command goes on"):
        fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert left(tmp_path) == ["a.txt.part", "a.txt.part.etag"]
    does.requests.clear()
    fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert does.requests == ["bytes=200000-"] and (tmp_path / "a.txt").read_bytes() == CONTENT


def test_a_server_without_ranges_begins_again(served, tmp_path):
    url, does = served
    does.ranges = False
    does.cuts = [100_000]
    fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == CONTENT


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_mark_of_the_version_nothing_is_joined(served, tmp_path, etag):
    url, does = served
    does.etag = etag
    does.cuts = [100_000]
    fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert does.requests == [None, None] and (tmp_path / "a.txt").read_bytes() == CONTENT


def test_a_file_that_changed_in_between_is_fetched_anew(served, tmp_path):
    url, does = served
    does.cuts = [100_000, *[0] * module.ATTEMPTS]
    with pytest.raises(DownloadError):
        fetch(f"{url}/file.txt", tmp_path / "a.txt")
    does.content, does.etag = CONTENT[::-1], '"two"'
    assert (
        fetch(f"{url}/file.txt", tmp_path / "a.txt", None)
        == hashlib.sha256(CONTENT[::-1]).hexdigest()
    )
    assert (tmp_path / "a.txt").read_bytes() == CONTENT[::-1]


def test_a_part_that_is_complete_is_only_renamed_and_one_that_is_too_long_is_dropped(
    served, tmp_path
):
    url, _does = served
    for part in (CONTENT, CONTENT + b"more"):
        (tmp_path / "a.txt.part").write_bytes(part)
        (tmp_path / "a.txt.part.etag").write_text('"one"')
        fetch(f"{url}/file.txt", tmp_path / "a.txt")
        assert (tmp_path / "a.txt").read_bytes() == CONTENT
        (tmp_path / "a.txt").unlink()


def test_an_answer_from_another_byte_is_not_joined(served, tmp_path):
    url, does = served
    does.cuts, does.wrong_range = [100_000], True
    with pytest.raises(DownloadError, match="answers from byte 100005 instead of 100000"):
        fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()


def test_a_wrong_checksum_leaves_nothing(served, tmp_path):
    url, _ = served
    with pytest.raises(
        DownloadError, match=f"its SHA-256 is {DIGEST}, but {'0' * 64} was expected"
    ):
        fetch(f"{url}/file.txt", tmp_path / "a.txt", "0" * 64)
    assert left(tmp_path) == []


def test_what_is_there_is_held_against_the_checksum_of_the_first_download(served, tmp_path):
    url, does = served
    fetch(f"{url}/file.txt", tmp_path / "a.txt", None)
    asked = len(does.requests)
    assert fetch(f"{url}/file.txt", tmp_path / "a.txt", None) == DIGEST
    assert len(does.requests) == asked
    (tmp_path / "a.txt").write_bytes(b"edited")
    with pytest.raises(DownloadError, match="move it away to have it anew"):
        fetch(f"{url}/file.txt", tmp_path / "a.txt", None)
    with pytest.raises(DownloadError, match="move it away to have it anew"):
        fetch(f"{url}/file.txt", tmp_path / "a.txt", DIGEST)
    assert (tmp_path / "a.txt").read_bytes() == b"edited"


@pytest.mark.parametrize(("status", "attempts"), [(404, 1), (403, 1), (503, 5), (429, 5)])
def test_an_error_of_the_server_is_one_line(served, tmp_path, status, attempts):
    url, does = served
    does.statuses = [status] * 9
    waits = []
    with pytest.raises(DownloadError, match=f"the server says {status}") as found:
        fetch(f"{url}/file.txt", tmp_path / "a.txt", waits=waits)
    assert "\n" not in str(found.value)
    assert len(does.requests) == attempts
    assert waits == [1.0, 2.0, 4.0, 8.0][: attempts - 1]


def test_a_server_that_is_busy_for_a_moment_is_asked_again(served, tmp_path):
    url, does = served
    does.statuses = [503, 500]
    assert fetch(f"{url}/file.txt", tmp_path / "a.txt") == DIGEST


def test_a_circle_of_redirects_ends(served, tmp_path):
    url, _ = served
    with pytest.raises(DownloadError, match="redirects lead in a circle"):
        fetch(f"{url}/loop", tmp_path / "a.txt")


def test_nobody_there(tmp_path):
    with pytest.raises(DownloadError, match="refuses the connection"):
        fetch("http://127.0.0.1:9/file.txt", tmp_path / "a.txt")
    with pytest.raises(DownloadError, match="name is not found: is there a network"):
        fetch("http://nowhere.invalid/file.txt", tmp_path / "a.txt")
    with pytest.raises(DownloadError, match="https://"):
        fetch("file:///etc/passwd", tmp_path / "a.txt")


def test_no_step_from_https_to_http():
    request = module.urllib.request.Request("https://example.org/a")
    with pytest.raises(DownloadError, match="not encrypted"):
        module._Redirects().redirect_request(request, None, 302, "", {}, "http://example.org/a")


def test_a_full_disk_is_said_before_anything_is_written(served, tmp_path, monkeypatch):
    url, _ = served
    usage = type("usage", (), {"free": 100_000})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DownloadError, match="0 MB are free, but the file needs 1 more"):
        fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert left(tmp_path) == []


def test_without_a_length_the_end_is_the_end(served, tmp_path):
    url, does = served
    does.length = False
    fetch(f"{url}/file.txt", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == CONTENT


def test_the_table_of_sources_is_sound():
    for name, one in sources.SOURCES.items():
        assert (
            one.name == name and one.url.startswith("https://") and one.page.startswith("https://")
        )
        assert one.licence and one.megabytes > 0
        assert one.sha256 is None or re.fullmatch("[0-9a-f]{64}", one.sha256)
    with pytest.raises(DownloadError, match="choose from tinyshakespeare"):
        sources.source("tiny")


def test_the_command_says_where_it_is_and_how_it_was_checked(served, tmp_path, capsys):
    url, _ = served
    get = ["data", "get", "book", "--url", f"{url}/file.txt", "--out", str(tmp_path)]
    assert main.main(get) == 0
    out = capsys.readouterr().out
    assert (
        f"{tmp_path / 'book.txt'}: {len(CONTENT):,} bytes; SHA-256 of the download {DIGEST}, kept"
        in out
    )
    assert main.main([*get, "--sha256", "0" * 64]) == 1
    assert "was expected: move it away" in capsys.readouterr().err
    assert main.main([*get, "--sha256", DIGEST.upper(), "--quiet"]) == 0
    assert "as expected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["list"], 0, "CDLA-Sharing-1.0"),
        (["get", "nothing"], 1, "choose from tinyshakespeare, tinystories"),
        (["get", "tinyshakespeare", "--sha256", "123"], 2, "is no SHA-256"),
        (["get", "book", "--url", "ftp://example.org/a"], 1, "begins with https://"),
        (["get"], 2, "NAME"),
        ([], 2, "ACTION"),
    ],
)
def test_the_command_line(words, status, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main.main(["data", *words]) == status
    found = capsys.readouterr()
    assert said in found.out + found.err and len(found.err.strip().splitlines()) <= 1


def test_a_parquet_file_becomes_a_text(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table({"text": ["one", " two\n", None], "id": [1, 2, 3]})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert sources.text_of_parquet(tmp_path / "a.parquet").read_text() == "one\n\ntwo\n\n\n\n"
    parquet.write_table(pyarrow.table({"id": [1]}), tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"no parquet at all")
    for name in ("b", "c"):
        with pytest.raises(DownloadError, match="text"):
            sources.text_of_parquet(tmp_path / f"{name}.parquet")
        assert not (tmp_path / f"{name}.txt").exists()


def test_without_pyarrow_a_parquet_file_stays_and_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(DownloadError, match=r"pip install 'gptlab\[data\]'"):
        sources.text_of_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").exists()
