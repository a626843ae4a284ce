"""A run that is killed goes on bit for bit, and what lies on the disk is always a good checkpoint."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gptlab.engine import checkpoint
from gptlab.engine.batches import TrainingDiverged
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model import GPT
from gptlab.engine.train import pretrain

MODEL = GPTConfig(vocab_size=11, context=8, n_layers=2, n_heads=4, d_model=32)
CONFIG = TrainConfig(steps=40, batch_size=4, lr=5e-3, min_lr=5e-4, warmup=5, muon_lr=0.02)

# The same run in a process of its own: arguments are the folder, and which call of os.rename or os.replace
# is to be the last thing that the process ever begins ("3-": just before the third, "3+": just after).
CHILD = """
import json, os, signal, sys
os.environ["GPTLAB_BORROW"] = "all"
folder, fatal = sys.argv[1:]
sys.path[:0] = json.loads(os.environ["GPTLAB_TEST_PATH"])
import torch
torch.set_num_threads(1)
from test_engine_resume import CONFIG, MODEL, text
from gptlab.engine.model import GPT
from gptlab.engine.train import pretrain

calls = 0
def deadly(function):
    def rename(*args, **kwargs):
        global calls
        calls += 1
        if fatal == f"{calls}-":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if fatal == f"{calls}+":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return rename

