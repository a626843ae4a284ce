"""The same training by one process, by two that hold copies, and by two that hold slices; and what is refused."""

import json
import os
import subprocess
import sys

import pytest
import torch

from gptlab.cli import main as cli
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train import __main__ as program
from gptlab.engine.train import distributed, parallel
from gptlab.engine.train.pretrain import PretrainingRun
from tests.support.paths import ROOT

SMALL = ["--layers", "1", "--width", "16", "--heads", "2", "--context", "16", "--vocab", "300"]
SMALL += ["--batch", "4", "--warmup", "1", "--megabytes", "0.02", "--save-every", "2"]


def train(capsys, folder, *more):
    """Run the program in this process; returns (status, stdout, stderr)."""
    status = program.main(["--out", str(folder), *SMALL, *more])
    said = capsys.readouterr()
    return status, said.out, said.err


def largest_difference(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


@pytest.mark.slow  # starts torch in two processes, twice
def test_slices_give_the_losses_and_the_weights_of_one_process(tmp_path):
    """In float64, over 30 steps of Adam; and whoever has fewer machines next time goes on with what they wrote."""
    one = distributed.alone(tmp_path / "one", 30)
    two = distributed.launch(tmp_path / "two", 2, 30, kind="fsdp")
    assert two.processes == 2 and len(two.losses) == 30
    assert largest_difference(one.losses, two.losses) < 1e-5
    ours, theirs = (checkpoint.load(tmp_path / name / "model") for name in ("one", "two"))
    for name, x in ours.model.state_dict().items():
        assert (x - theirs.model.state_dict()[name]).abs().max() < 1e-5
    longer = distributed.alone(tmp_path / "one", 36)
    by_one = distributed.alone(tmp_path / "two", 36)
    assert largest_difference(longer.losses, by_one.losses) < 1e-5 and len(by_one.losses) == 36


@pytest.mark.slow
def test_slices_go_on_from_what_one_process_wrote(tmp_path):
    whole = distributed.alone(tmp_path / "whole", 12)
    distributed.alone(tmp_path / "parts", 6)
    parts = distributed.launch(tmp_path / "parts", 2, 12, kind="fsdp")
    assert largest_difference(whole.losses, parts.losses) < 1e-5


def test_a_training_of_ones_own_goes_on_and_leaves_a_model(tmp_path, capsys):
    status, said, _ = train(capsys, tmp_path, "--steps", "4")
    assert status == 0 and "step 4 of 4" in said
    found = checkpoint.load(tmp_path / "model")
    assert found.model.config == GPTConfig(found.tokenizer.vocab_size, 16, 1, 2, 16)
    assert (
        found.meta["stage"] == "base"
        and "4 of 4 steps done" in train(capsys, tmp_path, "--steps", "4")[1]
    )


def test_a_run_that_was_stopped_has_the_losses_of_one_that_was_not(tmp_path, capsys, monkeypatch):
    train(capsys, tmp_path / "whole", "--steps", "6")
    step = parallel.DistributedRun.step

    def stops_in_the_fifth(run):
        if len(run.losses) == 4:
            raise KeyboardInterrupt
        step(run)

    with monkeypatch.context() as patch:
        patch.setattr(parallel.DistributedRun, "step", stops_in_the_fifth)
        assert train(capsys, tmp_path / "parts", "--steps", "6")[0] == 130
    assert train(capsys, tmp_path / "parts", "--steps", "6")[0] == 0
    one, two = (checkpoint.load(tmp_path / name / "model") for name in ("whole", "parts"))
    assert torch.equal(one.optimizer_state["losses"], two.optimizer_state["losses"])


def test_bfloat16_products_change_the_loss_a_little(tmp_path, capsys):
    train(capsys, tmp_path / "whole", "--steps", "4")
    train(capsys, tmp_path / "half", "--steps", "4", "--precision", "bf16")
    losses = [
        checkpoint.load(tmp_path / name / "model").optimizer_state["losses"]
        for name in ("whole", "half")
    ]
    gap = (losses[0] - losses[1]).abs().max()
    assert 0 < gap < 0.02


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--kind", "fsdp", "--compile"], "ddp only"),
        (["--context", "20000"], "give more text"),
        (["--text", "nowhere.txt"], "nowhere.txt: no such file"),
        (["--warmup", "900"], "warmup 900"),
        (["--heads", "3"], "3 equal heads"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, capsys, words, text):
    status, _, err = train(capsys, tmp_path, "--steps", "4", *words)
    assert (
        status == 1
        and text in err
        and err.count("\n") == 1
        and err.startswith("gptlab: process 0 of 1")
    )


def test_another_trainings_folder_is_refused_and_kept(tmp_path, capsys):
    train(capsys, tmp_path, "--steps", "2")
    before = (tmp_path / "model" / "model.safetensors").read_bytes()
    status, _, err = train(capsys, tmp_path, "--steps", "2", "--lr", "0.5")
    assert status == 1 and "lr=0.002" in err
    assert "another training" in train(capsys, tmp_path, "--steps", "2", "--width", "32")[2]
    assert (tmp_path / "model" / "model.safetensors").read_bytes() == before


@pytest.mark.slow
def test_a_process_that_fails_ends_all_and_says_why_in_one_line(tmp_path):
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words += [
        "-m",
        "gptlab.engine.train",
        "--out",
        str(tmp_path),
        *SMALL,
        "--steps",
        "4",
        "--batch",
        "3",
    ]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=200,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    ours = [line for line in done.stderr.splitlines() if line.startswith("gptlab:")]
    assert done.returncode != 0 and ours
    assert all("a batch of 3 cannot be shared by 2 processes evenly" in line for line in ours)


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_one_line(name, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=f"--device {name}: torch finds no .*GPU here"):
        hardware.device(name)
    status, _, err = train(capsys, tmp_path, "--device", name)
    assert status == 1 and err.count("\n") == 1


def test_with_torchrun_each_process_has_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert hardware.device("cuda") == torch.device("cuda", 3)
    with pytest.raises(ValueError, match="one of cpu, cuda, mps"):
        hardware.device("tpu")


def test_the_model_compiles_without_a_break():
    """One graph from ids to logits: nothing in between asks Python what to do."""
    model = GPT(GPTConfig(50, 16, 2, 2, 16), fused=True).eval()
    ids = torch.randint(50, (2, 16), generator=torch.Generator().manual_seed(0))
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    with torch.no_grad():
        assert torch.allclose(compiled(ids), model(ids), atol=1e-6)


def test_the_loss_and_its_gradient_compile_without_a_break():
    ids = torch.randint(50, (2, 17), generator=torch.Generator().manual_seed(0))
    gradients = []
    for compiled in (False, True):
        model = GPT(GPTConfig(50, 16, 2, 2, 16), fused=True, seed=1).train()
        loss = parallel._LossOfBatch(model)
        if compiled:
            loss = torch.compile(loss, fullgraph=True, backend="aot_eager")
        loss(ids[:, :-1], ids[:, 1:]).backward()
        gradients.append([p.grad for p in model.parameters()])
    for ours, theirs in zip(*gradients, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_gpt2s_shape_needs_no_memory_to_be_checked():
    with torch.device("meta"):
        model = GPT(GPTConfig(50257, 1024, 12, 12, 768), initialize=False)
        logits = model.unembed(torch.empty(2, 8, 768))
    assert sum(p.numel() for p in model.parameters()) == 124_439_808
    assert logits.shape == (2, 8, 50257) and logits.device.type == "meta"


def test_the_record_names_what_was_measured(tmp_path):
    record = distributed.alone(tmp_path, 2)
    assert json.loads((tmp_path / distributed.RECORD).read_text()) == vars(record)


def test_pretraining_on_a_gpu_casts_its_products():
    """What `--device cuda` switches on, tried on the CPU's own autocast."""
    ids = torch.randint(50, (400,), generator=torch.Generator().manual_seed(0))
    losses = []
    for cast in (False, True):
        model = GPT(GPTConfig(50, 16, 1, 2, 16), fused=True, seed=1)
        run = PretrainingRun(model.train(), ids, TrainConfig(steps=3, warmup=1), n_workers=1)
        run.cast = cast
        with run.gradient:
            for _ in range(3):
                run.update()
        losses.append(run.history[-1]["loss"])
        assert all(p.dtype == torch.float32 for p in model.parameters())
    assert 0 < abs(losses[0] - losses[1]) < 0.02


def test_a_run_asks_for_its_device_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert (
        cli.main(["run", "--preset", "tiny", "--device", "cuda", "--out", str(tmp_path / "x")]) == 1
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "--device cuda: torch finds no GPU here" in said
    assert not (tmp_path / "x").exists()
