"""A run that is killed goes on bit for bit, and what lies on the disk is always a good checkpoint."""

import multiprocessing
import os
import random
import signal
import time

import pytest
import torch

from gptlab import training
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.batches import TrainingDiverged
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.pretrain import pretrain

pytestmark = pytest.mark.slow  # it trains; `make check` does not

MODEL = GPTConfig(vocab_size=11, context=8, n_layers=2, n_heads=4, d_model=32)
CONFIG = TrainConfig(steps=40, batch_size=4, lr=5e-3, min_lr=5e-4, warmup=5, muon_lr=0.02)

PROCESSES = multiprocessing.get_context("forkserver")  # one imports torch, the others are its forks
PROCESSES.set_forkserver_preload(
    [__name__, "torch._dynamo"]
)  # the second is what a first optimizer imports


def run_to_the_end(folder, fatal, pipe):
    """The same run in a process of its own, with a checkpoint a step; sends its history.

    `fatal` names the call of os.replace at which the process kills itself: "3-" just before the third call,
    "3+" just after.
    """
    calls, replace = iter(range(1, 1000)), os.replace

    def deadly(*args):
        call = next(calls)
        if fatal == f"{call}-":
            os.kill(os.getpid(), signal.SIGKILL)
        replace(*args)
        if fatal == f"{call}+":
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = deadly
    torch.set_num_threads(1)
    pipe.send("begin")
    pipe.send(pretrain(GPT(MODEL, fused=True), text(), CONFIG, folder, resume=True, save_every=1))


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
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=run_to_the_end, args=(folder, fatal, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "begin"
    return process, ours


def finish(folder):
    process, pipe = child(folder)
    history = pipe.recv()
    process.join()
    return history


def assert_same_weights(folder, model):
    ours = checkpoint.load(folder).model.state_dict()
    assert all(torch.equal(ours[name], tensor) for name, tensor in model.state_dict().items())


def run_until(end, folder, config=CONFIG):
    """Go on from the folder, in a model with other weights, and stop when `end` steps are done."""
    done = 0
    if checkpoint.exists(folder):
        done = checkpoint.load(folder).meta["step"]
    left = iter(range(end - done - 1, -1, -1))
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = GPT(MODEL, fused=True, seed=0 if done == 0 else 9)
        return pretrain(model, text(), config, folder, resume=True, stop=lambda: next(left) == 0)
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


def test_without_resume_a_run_begins_anew(tmp_path):
    run_until(5, tmp_path / "run")
    history, _ = whole_run()
    again = pretrain(GPT(MODEL, fused=True), text(), CONFIG, tmp_path / "run", stop=lambda: True)
    assert again[0] == pytest.approx(history[0])
    assert len(again) == 1
    assert checkpoint.load(tmp_path / "run").meta["step"] == 1


# ---- killed


@pytest.mark.parametrize("fatal", ["1-", "1+", "2-", "2+", "3-", "3+"])
def test_killed_while_saving(tmp_path, expected, fatal):
    process, _ = child(tmp_path / "run", fatal)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert checkpoint.exists(tmp_path / "run") == (
        fatal != "1-"
    )  # before the first rename there is none
    history = finish(tmp_path / "run")
    assert history == expected[0]
    assert_same_weights(tmp_path / "run", expected[1])
    assert [p.name for p in tmp_path.iterdir()] == ["run"]  # nothing of the dead is left lying


def test_killed_again_and_again_at_random_moments(tmp_path, expected):
    rng = random.Random(4)
    for _ in range(6):
        process, _ = child(tmp_path / "run")
        time.sleep(rng.uniform(0.0, 0.15))
        process.kill()
        process.join()
        if checkpoint.exists(tmp_path / "run"):
            checkpoint.load(tmp_path / "run")
    history = finish(tmp_path / "run")
    assert history == expected[0]
    assert_same_weights(tmp_path / "run", expected[1])


# ---- what must not be resumed, and what must stay


def test_divergence_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    run_until(6, tmp_path / "run")
    good = checkpoint.load(tmp_path / "run").model.state_dict()
    monkeypatch.setattr(
        training, "clip_by_global_norm", lambda grads, max_norm: torch.tensor(float("nan"))
    )
    with pytest.raises(TrainingDiverged, match="step 6: the gradient's norm is nan"):
        pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", resume=True, save_every=1)
    now = checkpoint.load(tmp_path / "run")
    assert now.meta["step"] == 6
    assert all(torch.equal(good[name], tensor) for name, tensor in now.model.state_dict().items())


def test_weights_that_are_no_numbers_are_never_saved(tmp_path, monkeypatch):
    run_until(6, tmp_path / "run")
    monkeypatch.setattr(training, "cosine_schedule", lambda *_: float("inf"))  # a ruinous step
    with pytest.raises(TrainingDiverged, match="weights are not finite"):
        pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", resume=True, save_every=1)
    assert checkpoint.load(tmp_path / "run").meta["step"] == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": 4e-3}, r"lr=0.005, but lr=0.004"),
        ({"muon_lr": 0.0}, r"muon_lr=0.02, but muon_lr=0.0"),
        ({"steps": 41}, r"steps=40, but steps=41"),
    ],
)
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
    monkeypatch.setattr(checkpoint, "save", lambda *arguments: saved.append(arguments[-1]["step"]))
    pretrain(
        GPT(MODEL), text(), CONFIG, tmp_path / "run", save_every_s=0.0, stop=lambda: len(saved) == 3
    )
    assert saved == [1, 2, 3]
    saved.clear()
    pretrain(GPT(MODEL), text(), CONFIG, tmp_path / "run", save_every_s=1e9)
    assert saved == [40]
