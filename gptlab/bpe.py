"""Byte-pair encoding: start from the 256 bytes, and give the most frequent pair a number, again and again.

A token is an integer: 0 … 255 are the bytes, 256 + i is the pair that merge i joined.
"""

from collections import Counter

import regex

from gptlab.blanks import blank

# GPT-2 cuts a text into pieces before it merges, so that no token holds the end of one word and the start
# of the next (openai/gpt-2, src/encoder.py): a contraction's tail, a word, a number or a run of signs, each
# of the last three with the one space in front of it, and the other white space.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# Chinese puts no spaces between words: GPT-2's pattern takes 台湾最高的山是哪座山 as one word, and merges
# would glue the end of a name to the grammar after it. Then a name would be other tokens in each sentence.
# So the commonest words, which end what comes before them, are pieces of their own: the longer ones first, or
# 为什么 would be cut in two. Left out are those that occur in names: 都 (首都), 也 (也门). What lies between
# them stays whole: cut after a number of characters, a long name would be cut wherever it happens to lie. The
# nouns and verbs are those that questions turn on: 首都 must be the same token in front of 是, 在 and 设在.
COMMON_WORDS = (
    "什么",
    "为什么",
    "怎么",
    "多少",
    "哪里",
    "哪座",
    "哪条",
    "哪个",
    "哪",
    "请问",
    "请",
    "谁",
    "吗",
    "呢",
    "吧",
    "的",
    "了",
    "是",
    "在",
    "有",
    "和",
    "与",
    "最",
    "我",
    "你",
    "您",
    "她",
    "它",
    "这",
    "很",
    "叫",
    "把",
    "跟",
    "设",
    "养",
    "住",
    "位于",
    "属于",
    "主要",
    "知道",
    "首都",
    "货币",
    "语言",
    "职业",
    "工作",
    "宠物",
    "朋友",
)
_COMMON_WORD = "|".join(sorted(COMMON_WORDS, key=len, reverse=True))
HAN_PATTERN = rf"{_COMMON_WORD}|(?:(?!{_COMMON_WORD})\p{{Han}})+"

# Ours, for English and Chinese in one text. Apart from Han it differs from GPT-2's in the digits: each digit
# is a piece, and so is the space before it. A number is then always the same digits in the same places, and
# a sum can be learnt column by column; with tokens such as 17 and 170 each number would be a new word.
# [^\P{L}\p{Han}] is a letter that is not Han. Python's regex and tiktoken's Rust cut all of it alike.
BILINGUAL_PATTERN = (
    rf"{HAN_PATTERN}|'s|'t|'re|'ve|'m|'ll|'d| ?[^\P{{L}}\p{{Han}}]+|\p{{N}}"
    r"| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
)


def token_bytes(merges: list[tuple[int, int]]) -> list[bytes]:
    """Spell every token: the bytes of id i stand at place i.

    A pair's bytes are those of its two tokens, one after the other.

    Raises ValueError when a merge joins an id that is not made yet.

    Example: token_bytes([(97, 98)])[256] -> b"ab"
    """
    spelled = [bytes([byte]) for byte in range(256)]
    for i, (a, b) in enumerate(merges):
        if not (0 <= a < len(spelled) and 0 <= b < len(spelled)):
            raise ValueError(
                f"merge {i} joins {a} and {b}, but only ids below {len(spelled)} exist by then:"
                " keep the merges in the order in which they were learnt"
            )
        spelled.append(spelled[a] + spelled[b])
    return spelled


@blank(lesson=2, minutes=6, difficulty=1)
def pair_counts(ids: list[int]) -> dict[tuple[int, int], int]:
    """Count each pair of neighbours, overlapping ones too.

        n(a, b) = number of places t with ids[t] = a and ids[t+1] = b       Gage 1994

    Example: pair_counts([1, 2, 1, 2, 2]) -> {(1, 2): 2, (2, 1): 1, (2, 2): 1}
    """
    raise NotImplementedError


@blank(lesson=2, minutes=8, difficulty=2)
def merge_pair(ids: list[int], pair: tuple[int, int], new_id: int) -> list[int]:
    """Write new_id wherever the pair occurs, from left to right, as a new list.

        …, x, a, b, y, …  →  …, x, new_id, y, …       pair = (a, b)       Gage 1994

    A token that has been used up cannot be used again.

    Example: merge_pair([1, 1, 1, 2], (1, 1), 9) -> [9, 1, 2]
    """
    raise NotImplementedError


@blank(lesson=2, minutes=30, difficulty=4)
def train_bpe(text: str, vocab_size: int, pattern: str = GPT2_PATTERN) -> list[tuple[int, int]]:
    """Learn the merges of a text, in order: merge i makes the id 256 + i.

        repeat: pair = argmax n(a, b) over all pieces, a tie goes to the smallest (a, b); merge it everywhere
                                                        Sennrich et al. 2016, alg. 1, on bytes as in GPT-2

    `pattern` cuts the text into pieces (regex.findall) and no pair crosses a cut. Pairs are counted as in
    pair_counts. It ends at vocab_size tokens, or when no pair occurs twice.

    Raises ValueError when vocab_size is below 256, and UnicodeEncodeError for a lone surrogate, which has no
    UTF-8 (the check does not ask for it): all that calls this writes U+FFFD for one before.

    Example: train_bpe("ab ab", 300) -> [(97, 98)]
    """
    raise NotImplementedError


@blank(lesson=2, minutes=15, difficulty=3)
def encode(text: str, merges: list[tuple[int, int]], pattern: str = GPT2_PATTERN) -> list[int]:
    """Write a text as tokens: in each piece, apply the merges in the order in which they were learnt.

        repeat: i = the earliest merge whose pair occurs in the piece; write 256 + i for it
                                                        Sennrich et al. 2016, §3.2, on bytes as in GPT-2

    A merge learnt earlier always goes before one learnt later, as it did in training.

    Raises UnicodeEncodeError for a lone surrogate, as train_bpe does (the check does not ask for it).

    Example: encode("abab", [(97, 98), (256, 256)]) -> [257]
    """
    raise NotImplementedError


@blank(lesson=2, minutes=6, difficulty=2)
def decode(ids: list[int], merges: list[tuple[int, int]]) -> str:
    """Read tokens as a text: join their bytes (token_bytes spells them), then read those as UTF-8.

        text = UTF-8⁻¹(bytes(ids[0]) bytes(ids[1]) bytes(ids[2]) …)

    Tokens can end in the middle of a character: what is no valid UTF-8 becomes U+FFFD, and nothing is raised.

    Raises ValueError when an id is not in the vocabulary (the check does not ask for it).

    Example: decode([257, 97], [(97, 98), (256, 256)]) -> "ababa"
    """
    raise NotImplementedError
