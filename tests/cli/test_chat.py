"""`gptlab chat` in a real terminal (a pty) and in a real pipe."""

import os
import select
import signal
import subprocess
import sys
import time

import pytest

from gptlab.blanks import registry
from gptlab.cli import main
from gptlab.cli.common import chat_session, line_input
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from tests.support.paths import ROOT

pty = pytest.importorskip("pty", reason="a terminal of POSIX")
pytestmark = pytest.mark.slow  # a process for each case
PATIENCE_S = 90
UP = "\x1b[A"
OWN_TERMINAL = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C typed there is a signal here
runpy.run_module("gptlab", run_name="__main__")
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A chat model that knows nothing, with room for a reply that takes a while."""
    tokenizer = Tokenizer([])
    config = GPTConfig(tokenizer.vocab_size, context=4096, n_layers=1, n_heads=2, d_model=16)
    folder = tmp_path_factory.mktemp("models") / "sft"
    checkpoint.save(folder, GPT(config), tokenizer, meta={"stage": "sft"})
    checkpoint.save(
        folder.with_name("other"), GPT(config, seed=1), tokenizer, meta={"stage": "ppo"}
    )
    return folder


class Terminal:
    """`gptlab chat` in a terminal of its own: what is typed, and what is seen."""

    def __init__(self, home, model, *words, term="xterm"):
        self.master, slave = pty.openpty()
        env = os.environ | {"GPTLAB_HOME": str(home), "TERM": term, "INPUTRC": "/dev/null"}
        arguments = ["chat", "--model", str(model), "--temperature", "0", *words]
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *arguments],
            cwd=ROOT,
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""

    def until(self, text, n=1):
        """Wait until the text was seen n times since the last wait, or anything for ""; -> what was seen."""
        deadline = time.monotonic() + PATIENCE_S
        while self.seen.count(text) < n or not self.seen:
            assert time.monotonic() < deadline, f"no {text!r} in {self.seen!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    assert self.seen.count(text) >= n, f"no {text!r} in {self.seen!r}"
        seen, self.seen = self.seen, ""
        return seen

    def type(self, text):
        os.write(self.master, text.encode())

    def say(self, line, answer):
        """Type a line, and wait for a text that it brings."""
        self.type(line + "\n")
        return self.until(answer)

    def ends(self):
        """Wait for the end of the program; -> its exit status."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    break
        return self.process.wait(10)


@pytest.fixture
def terminal(tmp_path, model):
    """Opens terminals, and closes them."""
    opened = []

    def open_one(*words, home=tmp_path / "home", **settings):
        opened.append(Terminal(home, model, *words, **settings))
        opened[-1].until(line_input.PROMPT)  # before that, a Ctrl-C would end the program
        return opened[-1]

    yield open_one
    for one in opened:
        one.process.kill()
        one.process.wait()
        os.close(one.master)


def test_commands_in_a_terminal(terminal, model):
    screen = terminal("--max-new-tokens", "4", term="dumb")
    assert "/regenerate" in screen.say("/help", "Ctrl-D ends the conversation")
    screen.say("/temperature", "temperature 0\r\n")
    screen.say("/temperature 0.5", "temperature 0.5\r\n")
    screen.say("/temperature warm", "'warm' is no number from 0 to 100")
    screen.say("/system", "no system message")
    screen.say("/system Be kind.", "system message: Be kind.")
    screen.say("/system off", "no system message")
    screen.say("/model", model.name)
    screen.say(f"/model {model.with_name('other')}", "other\r\n")
    assert "Traceback" not in screen.say("/model nowhere", "nowhere: no such folder, run or model")
    screen.say("/whose", "functions are yours")
    screen.say("/reset", "a new conversation")
    screen.say("/regenerate", "there is no reply to make again")
    screen.say("/reset now", "/reset takes nothing after it")
    screen.say("/dance", "/dance: no such command")
    screen.type("/quit\n")
    assert screen.ends() == 0  # a slip of a person is no failure


def test_ctrl_c_stops_a_reply_and_ctrl_d_ends(terminal):
    screen = terminal("--max-new-tokens", "4000", term="dumb")
    screen.type("hello\n")
    screen.until("hello\r\n")
    screen.until("")
    screen.type("\x03")
    assert " …\r\n" in screen.until(line_input.PROMPT)
    screen.type("half a line")
    screen.until("half a line")
    time.sleep(0.3)  # a signal between a prompt and Python's wait for a key is missed
    screen.type("\x03")
    assert "(Ctrl-D or /quit ends)" in screen.until(line_input.PROMPT)
    screen.type("\x04")
    assert screen.ends() == 0


