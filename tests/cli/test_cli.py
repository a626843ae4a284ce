"""The command line: light to start, one line for what is wrong, an exit status that means something."""

import builtins
import errno
import json
import math
import os
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from gptlab.blanks import registry
from gptlab.blanks.errors import EmptyBlank
from gptlab.blanks.source_scan import PACKAGE
from gptlab.cli import doctor, main
from gptlab.cli.common import borrowing, line_input, models
from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.data.corpus import Tokenizer
from gptlab.engine.model import checkpoint
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.run import pipeline, presets
from gptlab.instruct import render_chat
from gptlab.world.web import Web
from tests.support.paths import ROOT

COMMANDS = ["run", "chat", "world", "blanks", "borrow", "give-back", "reveal", "reset", "doctor"]


def gptlab(*arguments, cwd=ROOT, **environment):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gptlab", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"} | environment,
    )


def one_line(capsys, *arguments):
    """Run a command that must fail; returns (exit status, its one line)."""
    status, said = main.main(list(arguments)), capsys.readouterr()
    assert status != 0 and said.err.count("\n") == 1 and "Traceback" not in said.err, said.err
    assert said.err.startswith("gptlab")
    return status, said.err


# -- starting -----------------------------------------------------------------------------------------------------

LIGHT = """
import sys
from gptlab.cli.main import main
for words in (["--help"], ["--version"], ["blanks"], ["world", "--pages", "1", "--bits"],
              ["reveal", "sampling.softmax"],
              *([name, "--help"] for name in sys.argv[1:])):
    if main(words) != 0:
        sys.exit(f"{words} failed")
heavy = {"torch", "numpy", "matplotlib", "tiktoken"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""


def test_commands_that_compute_nothing_import_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *COMMANDS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("example") >= len(COMMANDS) and all(
        f"    {name}" in done.stdout for name in COMMANDS
    )


def test_python_m_gptlab():
    done = gptlab("--version")
    assert done.returncode == 0 and done.stdout.startswith("gptlab ")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["run", "--preset", "huge"],
        ["run", "--seed", "-1"],
        ["run", "--seed", "x"],
        ["run", "--seed", "99999999999"],
        ["run", "--text"],
        ["chat", "--temperature", "-1"],
        ["chat", "--temperature", "nan"],
        ["chat", "--max-new-tokens", "0"],
        ["chat", "--prompt", " "],
        ["world", "--pages", "-1"],
        ["run", "--text", ""],
        ["run", "--text", "a.txt", ""],
        ["run", "--out", ""],
        ["chat", "--model", ""],
        ["chat", "--system", ""],
        ["world", "--kind", ""],
        ["world", "--lang", "fr"],
        ["blanks", "--lesson", "five"],
        ["borrow"],
        ["run", "--pre", "tiny"],
    ],
)
def test_a_wrong_command_line_is_refused_in_one_line(capsys, words):
    status, line = one_line(capsys, *words)
    assert status == 2 and "--help" in line


# -- world, blanks ------------------------------------------------------------------------------------------------


def test_world_prints_pages(capsys):
    assert (
        main.main(["world", "--pages", "3", "--seed", "4", "--kind", "forum", "--lang", "zh"]) == 0
    )
    stream = Web().pages(4, ["forum"], "zh")
    assert (
        capsys.readouterr().out
        == f"\n{'─' * 40}\n".join(next(stream).text for _ in range(3)) + "\n"
    )


def test_world_says_the_exact_bits(capsys):
    assert main.main(["world", "--pages", "1", "--bits"]) == 0
    page = next(Web().pages(0))
    bits = -Web().log_probability(page.text) / math.log(2)
    assert (
        f"[{page.kind}, {page.lang}: {bits:.2f} bits, {len(page.text.encode())} bytes, "
        in capsys.readouterr().out
    )


def test_world_refuses_an_unknown_kind(capsys):
    status, line = one_line(capsys, "world", "--kind", "novel")
    assert status == 1 and "novel" in line and "forum" in line


def test_a_reader_who_has_had_enough_is_no_error():
    command = [sys.executable, "-m", "gptlab", "world", "--pages", "1000000"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 0 and process.stderr.read() == b""


def test_blanks_lists_them_all(capsys):
    assert main.main(["blanks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == [entry.key for entry in registry.blanks()]
    assert main.main(["blanks", "--json", "--lesson", "5"]) == 0
    rows = json.loads(capsys.readouterr().out)["blanks"]
    assert (
        rows
        and {row["lesson"] for row in rows} == {5}
        and {row["state"] for row in rows} == {"borrowed"}
    )
    assert all((ROOT / row["file"]).is_file() and row["line"] > 0 for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        ["reveal", "sampling.sofmax"],
        ["reset", "sampling.sofmax"],
        ["borrow", "sampling.sofmax"],
        ["give-back", "sampling.sofmax"],
    ],
)
def test_an_unknown_key_gets_near_matches(capsys, words):
    status, line = one_line(capsys, *words)
    assert status == 1 and "did you mean sampling.softmax" in line


def test_blanks_of_no_lesson(capsys):
    assert one_line(capsys, "blanks", "--lesson", "98")[0] == 1


def test_reveal_shows_the_reference(capsys):
    assert main.main(["reveal", "sampling.softmax"]) == 0
    assert capsys.readouterr().out.startswith("def softmax(")


def test_reset_says_where_the_backup_is(tmp_path):
    for folder in ("gptlab", "solutions"):
        shutil.copytree(
            ROOT / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("__pycache__", "assets", "data"),
        )
    room = tmp_path / "gptlab" / "chat.py"
    before = room.read_text(encoding="utf-8")
    room.write_text(
        before.replace("raise NotImplementedError", "return 'mine'", 1), encoding="utf-8"
    )
    done = gptlab("reset", "chat.append_kv", cwd=tmp_path)
    backup = tmp_path / done.stdout.partition("is in ")[2].partition(";")[0]
    assert "`gptlab reset chat.append_kv --undo` brings it back" in done.stdout
    assert done.returncode == 0 and "return 'mine'" in backup.read_text(encoding="utf-8"), done
    assert room.read_text(encoding="utf-8") == before
    assert "empty already" in gptlab("reset", "chat.append_kv", cwd=tmp_path).stdout
    assert "is back, from" in gptlab("reset", "chat.append_kv", "--undo", cwd=tmp_path).stdout
    assert "return 'mine'" in room.read_text(encoding="utf-8")


def test_nothing_to_give_back(capsys, monkeypatch):
    monkeypatch.setattr(registry.process_registry, "__dict__", vars(registry.Registry()))
    monkeypatch.delenv("GPTLAB_BORROW")
    assert main.main(["give-back", "chat.append_kv"]) == 0
    assert capsys.readouterr().out == "nothing to give back: chat.append_kv was not borrowed.\n"


def test_what_cannot_be_revealed_says_so_in_its_own_words(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GPTLAB_SOLUTIONS", str(tmp_path / "gone"))
    said = one_line(capsys, "reveal", "chat.append_kv")[1]
    assert "cannot reveal chat.append_kv: there is no folder" in said
    assert main.main(["hint", "chat.append_kv", "3"]) == 0
    assert "gptlab reveal" not in capsys.readouterr().out


# -- doctor -------------------------------------------------------------------------------------------------------


def findings(capsys):
    status = main.main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is (status == 0)
    return {finding["name"]: finding for finding in report["findings"]}


def test_doctor(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = findings(capsys)
    names = {
        "Python",
        "packages",
        "torch",
        "cores",
        "memory",
        "disk",
        "runs/",
        "your code",
        "solutions",
        "shipped model",
    }
    assert names <= set(found)
    assert found["runs/"]["state"] == "ok" and list(tmp_path.iterdir()) == []
    (tmp_path / "runs").write_text("a file where a folder should be")
    monkeypatch.setattr(doctor, "installed", {"old-torch": "2.1", "numpy": "2.0"}.get)
    wanted = [Requirement(one) for one in ("old-torch>=2.6", "no-such-package>=1", "numpy>=1")]
    monkeypatch.setattr(doctor, "requirements", lambda: wanted)
    found = findings(capsys)
    wrong = {
        name: finding["mend"] for name, finding in found.items() if finding["state"] == "wrong"
    }
    assert set(wrong) == {"runs/", "old-torch", "no-such-package"} and all(wrong.values())
    assert main.main(["doctor"]) == 1 and "pip install 'old-torch>=2.6'" in capsys.readouterr().out


def test_doctor_finds_a_broken_file(capsys, monkeypatch):
    monkeypatch.setattr(
        registry, "broken_modules", lambda: {"chat": "gptlab/chat.py:3: invalid syntax"}
    )
    assert findings(capsys)["your code"]["text"] == "gptlab/chat.py:3: invalid syntax"


def test_doctor_without_solutions(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GPTLAB_SOLUTIONS", str(tmp_path / "gone"))
    assert doctor.solutions().state == "info"


@pytest.mark.parametrize(
    ("have", "wanted", "good"),
    [
        ("2.13.0+cpu", ">=2.6", True),
        ("2.6", ">=2.6", True),
        ("2.5.9", ">=2.6", False),
        ("2.6.0rc1", ">=2.6", False),
        ("2.14.0.dev20261101+cpu", ">=2.6", True),
        ("10.0", ">=9.1", True),
        ("2.13.0", "", True),
        ("3.0", ">=2.6,<3", False),
        ("2.9", ">=2.6,<3", True),
        ("1.0", "==1.0.0", True),
        ("1.0", "!=1.0", False),
        ("8.1.3", "==8.1.*", True),
        ("3.0", "~=2.6", False),
        (None, ">=1", False),
    ],
)
def test_versions(monkeypatch, have, wanted, good):
    monkeypatch.setattr(doctor, "installed", lambda name: have)
    monkeypatch.setattr(doctor, "requirements", lambda: [Requirement(f"torch{wanted}")])
    assert ("torch" not in [finding.name for finding in doctor.packages()]) is good


def not_installed(name):
    raise metadata.PackageNotFoundError(name)


def test_requirements_are_those_of_the_project(monkeypatch):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = tomllib.loads(text)["project"]["dependencies"]
    wanted = {str(Requirement(one)) for one in wanted}
    assert {str(one) for one in doctor.requirements()} <= wanted  # as it was installed
    monkeypatch.setattr(metadata, "requires", not_installed)
    assert {str(one) for one in doctor.requirements()} == wanted


WITHOUT = """
import sys
from importlib import metadata
missing, versions = sys.argv[1], metadata.version
def no_package(name):
    raise metadata.PackageNotFoundError(name)
