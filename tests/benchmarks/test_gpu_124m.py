"""The prepared measurement runs on the CPU with a tiny shape, and says in one line what it lacks."""

import importlib.util
import json

import pytest
import torch

from gptlab import scaling
from tests.support.paths import ROOT

SHAPE = ["--layers", "2", "--width", "16", "--heads", "2", "--context", "32", "--vocab", "50"]


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("gpu_124m", ROOT / "benchmarks" / "gpu_124m.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_measures_a_tiny_shape_on_the_cpu(bench, tmp_path, capsys):
    words = ["--device", "cpu", *SHAPE, "--batch", "2", "--steps", "4", "--no-compile"]
    assert bench.main([*words, "--out", str(tmp_path / "x.json"), "--peak-tflops", "0.05"]) == 0
    found = json.loads((tmp_path / "x.json").read_text())
    assert found == json.loads(capsys.readouterr().out)
    rate = found["tokens_per_second"]
    assert rate == pytest.approx(2 * 32 / found["seconds_per_step"])
    wanted = scaling.model_flops_utilization(rate, found["parameters"], 2, 16, 32, 0.05e12)
    assert found["model_flops_utilization"] == pytest.approx(wanted)
    assert found["device"] and found["steps_counted"] == 4 and found["peak_memory_gb"] > 0


def test_it_stops_in_time_and_says_so(bench, capsys):
    words = ["--device", "cpu", *SHAPE, "--batch", "2", "--no-compile", "--seconds", "0"]
    assert bench.main(words) == 1
    assert "only 1 steps in 0 seconds" in capsys.readouterr().err


def test_without_a_gpu_it_is_one_line(bench, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert bench.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "peak"),
    [("NVIDIA H100 80GB HBM3", 989e12), ("NVIDIA H100 PCIe", 756e12), ("NVIDIA A100-SXM4-40GB", 312e12),
     ("Tesla V100-SXM2-16GB", 125e12), ("NVIDIA L40S", 362e12), ("something new", None)],
)  # fmt: skip
def test_cards_are_known_by_name(bench, monkeypatch, name, peak):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: name)
    assert bench.card(torch.device("cuda", 0), None) == (name, peak)
    assert bench.card(torch.device("cuda", 0), 100) == (name, 100e12)
