"""`Tokenizer`: the learner's merges run by tiktoken, with special tokens, saved as a file."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import regex
import tiktoken

from gptlab import bpe, chat
from gptlab.engine.model.fast.pieces import parts
from gptlab.engine.model.fused_bpe import learn_merges, whole_text

SPECIALS = ("endoftext", "user", "assistant", "system", "end")
FORMAT = "gptlab-bpe-1"
LONGEST_PIECE = 4096  # bytes; a file of few merges could else ask for a token of terabytes
LONGEST_TEXT = (
    100_000  # characters that tiktoken gets at once: it fails on a run of a million blanks
)
MOST_KNOWN = 1_000_000  # parts of a text whose ids are kept at once


class Tokenizer:
    """Text to ids and back: 256 bytes, then the merges in order, then the special tokens.

    Special tokens can only be put in by id: text that spells one is encoded as ordinary text.

    Example: merges [(97, 98)] -> "abc" is [256, 99], and `special["endoftext"]` is 257.
    Raises ValueError when a merge joins ids that do not exist yet, or the pattern is no regular expression.
    """

    def __init__(
        self,
        merges: Iterable[tuple[int, int]],
        pattern: str = bpe.GPT2_PATTERN,
        specials: Iterable[str] = SPECIALS,
    ) -> None:
        self.merges = [_pair(merge) for merge in merges]
        self.pattern = pattern
        self.specials = tuple(specials)
        pieces = _pieces(self.merges)
        n_ordinary = len(pieces)
        self.special = {name: n_ordinary + i for i, name in enumerate(self.specials)}
        if len(self.special) != len(self.specials):
            raise ValueError(f"special tokens must differ, but are {', '.join(self.specials)}")
        self.vocab_size = n_ordinary + len(self.specials)
        self._pieces = pieces + [f"<|{name}|>".encode() for name in self.specials]
        self._encoding = _encoding(pattern, pieces, self.special)

    @classmethod
    def train(
        cls,
        text: str,
        vocab_size: int,
        pattern: str = bpe.GPT2_PATTERN,
        specials: Iterable[str] = SPECIALS,
    ) -> "Tokenizer":
        """Learn merges as `bpe.train_bpe` does; `vocab_size` counts the special tokens too.

        Raises ValueError when there is no room for the bytes and the special tokens.
        """
        specials = tuple(specials)
        least = 256 + len(specials)
        if vocab_size < least:
            raise ValueError(
                f"vocab_size {vocab_size} is too small: 256 bytes and specials need {least}"
            )
        merges = learn_merges(text, vocab_size - len(specials), pattern)
        return cls(_short_merges(merges), pattern, specials)

    def encode(self, text: str) -> list[int]:
        """The ids of ordinary text; a lone surrogate becomes U+FFFD.

        A piece of the text that is longer than LONGEST_TEXT is cut there.
        """
        if len(text) <= LONGEST_TEXT:
            return self._encoding.encode_ordinary(text)
        known: dict[str, list[int]] = {}  # words come back
        ids: list[int] = []
        for block in parts(whole_text(text), self.pattern):
            for part in set(block).difference(known):
                known[part] = self._encode_part(part)
            ids.extend(chain.from_iterable(map(known.__getitem__, block)))
            if len(known) > MOST_KNOWN:
                known.clear()
        return ids

    def encode_batch(self, texts: list[str], n_threads: int = 2) -> list[list[int]]:
        """The ids of each text."""
        texts = list(texts)
        if max(map(len, texts), default=0) > LONGEST_TEXT:
            return [self.encode(text) for text in texts]
        return self._encoding.encode_ordinary_batch(texts, num_threads=n_threads)

    def _encode_part(self, part: str) -> list[int]:
        """The ids of whole pieces; a piece that is too long for tiktoken is cut."""
        if len(part) <= LONGEST_TEXT:
            return self._encoding.encode_ordinary(part)
        cut = [
            found[0][start : start + LONGEST_TEXT]
            for found in regex.finditer(self.pattern, part)
            for start in range(0, len(found[0]), LONGEST_TEXT)
        ]
        return [i for piece in cut for i in self._encoding.encode_ordinary(piece)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; bytes that are no UTF-8 become U+FFFD, special tokens `<|name|>`."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of ids.

        Raises ValueError when an id is not in the vocabulary.
        """
        return b"".join(self._piece(i) for i in ids)

    def decode_stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Yield text as ids arrive, holding bytes back until their character is whole."""
        waiting = b""
        for i in ids:
            text, waiting = chat.whole_characters(waiting + self._piece(i))
            if text:
                yield text
        if waiting:
            yield waiting.decode("utf-8", errors="replace")

    def save(self, path: str | Path) -> None:
        """Write `tokenizer.json`."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """All that makes this tokenizer, as JSON."""
        content = {"format": FORMAT, "pattern": self.pattern, "specials": self.specials}
        content["merges"] = self.merges
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def load(cls, path: str | Path) -> "Tokenizer":
        """Read what `save` wrote.

        Raises ValueError in one line when the file is missing, no JSON, or its merges do not hold together.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise ValueError(f"{path}: not a tokenizer file ({reason})") from None
        try:
            return cls._from_content(content)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @classmethod
    def _from_content(cls, content: object) -> "Tokenizer":
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ValueError(f"not a tokenizer file (its format is not {FORMAT!r})")
        pattern, specials, merges = (content.get(key) for key in ("pattern", "specials", "merges"))
        if not isinstance(pattern, str):
            raise ValueError("pattern must be text")
        if not isinstance(specials, list) or not all(isinstance(name, str) for name in specials):
            raise ValueError("specials must be a list of names")
        if not isinstance(merges, list):
            raise ValueError("merges must be a list of pairs")
        return cls(merges, pattern, specials)

    def _piece(self, i: int) -> bytes:
        if not 0 <= i < self.vocab_size:
            raise ValueError(f"token id {i} is outside a vocabulary of {self.vocab_size}")
        return self._pieces[i]