sys.modules[missing] = None
metadata.requires = no_package  # so that pyproject.toml is read
metadata.version = lambda name: no_package(name) if name == missing else versions(name)
from gptlab.cli import main
sys.exit(main.main(["doctor"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["packaging", "psutil", "wcwidth"])
def test_doctor_says_what_is_missing(missing):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert done.returncode == 1 and done.stderr == "" and "pip install" in done.stdout
    assert missing in done.stdout


# -- what goes wrong ----------------------------------------------------------------------------------------------


def raised(code: str, file: Path) -> Exception:
    """The error of some code, as though it stood in that file."""
    try:
        exec(compile(code, str(file), "exec"), {"EmptyBlank": EmptyBlank})
    except Exception as error:
        return error


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (
            "\n\nprint(missing)",
            "gptlab/attention.py:3 (<module>): NameError: name 'missing' is not defined",
        ),
        (
            "raise ValueError('two\\nlines')",
            "gptlab/attention.py:1 (<module>): ValueError: two lines",
        ),
        ("raise EmptyBlank('write it')", "write it"),
    ],
)
def test_an_error_in_the_learners_code_says_where(code, line):
    said = main.explain(raised(code, PACKAGE / "attention.py"))
    assert said.startswith(line) and "\n" not in said


def test_an_error_in_ours_is_one_line():
    assert (
        main.explain(raised("raise ValueError('3 is not 4')", PACKAGE / "engine" / "sft.py"))
        == "3 is not 4"
    )
    said = main.explain(raised("1 / 0", PACKAGE / "engine" / "sft.py"))
    assert said.startswith("unexpected ZeroDivisionError: division by zero")
    assert (
        main.explain(OSError(errno.ENOSPC, "No space left on device", "a/b"))
        == "a/b: No space left on device"
    )
    assert main.explain(raised("x = (", PACKAGE / "chat.py")).startswith("gptlab/chat.py:1: ")


