"""A byte-level BPE tokenizer in Hugging Face's files, and back.

The files write each byte as a letter (`gpt2_folder.byte_letters`), and name a merge by the two tokens it joins.
Ours counts bytes from 0 to 255, merges in their order, special tokens last. GPT-2 counts its bytes in another
order, so what comes in is numbered anew, and `order` says which rows of the embedding go where.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gptlab import bpe
from gptlab.engine.gpt2_folder import END, NotGPT2, byte_letters
from gptlab.engine.model.tokenizer import Tokenizer

TOKENIZER, VOCABULARY, MERGES = "tokenizer.json", "vocab.json", "merges.txt"
MARK = "<|{}|>"


def to_json(tokenizer: Tokenizer) -> dict[str, Any]:
    """What stands in a `tokenizer.json` that the library `tokenizers` reads.

    Special tokens are marks there: unlike here, a text that spells one becomes one.
    """
    letters = byte_letters()
    n_ordinary = tokenizer.vocab_size - len(tokenizer.specials)
    pieces = [tokenizer.decode_bytes([i]) for i in range(n_ordinary)]
    words = ["".join(letters[byte] for byte in piece) for piece in pieces]
    vocabulary = {word: i for i, word in enumerate(words)}
    marks = [(tokenizer.special[name], MARK.format(name)) for name in tokenizer.specials]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    cut = {
        "type": "Split",
        "pattern": {"Regex": tokenizer.pattern},
        "behavior": "Isolated",
        "invert": False,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": mark, "special": True, **flags} for i, mark in marks],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [cut, byte_level]},
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": True,  # a piece that is a token is that token, as tiktoken has it
            "vocab": vocabulary,
            "merges": _merges(tokenizer, words, vocabulary),
        },
    }


def _merges(tokenizer: Tokenizer, words: list[str], vocabulary: dict[str, int]) -> list[list[str]]:
    """Every pair of tokens that together are a token: tiktoken joins them all, in the order of what they make.

    The pair that was learnt comes first, so that the merges can be read back.
    """
    pairs = []
    for i, (a, b) in enumerate(tokenizer.merges, start=256):
        word, learnt = words[i], [words[a], words[b]]
        cuts = ([word[:at], word[at:]] for at in range(1, len(word)))
        others = [cut for cut in cuts if cut != learnt and all(part in vocabulary for part in cut)]
        pairs += [learnt, *others]
    return pairs


def read(folder: str | Path) -> tuple[Tokenizer, Tensor]:
    """(tokenizer, order) of a folder: our token i is the folder's token order[i].

    order  (V) int, every id of the folder once

    Raises NotGPT2 when the files are missing or damaged, or say something that our tokenizer cannot do.
    """
    folder = Path(folder)
    if (folder / TOKENIZER).is_file():
        said = _load(folder / TOKENIZER)
        return _checked(folder / TOKENIZER, _from_json, said)
    path = folder / VOCABULARY
    if not path.is_file():
        raise NotGPT2(f"{folder}: there is neither {TOKENIZER} nor {VOCABULARY}")
    vocabulary = _load(path)
    return _checked(path, _from_vocabulary, (vocabulary, _lines_of(folder / MERGES)))


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise NotGPT2(f"{path}: {reason}") from None


def _lines_of(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise NotGPT2(f"{path}: {reason}") from None
    return [line for line in lines if line and not line.startswith("#version")]


def _checked(path: Path, build, said: Any) -> tuple[Tokenizer, Tensor]:
    """Run one of the readers; whatever is odd in a file becomes one line."""
    try:
        return build(said)
    except NotGPT2 as error:
        raise NotGPT2(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise NotGPT2(f"{path}: it is no byte-level BPE tokenizer") from None


def _from_vocabulary(said: tuple[dict[str, int], list[str]]) -> tuple[Tokenizer, Tensor]:
    vocabulary, lines = said
    marks = {word: i for word, i in vocabulary.items() if word == END}
    words = {word: i for word, i in vocabulary.items() if word not in marks}
    return _build(words, [line.split(" ") for line in lines], marks, bpe.GPT2_PATTERN)


def _from_json(said: dict[str, Any]) -> tuple[Tokenizer, Tensor]:
    model = said["model"]
    if model.get("type", "BPE") != "BPE" or model.get("byte_fallback"):
        raise NotGPT2(f"its model is {model.get('type')!r}, not a byte-level BPE")
    if said.get("normalizer") is not None:
        raise NotGPT2("it changes the text first (normalizer), as ours does not")
    marks = {token["content"]: token["id"] for token in said.get("added_tokens") or []}
    words = {word: i for word, i in model["vocab"].items() if word not in marks}
    merges = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    return _build(words, merges, marks, _pattern(said["pre_tokenizer"]))


def _pattern(cutter: dict[str, Any]) -> str:
    """The regular expression that cuts a text into pieces."""
    steps = cutter["pretokenizers"] if cutter["type"] == "Sequence" else [cutter]
    *first, last = steps
    if last["type"] != "ByteLevel" or last.get("add_prefix_space"):
        raise NotGPT2("its pieces are not bytes as they are (ByteLevel without a prefix space)")
    if not first and last.get("use_regex", True):
        return bpe.GPT2_PATTERN
    plain = len(first) == 1 and first[0]["type"] == "Split" and not last.get("use_regex", True)
    if not plain or first[0]["behavior"] != "Isolated" or first[0].get("invert"):
        raise NotGPT2("it cuts text in a way that is not one regular expression")
    return first[0]["pattern"]["Regex"]


def _build(
    words: dict[str, int], merges: list, marks: dict[str, int], pattern: str
) -> tuple[Tokenizer, Tensor]:
    """Number the tokens as ours does, and say which of theirs each one is."""
    odd = next(
        (mark for mark in marks if not (mark.startswith("<|") and mark.endswith("|>"))), None
    )
    if odd is not None:
        raise NotGPT2(f"its special token {odd[:40]!r} is not written <|name|>")
    letters = byte_letters()
    ours = {letter: byte for byte, letter in enumerate(letters)}
    order = [words[letter] for letter in letters]
    pairs = []
    for left, right in merges:
        if left + right in ours:  # another way to the same token
            continue
        pairs.append((ours[left], ours[right]))
        order.append(words[left + right])
        ours[left + right] = len(ours)
    if len(ours) != len(words):
        odd = next(word for word in words if word not in ours)
        raise NotGPT2(f"no merge makes its token {odd[:40]!r}")
    by_id = sorted(marks.items(), key=lambda item: item[1])
    order += [i for _, i in by_id]
    if sorted(order) != list(range(len(order))):
        raise NotGPT2(f"its ids are not 0 to {len(order) - 1}, each once")
    return Tokenizer(pairs, pattern, [mark[2:-2] for mark, _ in by_id]), torch.tensor(order)
