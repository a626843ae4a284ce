"""A smoke run of `gptlab bench`, so that nothing rots: the rows are there, the ratios are what they say."""

import json
import math
import subprocess
import sys
import time

import psutil
import pytest

from gptlab.cli import bench, main
from gptlab.engine.config import GPTConfig
from gptlab.experiments.bench import nanogpt, pairs, training, whole, writing
from gptlab.experiments.bench.pairs import Row, compare

TINY = GPTConfig(64, context=80, n_layers=1, n_heads=2, d_model=16)


def test_a_ratio_is_the_peer_s_time_over_ours(monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    order = []
    slow = [next for _ in range(3)]

    def theirs():
        order.append("theirs")
        for step in slow:
            step(clock)

    row = compare("b", "w", "u", 8.0, lambda: order.append("ours"), theirs, "peer", 20.0)
    assert order[:6] == ["ours", "theirs"] * 3 and order.count("ours") == row.n + 1
    assert (row.ours, row.peer, row.ratio, row.low, row.high) == (8.0, 2.0, 4.0, 4.0, 4.0)
    assert row.n >= pairs.LEAST_PAIRS


def test_a_line_says_ratio_spread_and_target():
    row = Row("train", "alone", "tokens/s", 1234.0, "peer", 600.0, 2.05, 1.9, 2.2, 5, 1.6)
    text = bench.line(row)
    assert "1,234" in text and "2.05 (1.90 to 2.20)" in text and text.endswith("1.60")


@pytest.mark.slow
def test_every_bench_runs(monkeypatch, tmp_path, capsys):
    for module in (training, writing):
        monkeypatch.setattr(module, "SMALL", TINY)
    monkeypatch.setattr(training, "BATCH", 4)
    monkeypatch.setattr(nanogpt, "NANO", GPTConfig(2, 64, 1, 2, 16))
    monkeypatch.setattr("gptlab.engine.hardware.cores", lambda: 1)  # peers that spin take minutes
    monkeypatch.setattr(writing, "PPO_PROMPTS", 4)
    monkeypatch.setattr(writing, "MINIBATCH", 2)
    monkeypatch.setattr(writing, "PPO_NEW", 3)
    monkeypatch.setattr(writing, "NEW", 3)
    monkeypatch.setattr("gptlab.experiments.bench.text.TRAIN_BYTES", 20_000)
    monkeypatch.setattr(whole, "RUN", ("-c", ""))  # `tiny` has a test of its own
    monkeypatch.setattr(whole, "EXECUTE", ("nbconvert", "--to", "notebook"))  # and so have lessons
    monkeypatch.setattr(whole, "LESSONS", ("5a", "99"))
    monkeypatch.setenv("GPTLAB_WORKERS", "2")
    text = tmp_path / "text.txt"
    text.write_text("the cat sat on the mat. " * 2000, encoding="utf-8")
    file = tmp_path / "rows.json"
    words = ["bench", "--seconds", "0.01", "--text", str(text), "--scale", "0.005"]
    assert main.main([*words, "--json", str(file)]) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    rows = found["rows"]
    assert {row["bench"] for row in rows} == set(bench.NAMES)
    missing = [row for row in rows if math.isnan(row["ours"])]
    assert [row["what"] for row in missing] == ["99"] and "no such notebook" in missing[0]["note"]
    assert all(row["ours"] > 0 for row in rows if row not in missing)
    assert all(row["low"] <= row["ratio"] <= row["high"] for row in rows if row["ratio"])
    exact = {row["what"]: row["ours"] for row in rows if row["unit"] == "1 = yes"}
    assert len(exact) == 2 and set(exact.values()) == {1.0}  # equal losses, equal merges
    assert found["machine"]["processor"] and found["versions"]["torch"]
    assert len(capsys.readouterr().out.splitlines()) >= len(rows)


def test_a_bench_that_is_none_is_refused(capsys):
    assert main.main(["bench", "speed"]) == 1
    assert "no bench 'speed': choose from train, workers" in capsys.readouterr().err


def test_the_busy_program_ends_with_the_bench():
    """Also where the bench was killed and could end nothing itself."""
    code = (
        "import time\nfrom gptlab.experiments.bench.pairs import busy_process\n"
        "with busy_process():\n    print('busy', flush=True)\n    time.sleep(60)\n"
    )
    bench = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert bench.stdout is not None and bench.stdout.readline() == "busy\n"
    (busy,) = psutil.Process(bench.pid).children()
    bench.kill()
    bench.wait()
    bench.stdout.close()
    busy.wait(timeout=30)
    assert not busy.is_running()