def test_an_unwritten_function_is_said_in_one_line(tmp_path):
    environment = {"GPTLAB_BORROW": "", "GPTLAB_SOLUTIONS": str(tmp_path / "gone")}
    done = gptlab("run", "--preset", "tiny", "--out", str(tmp_path / "run"), **environment)
    assert (
        done.returncode == 1
        and done.stderr.count("\n") == 1
        and " is still empty: write it in gptlab/" in done.stderr
    )
    assert "are empty" in done.stdout


# -- run ----------------------------------------------------------------------------------------------------------


def test_every_preset_says_how_long_it_takes():
    assert set(presets.PRESETS) == set(presets.MINUTES)


def bad_text(tmp_path, kind):
    if kind == "missing":
        return tmp_path / "nothing.txt"
    file = tmp_path / "book.txt"
    file.write_bytes(
        {"empty": b"", "binary": bytes(range(256)) * 200, "short": b"Too short.\n"}[kind]
    )
    return file


@pytest.mark.parametrize("kind", ["missing", "empty", "binary", "short"])
def test_bad_text_is_refused_before_a_folder_is_made(capsys, tmp_path, kind):
    text = bad_text(tmp_path, kind)
    out = tmp_path / "run"
    status, line = one_line(
        capsys, "run", "--preset", "tiny", "--out", str(out), "--text", str(text), "--quiet"
    )
    assert status == 1 and (text.name in line or "20000" in line)
    assert not (tmp_path / "run").exists()


