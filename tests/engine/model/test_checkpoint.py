"""Checkpoints: what is saved comes back, a kill at any moment leaves a good one, bad files give one line."""

import io
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import safetensors.torch
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.checkpoint import CheckpointError, load, save
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ValueModel
from gptlab.engine.model.tokenizer import Tokenizer

CONFIG = GPTConfig(vocab_size=270, context=9, n_layers=2, n_heads=3, d_model=12)
TOKENIZER = Tokenizer([(97, 98)])
LARGE = Tokenizer([(i, i) for i in range(97, 120)])


def make(seed=0):
    return GPT(CONFIG, seed=seed)


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("kind", "cls"), [("gpt", None), ("reward", RewardModel), ("value", ValueModel)]
)
def test_what_is_saved_comes_back(tmp_path, kind, cls):
    model = cls(make()) if cls else make()
    state = {"step": 7, "exp_avg": [torch.ones(3)], "rng": torch.Generator().get_state()}
    save(tmp_path / "m", model, TOKENIZER, state, {"losses": [1.5, 2.0], "说明": "山"})
    found = load(tmp_path / "m", fused=True)
    assert (found.kind, found.meta) == (kind, {"losses": [1.5, 2.0], "说明": "山"})
    assert type(found.model) is type(model) and same(found.model, model)
    assert found.tokenizer.encode("abc") == [256, 99]
    assert found.optimizer_state["step"] == 7 and torch.equal(
        found.optimizer_state["rng"], state["rng"]
    )
    assert load(tmp_path / "m", optimizer=False).optimizer_state is None
    found.model(torch.tensor([[1, 2]])).sum().backward()  # it can be trained on


def test_narrow_weights_come_back_as_float32(tmp_path):
    save(tmp_path / "m", make(), dtype=torch.bfloat16)
    found = load(tmp_path / "m").model
    assert found.wte.dtype == torch.float32 and torch.equal(
        found.wte, make().wte.bfloat16().float()
    )


def test_replacing_leaves_one_folder(tmp_path):
    for seed in range(3):
        save(tmp_path / "m", make(seed), TOKENIZER, {"step": seed})
    save(tmp_path / "m", make(3))
    assert names(tmp_path) == ["m"] and names(tmp_path / "m") == [
        "config.json",
        "model.safetensors",
    ]
    assert same(load(tmp_path / "m").model, make(3)) and checkpoint.exists(tmp_path / "m")
    assert not checkpoint.exists(tmp_path / "other")


class Killed(BaseException):
    """Stands for the end of the process: from then on nothing reaches the disk."""


def kill_after(monkeypatch, n_calls):
    """Let the first calls that change the disk through, then none; give the counter."""
    count = [0]

    def guard(function, tears=False):
        def guarded(*args, **kwargs):
            writes = function is not REAL_OPEN or "w" in (args[1] if len(args) > 1 else "r")
            count[0] += writes
            if writes and count[0] > n_calls:
                if tears and count[0] == n_calls + 1:  # a file half written, a folder half deleted
                    _tear(function, args)
                raise Killed
            return function(*args, **kwargs)

        return guarded

    monkeypatch.setattr(os, "replace", guard(os.replace))
    monkeypatch.setattr(os, "fsync", guard(os.fsync))
    monkeypatch.setattr(tempfile, "mkdtemp", guard(tempfile.mkdtemp))
    monkeypatch.setattr(shutil, "rmtree", guard(shutil.rmtree, tears=True))
    monkeypatch.setattr(io, "open", guard(REAL_OPEN, tears=True))  # what Path.open calls
    return count


REAL_OPEN = io.open


def _tear(function, args):
    if function is REAL_OPEN:
        with REAL_OPEN(args[0], "wb") as file:
            file.write(b"half")
    else:
        Path(args[0], "config.json").unlink()


def test_a_kill_at_any_moment_leaves_a_good_one(tmp_path, monkeypatch):
    n_calls, killed, seen = 0, True, set()
    while killed:
        folder = tmp_path / str(n_calls) / "m"
        save(folder, make(1), TOKENIZER, {"step": 1})
        with monkeypatch.context() as patch:
            kill_after(patch, n_calls)
            try:
                save(folder, make(2), TOKENIZER, {"step": 2})
                killed = False
            except Killed:
                pass
        found = load(folder)
        seed = found.optimizer_state["step"]
        assert same(found.model, make(seed)) and checkpoint.exists(folder)
        seen.add(seed)
        save(folder, make(3), TOKENIZER, {"step": 3})  # the next save mends what was left
        assert names(folder.parent) == ["m"] and load(folder).optimizer_state["step"] == 3
        n_calls += 1
    assert seen == {1, 2} and n_calls > 12


