"""BPE beside `tokenizers` and `tiktoken`, the pages of the little web, and how long a program takes to start."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import regex
import tiktoken

from gptlab import bpe as room
from gptlab.engine.model import fused_bpe
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.bench.pairs import Row, alone, compare, installed
from gptlab.experiments.bench.training import Settings
from gptlab.world.web import Web

VOCABULARY = 1024
TRAIN_BYTES = 1_000_000


def bpe(settings: Settings) -> Iterator[Row]:
    """Learning merges from 1 MB, and encoding it; each on one core."""
    text = Web().text(TRAIN_BYTES, separator="\n")
    pattern = room.BILINGUAL_PATTERN
    found: dict[str, list] = {}

    def ours() -> None:
        found["ours"] = fused_bpe.train_bpe(text, VOCABULARY, pattern)

    if installed("tokenizers"):
        learn = _peer_trainer(text, pattern)

        def theirs() -> None:
            found["theirs"] = learn()

        yield compare(
            "bpe",
            "learn 1,024 tokens from 1 MB",
            "MB/s",
            1.0,
            ours,
            theirs,
            "tokenizers (Rust)",
            settings.seconds,
            1 / 1.5,
        )
        same = float(found["ours"] == found["theirs"])
        yield Row("bpe", "the same merges", "1 = yes", same, target=1.0)
    else:
        yield alone("bpe", "learn 1,024 tokens from 1 MB", "MB/s", 1.0, ours, settings.seconds)
    tokenizer = Tokenizer(found["ours"], pattern)
    ranks = {tokenizer.decode_bytes([i]): i for i in range(VOCABULARY)}
    bare = tiktoken.Encoding("bare", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    yield compare(
        "bpe",
        "encode 1 MB",
        "MB/s",
        1.0,
        lambda: tokenizer.encode(text),
        lambda: bare.encode_ordinary(text),
        "tiktoken",
        settings.seconds,
        1 / 1.1,
    )


def world(settings: Settings) -> Iterator[Row]:
    """Pages of the little web."""
    web = Web()
    yield alone("world", "pages", "MB/s", 0.2, lambda: web.text(200_000, seed=1), settings.seconds)


def start(settings: Settings) -> Iterator[Row]:
    """From the command to its end."""
    for what, words in (
        ("import gptlab", ["-c", "import gptlab"]),
        ("gptlab --version", ["-m", "gptlab", "--version"]),
        ("start(1)", ["-c", "from gptlab import start; start(1)"]),
    ):
        command = [sys.executable, *words]
        row = alone("start", what, "a second", 1.0, _quietly(command), settings.seconds / 3)
        yield Row("start", what, "s", 1 / row.ours, n=row.n)


def _quietly(command: list[str]) -> Callable[[], object]:
    return lambda: subprocess.run(command, check=True, capture_output=True)


def _peer_trainer(text: str, pattern: str) -> Callable[[], list[tuple[int, int]]]:
    """The trainer of Hugging Face's tokenizers on pieces that were cut before: ours cuts them within its time."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["RAYON_NUM_THREADS"] = "1"
    import tokenizers
    from tokenizers import models, pre_tokenizers, trainers

    words = " ".join(
        "".join(chr(0x100 + byte) for byte in piece.encode())
        for piece in regex.findall(pattern, text)
    )
    alphabet = [chr(0x100 + byte) for byte in range(256)]

    def learn() -> list[tuple[int, int]]:
        tokenizer = tokenizers.Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        trainer = trainers.BpeTrainer(
            vocab_size=VOCABULARY, min_frequency=2, show_progress=False, initial_alphabet=alphabet
        )
        tokenizer.train_from_iterator([words], trainer)
        model = json.loads(tokenizer.to_str())["model"]
        return [tuple(model["vocab"][part] for part in pair) for pair in model["merges"]]

    return learn
