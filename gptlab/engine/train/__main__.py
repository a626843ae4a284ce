"""Pretrain a GPT of any size in one process or in several: `python -m gptlab.engine.train`, or under torchrun."""

import argparse
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from gptlab.blanks import registry
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data import corpus
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train import distributed, parallel
from gptlab.world.web import Web

EXAMPLES = """\
examples:
  python -m gptlab.engine.train --out runs/one                      one process, the little web
  torchrun --standalone --nproc-per-node 2 -m gptlab.engine.train --out runs/two --steps 100
  torchrun --standalone --nproc-per-node 8 -m gptlab.engine.train --out runs/gpt2 --text corpus/ \\
      --layers 12 --width 768 --heads 12 --context 1024 --vocab 32768 --batch 512 --steps 20000 --lr 6e-4 \\
      --device cuda --precision bf16 --compile
  torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:29500 -m gptlab.engine.train …

Called again with the same --out it goes on, with any number of processes. The model is in OUT/model:
`gptlab chat --model OUT/model` runs it, `gptlab export OUT/model` writes it for transformers.
The paths for cuda and mps follow torch's documentation and have not been measured by the course's authors.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    given = argparse.ArgumentParser(
        prog="python -m gptlab.engine.train",
        description=(__doc__ or "").strip(),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = given.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder of tokens and checkpoint")
    add(
        "--text",
        nargs="+",
        default=[],
        metavar="PATH",
        help="files or folders (default: the little web)",
    )
    add("--megabytes", type=float, default=2.0, help="how much of the little web (default: 2)")
    shape = given.add_argument_group("the model")
    for name, default in (
        ("vocab", 4096),
        ("context", 128),
        ("layers", 4),
        ("heads", 4),
        ("width", 128),
    ):
        shape.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"default: {default}"
        )
    run = given.add_argument_group("the training")
    for name, default in (
        ("steps", 500),
        ("batch", 32),
        ("warmup", 50),
        ("seed", 0),
        ("save-every", 100),
    ):
        run.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"default: {default}"
        )
    run.add_argument(
        "--lr", type=float, default=2e-3, help="highest learning rate (default: 0.002)"
    )
    way = given.add_argument_group("the machine")
    way.add_argument(
        "--kind",
        choices=parallel.KINDS,
        default=parallel.KINDS[0],
        help="ddp: each process holds all (default); fsdp: each holds a slice, for what does not fit",
    )
    way.add_argument("--device", choices=hardware.DEVICES, default="cpu", help="default: cpu")
    way.add_argument(
        "--precision",
        choices=parallel.PRECISIONS,
        default="fp32",
        help="of products (default: fp32)",
    )
    way.add_argument(
        "--compile", action="store_true", help="by torch.compile; the first step then takes minutes"
    )
    return given


def main(arguments: list[str] | None = None) -> int:
    """Train; what goes wrong is one line that names the process, and ends all of them."""
    given = parser().parse_args(arguments)
    rank, processes = os.environ.get("RANK", "0"), os.environ.get("WORLD_SIZE", "1")
    try:
        _train(given)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        if not isinstance(error, (ValueError, RuntimeError, OSError)):
            text = f"{type(error).__name__}: {text}"
        print(f"gptlab: process {rank} of {processes}: {text[:400]}", file=sys.stderr, flush=True)
        if os.environ.get("GPTLAB_TRACEBACK"):
            raise
        return 1
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
    return 0


def _train(given: argparse.Namespace) -> None:
    settings = TrainConfig(
        steps=given.steps, batch_size=given.batch, lr=given.lr, min_lr=given.lr / 10,
        warmup=given.warmup, seed=given.seed,
    )  # fmt: skip
    way = parallel.Way(given.kind, hardware.device(given.device), given.precision, given.compile)
    registry.borrow(before=99)
    warnings.filterwarnings("ignore", message=".*barrier.*device")
    _join(way.device)
    torch.set_num_threads(1)
    tokenizer, ids = _prepare(given)
    config = GPTConfig(tokenizer.vocab_size, given.context, given.layers, given.heads, given.width)
    model = GPT(config, fused=True, seed=given.seed)
    run = parallel.DistributedRun(model, ids, settings, given.out, way, tokenizer)
    if run.rank == 0:
        print(
            f"{config.n_parameters:,} parameters, {len(ids):,} tokens of text, {run.processes} process(es), "
            f"{way.kind} on {way.device.type} in {way.precision}; {len(run.losses)} of {settings.steps} steps done",
            flush=True,
        )
    run.train(settings.steps, given.save_every, report=_report)
    if run.rank == 0:
        print(f"{given.out / parallel.MODEL}: loss {run.losses[-1]:.4f} nats a token", flush=True)


def _join(device: torch.device) -> None:
    """Meet the other processes that torchrun has started; without torchrun, be the only one."""
    backend = "nccl" if device.type == "cuda" else "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if "RANK" in os.environ:
        if device.type == "mps" and os.environ["WORLD_SIZE"] != "1":
            raise ValueError("--device mps runs one process: there is one Apple GPU")
        distributed.join(backend)
        return
    if device.type == "mps":
        print(
            "gptlab: mps was never measured; compare the first losses with --device cpu",
            file=sys.stderr,
        )
    dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)


def _prepare(given: argparse.Namespace) -> tuple[Tokenizer, torch.Tensor]:
    """Tokenizer and tokens, made once on each machine and read by all of its processes."""
    tokenizer_file, tokens_file = given.out / "tokenizer.json", given.out / "tokens.npy"
    first_here = os.environ.get("LOCAL_RANK", "0") == "0"
    if first_here and not tokens_file.is_file():
        given.out.mkdir(parents=True, exist_ok=True)
        own = corpus.read_texts(given.text)[0] if given.text else ""
        tokenizer = corpus.train_tokenizer(Web(), given.vocab, given.seed, own)
        n_bytes = int(given.megabytes * 1e6)
        tokens = (
            corpus.text_tokens(tokenizer, own)
            if own
            else corpus.web_tokens(Web(), tokenizer, n_bytes, given.seed)
        )
        write_atomically(tokenizer_file, tokenizer.to_json())
        unfinished = tokens_file.with_suffix(".tmp.npy")
        np.save(unfinished, tokens)
        unfinished.replace(tokens_file)
    dist.barrier()
    ids = corpus.as_stream(np.load(tokens_file))
    if len(ids) <= given.context:
        raise ValueError(
            f"{len(ids)} tokens are no more than a context of {given.context}: give more text"
        )
    return Tokenizer.load(tokenizer_file), ids


def _report(row: dict) -> None:
    if row["step"] % 10 == 0 or row["step"] in (1, row["total"]):
        print(
            f"step {row['step']} of {row['total']}: loss {row['loss']:.4f}, {row['rate']:,.0f} tokens a second",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