def test_a_failed_rename_puts_the_old_one_back(tmp_path, monkeypatch):
    folder = tmp_path / "m"
    save(folder, make(1))
    real, calls = os.replace, []

    def replace(source, target):
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(CheckpointError, match="No space left"):
        save(folder, make(2))
    assert names(tmp_path) == ["m"] and same(load(folder).model, make(1))


def test_a_full_disk_leaves_the_earlier_one(tmp_path, monkeypatch):
    save(tmp_path / "m", make(1))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        CheckpointError, match="cannot write checkpoint .*m: No space left on device"
    ):
        save(tmp_path / "m", make(2))
    assert names(tmp_path) == ["m"] and same(load(tmp_path / "m").model, make(1))


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file" / "m", tmp_path / "file"):
        with pytest.raises(CheckpointError, match="cannot write checkpoint"):
            save(folder, make())
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="holds other files .chapter.txt"):
        save(tmp_path / "thesis", make())
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "mine"


class Malice:
    """Pickles into a call."""

    def __reduce__(self):
        return os.mkdir, ("touched",)


def change_config(folder, **changes):
    content = json.loads((folder / "config.json").read_text())
    model = {name: changes.pop(name) for name in list(changes) if name in content["model"]}
    content["model"] |= model
    (folder / "config.json").write_text(json.dumps(content | changes))


def cut(name, size):
    def damage(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:size])

    return damage


def rewrite(change):
    def damage(folder):
        tensors = safetensors.torch.load_file(folder / "model.safetensors")
        change(tensors)
        safetensors.torch.save_file(tensors, folder / "model.safetensors")

    return damage


def config(**changes):
    return lambda folder: change_config(folder, **changes)


def content(name, data):
    return lambda folder: (folder / name).write_bytes(data)


DAMAGES = {
    "pickled code": lambda folder: torch.save({"a": Malice()}, folder / "optimizer.pt"),
    "optimizer cut": cut("optimizer.pt", 300),
    "optimizer empty": content("optimizer.pt", b""),
    "weights cut": cut("model.safetensors", 5000),
    "weights header cut": cut("model.safetensors", 20),
    "weights empty": content("model.safetensors", b""),
    "weights huge header": content("model.safetensors", b"\xff" * 64),
    "weights gone": lambda folder: (folder / "model.safetensors").unlink(),
    "tensor gone": rewrite(lambda t: t.pop("blocks.1.mlp.b_in")),
    "tensor added": rewrite(lambda t: t.update(more=torch.zeros(4))),
    "tensor renamed": rewrite(lambda t: t.update(other=t.pop("wpe"))),
    "tensor turned": rewrite(lambda t: t.update(wpe=t["wpe"].T.contiguous())),
    "tensor of integers": rewrite(lambda t: t.update(wpe=t["wpe"].long())),
    "weights of nan": rewrite(lambda t: t["wpe"][1].fill_(float("nan"))),
    "weights of infinity": rewrite(lambda t: t["wte"][0].fill_(float("inf"))),
    "config cut": cut("config.json", 30),
    "config empty": content("config.json", b""),
    "config no text": content("config.json", b"\xff\xfe\x00"),
    "config nested": content("config.json", b"[" * 200_000),
    "config list": content("config.json", b"[]"),
    "other format": config(format="gptlab-0"),
    "kind unknown": config(kind="os.system"),
    "kind no text": config(kind=["gpt"]),
    "other kind": config(kind="reward"),
    "meta no dict": config(meta=[1]),
    "model no dict": config(model=3),
    "layers absurd": config(n_layers=10**12),
    "width absurd": config(d_model=3 * 10**15),
    "vocabulary absurd": config(vocab_size=10**30),
    "context negative": config(context=-9),
    "layers text": config(n_layers="2"),
    "layers true": config(n_layers=True),
    "width no number": config(d_model=float("nan")),
    "heads do not divide": config(n_heads=5),
    "context other": config(context=10),
    "tokenizer no JSON": content("tokenizer.json", b"{"),
    "tokenizer too large": lambda folder: LARGE.save(folder / "tokenizer.json"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_bad_checkpoint_gives_one_line(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    save("m", make(), TOKENIZER, {"step": torch.ones(400)})
    DAMAGES[name](tmp_path / "m")
    with pytest.raises(CheckpointError) as caught:
        load("m")
    message = str(caught.value)
    assert "\n" not in message and len(message) < 600 and str(tmp_path / "m") in message
    assert names(tmp_path) == ["m"]


def test_no_checkpoint_gives_one_line(tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint at .*nothing: config.json is missing"):
        load(tmp_path / "nothing")
    with pytest.raises(ValueError, match="one of gpt, reward, value, not a Linear"):
        save(tmp_path / "m", torch.nn.Linear(2, 2))