def _pair(merge: object) -> tuple[int, int]:
    pair = tuple(merge) if isinstance(merge, (list, tuple)) else ()
    if len(pair) != 2 or not all(isinstance(i, int) and not isinstance(i, bool) for i in pair):
        raise ValueError(f"a merge is a pair of ids, not {str(merge)[:40]}")
    return pair


def _short_merges(merges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The merges before the first that makes a token longer than LONGEST_PIECE."""
    sizes = [1] * 256
    for i, (a, b) in enumerate(merges):
        if sizes[a] + sizes[b] > LONGEST_PIECE:
            return merges[:i]
        sizes.append(sizes[a] + sizes[b])
    return merges


def _pieces(merges: list[tuple[int, int]]) -> list[bytes]:
    """The bytes of every ordinary id."""
    pieces = [bytes([i]) for i in range(256)]
    known = set(pieces)
    for i, (a, b) in enumerate(merges):
        if not (0 <= a < len(pieces) and 0 <= b < len(pieces)):
            raise ValueError(f"merge {i} joins {a} and {b}, but only ids below {len(pieces)} exist")
        piece = pieces[a] + pieces[b]
        if len(piece) > LONGEST_PIECE:
            raise ValueError(
                f"merge {i} makes a token of {len(piece)} bytes; at most {LONGEST_PIECE}"
            )
        if piece in known:
            raise ValueError(f"merge {i} makes a token a second time")
        known.add(piece)
        pieces.append(piece)
    return pieces


def _encoding(pattern: str, pieces: list[bytes], special: dict[str, int]) -> tiktoken.Encoding:
    try:
        return tiktoken.Encoding(
            name="gptlab",
            pat_str=pattern,
            mergeable_ranks={piece: rank for rank, piece in enumerate(pieces)},
            special_tokens={f"<|{name}|>": i for name, i in special.items()},
        )
    except ValueError as error:
        raise ValueError(
            f"pattern is no regular expression ({str(error).splitlines()[0]})"
        ) from None