os.rename, os.replace = deadly(os.rename), deadly(os.replace)
print("begin", flush=True)
history = pretrain(GPT(MODEL, fused=True), text(), CONFIG, folder=folder, resume=True, save_every=1)
print(json.dumps([calls, history]))
"""


def text(n=300):
    steps = torch.randint(1, 3, (n,), generator=torch.Generator().manual_seed(3))
    return steps.cumsum(0) % 11


def whole_run(config=CONFIG):
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = GPT(MODEL, fused=True)
        return pretrain(model, text(), config), model
    finally:
        torch.set_num_threads(n_threads)


@pytest.fixture(scope="module")
def expected():
    return whole_run()


def child(folder, fatal="never"):
    here = Path(__file__).resolve().parent
    paths = json.dumps([str(here), str(here.parent)])
    env = {**os.environ, "GPTLAB_TEST_PATH": paths, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", CHILD, str(folder), fatal], env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(folder):
    out, err = child(folder).communicate()
    assert err == ""
    return json.loads(out.splitlines()[-1])


def assert_same_weights(folder, model):
    ours = checkpoint.load(folder).model.state_dict()
    assert all(torch.equal(ours[name], tensor) for name, tensor in model.state_dict().items())


def run_until(end, folder, config=CONFIG, resume=True):
    """Go on from the folder, in a model with other weights, and stop when `end` steps are done."""
    done = 0
    if checkpoint.exists(folder):
        done = checkpoint.load(folder).meta["step"]
    left = iter(range(end - done - 1, -1, -1))
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return pretrain(GPT(MODEL, fused=True, seed=0 if done == 0 else 9), text(), config, folder, resume=resume,
                        stop=lambda: next(left) == 0)
    finally:
        torch.set_num_threads(n_threads)


@pytest.mark.parametrize("muon_lr", [0.0, 0.02])
@pytest.mark.parametrize("stops", [(1,), (7, 8, 31), (39,)])
def test_a_run_in_pieces_equals_the_whole(tmp_path, muon_lr, stops):
    config = TrainConfig(**{**CONFIG.to_dict(), "muon_lr": muon_lr})
    expected, expected_model = whole_run(config)
    for end in stops:
        assert len(run_until(end, tmp_path / "run", config)) == end
    assert run_until(config.steps, tmp_path / "run", config) == expected
    assert_same_weights(tmp_path / "run", expected_model)


def test_a_finished_run_is_left_as_it_is(tmp_path, expected):
    run_until(CONFIG.steps, tmp_path / "run")
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").iterdir()}
    assert run_until(CONFIG.steps, tmp_path / "run") == expected[0]
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").iterdir()} == before


def test_without_resume_a_run_begins_anew(tmp_path, expected):
    run_until(5, tmp_path / "run")
    history, _ = whole_run()
    assert pretrain(GPT(MODEL, fused=True), text(), CONFIG, tmp_path / "run", stop=lambda: True) == history[:1]
    assert checkpoint.load(tmp_path / "run").meta["step"] == 1


# ---- killed


@pytest.mark.parametrize("fatal", ["1-", "1+", "2-", "2+", "3-", "3+", "8-", "8+", "9-", "9+"])
def test_killed_while_saving(tmp_path, expected, fatal):
    process = child(tmp_path / "run", fatal)
    _, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, err
    assert checkpoint.exists(tmp_path / "run") == (fatal != "1-")  # before the first rename there is none
    _, history = finish(tmp_path / "run")
    assert history == expected[0]
    assert_same_weights(tmp_path / "run", expected[1])
    assert [p.name for p in tmp_path.iterdir()] == ["run"]  # nothing of the dead is left lying


def test_killed_again_and_again_at_random_moments(tmp_path, expected):
    rng, n_kills = random.Random(4), 0
    while n_kills < 5:
        process = child(tmp_path / "run")
        process.stdout.readline()  # "begin": the loop is about to run
        time.sleep(rng.uniform(0.0, 0.12))
        if process.poll() is None:
            process.kill()
            n_kills += 1
        process.communicate()
        if checkpoint.exists(tmp_path / "run"):
            checkpoint.load(tmp_path / "run")
    _, history = finish(tmp_path / "run")
    assert history == expected[0]
    assert_same_weights(tmp_path / "run", expected[1])


# ---- what must not be resumed, and what must stay


def test_divergence_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    run_until(6, tmp_path / "run")
    good = checkpoint.load(tmp_path / "run").model.state_dict()
    from gptlab import training
    monkeypatch.setattr(training, "clip_by_global_norm", lambda grads, max_norm: torch.tensor(float("nan")))
    with pytest.raises(TrainingDiverged, match="step 6: the gradient's norm is nan"):
        pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", resume=True, save_every=1)
    now = checkpoint.load(tmp_path / "run")
    assert now.meta["step"] == 6
    assert all(torch.equal(good[name], tensor) for name, tensor in now.model.state_dict().items())


def test_weights_that_are_no_numbers_are_never_saved(tmp_path, monkeypatch):
    run_until(6, tmp_path / "run")
    from gptlab import training
    monkeypatch.setattr(training, "cosine_schedule", lambda *_: float("inf"))  # a finite gradient, a ruinous step
    with pytest.raises(TrainingDiverged, match="weights are not finite"):
        pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", resume=True, save_every=1)
    assert checkpoint.load(tmp_path / "run").meta["step"] == 6


@pytest.mark.parametrize("changes, message", [
    ({"lr": 4e-3}, r"lr=0.005, but lr=0.004"),
    ({"muon_lr": 0.0}, r"muon_lr=0.02, but muon_lr=0.0"),
    ({"steps": 41}, r"steps=40, but steps=41"),
])
def test_other_settings_are_refused(tmp_path, changes, message):
    run_until(3, tmp_path / "run")
    config = TrainConfig(**{**CONFIG.to_dict(), **changes})
    with pytest.raises(ValueError, match=message):
        pretrain(GPT(MODEL), text(), config, tmp_path / "run", resume=True)


def test_another_text_or_model_is_refused(tmp_path):
    run_until(3, tmp_path / "run")
    with pytest.raises(ValueError, match="stream of 300 tokens"):
        pretrain(GPT(MODEL), text().flip(0), CONFIG, tmp_path / "run", resume=True)
    wider = GPT(GPTConfig(vocab_size=11, context=8, n_layers=2, n_heads=4, d_model=64))
    with pytest.raises(ValueError, match="d_model=32.*d_model=64"):
        pretrain(wider, text(), CONFIG, tmp_path / "run", resume=True)


def test_a_model_without_a_run_is_refused(tmp_path):
    checkpoint.save(tmp_path / "run", GPT(MODEL))
    with pytest.raises(ValueError, match="no state of a training run"):
        pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", resume=True)


def test_checkpoints_come_by_the_clock_too(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(checkpoint, "save", lambda folder, model, tokenizer, state, meta: saved.append(meta["step"]))
    pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", save_every_s=0.0, stop=lambda: len(saved) == 3)
    assert saved == [1, 2, 3]
    saved.clear()
    pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", save_every_s=1e9)
    assert saved == [40]
