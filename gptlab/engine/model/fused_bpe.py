"""A fast counterpart of `bpe.train_bpe`, run only where it is proven to learn the merges that hers learns."""

import heapq
from collections import Counter, defaultdict
from itertools import pairwise

import regex

from gptlab import bpe

Pair = tuple[int, int]

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
    parts = []
    copied = 0
    for found in regex.finditer(pattern, text):
        piece = found[0]
        if len(piece) <= LONGEST_RUN:
            continue
        starts = range(0, 1 if piece.isspace() else len(piece), LONGEST_RUN)
        cut = "\n".join(piece[start : start + LONGEST_RUN] for start in starts)
        parts += [text[copied : found.start()], cut]
        copied = found.end()
    return "".join([*parts, text[copied:]])


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
    """`bpe.train_bpe` in O(bytes + the length of the pieces that each merge changes), and a logarithm.

    A heap knows the most frequent pair, and `holders` the pieces in which a pair occurs. An entry of the heap
    whose count is no longer true is passed over: the pair was pushed again when its count changed.
    """
    if vocab_size < 256:
        raise ValueError(f"vocab_size is {vocab_size}, but the bytes alone are 256")
    multiplicity = Counter(regex.findall(pattern, text))
    times = list(multiplicity.values())
    pieces = [list(piece.encode("utf-8")) for piece in multiplicity]
    counts, holders = _pairs_of(pieces, times)
    heap = [(-n, pair) for pair, n in counts.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < vocab_size - 256:
        negative_count, pair = heapq.heappop(heap)
        if -negative_count != counts[pair]:
            continue
        if counts[pair] < 2:
            break
        new_id = 256 + len(merges)
        merges.append(pair)
        changes: Counter[Pair] = Counter()
        for i in holders.pop(pair):
            pieces[i], created = _merge_pair(pieces[i], pair, new_id, times[i], changes)
            for new_pair in created:
                holders[new_pair].add(i)
        for changed, difference in changes.items():
            counts[changed] += difference
            if difference and counts[changed] > 1:
                heapq.heappush(heap, (-counts[changed], changed))
    return merges


def _pairs_of(
    pieces: list[list[int]], times: list[int]
) -> tuple[Counter[Pair], dict[Pair, set[int]]]:
    """How often each pair occurs, and in which pieces."""
    counts: Counter[Pair] = Counter()
    holders: dict[Pair, set[int]] = defaultdict(set)
    for i, ids in enumerate(pieces):
        for pair in pairwise(ids):
            counts[pair] += times[i]
            holders[pair].add(i)
    return counts, holders


def _merge_pair(
    ids: list[int], pair: Pair, new_id: int, times: int, changes: Counter[Pair]
) -> tuple[list[int], list[Pair]]:
    """The merged ids and the pairs created; `changes` takes what every pair gains or loses."""
    a, b = pair
    merged: list[int] = []
    created: list[Pair] = []
    copied = t = 0  # ids before `copied` are in `merged`; the search goes on at t
    while True:
        try:
            t = ids.index(a, t, -1)  # the last token starts no pair
        except ValueError:
            return merged + ids[copied:], created
        if ids[t + 1] != b:
            t += 1
            continue
        merged += ids[copied:t]
        changes[pair] -= times
        if merged:
            changes[merged[-1], a] -= times
            changes[merged[-1], new_id] += times
            created.append((merged[-1], new_id))
        if t + 2 < len(ids):
            changes[b, ids[t + 2]] -= times
            changes[new_id, ids[t + 2]] += times
            created.append((new_id, ids[t + 2]))
        merged.append(new_id)
        copied = t = t + 2
