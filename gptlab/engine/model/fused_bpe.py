"""A fast counterpart of `bpe.train_bpe`, run only where it is proven to learn the merges that hers learns."""

import regex

from gptlab import bpe
from gptlab.engine.model.fast.merges import Pair, merges_of
from gptlab.engine.model.fast.pieces import count_pieces, parts

# For the proof: runs of one letter, ties, pairs that come and go, two languages, cuts, an early end, nothing at all.
ODD_TEXTS = (
    "",
    "a",
    "aaaaaaa aaaa aaa",
    "ab ba ab ba abab baba",
    "she sells sea shells by the sea shore, and the shells she sells are sea shells",
    "cacao cacao\n\n  12 121 1212,,, don't can't won't",
    "玉山很高，玉山的雪很白。阿里山也很高。 naïve café 🎉🎉🎉",
    "abcdefgh" * 9 + "hgfedcba" * 7,
)
LONGEST_RUN = (
    1024  # characters of one piece; 4 bytes each, they stay within Tokenizer's longest token
)
PATTERNS = (bpe.GPT2_PATTERN, bpe.BILINGUAL_PATTERN, r"[^\n]+\n?|\n")


def learn_merges(text: str, vocab_size: int, pattern: str = bpe.GPT2_PATTERN) -> list[Pair]:
    """The learner's `bpe.train_bpe`, or `train_bpe` below where that is proven equal to hers.

    Lone surrogates become U+FFFD, and pieces longer than LONGEST_RUN are cut before: of a long line of one
    character the merges would else be its halves, quarters and eighths.
    """
    train = train_bpe if prove_equal() else bpe.train_bpe
    return train(_short_runs(whole_text(text), pattern), vocab_size, pattern)


def whole_text(text: str) -> str:
    """The text with each lone surrogate, which has no UTF-8, as U+FFFD; two that belong together are joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _short_runs(text: str, pattern: str) -> str:
    """The text with line ends inside its long pieces; of long white space, only the beginning stays."""
    if (
        max((len(part) for block in parts(text, pattern) for part in block), default=0)
        <= LONGEST_RUN
    ):
        return text
    cut_text = []
    copied = 0
    for found in regex.finditer(pattern, text):
        piece = found[0]
        if len(piece) <= LONGEST_RUN:
            continue
        starts = range(0, 1 if piece.isspace() else len(piece), LONGEST_RUN)
        cut = "\n".join(piece[start : start + LONGEST_RUN] for start in starts)
        cut_text += [text[copied : found.start()], cut]
        copied = found.end()
    return "".join([*cut_text, text[copied:]])


def prove_equal() -> bool:
    """True where the learner's function gives the same merges for every odd text, pattern and size tried.

    A function that is empty or fails is not equal.
    """
    cases = [
        (text, n, pattern) for text in ODD_TEXTS for n in (256, 259, 320) for pattern in PATTERNS
    ]
    cases.append((" ".join(ODD_TEXTS), 400, bpe.GPT2_PATTERN))
    try:
        return all(bpe.train_bpe(*case) == train_bpe(*case) for case in cases)
    except Exception:  # whatever goes wrong in a learner's function shows when hers is run
        return False


def train_bpe(text: str, vocab_size: int, pattern: str = bpe.GPT2_PATTERN) -> list[Pair]:
    """`bpe.train_bpe` in O(bytes + the places that merges change), and a logarithm."""
    if vocab_size < 256:
        raise ValueError(f"vocab_size is {vocab_size}, but the bytes alone are 256")
    return merges_of(count_pieces(text, pattern), vocab_size - 256)
