"""One text cut in three ways into training and held-out text: by lines, by files, by packages.

Held out is always text of the same packages, so that the three can be compared.
"""

import random
from collections.abc import Sequence

import numpy as np

from gptlab import scaling
from gptlab.engine.data import installed_docs
from gptlab.engine.data.installed_docs import Document
from gptlab.engine.evaluate.baselines.token_ngram import TokenNgram
from gptlab.engine.model.tokenizer import Tokenizer

ORDER = 5
SHARE = 0.5  # of the packages in HELD_OUT, where lines or files are drawn


def by_lines(documents: Sequence[Document], share: float = SHARE, seed: int = 0) -> tuple[str, str]:
    """(training, held out): each line of the packages in HELD_OUT is held out at random, whatever is above it."""
    known, others = installed_docs.split_by_package(documents)
    draw = random.Random(seed)
    training, held_out = [installed_docs.joined(known), "\n\n"], []
    for line in installed_docs.joined(others).splitlines(keepends=True):
        (held_out if draw.random() < share else training).append(line)
    return "".join(training), "".join(held_out)


def by_files(documents: Sequence[Document], share: float = SHARE, seed: int = 0) -> tuple[str, str]:
    """(training, held out): each file of the packages in HELD_OUT is held out at random, whole."""
    known, others = installed_docs.split_by_package(documents)
    draw = random.Random(seed)
    training, held_out = list(known), []
    for one in others:
        (held_out if draw.random() < share else training).append(one)
    return installed_docs.joined(training), installed_docs.joined(held_out)


def by_packages(documents: Sequence[Document]) -> tuple[str, str]:
    """(training, held out): the packages in HELD_OUT are held out, all of them."""
    training, held_out = installed_docs.split_by_package(documents)
    return installed_docs.joined(training), installed_docs.joined(held_out)


def ngram_bits(tokenizer: Tokenizer, training: str, held_out: str, order: int = ORDER) -> float:
    """Bits per byte of a Kneser-Ney n-gram on the held-out text, by the reader's function."""
    ids, rest = (np.array(tokenizer.encode(text)) for text in (training, held_out))
    nats = TokenNgram(ids, tokenizer.vocab_size, order).nats(rest, ids)
    return float(scaling.bits_per_byte(nats, len(rest), held_out))


def lines_known(training: str, held_out: str, least: int = 20) -> float:
    """Share of the held-out lines of at least so many characters that are in the training text, to the letter."""
    known = {line.strip() for line in training.splitlines()}
    lines = [line.strip() for line in held_out.splitlines() if len(line.strip()) >= least]
    return sum(line in known for line in lines) / max(1, len(lines))
