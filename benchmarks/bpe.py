"""Byte-pair encoding: how fast the engine learns merges, beside the trainer of Hugging Face's tokenizers (Rust).

    python benchmarks/bpe.py [--vocab 1024] [--repeats 3]

On one core. The same text is cut by the same pattern for both; both must learn the same merges, else the exit status
is 1. Sizes double from row to row, so that one sees how the time grows. Asked of the engine: 1 MB to 1,024 tokens in
5 s.
"""

import argparse
import json
import os
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

# Before tokenizers is imported: its trainer stays on one core too.
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import regex
import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from gptlab import bpe
from gptlab.engine import hardware
from gptlab.engine.model import fused_bpe
from gptlab.world.web import Web

SIZES = (250_000, 500_000, 1_000_000, 2_000_000)  # bytes


def main() -> int:
    """Measure and print one table; -> 0 when both trainers agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vocab", type=int, default=1024)
    parser.add_argument(
        "--repeats", type=int, default=3, help="of each measurement; the fastest counts"
    )
    args = parser.parse_args()
    m = hardware.describe()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(
        f"{m['processor']}, one core of {m['cores']}; Python {sys.version.split()[0]}, "
        f"tokenizers {tokenizers.__version__}; {args.vocab:,} tokens\n"
        "seconds, and in brackets seconds of the processor\n"
    )
    print(f"{'':44}{'engine':>14}{'tokenizers':>16}   merges")
    web = Web(0)
    agree = True
    rows = (
        (
            "little web, GPT-2's pattern",
            lambda size: web.text(size, separator="\n"),
            bpe.GPT2_PATTERN,
        ),
        (
            "little web, our pattern",
            lambda size: web.text(size, separator="\n"),
            bpe.BILINGUAL_PATTERN,
        ),
        ("Python's library, GPT-2's pattern", library, bpe.GPT2_PATTERN),
    )
    for name, write, pattern in rows:
        for size in SIZES:
            text = write(size)
            ours, took = fastest(args.repeats, fused_bpe.train_bpe, text, args.vocab, pattern)
            theirs, peer_took = fastest(args.repeats, peer, as_words(text, pattern), args.vocab)
            agree = agree and ours == theirs
            print(
                f"{name:34}{len(text.encode()) / 1e6:7.2f} MB{said(took):>14}{said(peer_took):>16}   "
                f"{'equal' if ours == theirs else 'differ'}",
                flush=True,
            )
    return 0 if agree else 1


def library(size: int) -> str:
    """Source files of Python's own library, until they hold so many bytes: a text with many different words."""
    texts = []
    held = 0
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        texts.append(path.read_text(encoding="utf-8", errors="replace")[: size - held])
        held += len(texts[-1].encode())
        if held >= size:
            break
    return "".join(texts)


def fastest(repeats: int, work: Callable, *given) -> tuple:
    """(result, (seconds, seconds of the processor)) of the fastest of some calls."""
    times = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work(*given)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return result, min(times)


def said(took: tuple[float, float]) -> str:
    """Both; those of the processor count what other programs on the machine do not lengthen."""
    return f"{took[0]:.2f} ({took[1]:.2f})"


def as_words(text: str, pattern: str) -> str:
    """The pieces as words between blanks, each byte as one letter, so that the peer need not cut."""
    return " ".join(
        "".join(chr(0x100 + byte) for byte in piece.encode())
        for piece in regex.findall(pattern, text)
    )


def peer(words: str, vocab_size: int) -> list[tuple[int, int]]:
    """The merges that `tokenizers` learns; its time holds no cutting by the pattern, ours does."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    alphabet = [chr(0x100 + byte) for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=2, show_progress=False, initial_alphabet=alphabet
    )
    tokenizer.train_from_iterator([words], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return [tuple(model["vocab"][part] for part in pair) for pair in model["merges"]]


if __name__ == "__main__":
    sys.exit(main())
