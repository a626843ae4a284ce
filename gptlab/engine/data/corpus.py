"""The pretraining corpus: pages of the little web, or the reader's own files, as one sequence of token ids."""

import codecs
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gptlab import bpe
from gptlab.engine.data import seeds
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.facts import LANGUAGES
from gptlab.world.web import Web

TOKENIZER_BYTES = 300_000  # of each language: merges are learnt from as much Chinese as English
TOKENIZER_CHARACTERS = 1_200_000  # of the reader's own text, at most
FACT_PHRASINGS = 4  # of every fact besides: rare names need their merges too
PAGES_AT_ONCE = 10_000  # that are encoded together
HELD_OUT_SHARE = 0.1  # of the reader's own text
CUT_WINDOW = 0.02  # of the text: how far from there its cut may move to the end of a line or word
LEAST_TEXT = 20_000  # bytes of the reader's own text
SUFFIXES = {".txt", ".md", ".rst", ".py", ".tex", ".html", ".csv", ".json", ".jsonl", ".org", ""}


class TextError(ValueError):
    """The reader's text cannot be used; the message is one line."""


def train_tokenizer(web: Web, vocab_size: int, seed: int, own_text: str = "") -> Tokenizer:
    """Learn merges from both languages of the little web in equal parts, and from the reader's own text."""
    pages = [
        web.text(
            TOKENIZER_BYTES, seed=seeds.seed_for(seeds.TOKENIZER, seed), separator="\n", lang=lang
        )
        for lang in LANGUAGES
    ]
    facts = [
        text
        for lang in LANGUAGES
        for fact in web.facts.known
        for text in web.tables.statement(fact, lang).texts[:FACT_PHRASINGS]
    ]
    return Tokenizer.train(
        "\n".join([*pages, *facts, own_text[:TOKENIZER_CHARACTERS]]),
        vocab_size,
        bpe.BILINGUAL_PATTERN,
    )


def web_tokens(web: Web, tokenizer: Tokenizer, n_bytes: int, seed: int) -> np.ndarray:
    """Pages of the web as one stream, each begun by the end-of-text token: n_bytes of text at least; (N,) uint16."""
    chunks, texts = [], []
    size = 0
    for page in web.pages(seeds.seed_for(seeds.PAGES, seed)):
        texts.append(page.text)
        size += len(page.text.encode())
        if len(texts) == PAGES_AT_ONCE or size >= n_bytes:
            chunks.append(_joined(tokenizer, tokenizer.encode_batch(texts)))
            texts = []
        if size >= n_bytes:
            break
    return np.concatenate(chunks)


def text_tokens(tokenizer: Tokenizer, text: str) -> np.ndarray:
    """One text as a stream, begun by the end-of-text token; (N,) uint16."""
    return _joined(tokenizer, [tokenizer.encode(text)])


def web_stream(web: Web, tokenizer: Tokenizer, n_bytes: int, seed: int) -> Tensor:
    """The same as `web_tokens`, as a model reads it; (N,) int."""
    return as_stream(web_tokens(web, tokenizer, n_bytes, seed))


def as_stream(tokens: np.ndarray) -> Tensor:
    """Stored tokens as what `get_batch` cuts; (N,) int.

    They become int64 here and not batch by batch: torch gathers no uint16, and a learner may well gather.
    """
    return torch.from_numpy(tokens.astype(np.int64))


def _joined(tokenizer: Tokenizer, texts: list[list[int]]) -> np.ndarray:
    """Encoded texts behind each other, each begun by the end-of-text token."""
    end = tokenizer.special["endoftext"]
    n_tokens = sum(len(ids) + 1 for ids in texts)
    stream = (i for ids in texts for i in (end, *ids))
    return np.fromiter(stream, dtype=np.uint16, count=n_tokens)


def read_texts(paths: Sequence[str | Path]) -> tuple[str, list[str]]:
    """All text of files and folders, and one line for each file that was passed over.

    Folders are searched through for text files in the order of their names. Bytes that are no UTF-8 become
    U+FFFD; a file with more than 1 % of them, or with a zero byte, counts as binary. Each is read once: what
    comes out of a pipe comes only once.

    Raises TextError when a path is missing, or too little text is left.
    """
    texts, notes = [], []
    for file in (file for path in paths for file in _files(Path(path))):
        text, note = _read(file)
        if text:
            texts.append(text)
        if note:
            notes.append(note)
    whole = "\n\n".join(texts)
    n_bytes = len(whole.encode())
    if n_bytes < LEAST_TEXT:
        reason = next((note for note in notes if "passed over" in note), "give more text")
        raise TextError(
            f"the text holds {n_bytes} bytes, but at least {LEAST_TEXT} are needed: {reason}"
        )
    return whole, notes


def split_text(text: str) -> tuple[str, str]:
    """(training text, held-out text): about the last tenth is held out, and every character is in one of the two.

    The cut is at the end of the nearest line, or else of the nearest word, where one ends near by.
    """
    wanted = len(text) - round(HELD_OUT_SHARE * len(text))
    reach = round(CUT_WINDOW * len(text))
    low = wanted - reach
    near_by = text[low : wanted + reach]
    for ending in (r"\n", r"\s"):
        cuts = [low + found.end() for found in re.finditer(ending, near_by)]
        if cuts:
            cut = min(cuts, key=lambda place: abs(place - wanted))
            return text[:cut], text[cut:]
    return text[:wanted], text[wanted:]


def _files(path: Path) -> list[Path]:
    """The file itself, or the text files of a folder."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise TextError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise TextError(f"{path}: cannot be read ({error.strerror})") from None
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise TextError(f"{path}: a device, not a text: give a file, a folder or a pipe")
    if not stat.S_ISDIR(mode):
        return [path]
    found = sorted(
        f
        for f in path.rglob("*")
        if f.is_file()
        and f.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in f.relative_to(path).parts)
    )
    if not found:
        raise TextError(
            f"{path}: the folder holds no text files ({', '.join(sorted(SUFFIXES - {''}))})"
        )
    return found


def _read(file: Path) -> tuple[str, str]:
    """(text, "") of a text file, or ("", why it was passed over); a text with odd bytes comes with a note."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise TextError(f"{file}: cannot be read ({error.strerror})") from None
    if not raw.strip():
        return "", f"{file}: empty, passed over"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "", f"{file}: UTF-16, passed over: save it as UTF-8"
    text = raw.decode("utf-8-sig", errors="replace")
    n_bad = text.count("\ufffd") - raw.count("\ufffd".encode())  # those that stood there are text
    zeros = raw.count(0)
    if n_bad > 0.01 * len(text):
        advice = "" if zeros else ": save it as UTF-8"
        return "", f"{file}: not UTF-8 text, passed over{advice}"
    if zeros:
        return "", f"{file}: holds {zeros} zero bytes as no text does, passed over"
    return text, f"{file}: not UTF-8 in {n_bad} places, replaced by U+FFFD" if n_bad else ""