def test_an_unwritable_folder(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    status, line = one_line(
        capsys, "run", "--preset", "tiny", "--quiet", "--out", str(tmp_path / "file" / "run")
    )
    assert status == 1 and "cannot be written" in line


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"settings": 3, "done": {}, "figures": {}, "seconds": 0}',
        b'{"settings": {}, "done": {}, "figures": {}, "seconds": 0}',
    ],
)
def test_a_damaged_run_is_said_in_one_line_and_left_alone(capsys, tmp_path, damage):
    (tmp_path / "run.json").write_bytes(damage)
    status, line = one_line(
        capsys, "run", "--preset", "tiny", "--quiet", "--out", str(tmp_path), "--resume"
    )
    assert status == 1 and "choose another --out" in line
    assert (tmp_path / "run.json").read_bytes() == damage and len(list(tmp_path.iterdir())) == 1
    assert (
        "--resume"
        in one_line(capsys, "run", "--preset", "tiny", "--quiet", "--out", str(tmp_path))[1]
    )


def test_ctrl_c_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", stopped)
    words = [
        "run",
        "--preset",
        "tiny",
        "--seed",
        "3",
        "--out",
        str(tmp_path / "my run"),
        "--text",
        "a b.txt",
    ]
    assert main.main([*words, "--quiet"]) == 130
    line = capsys.readouterr().err.strip()
    assert (
        line.count("\n") == 0
        and f"--preset tiny --text 'a b.txt' --out '{tmp_path}/my run' --seed 3 --resume" in line
    )


def test_ctrl_c_elsewhere(capsys, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Web, "pages", stopped)
    assert main.main(["world"]) == 130 and capsys.readouterr().err.strip() == "gptlab: stopped"


# -- chat ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer([(228, 189), (256, 160)])  # 你 is one token and in pieces


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory, tokenizer):
    """A finished run whose models know nothing."""
    folder = tmp_path_factory.mktemp("runs") / "tiny-0"
    config = GPTConfig(tokenizer.vocab_size, context=48, n_layers=1, n_heads=2, d_model=16)
    for seed, stage in enumerate(("sft", "ppo_ptx")):
        checkpoint.save(folder / stage, GPT(config, seed=seed), tokenizer, meta={"stage": stage})
    checkpoint.save(folder / "base", GPT(config, seed=5), tokenizer, meta={"step": 1, "train": {}})
    checkpoint.save(folder / "reward", RewardModel(GPT(config, seed=6)), tokenizer)
    (folder / "run.json").write_text(json.dumps({"done": {"ppo_ptx": 1.0}}))
    return folder


def expected(folder, tokenizer, messages, n):
    """What the model's greedy reply must be: all tokens at once, on the fused functions."""
    ids, _ = render_chat(messages, tokenizer.encode, tokenizer.special, add_reply=True)
    model = checkpoint.load(folder, fused=True).model
    new = generate_batch(model, [ids], n, stop_id=tokenizer.special["end"], temperature=0.0)[0]
    return tokenizer.decode(i for i in new if i != tokenizer.special["end"])


def test_chat_answers_once(capsys, run_folder, tokenizer):
    assert (
        main.main(
            ["chat", "--model", str(run_folder), "--prompt", "你好?", "--max-new-tokens", "20"]
        )
        == 0
    )
    said = capsys.readouterr()
    asked = [{"role": "user", "content": "你好?"}]
    assert said.out == expected(run_folder / "ppo_ptx", tokenizer, asked, 20) + "\n"
    n = len(registry.blanks())
    assert (
        said.err.endswith(f"0 of {n} functions are yours, {n} are borrowed\n")
        and said.err.count("\n") == 1
    )