def test_arrow_keys_bring_lines_back_in_another_conversation(terminal, tmp_path):
    screen = terminal("--max-new-tokens", "1")
    screen.say("/system Stay the same.", "system message: Stay the same.")
    screen.type("/quit\n")
    assert screen.ends() == 0
    kept = tmp_path / "home" / "chat_history"
    assert "/system Stay the same.\n" in kept.read_text() and kept.stat().st_mode & 0o077 == 0
    screen = terminal("--max-new-tokens", "1")
    screen.type(UP + UP + "\n")
    screen.until("system message: Stay the same.")


def test_a_message_of_several_lines(monkeypatch):
    def typed(*lines):
        left = iter(lines)
        prompts = []

        def read(prompt):
            prompts.append(prompt)
            line = next(left, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr("builtins.input", read)
        return line_input.read_message(typed=True), prompts

    first, more = (line_input.prompt(text) for text in (line_input.PROMPT, line_input.MORE))
    assert typed("one\\", "two\\", " three ") == ("one\ntwo\n three", [first, more, more])
    assert typed('"""one', "", 'two"""', "not this") == ("one\n\ntwo", [first, more, more])
    assert typed('"""one"""')[0] == "one"
    assert typed('"""one', "two")[0] == "one\ntwo"  # Ctrl-D ends the block
    assert typed("one\\")[0] == "one"
    with pytest.raises(KeyboardInterrupt):
        typed('"""one', KeyboardInterrupt())
    with pytest.raises(EOFError):
        typed()


def pipe(model, text, *words):
    """A conversation through pipes; -> (exit status, output, errors)."""
    command = [sys.executable, "-m", "gptlab", "chat", "--model", str(model), *words]
    done = subprocess.run(command, input=text.encode(), capture_output=True, cwd=ROOT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_pipe_gets_one_line_for_each_message_and_nothing_else(model):
    asked = 'one\n\n/temperature 0\ntwo\\\n"""three\n//four\n'
    status, out, err = pipe(model, asked, "--max-new-tokens", "30")
    assert status == 0 and len(out.splitlines()) == out.count("\n") == 4
    assert "\x1b" not in out + err and "> " not in out and "temperature 0" in err


def test_a_pipe_says_by_its_status_that_a_line_failed(model):
    status, out, err = pipe(model, f"one\n{'x' * 5000}\ntwo\n", "--max-new-tokens", "3")
    lines = out.split("\n")
    assert status == 1 and len(lines) == 4 and lines[1] == "" and "make it shorter" in err
    for line in ("/dance", "/model nowhere", "/regenerate"):
        status, out, err = pipe(model, f"{line}\none\n", "--max-new-tokens", "3")
        assert status == 1 and out.count("\n") == 1 and "Traceback" not in err


def test_ctrl_c_ends_a_pipe(model):
    command = [sys.executable, "-m", "gptlab", "chat", "--model", str(model)]
    process = subprocess.Popen(
        [*command, "--max-new-tokens", "4000", "--temperature", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    process.stdin.write(b"hello\n")
    process.stdin.flush()
    assert process.stdout.read(1)  # the reply has begun
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130


def test_regenerate_gives_another_reply_in_the_place_of_the_last(monkeypatch, capsys, model):
    session = session_of(model, "--temperature", "2", "--max-new-tokens", "6")
    session.take("one")
    session.take("two")
    before = list(session.conversation.turns)
    session.take("/regenerate")
    after = session.conversation.turns
    assert after[0] == before[0] and len(after) == 2
    assert after[1][0] == "two" and after[1][1] != before[1][1]
    session.conversation.max_new_tokens = 4095  # no room for the message any more
    session.take("/regenerate")
    assert session.conversation.turns == after and len(after) == 2 and session.failed
    session.take("/temperature 0")
    session.conversation.max_new_tokens = 2
    session.take("/regenerate")
    assert "at temperature 0 the reply is the same each time" in capsys.readouterr().err


def session_of(model, *words):
    """A session as the command line makes it."""
    options = main.parser().parse_args(["chat", *words])
    registry.borrow(before=99)
    return chat_session.Session(model, options, typed=True)


def test_another_model_goes_on_with_the_conversation(capsys, model):
    session = session_of(model, "--max-new-tokens", "4")
    session.take("one")
    turns, first = list(session.conversation.turns), session.conversation.assistant
    session.take(f"/model {model.with_name('other')}")
    assert session.conversation.turns == turns and session.conversation.assistant is not first
    second = session.conversation.assistant
    session.take(f"/model {model.with_name('nowhere')}")
    assert session.conversation.assistant is second and session.folder.name == "other"


def test_two_slashes_are_one_that_is_said(monkeypatch, model):
    session = session_of(model, "--max-new-tokens", "1")
    session.take("//etc is a folder")
    assert session.conversation.turns[0][0] == "/etc is a folder"


def test_help_names_every_command():
    for name in chat_session.COMMANDS:
        assert name in chat_session.summary()
