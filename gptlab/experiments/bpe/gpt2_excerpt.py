"""A few hundred of GPT-2's 50,000 merges: enough to write some texts as GPT-2 does, by the learner's own `encode`.

`python -m dev.gpt2_merges` took them from OpenAI's file. They are all the merges that the pieces of TEXTS can meet,
so on these texts nothing is missing. On other texts much is.
"""

import json
from dataclasses import dataclass

from gptlab.engine.model.shipped import FOLDER

RECORD = FOLDER / "gpt2_merges.json"
TEXTS = (
    "hello world",
    "00000000000000000",
    "The capital of Peru is Lima.",
    "the capital of Peru is lima.",
    "玉山是台湾最高的山。",
    "3952 + 17 = 3969",
    "isn't it?",
    "    return x",
    "They said SolidGoldMagikarp.",
    "hello <|endoftext|>",
)
# what OpenAI's own tests expect of GPT-2's tokenizer (openai/tiktoken, tests/test_encoding.py)
EXPECTED = {
    "hello world": [31373, 995],
    "0": [15],
    "000": [830],
    "00000": [20483],
    "000000": [10535],
    "000000000": [10535, 830],
    "000000000000000": [8269, 24598],
    "00000000000000000": [8269, 10535, 830],
}
END_OF_TEXT = 50_256  # GPT-2's only special token


@dataclass(frozen=True)
class Excerpt:
    """Some merges of GPT-2, in order and in the numbers of `gptlab.bpe`, and what GPT-2 calls each token.

    merges   pairs, as `bpe.encode` takes them
    numbers  GPT-2's number of each id: of the 256 bytes, then of each merge
    """

    merges: list[tuple[int, int]]
    numbers: list[int]


def gpt2_excerpt() -> Excerpt:
    """The merges that are stored with the course."""
    stored = json.loads(RECORD.read_text(encoding="utf-8"))["merges"]
    order = list(letters())
    numbers = [order.index(byte) for byte in range(256)] + [number for number, _, _ in stored]
    ours = {number: i for i, number in enumerate(numbers)}
    return Excerpt([(ours[left], ours[right]) for _, left, right in stored], numbers)


def letters() -> dict[int, str]:
    """The character that stands for each byte in GPT-2's files, in the order of its numbers 0 … 255.

    A byte that is a visible character in Latin-1 stands for itself. The others follow, and have borrowed characters:
    the space is Ġ, the line end Ċ.
    """
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in seen]
    found = {byte: chr(byte) for byte in seen}
    return found | {byte: chr(256 + i) for i, byte in enumerate(hidden)}
