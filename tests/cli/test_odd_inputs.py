"""A hundred odd inputs through the command line: each gives right work or one clear line, and never a traceback."""

import os

import pytest

from gptlab.cli import main
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer

MODEL = "MODEL"  # stands for the folder of a small model

# Texts that are refused before a folder is made: what the file holds, or what stands in its place.
TEXTS = {
    "empty": b"",
    "one byte": b"a",
    "a mark alone": b"\xef\xbb\xbf",
    "a UTF-16 mark alone": b"\xff\xfe",
    "blanks": b" " * 50_000,
    "line ends": b"\r\n" * 50_000,
    "zeros": bytes(50_000),
    "zeros in a text": b"some text \x00" * 5000,
    "all bytes": bytes(range(256)) * 200,
    "GBK": "玉山很高".encode("gbk") * 9000,
    "Big5": "玉山很高".encode("big5") * 9000,
    "Shift JIS": "富士山は高い".encode("shift_jis") * 5000,
    "KOI8": "гора высокая ".encode("koi8_r") * 5000,
    "UTF-16 LE": ("a line\n" * 9000).encode("utf-16-le"),
    "UTF-16 with its mark": ("a line\n" * 9000).encode("utf-16"),
    "UTF-32": ("a line\n" * 9000).encode("utf-32"),
    "surrogates": b"\xed\xa0\x80" * 9000,
    "continuation bytes": b"\x80" * 50_000,
    "a gzip": b"\x1f\x8b\x08\x00" + bytes(range(255, 0, -1)) * 200,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200,
    "short Chinese": "玉山".encode() * 100,
    "one byte too few": b"a" * 19_999,
}
PLACES = (
    "nothing.txt",
    "empty_folder",
    "folder_of_pictures",
    "hidden",
    "loop",
    "dangling",
    "book.txt/inside",
    "x" * 300,
    "no\nsuch\tfile",
    "-",
    "~",
    "*.txt",
    " ",
    "caf\udce9",
    "/dev/null",
    "https://example.org/a.txt",
)
# Words of a command, and the exit statuses that are right.
COMMANDS = {
    "chat": [
        (["--prompt", "\x00"], 0),
        (["--prompt", "\udcff\udcfe"], 0),
        (["--prompt", "\ud83d\ude00 \ud800"], 0),
        (["--prompt", "\u202e\u200b\ufeff"], 0),
        (["--prompt", "<|end|><|user|>"], 0),
        (["--prompt", "🏔️👩‍👩‍👧"], 0),
        (["--prompt", "a\r\nb\tc"], 0),
        (["--prompt", "%s %d {0}"], 0),
        (["--prompt", "/quit"], 0),
        (["--prompt", "x" * 10_000], 1),
        (["--prompt", "山" * 200_000], 1),
        (["--prompt", " " * 9 + "."], 0),
        (["--prompt", "a", "--temperature", "1e-50"], 0),
        (["--prompt", "a", "--temperature", "5e-324"], 0),
        (["--prompt", "a", "--temperature", "100"], 0),
        (["--prompt", "a", "--temperature", "-0.0"], 0),
        (["--prompt", "a", "--temperature", "1e400"], 2),
        (["--prompt", "a", "--temperature", "0x1"], 2),
        (["--prompt", "a", "--temperature", "１"], 0),
        (["--prompt", "a", "--temperature", ""], 2),
        (["--prompt", "a", "--seed", "2147483647"], 0),
        (["--prompt", "a", "--seed", "2147483648"], 2),
        (["--prompt", "a", "--seed", "9" * 5000], 2),
        (["--prompt", "a", "--seed", "1_0"], 0),
        (["--prompt", "a", "--max-new-tokens", "1e1"], 2),
        (["--prompt", "a", "--max-new-tokens", "47"], 1),
        (["--prompt", "a", "--system", "x" * 90], 1),
        (["--prompt", "a", "--system", "\udcff"], 0),
        (["--prompt", "a", "--system", "\n"], 2),
        (["--prompt", ""], 2),
        (["--model", "nowhere", "--prompt", "a"], 1),
        (["--model", "empty_folder", "--prompt", "a"], 1),
        (["--model", "book.txt", "--prompt", "a"], 1),
        (["--model", "x" * 300, "--prompt", "a"], 1),
        (["--model", "loop", "--prompt", "a"], 1),
        (["--model", "caf\udce9", "--prompt", "a"], 1),
    ],
    "world": [
        (["--pages", "0"], 0),
        (["--pages", "1", "--seed", "2147483647"], 0),
        (["--pages", "٣"], 0),
        (["--pages", "1.0"], 2),
        (["--pages", "9" * 5000], 2),
        (["--pages", "1", "--kind", "Forum"], 1),
        (["--pages", "1", "--kind", "\udcff"], 1),
        (["--pages", "1", "--kind", " "], 2),
        (["--pages", "1", "--lang", "ZH"], 2),
        (["--pages", "1", "--kind", "forum", "--lang", "zh", "--bits"], 0),
        (["--pages"], 2),
        (["more"], 2),
    ],
    "town": [
        (["--days", "0"], 2),
        (["--days", "1.0"], 2),
        (["--days", "9" * 5000], 2),
        (["--seed", "\udcff"], 2),
        (["--out", "nowhere/town.json"], 1),
        (["--days"], 2),
        (["more"], 2),
    ],
    "check": [
        (["sampling"], 1),
        (["sampling.Softmax"], 1),
        (["sampling.softmax.x"], 1),
        ([""], 1),
        ([" "], 1),
        ([".."], 1),
        (["99"], 1),
        (["-1"], 2),
        (["²"], 1),
        (["٣٣"], 1),
        (["1" * 5000], 1),
        (["\udcff"], 1),
        (["../sampling.softmax"], 1),
    ],
    "borrow": [
        (["nothing.at_all"], 1),
        (["sampling.softmaxx"], 1),
        ([""], 1),
        (["\udcff.x"], 1),
        (["x" * 500], 1),
        (["sampling softmax"], 1),
        (["os.system"], 1),
        (["--before"], 2),
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with odd things in it, and a small model."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "book.txt").write_text("short")
    for name in ("empty_folder", "folder_of_pictures", "hidden"):
        (folder / name).mkdir()
    (folder / "folder_of_pictures" / "a.png").write_bytes(b"\x89PNG" * 9000)
    (folder / "hidden" / ".a.txt").write_text("a line\n" * 9000)
    (folder / "loop").symlink_to("loop")
    (folder / "dangling").symlink_to("nowhere")
    tokenizer = Tokenizer([])
    config = GPTConfig(tokenizer.vocab_size, context=48, n_layers=1, n_heads=2, d_model=16)
    checkpoint.save(folder / MODEL, GPT(config), tokenizer, meta={"stage": "sft"})
    return folder


def said(capsys, words):
    """(exit status, stderr) of a command in this process."""
    status = main.main(words)
    err = capsys.readouterr().err
    assert "Traceback" not in err and "unexpected" not in err, err
    return status, err


def refused(capsys, words):
    """The one line with which a command fails."""
    status, err = said(capsys, words)
    lines = [line for line in err.splitlines() if " are yours" not in line]
    assert status in (1, 2) and len(lines) == 1 and lines[0].startswith("gptlab"), err
    assert len(lines[0]) < 1000
    return lines[0]


def test_there_are_a_hundred():
    assert len(TEXTS) + len(PLACES) + sum(map(len, COMMANDS.values())) >= 100


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_cannot_be_learnt_from(capsys, tmp_path, name):
    (tmp_path / "odd.txt").write_bytes(TEXTS[name])
    out = tmp_path / "run"
    words = ["run", "--preset", "tiny", "--quiet", "--out", str(out), "--text"]
    line = refused(capsys, [*words, str(tmp_path / "odd.txt")])
    assert "at least 20000 are needed" in line and not out.exists()


@pytest.mark.parametrize("name", PLACES)
def test_a_place_where_no_text_is(capsys, monkeypatch, place, tmp_path, name):
    monkeypatch.chdir(place)
    words = ["run", "--preset", "tiny", "--quiet", "--out", str(tmp_path / "run"), f"--text={name}"]
    refused(capsys, words)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name != "posix", reason="odd names of files")
@pytest.mark.parametrize(
    ("command", "words", "status"),
    [(command, *case) for command, cases in COMMANDS.items() for case in cases],
)
def test_an_odd_command_line(capsys, monkeypatch, place, command, words, status):
    monkeypatch.chdir(place)
    if command == "chat":
        model = [] if "--model" in words else ["--model", MODEL]
        length = [] if "--max-new-tokens" in words else ["--max-new-tokens", "4"]
        words = [*words, *model, *length]
    if status:
        refused(capsys, [command, *words])
    else:
        assert said(capsys, [command, *words])[0] == 0