def test_chat_samples_with_a_seed_and_a_system_message(capsys, run_folder, tokenizer):
    words = [
        "chat",
        "--model",
        str(run_folder / "sft"),
        "--prompt",
        "a",
        "--temperature",
        "1",
        "--max-new-tokens",
        "12",
    ]
    replies = []
    for seed in ("1", "1", "2"):
        assert main.main([*words, "--seed", seed]) == 0
        replies.append(capsys.readouterr().out)
    assert replies[0] == replies[1] != replies[2]
    assert main.main([*words[:-4], "--system", "be", "--max-new-tokens", "12"]) == 0
    asked = [{"role": "system", "content": "be"}, {"role": "user", "content": "a"}]
    assert capsys.readouterr().out == expected(run_folder / "sft", tokenizer, asked, 12) + "\n"


def converse(monkeypatch, capsys, folder, lines, *words):
    """A person's conversation; a line that is an exception is raised. -> (exit status, output, what it read)."""
    read, lines = [], iter(lines)
    whole = Assistant.begin

    def noted(assistant, messages, room=1):
        read.append(messages)
        return whole(assistant, messages, room)

    def typed(_=""):
        line = next(lines, EOFError())
        if isinstance(line, BaseException):
            raise line
        return line

    monkeypatch.setattr(Assistant, "begin", noted)
    monkeypatch.setattr(builtins, "input", typed)
    monkeypatch.setattr(line_input, "at_terminal", lambda: True)
    monkeypatch.setattr(line_input, "keep_history", lambda: None)
    status = main.main(["chat", "--model", str(folder), "--max-new-tokens", "4", *words])
    return status, capsys.readouterr(), read


def test_a_conversation_remembers_until_new(monkeypatch, capsys, run_folder):
    lines = [
        "one",
        "",
        KeyboardInterrupt(),
        "/help",
        "two",
        "/new",
        "three",
        "x" * 100,
        "four",
        "/quit",
        "never",
    ]
    status, said, read = converse(monkeypatch, capsys, run_folder, lines)
    assert (
        status == 0
        and "/regenerate" in said.err
        and "a new conversation" in said.err
        and "make it shorter" in said.err
    )
    assert [[m["content"] for m in messages if m["role"] == "user"] for messages in read] == [
        ["one"],
        ["one", "two"],
        ["three"],
        ["three", "x" * 100],
        ["three", "four"],
    ]
    assert [m["role"] for m in read[1]] == ["user", "assistant", "user"]
    assert len(said.out.splitlines()) >= 4


def test_a_long_conversation_forgets_its_beginning(run_folder, tokenizer):
    assistant = Assistant.load(run_folder / "ppo_ptx")
    roles = ("user", "assistant", "user", "assistant", "user")
    messages = [{"role": role, "content": c * 9} for role, c in zip(roles, "abcde", strict=True)]
    ids = assistant.begin(messages, room=10)
    assert (
        ids == render_chat(messages[2:], tokenizer.encode, tokenizer.special, add_reply=True)[0]
        and len(ids) <= 48 - 10
    )


def test_ctrl_c_stops_the_reply_and_keeps_the_conversation(monkeypatch, capsys, run_folder):
    from gptlab.engine.model import generate

    def interrupted(*_, **__):
        yield from b"abc"
        raise KeyboardInterrupt

    monkeypatch.setattr(generate, "stream", interrupted)
    status, said, read = converse(monkeypatch, capsys, run_folder, ["one", "two", EOFError()])
    assert status == 0 and said.out == "abc …\nabc …\n"
    assert read[1][1] == {"role": "assistant", "content": "abc"}


def test_a_base_model_goes_on_with_the_text(monkeypatch, capsys, run_folder, tokenizer):
    _, _, read = converse(monkeypatch, capsys, run_folder / "base", ["one"])
    assert read == [[{"role": "user", "content": "one"}]]
    assert Assistant.load(run_folder / "base").begin(read[0]) == [
        tokenizer.special["endoftext"],
        *tokenizer.encode("one"),
    ]


@pytest.mark.parametrize(
    ("folder", "words", "part"),
    [
        ("reward", [], "scores"),
        ("nothing", [], "no such folder"),
        ("..", [], "neither a model nor a run"),
        ("ppo_ptx", ["--max-new-tokens", "48"], "ask for fewer"),
        ("ppo_ptx", ["--prompt", "x" * 60], "make it shorter"),
        ("ppo_ptx", ["--system", "x" * 60], "make the system message shorter"),
        ("ppo_ptx", ["--max-new-tokens", "47"], "ask for fewer new tokens"),
    ],
)
def test_what_cannot_talk(capsys, run_folder, folder, words, part):
    words = ["--prompt", "a", "--max-new-tokens", "4", *words]
    status = main.main(["chat", "--model", str(run_folder / folder), *words])
    said = capsys.readouterr().err.splitlines()
    assert status == 1 and part in said[-1] and len(said) <= 2


