"""Standard input and output of any kind: other encodings, bytes that are no text, closed ones, pipes that break."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gptlab.cli import main
from gptlab.cli.common import streams
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow  # a process for each case

posix = pytest.mark.skipif(os.name != "posix", reason="a shell's redirections")


def shell(line, **settings):
    """A line for the shell in which $GPTLAB is the command; returns (exit status, stdout, stderr)."""
    environment = os.environ | {"GPTLAB": f"{sys.executable} -m gptlab"}
    environment = {k: v for k, v in environment.items() if k != "PYTHONUTF8"} | settings.pop(
        "env", {}
    )
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        cwd=ROOT,
        capture_output=True,
        env=environment,
        **settings,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    tokenizer = Tokenizer([])
    folder = tmp_path_factory.mktemp("model") / "sft"
    config = GPTConfig(tokenizer.vocab_size, context=48, n_layers=1, n_heads=2, d_model=16)
    checkpoint.save(folder, GPT(config), tokenizer, meta={"stage": "sft"})
    return folder


NARROW = (
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
)


@posix
@pytest.mark.parametrize("env", NARROW)
def test_chinese_goes_into_a_file_whatever_the_system_speaks(tmp_path, env):
    status, _, err = shell(f"$GPTLAB world --pages 3 --lang zh > {tmp_path / 'pages.txt'}", env=env)
    text = (tmp_path / "pages.txt").read_text(encoding="utf-8")
    assert (status, err) == (0, "") and "?" not in text and any(c >= "\u4e00" for c in text)


def test_a_terminal_keeps_its_encoding(monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    for cls, encoding in ((Terminal, "cp1252"), (io.TextIOWrapper, "utf-8")):
        out = cls(io.BytesIO(), encoding="cp1252")
        monkeypatch.setattr(sys, "stdout", out)
        streams.prepare()
        assert (out.encoding, out.errors) == (encoding, "replace")
        print("山 é", flush=True)
        assert out.buffer.getvalue() == ("? é\n" if cls is Terminal else "山 é\n").encode(encoding)


def asked(monkeypatch, data, encoding="utf-8"):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding=encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
@pytest.mark.parametrize(
    "data",
    [
        b"\xff one\ntwo\n",
        b"caf\xe9\ntwo",
        "\ufeff山\r\ntwo\n".encode(),
        b"\x00\xed\xa0\x80\n\n\ntwo",
    ],
)
def test_a_bad_byte_does_not_end_a_conversation(monkeypatch, capsys, model, data, encoding):
    asked(monkeypatch, data, encoding)
    heard = []
    from gptlab.cli import chat

    monkeypatch.setattr(chat.Session, "answer", lambda _, text: heard.append(text))
    assert main.main(["chat", "--model", str(model), "--max-new-tokens", "4"]) == 0
    assert len(heard) == 2 and heard[1] == "two" and "Traceback" not in capsys.readouterr().err
    assert heard[0] in ("\ufffd one", "caf\ufffd", "山", "\x00\ufffd\ufffd\ufffd")


@posix
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$GPTLAB world --pages 2 >&-", 0),
        ("$GPTLAB world --pages 2 2>&-", 0),
        ("$GPTLAB dance 2>&-", 2),
        ("$GPTLAB --version >&- 2>&- <&-", 0),
        ("$GPTLAB chat --model {model} --max-new-tokens 4 <&-", 0),
        ("echo hi | $GPTLAB chat --model {model} --max-new-tokens 4 >&-", 0),
        ("$GPTLAB blanks >&-", 0),
        ("$GPTLAB lessons --json | head -c 1", 0),
        ("$GPTLAB world --pages 5000 2>&1 | head -c 9", 0),
    ],
)
def test_closed_streams_and_pipes_that_break_are_no_error(line, expected, model):
    status, _, err = shell(line.format(model=model))
    assert status == expected, err
    assert "Error" not in err and "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_stdout_is_one_line():
    status, _, err = shell("$GPTLAB world --pages 2 > /dev/full")
    assert status == 1 and err == "gptlab: No space left on device\n"
