"""A run's folder: one process writes there, what failed before its first stage blocks nothing, a pipe is read once."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from gptlab.cli import main
from gptlab.engine.model import checkpoint
from gptlab.engine.run import lock, pipeline, presets
from gptlab.engine.run.folder import RunError, RunFolder
from gptlab.engine.run.lock import FolderInUse, FolderLock
from tests.support.paths import ROOT

TINY = presets.preset("tiny")
HOLD = """
import sys, time
from pathlib import Path
from gptlab.engine.run.lock import FolderLock
held = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_told_who_writes_there(tmp_path, holder, capsys):
    with pytest.raises(FolderInUse, match=f"^process {holder.pid}$"):
        FolderLock(tmp_path)
    words = ["run", "--preset", "tiny", "--out", str(tmp_path), "--quiet"]
    for more in ([], ["--resume"]):
        assert main.main([*words, *more]) == 1
        line = capsys.readouterr().err
        assert line.count("\n") == 1 and f"process {holder.pid} writes there" in line
    assert [file.name for file in tmp_path.iterdir()] == [lock.NAME]


def test_the_lock_of_a_process_that_was_killed_holds_nobody(tmp_path, holder):
    holder.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    holder.wait()
    assert (tmp_path / lock.NAME).read_text() == str(holder.pid)
    held = FolderLock(tmp_path)
    assert (tmp_path / lock.NAME).read_text() == str(os.getpid())
    held.release()
    held.release()
    assert not list(tmp_path.iterdir())


def test_a_lock_deleted_by_its_holder_is_taken_anew(tmp_path, monkeypatch):
    first = FolderLock(tmp_path)
    whole = lock._lock

    def released_just_before(descriptor):
        first.release()
        whole(descriptor)

    monkeypatch.setattr(lock, "_lock", released_just_before)
    second = FolderLock(tmp_path)
    monkeypatch.undo()
    with pytest.raises(FolderInUse):
        FolderLock(tmp_path)
    second.release()


def test_a_run_that_ended_or_failed_holds_nobody(tmp_path):
    with RunFolder(tmp_path, TINY) as run:
        run.done["corpus"] = 1.0
        run.save()
    for _ in range(2):
        with pytest.raises(RunError, match="--resume"):
            RunFolder(tmp_path, TINY)
        with pytest.raises(RunError, match="seed 0, not 1"):
            RunFolder(tmp_path, TINY, seed=1, resume=True)
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize("resume", [False, True])
def test_a_first_stage_that_failed_blocks_no_other_settings(tmp_path, resume):
    with RunFolder(tmp_path, TINY, texts=["typo.txt"]):
        pass
    with RunFolder(tmp_path, TINY, seed=5, texts=["book.txt"], resume=resume) as run:
        assert run.done == {}
    settings = json.loads((tmp_path / "run.json").read_text())["settings"]
    assert settings["texts"] == ["book.txt"] and settings["seed"] == 5


def test_a_path_of_odd_bytes_is_kept(tmp_path):
    odd = os.fsdecode(b"caf\xe9.txt")
    with RunFolder(tmp_path, TINY, texts=[odd]) as run:
        run.done["corpus"] = 1.0
        run.save()
    json.loads((tmp_path / "run.json").read_bytes().decode("utf-8"))
    with RunFolder(tmp_path, TINY, texts=[odd], resume=True) as run:
        assert run.done == {"corpus": 1.0}


# -- the first stage ------------------------------------------------------------------------------------------------


class Enough(KeyboardInterrupt):
    """The first stage is done."""


@pytest.fixture
def first_stage(monkeypatch):
    """Runs end after the first stage."""

    def stop(*_):
        raise Enough

    monkeypatch.setattr(pipeline, "_pretrain", stop)
    model = replace(TINY.model, vocab_size=400)
    return replace(TINY, corpus_mb=0.01, model=model)


BOOK = "".join(f"line {i} of a text about nothing\n" for i in range(1000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes in its folders")
def test_a_pipe_is_a_text(tmp_path, first_stage):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(BOOK,), daemon=True)
    writer.start()
    with pytest.raises(Enough):
        pipeline.run(tmp_path / "run", first_stage, texts=[str(pipe)], log=lambda text: None)
    own = json.loads((tmp_path / "run" / "run.json").read_text())["figures"]["own_text"]
    assert own["bytes"] + own["held_out_bytes"] == len(BOOK)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs /dev/stdin")
def test_standard_input_is_a_text_once(tmp_path):
    """Both ways of giving it; what is no text leaves no folder behind."""
    command = [sys.executable, "-m", "gptlab", "run", "--preset", "tiny", "--text", "/dev/stdin"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "run")],
        cwd=ROOT,
        input="too short",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "9 bytes, but at least 20000" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["=", " ", "\n", "玉", "ACGT"])
def test_a_text_with_a_long_run_of_one_character_is_learnt_from(tmp_path, first_stage, unit):
    (tmp_path / "book.txt").write_text(BOOK * 2 + unit * (54_000 // len(unit)) + BOOK)
    with pytest.raises(Enough):
        pipeline.run(
            tmp_path / "run",
            replace(first_stage, model=replace(first_stage.model, vocab_size=4096)),
            texts=[str(tmp_path / "book.txt")],
            log=lambda text: None,
        )
    assert json.loads((tmp_path / "run" / "run.json").read_text())["done"].keys() == {"corpus"}


# -- the command ----------------------------------------------------------------------------------------------------


def test_a_full_disk_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    def full(*_, **__):
        raise checkpoint.NotSaved("cannot write checkpoint x: No space left on device")

    monkeypatch.setattr(pipeline, "run", full)
    assert main.main(["run", "--preset", "tiny", "--out", str(tmp_path), "--quiet"]) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "No space left" in line
    assert f"`gptlab run --preset tiny --out {tmp_path} --resume`" in line


class Broken:
    """A stdout that nobody reads, with a place of its own."""

    def __init__(self, error):
        self.error = error

    def write(self, text):
        raise self.error

    flush = isatty = lambda self: None

    def fileno(self):
        return os.open(os.devnull, os.O_WRONLY)


@pytest.mark.slow
@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), OSError(28, "No space")])
def test_a_run_goes_on_where_nobody_reads_it(tmp_path, monkeypatch, capsys, error):
    """`gptlab run | head` blamed the run's folder for the pipe."""
    logged = []

    def run(out, preset, seed, texts, resume, quiet, log, device, read):
        for text in ("one", "two"):
            log(text)
            logged.append(text)
        raise Enough

    monkeypatch.setattr(pipeline, "run", run)
    monkeypatch.setattr(sys, "stdout", Broken(error))
    assert main.main(["run", "--preset", "tiny", "--out", str(tmp_path)]) == 130
    said = capsys.readouterr().err
    assert logged == ["one", "two"] and str(tmp_path) + ":" not in said
    assert ("standard output: No space; the run goes on" in said) == (error.errno == 28)
