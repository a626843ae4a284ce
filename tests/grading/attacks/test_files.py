"""What else a submission may bring along, and rooms that are no rooms."""

import io
import os
import stat
import zipfile

import pytest

from gptlab.blanks.errors import CourseError
from gptlab.cli import main
from gptlab.grading import batch
from gptlab.grading.confined.limits import Limits
from gptlab.grading.grade import Plan
from gptlab.grading.submission import MOST_BYTES, NoSubmission, find, read
from tests.support.paths import ROOT
from tests.support.submissions import solved_rooms, with_body, write

pytestmark = pytest.mark.slow
KEY = "sampling.append_token"
SOLVED = solved_rooms()["sampling"]


def zipped(folder, *members, **rooms):
    """A zip of (name, content) or ZipInfo."""
    path = folder / "ada.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


# -- folders ----------------------------------------------------------------------------------------------------


def test_other_files_of_a_submission_are_not_read(tmp_path, graded):
    folder = write(tmp_path / "ada", with_body(KEY, "return None"))
    package = folder / "gptlab"
    cheat = (
        "import gptlab.sampling\ngptlab.sampling.append_token = lambda ids, token: [*ids, token]\n"
    )
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "gptlab/__init__.py",
        "gptlab/helpers.py",
        "gptlab/torch.py",
        "torch.py",
        "gptlab/exercises/sampling/checks.py",
        "solutions/sampling.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(cheat)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --version\n")
    (folder / "cheat.pth").write_text("import gptlab.sampling\n")
    assert (package / "__init__.py").exists()
    found = read(folder)
    assert set(found.rooms) == {"sampling"}
    assert graded(found.rooms, 0).points == 0


def test_a_room_that_is_a_link_is_not_followed(tmp_path):
    folder = write(tmp_path / "ada", with_body(KEY, "return None"))
    (folder / "gptlab" / "ngram.py").symlink_to(ROOT / "solutions" / "ngram.py")
    found = read(folder)
    assert "ngram" not in found.rooms
    assert "symbolic link" in found.refused["ngram"]


def test_a_folder_that_is_a_link_is_not_followed(tmp_path):
    write(tmp_path / "bob", {"sampling": SOLVED})
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "gptlab").symlink_to(tmp_path / "bob" / "gptlab")
    with pytest.raises(NoSubmission):
        read(tmp_path / "ada")


def test_a_submission_that_is_a_link_is_left_out(tmp_path):
    write(tmp_path / "class" / "bob", {"sampling": SOLVED})
    (tmp_path / "class" / "ada").symlink_to(tmp_path / "class" / "bob")
    assert [name for name, _ in find(tmp_path / "class")] == ["bob"]


def test_a_class_with_names_that_no_file_of_a_report_can_have(tmp_path):
    """A name of another encoding, one with a line end, and two that are too long and end differently."""
    long = "L" * 244
    names = ["good", os.fsdecode(b"M\xfcller"), "a\nb", f"{long}1", f"{long}2"]
    for name in names:
        write(tmp_path / "class" / name, {"sampling": SOLVED})
    found = [name for name, _ in find(tmp_path / "class")]
    assert len(set(found)) == len(names)
    assert "good" in found
    plan = Plan((0,), {}, Limits())
    results = batch.grade_all(find(tmp_path / "class"), plan, 2, tmp_path / "out", lambda one: None)
    assert [one.points for one in results] == [1] * len(names)
    table = (tmp_path / "out" / batch.TABLE).read_text(encoding="utf-8")
    assert len(table.splitlines()) == 1 + len(names)
    assert all((tmp_path / "out" / f"{name}.json").is_file() for name in found)


@pytest.mark.parametrize("out", [[], ["--out", "x"], ["--out", "ada/x"]])
def test_results_do_not_lie_where_submissions_do(out, tmp_path, monkeypatch, capsys):
    """A submission that is named as the folder of results is could bring results along, its own and others'."""
    for name in ("ada", "grades"):
        write(tmp_path / name, {"sampling": SOLVED})
    monkeypatch.chdir(tmp_path)
    assert main.main(["grade", ".", "--lesson", "0", *out]) == 1
    assert "would lie among the submissions" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.rglob("*.json"))


def test_a_pipe_is_not_waited_for(tmp_path):
    folder = write(tmp_path / "ada", with_body(KEY, "return None"))
    os.mkfifo(folder / "gptlab" / "ngram.py")
    assert "no regular file" in read(folder).refused["ngram"]


def test_a_room_without_end_is_not_read(tmp_path):
    folder = write(tmp_path / "ada", {"sampling": b"#" * (MOST_BYTES + 1)})
    assert "longer than 1 MB" in read(folder).refused["sampling"]


