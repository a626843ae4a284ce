"""The demonstration of lessons 09 and 17: a small training in one process or in several, started by torchrun.

    torchrun --standalone --nproc-per-node 2 -m gptlab.engine.train.distributed --out FOLDER

How the processes share it is in parallel.py; a training of your own is started by `gptlab.engine.train`. The first
process writes a checkpoint now and then. Where a process dies and torchrun was given --max-restarts, all start
again from there, and draw the batches that they would have drawn.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from gptlab.course import lesson
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data import corpus
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import shipped as shipped_models
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.parallel import KINDS, DistributedRun, Way
from gptlab.world.web import Web

TEXT_BYTES = 100_000  # of the little web
SETTINGS = TrainConfig(steps=50, batch_size=16, lr=3e-3, min_lr=3e-4, warmup=10)
SAVE_EVERY = 10  # steps
# the last line of a traceback; torchrun's own summary begins otherwise
CAUSE = re.compile(r"(\[rank\d+\]: )?(?!torch\.)[\w.]*(Error|Exception|EmptyBlank|Missing)\b")
RECORD = "run.json"  # in the folder, beside the checkpoint


@dataclass(frozen=True)
class Record:
    """What a run measured."""

    losses: list[float]  # of each step, over the whole batch, nats per token
    seconds_per_step: float  # by the clock, since the last start
    computing_per_step: float  # seconds of the first process's own computing
    processes: int
    restarts: int  # how often torchrun had to start again


def small_model_and_text() -> tuple[GPT, Tensor]:
    """An untrained model of 0.25 million parameters, and pages of the little web as one stream (N,).

    In float64: rounding differs with the number of processes, and in float32 grows to 4e-5 in 50 steps of Adam.
    """
    tokenizer = Tokenizer.load(shipped_models.FOLDER / "base" / "tokenizer.json")
    ids = corpus.web_stream(Web(), tokenizer, TEXT_BYTES, seed=0)
    config = GPTConfig(tokenizer.vocab_size, context=32, n_layers=2, n_heads=4, d_model=48)
    return GPT(config, fused=True, seed=0).double(), ids


def launch(
    folder: str | Path,
    processes: int = 2,
    steps: int = SETTINGS.steps,
    max_restarts: int = 0,
    die_at: int | None = None,
    kind: str = "ddp",
) -> Record:
    """Run this module under torchrun, on so many processes of this machine, and read what it measured.

    die_at  at this step the last process kills itself, once
    kind    how they share the work: "ddp" or "fsdp"

    Raises RuntimeError, with the first error that a process wrote, where it fails.
    """
    words = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    words += ["--nproc-per-node", str(processes), "--max-restarts", str(max_restarts)]
    words += ["-m", "gptlab.engine.train.distributed", "--out", str(folder), "--steps", str(steps)]
    words += ["--kind", kind]
    words += [] if die_at is None else ["--die-at", str(die_at)]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    if done.returncode:
        causes = [line for line in done.stderr.splitlines() if CAUSE.match(line)]
        raise RuntimeError(
            f"torchrun failed: {causes[0] if causes else done.stderr.strip()[-600:]}"
        )
    return Record(**json.loads((Path(folder) / RECORD).read_text(encoding="utf-8")))


@one_thread()
def alone(folder: str | Path, steps: int = SETTINGS.steps, save_every: int = SAVE_EVERY) -> Record:
    """The same training in this process, which is then the only one."""
    lesson.fill_other_lessons()
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        return _work(Path(folder), steps, save_every, None)
    finally:
        dist.destroy_process_group()


def _work(
    folder: Path, steps: int, save_every: int, die_at: int | None, kind: str = KINDS[0]
) -> Record:
    """What each process does from its start to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    model, ids = small_model_and_text()
    run = DistributedRun(model, ids, SETTINGS, folder, Way(kind))

    def maybe_die(step: int) -> None:
        if step == die_at and _restarts() == 0 and run.rank == run.processes - 1:
            os._exit(1)  # at once, without a word to the others: as a machine that fails

    first_step, begin, computed = len(run.losses), time.perf_counter(), time.process_time()
    run.train(steps, save_every, before=maybe_die)
    n = max(1, len(run.losses) - first_step)
    clock, computing = (time.perf_counter() - begin) / n, (time.process_time() - computed) / n
    record = Record(run.losses, clock, computing, run.processes, _restarts())
    if run.rank == 0:
        (folder / RECORD).write_text(json.dumps(vars(record)), encoding="utf-8")
    return record


def join(backend: str = "gloo") -> None:
    """Meet the other processes where torchrun says.

    Its store outlives a restart, and holds the addresses of the dead: each start looks below a name of its own.
    """
    store, rank, processes = next(iter(dist.rendezvous("env://")))
    store = dist.PrefixStore(f"start {_restarts()}", store)
    dist.init_process_group(backend, store=store, rank=rank, world_size=processes)


def _restarts() -> int:
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def main(arguments: list[str] | None = None) -> None:
    """Train as one of the processes that torchrun has started."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and record")
    parser.add_argument("--steps", type=int, default=SETTINGS.steps)
    parser.add_argument("--save-every", type=int, default=SAVE_EVERY, help="steps")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help="how they share the work")
    parser.add_argument("--die-at", type=int, help="step at which the last process dies, once")
    given = parser.parse_args(arguments)
    lesson.fill_other_lessons()
    torch.set_num_threads(1)
    join()
    try:
        _work(given.out, given.steps, given.save_every, given.die_at, given.kind)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
