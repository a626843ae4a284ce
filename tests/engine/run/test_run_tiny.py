"""The whole way, once, on the smallest preset: text, tokenizer, four stages, report, and an answer at the end."""

import contextlib
import errno
import io
import json
import math
import os
import pydoc_data.topics
import subprocess
import sys
from pathlib import Path

import pytest

from gptlab.cli import main
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.config import GPTConfig, PPOConfig, RewardConfig, SFTConfig, TrainConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.run import pipeline, presets
from gptlab.engine.run.figures import Figures
from gptlab.engine.run.measure import SAMPLE_PROMPTS
from gptlab.engine.stages import LABELS, STAGES, WRITING_STAGES
from gptlab.view import run_report
from gptlab.view.palette import COLOURS, CYCLE
from gptlab.view.run_report import _one_line
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


def gptlab(*words):
    """Run a command in this process; returns (exit status, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main.main([str(word) for word in words])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run of the tiny preset: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("runs") / "tiny-0"
    status, out, err = gptlab("run", "--preset", "tiny", "--out", folder)
    assert status == 0, err
    return folder, out, err


@pytest.fixture(scope="module")
def report(finished):
    return json.loads((finished[0] / "report.json").read_text(encoding="utf-8"))


def mean(values):
    return sum(values) / len(values)


def test_the_report_holds_every_figure(report):
    assert (
        report["preset"] == "tiny"
        and report["seed"] == 0
        and report["commit"]
        and report["machine"]["cores"] >= 1
    )
    assert report["seconds"] > 0 and set(report["stage_seconds"]) == {
        "corpus",
        "measure",
        *STAGES,
    }
    assert report["bits_per_byte"] > report["floor_bits_per_byte"] > 0
    assert set(report["recall"]) == {"en", "zh"} and all(
        0 <= share <= 1 for share in report["recall"].values()
    )
    kinds = ("answer", "question", "exam", "other")
    assert sum(report["base_continuations"][kind] for kind in kinds) == 200
    assert 0 <= report["sft_answers"] <= 1
    assert set(report["win_rate"]) == {"ppo_ptx_vs_sft", "ppo_vs_sft", "sft_vs_base"}
    for rate in report["win_rate"].values():
        assert set(rate) == {"mean", "low", "high", "n"} and rate["n"] >= 100
        assert 0 <= rate["low"] <= rate["mean"] <= rate["high"] <= 1
    assert set(report["pretraining_loss"]) == set(WRITING_STAGES)


def test_every_figure_is_finite(report):
    def numbers(value):
        if isinstance(value, (dict, list)):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from numbers(inner)
        elif isinstance(value, float):
            yield value

    assert all(map(math.isfinite, numbers(report)))


def test_each_stage_learns(report):
    history = report["history"]
    assert history["base"][0] == pytest.approx(math.log(1024), abs=0.2)  # it knows nothing yet
    assert mean(history["base"][-10:]) < history["base"][0] - 3
    assert mean(history["sft"][-10:]) < history["sft"][0] - 1.5
    assert mean(history["reward"][-5:]) < mean(history["reward"][:5])
    assert mean(history["ppo"]["score"][-8:]) > mean(history["ppo"]["score"][:4])
    for stage in ("ppo", "ppo_ptx"):
        assert history[stage]["kl_k1"][0] == pytest.approx(
            0, abs=1e-3
        )  # it begins as the SFT model
        assert mean(history[stage]["kl_k1"][-5:]) > 0.1


def test_instruction_tuning_makes_replies_end_and_ptx_remembers(report):
    chat, loss = report["chat"], report["pretraining_loss"]
    assert chat["sft"]["finished"] > 0.5
    assert loss["base"] < loss["sft"] and loss["ppo_ptx"] < loss["ppo"]


def test_the_report_for_a_person_shows_the_samples(finished, report):
    text = (finished[0] / "report.md").read_text(encoding="utf-8")
    for question in SAMPLE_PROMPTS:
        assert f"**{question}**" in text
        for stage in WRITING_STAGES:
            assert f"- {LABELS[stage]}: {_one_line(report['samples'][stage][question])}" in text
    for picture in ("recall.png", "ppo.png"):
        assert picture in text and (finished[0] / picture).read_bytes().startswith(b"\x89PNG")
    assert f"{report['bits_per_byte']:.4f} bits per byte" in text
    assert f"replies sampled at temperature {CHAT_TEMPERATURE:g}, judged" in text


def test_the_figures_have_the_colours_of_the_palette(report):
    figures = Figures.from_dict(report)
    lines = [line for axis in run_report.draw_ppo(figures).axes for line in axis.get_lines()]
    assert {line.get_color() for line in lines} == {COLOURS["ppo"], COLOURS["ppo_ptx"]}
    recall = run_report.draw_recall(figures.measured).axes[0]
    assert [line.get_color() for line in recall.get_lines()] == list(CYCLE[:2])


def test_what_the_command_says(finished, report):
    folder, out, err = finished
    lines = out.splitlines()
    assert "about a minute" in lines[0] and str(folder) in lines[0]
    assert "functions are yours" in lines[1]
    assert "with this machine as busy as it is now (corpus " in lines[3]
    assert sum(line.endswith(" …") for line in lines) == 7 and "pretraining 350/350" in err
    assert (
        f"{report['bits_per_byte']:.4f} bits per byte" in out and str(folder / "report.md") in out
    )
    assert out.count("\n> ") == 2


def test_what_is_left_on_the_disk(finished):
    names = {path.name for path in finished[0].iterdir()}
    files = {
        "run.json",
        "report.json",
        "report.md",
        "recall.png",
        "ppo.png",
        "tokenizer.json",
        "corpus.npy",
    }
    assert names == files | set(STAGES)
    for stage in STAGES:
        assert checkpoint.load(finished[0] / stage).tokenizer.vocab_size == 1024


def test_a_run_is_not_overwritten_and_not_continued_with_other_settings(finished):
    folder, _, _ = finished
    before = (folder / "run.json").read_bytes()
    for words, part in (
        (["--preset", "tiny"], "--resume"),
        (["--preset", "tiny", "--seed", "1", "--resume"], "seed 0, not 1"),
        (["--preset", "small", "--resume"], "preset tiny"),
    ):
        status, _, err = gptlab("run", "--out", folder, *words)
        assert status == 1 and part in err and err.count("\n") == 1
    assert (folder / "run.json").read_bytes() == before


def test_the_figures_are_read_back_from_the_report(report):
    figures = Figures.from_dict(report).to_dict()
    names = list(report)
    assert list(figures) == names[names.index("texts") + 1 : names.index("settings")]
    assert figures == {name: report[name] for name in figures}


def test_resuming_a_finished_run_changes_nothing(finished, report):
    folder, _, _ = finished
    status, out, _ = gptlab("run", "--preset", "tiny", "--out", folder, "--resume")
    again = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert status == 0 and out.count(": done before") == 7
    assert again | {"seconds": 0} == report | {"seconds": 0}


@pytest.mark.parametrize("question", SAMPLE_PROMPTS[:2])
def test_chat_answers_from_it_as_the_report_says(finished, report, question):
    done = subprocess.run(
        [sys.executable, "-m", "gptlab", "chat", "--model", str(finished[0]), "--prompt", question],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0 and done.stdout == report["samples"]["ppo_ptx"][question] + "\n", (
        done.stderr
    )


# -- smaller runs ---------------------------------------------------------------------------------------------------


def micro() -> presets.Preset:
    """All stages in seconds; they learn next to nothing."""
    return presets.Preset(
        "micro",
        corpus_mb=0.05,
        model=GPTConfig(700, context=128, n_layers=1, n_heads=2, d_model=32),
        pretrain=TrainConfig(steps=60, batch_size=8, lr=5e-3, min_lr=5e-4, warmup=5, muon_lr=0.02),
        n_demonstrations=32,
        sft=SFTConfig(epochs=1, batch_size=16),
        n_comparisons=16,
        reward=RewardConfig(prompts_per_batch=8),
        ppo=PPOConfig(rounds=2, prompts_per_round=8, minibatch=8, epochs=1, max_new_tokens=8),
        n_eval=20,
    )


@pytest.fixture
def with_micro(monkeypatch):
    monkeypatch.setitem(presets.PRESETS, "micro", micro)


def test_ones_own_text(with_micro, tmp_path):
    text = "\n\n".join(f"{name}\n{page}" for name, page in sorted(pydoc_data.topics.topics.items()))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "topics.txt").write_text(text, encoding="utf-8")
    (tmp_path / "book" / "picture.txt").write_bytes(bytes(range(256)))
    status, out, err = gptlab(
        "run", "--preset", "micro", "--text", tmp_path / "book", "--out", tmp_path / "run"
    )
    assert status == 0 and "picture.txt: not UTF-8 text, passed over" in out, err
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    own = report["own_text"]
    assert own["bytes"] + own["held_out_bytes"] == len(text.encode()) and own[
        "held_out_bytes"
    ] > 0.09 * len(text.encode())
    assert set(own["yardsticks"]) == {"bz2", "xz", "5-gram"} and all(
        0.5 < bits < 4 for bits in own["yardsticks"].values()
    )
    assert own["yardsticks"]["5-gram"] < own["bits_per_byte"] < 8
    page = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    assert "## Your text" in page and f"| 5-gram | {own['yardsticks']['5-gram']:.3f} |" in page
    expected = own["expected"]
    assert expected["low"] <= expected["middle"] <= expected["high"] < 8
    assert f"two short pilots foretold {expected['middle']:.3f}, between" in page
    assert "expected: " in out and f"; expected {expected['middle']:.3f}" in out


def weights(folder):
    return {stage: (folder / stage / "model.safetensors").read_bytes() for stage in STAGES}


def test_a_full_disk_loses_nothing(with_micro, tmp_path, monkeypatch):
    """Session after session meets a full disk; the models at the end are those of a run that never did."""
    from gptlab.view import run_report as report

    monkeypatch.setattr(pipeline, "measure", lambda *_: None)
    monkeypatch.setattr(report, "write", lambda run: run.out / "report.md")
    monkeypatch.setattr("gptlab.cli.run.key_figures", lambda figures: [])
    monkeypatch.setattr("gptlab.cli.run.sample_lines", lambda figures: [])
    assert gptlab("run", "--preset", "micro", "--out", tmp_path / "whole", "--quiet")[0] == 0
    sync, room = os.fsync, [0]

    def full(descriptor):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    failures = 0
    for session in range(40):
        room[0] = session % 12  # files that can still be written
        done = (tmp_path / "run" / "run.json").exists() and json.loads(
            (tmp_path / "run" / "run.json").read_text()
        )["done"]
        status, _, err = gptlab(
            "run", "--preset", "micro", "--out", tmp_path / "run", "--quiet", "--resume"
        )
        if status == 0:
            break
        failures += 1
        assert status == 1 and err.count("\n") == 1 and "No space left on device" in err
        if done:
            assert set(done) <= set(json.loads((tmp_path / "run" / "run.json").read_text())["done"])
        assert not list((tmp_path / "run").glob("*.tmp*"))
    assert status == 0 and failures >= 7
    assert weights(tmp_path / "run") == weights(tmp_path / "whole")


@pytest.mark.parametrize(
    ("file", "done"),
    [
        ("base/model.safetensors", ["corpus", "base"]),
        ("base/config.json", ["corpus", "base"]),
        ("corpus.npy", ["corpus"]),
        ("tokenizer.json", ["corpus"]),
        ("base/optimizer.pt", ["corpus"]),
    ],
)
def test_a_damaged_file_is_said_in_one_line(with_micro, tmp_path, monkeypatch, file, done):
    folder = base_only(tmp_path, monkeypatch)
    state = json.loads((folder / "run.json").read_text())
    state["done"] = dict.fromkeys(done, 1.0)
    (folder / "run.json").write_text(json.dumps(state))
    (folder / file).write_bytes(b"\x00\xffnothing")
    status, _, err = gptlab("run", "--preset", "micro", "--out", folder, "--quiet", "--resume")
    assert status == 1 and err.count("\n") == 1 and Path(file).name.split(".")[0] in err, err


def base_only(tmp_path, monkeypatch):
    """A run that was stopped after pretraining."""

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_sft", stop)
        assert gptlab("run", "--preset", "micro", "--out", tmp_path / "run", "--quiet")[0] == 130
    return tmp_path / "run"