def test_a_damaged_model(capsys, run_folder, tmp_path):
    shutil.copytree(run_folder / "sft", tmp_path / "sft")
    (tmp_path / "sft" / "model.safetensors").write_bytes(b"\xff" * 99)
    assert main.main(["chat", "--model", str(tmp_path / "sft"), "--prompt", "a"]) == 1
    assert "damaged" in capsys.readouterr().err.splitlines()[-1]


def changed(run_folder, tmp_path, tokenizer, n_more):
    """A model with another tokenizer, and a larger vocabulary than that has."""
    config = GPTConfig(tokenizer.vocab_size + n_more, context=48, n_layers=1, n_heads=2, d_model=16)
    checkpoint.save(tmp_path / "m", GPT(config), tokenizer, meta={"stage": "sft"})
    return tmp_path / "m"


@pytest.mark.parametrize(
    ("specials", "n_more", "part"),
    [
        (("endoftext", "user", "assistant", "system", "end"), 3, "do not belong together"),
        (("endoftext", "user", "assistant", "system"), 0, "has no token 'end'"),
        (("end",), 0, "has no token 'endoftext'"),
    ],
)
def test_a_tokenizer_of_another_model(capsys, run_folder, tmp_path, specials, n_more, part):
    folder = changed(run_folder, tmp_path, Tokenizer([], specials=specials), n_more)
    assert main.main(["chat", "--model", str(folder), "--prompt", "a"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert part in said[-1] and len(said) <= 2 and "unexpected" not in said[-1]


def test_which_model_answers(run_folder, tmp_path):
    assert models.find_model(None, tmp_path / "runs", run_folder / "sft") == run_folder / "sft"
    assert models.find_model(None, run_folder.parent, tmp_path) == run_folder / "ppo_ptx"
    for name, age in (("older", 100), ("newer", 50)):
        shutil.copytree(run_folder, tmp_path / "runs" / name)
        file = tmp_path / "runs" / name / "run.json"
        os.utime(file, (file.stat().st_mtime - age,) * 2)
    (tmp_path / "runs" / "begun").mkdir()
    (tmp_path / "runs" / "begun" / "run.json").write_text('{"done": {}}')
    assert models.find_model(None, tmp_path / "runs") == tmp_path / "runs" / "newer" / "ppo_ptx"
    with pytest.raises(models.NoModel, match="gptlab run"):
        models.find_model(None, tmp_path, tmp_path)
    shutil.rmtree(tmp_path / "runs" / "older" / "ppo_ptx")
    with pytest.raises(models.NoModel, match="older/sft"):
        models.find_model(tmp_path / "runs" / "older")


def test_a_model_by_its_name(monkeypatch, run_folder, tmp_path):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run_folder, tmp_path / "runs" / "mine")
    assert models.find_model(Path("mine")) == Path("runs", "mine", "ppo_ptx")
    assert models.find_model(Path("base")) == models.SHIPPED.with_name("base")
    shutil.copytree(run_folder / "sft", tmp_path / "base")  # a folder comes first
    assert models.find_model(Path("base")) == Path("base")
    for name in ("nothing", "reward", "../x"):
        with pytest.raises(models.NoModel, match="base, sft, ppo_ptx"):
            models.find_model(Path(name))


def test_a_model_of_which_a_kill_left_only_the_old_one(capsys, run_folder, tmp_path):
    shutil.copytree(run_folder, tmp_path / "runs" / "killed")
    final = tmp_path / "runs" / "killed" / "ppo_ptx"
    final.rename(final.with_name("ppo_ptx.old"))
    assert models.find_model(final) == models.find_model(final.parent) == final
    assert models.find_model(None, tmp_path / "runs", tmp_path) == final
    words = ["--prompt", "a", "--max-new-tokens", "4"]
    assert main.main(["chat", "--model", str(final), *words]) == 0


def test_the_line_that_says_whose_code_runs():
    assert borrowing.line(["yours"] * 2 + ["borrowed"] * 3, 3) == (
        "2 of 5 functions are yours, 3 are borrowed, as you have not written them yet"
    )
    assert (
        borrowing.line(["yours", "borrowed", "empty"], 0)
        == "1 of 3 functions are yours, 1 are borrowed, 1 are empty"
    )