def test_a_device_is_not_read(tmp_path):
    folder = write(tmp_path / "ada", with_body(KEY, "return None"))
    try:
        os.mknod(folder / "gptlab" / "ngram.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    assert "ngram" in read(folder).refused


def test_names_in_letters_that_look_alike_are_no_rooms(tmp_path):
    folder = write(tmp_path / "ada", {"sаmpling": SOLVED})  # with a Cyrillic а
    with pytest.raises(NoSubmission):
        read(folder)


# -- zips -------------------------------------------------------------------------------------------------------


def test_a_path_that_climbs_out_of_a_zip_is_no_room(tmp_path):
    path = zipped(tmp_path, ("../../gptlab/sampling.py", SOLVED), ("/gptlab/ngram.py", b"x"))
    with pytest.raises(NoSubmission):
        read(path)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["ada.zip"]


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    link = zipfile.ZipInfo("gptlab/sampling.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = read(zipped(tmp_path, (link, str(ROOT / "solutions" / "sampling.py"))))
    assert "symbolic link" in found.refused["sampling"]


def test_a_zip_bomb_is_read_no_further_than_a_room(tmp_path):
    found = read(zipped(tmp_path, ("gptlab/sampling.py", b"\0" * (300 << 20))))
    assert "longer than 1 MB" in found.refused["sampling"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb_that_zipfile_would_read_whole_is_not_opened(method, tmp_path):
    """A few kilobytes of bzip2 hold gigabytes, and zipfile takes all that a block of the file has."""
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("gptlab/sampling.py", b"\0" * (4 << 20))
    assert "compressed in an unusual way" in read(path).refused["sampling"]


def test_a_zip_with_a_room_twice_is_not_guessed_at(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path, ("gptlab/sampling.py", b"1"), ("gptlab/sampling.py", b"2"))
    assert "more than once" in read(path).refused["sampling"]


def test_a_zip_that_is_none(tmp_path):
    (tmp_path / "ada.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(NoSubmission, match="no zip"):
        read(tmp_path / "ada.zip")


def test_a_damaged_member_costs_its_room(tmp_path):
    path = zipped(tmp_path, ("gptlab/sampling.py", SOLVED), ("gptlab/ngram.py", b"x = 1\n"))
    raw = bytearray(path.read_bytes())
    at = raw.index(SOLVED[:0] or b"gptlab/sampling.py") + 60
    raw[at : at + 40] = bytes(40)
    path.write_bytes(raw)
    found = read(path)
    assert "sampling" in found.refused
    assert set(found.rooms) == {"ngram"}


def test_a_good_zip_with_a_folder_around_it(tmp_path):
    found = read(zipped(tmp_path, ("gptlab-main/gptlab/sampling.py", SOLVED), ("x/y.txt", b"")))
    assert found.rooms == {"sampling": SOLVED}
    assert found.name == "ada"


# -- rooms that do something when they are imported -----------------------------------------------------------

AT_IMPORT = {
    "it ends the program": "import sys; sys.exit(0)",
    "it ends the process": "import os; os._exit(0)",
    "it never ends": "while True: pass",
    "it deletes its own function": "del append_token",
    "it has another name for it": "def аppend_token(ids, token): return [*ids, token]",  # Cyrillic а
    "it is no Python": "def",
    "it is a deep expression": "x = " + "(" * 5000 + ")" * 5000,
    "it is a deep sum": "x = " + "-" * 200_000 + "1",
    "it replaces the decorator": """
import gptlab.blanks.registry as registry
registry.process_registry.blank = registry.blank = lambda *a, **k: (lambda f: f)
""",
    "it replaces the registry": """
import sys, types
sys.modules['gptlab.blanks.registry'] = types.ModuleType('registry')
""",
    "it closes all descriptors": "import os; os.closerange(0, 4096)",
    "it starts a thread that floods the channel": """
import gc, socket, threading
def flood():
    for one in gc.get_objects():
        if isinstance(one, socket.socket):
            while True: one.sendall(b'{"passed": true}')
threading.Thread(target=flood, daemon=True).start()
""",
    "it takes the words of the machinery": """
import gptlab.grading.confined.candidate as candidate
candidate._import = candidate._open = lambda *a: None
candidate.facts = lambda room, names, known: [{'there': True, 'empty': False}] * len(names)
""",
}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_a_room_that_misbehaves_when_it_is_imported(name, graded, honest):
    text = with_body(KEY, "return None", AT_IMPORT[name])["sampling"]
    result = graded({"sampling": text, "ngram": solved_rooms()["ngram"]}, 0, 1)
    rows = {row.key: row for row in result.rows}
    assert rows[KEY].points == 0
    assert rows["ngram.bigram_counts"].state == "passes"  # another room is not harmed
    assert all(len(row.message.splitlines()) <= 12 for row in result.rows)
    honest()


def test_a_broken_room_is_told_with_its_line(graded):
    result = graded(with_body(KEY, "return None", "def"), 0)
    assert "gptlab/sampling.py" in result.rows[0].message
    assert "SyntaxError" in result.rows[0].message or "invalid syntax" in result.rows[0].message
    assert any("sampling" in note for note in result.notes)


def test_no_path_of_the_grader_is_shown(graded):
    row = graded(with_body(KEY, "raise OSError(2, 'no', __file__)"), 0).rows[0]
    assert "gptlab-rooms-" not in row.message or "got" in row.message


def test_an_empty_folder_is_told_in_one_line(tmp_path):
    with pytest.raises(CourseError, match="holds no"):
        find(tmp_path)


def test_bytes_are_what_is_read(tmp_path):
    raw = io.BytesIO(SOLVED).read()
    assert read(write(tmp_path / "ada", {"sampling": raw})).rooms["sampling"] == SOLVED
