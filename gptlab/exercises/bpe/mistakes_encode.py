"""Wrong bodies of `encode` and `decode`."""

from collections import Counter
from itertools import pairwise

import regex

from gptlab import bpe
from gptlab.exercises.mistake import another_way, mistake


def _pieces(text, pattern):
    return regex.findall(pattern or bpe.GPT2_PATTERN, text)


def _merged(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        whole = tuple(ids[t : t + 2]) == tuple(pair)
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


def _bytes(merges):
    spelled = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        spelled.append(spelled[a] + spelled[b])
    return spelled


# ---- encode


def _encode(name, hint):
    return mistake("bpe.encode", name, hint)


def _in_turn(text, merges, pattern, first=256):
    ids = []
    for piece in _pieces(text, pattern):
        piece_ids = list(piece.encode())
        for i, pair in merges:
            piece_ids = _merged(piece_ids, pair, first + i)
        ids += piece_ids
    return ids


_encode("merges across the cuts", "Cut the text with the pattern first, as in training.")(
    lambda text, merges, pattern=None: _in_turn(text, list(enumerate(merges)), r"(?s).+")
)
_encode("the latest merge first", "A merge learnt earlier always goes before one learnt later.")(
    lambda text, merges, pattern=None: _in_turn(text, list(enumerate(merges))[::-1], pattern)
)
_encode("new ids from 257 on", "Merge i made the id 256 + i.")(
    lambda text, merges, pattern=None: _in_turn(text, list(enumerate(merges)), pattern, 257)
)
_encode(
    "no merges",
    "The bytes are only the beginning; merge_pair gives a new list, which has to be kept.",
)(
    lambda text, merges, pattern=None: [
        byte for piece in _pieces(text, pattern) for byte in piece.encode()
    ]
)
_encode("another pattern", "The caller says which pattern cuts the text.")(
    lambda text, merges, pattern=None: _in_turn(text, list(enumerate(merges)), None)
)


@_encode(
    "the longest token that fits",
    "Tokens are built by merges, in their order; the longest one may never arise.",
)
def _(text, merges, pattern=None):
    known, ids = {}, []
    for i, spelled in enumerate(_bytes(merges)):
        known.setdefault(spelled, i)
    for piece in _pieces(text, pattern):
        rest = piece.encode()
        while rest:
            n = max(n for n in range(1, len(rest) + 1) if rest[:n] in known)
            ids.append(known[rest[:n]])
            rest = rest[n:]
    return ids


@_encode(
    "the leftmost pair first", "Look for the pair that was learnt earliest, wherever it occurs."
)
def _(text, merges, pattern=None):
    new_ids, out = {tuple(pair): 256 + i for i, pair in enumerate(merges)}, []
    for piece in _pieces(text, pattern):
        ids = list(piece.encode())
        while True:
            places = [t for t in range(len(ids) - 1) if (ids[t], ids[t + 1]) in new_ids]
            if not places:
                break
            t = places[0]
            ids[t : t + 2] = [new_ids[ids[t], ids[t + 1]]]
        out += ids
    return out


@_encode("one pass only", "A merge makes new pairs: go on until none is left that can be merged.")
def _(text, merges, pattern=None):
    new_ids, out = {tuple(pair): 256 + i for i, pair in enumerate(merges)}, []
    for piece in _pieces(text, pattern):
        ids = list(piece.encode())
        present = [new_ids[pair] for pair in zip(ids, ids[1:], strict=False) if pair in new_ids]
        for new_id in sorted(set(present)):
            ids = _merged(ids, merges[new_id - 256], new_id)
        out += ids
    return out


@_encode("each merge once in a piece", "A pair can stand in a piece more than once.")
def _(text, merges, pattern=None):
    out = []
    for piece in _pieces(text, pattern):
        ids = list(piece.encode())
        for i, pair in enumerate(merges):
            for t in range(len(ids) - 1):
                if (ids[t], ids[t + 1]) == tuple(pair):
                    ids[t : t + 2] = [256 + i]
                    break
        out += ids
    return out


@_encode("characters for bytes", "Encode each piece as UTF-8 first: 山 is three bytes.")
def _(text, merges, pattern=None):
    out = []
    for piece in _pieces(text, pattern):
        ids = [ord(char) for char in piece]
        for i, pair in enumerate(merges):
            ids = _merged(ids, pair, 256 + i)
        out += ids
    return out


@_encode(
    "the most frequent pair first",
    "In training the most frequent pair decided; here the order in which the merges were learnt does.",
)
def _(text, merges, pattern=None):
    new_ids, out = {tuple(pair): 256 + i for i, pair in enumerate(merges)}, []
    for piece in _pieces(text, pattern):
        ids = list(piece.encode())
        while counts := Counter(pair for pair in pairwise(ids) if pair in new_ids):
            best = max(counts, key=counts.get)
            ids = _merged(ids, best, new_ids[best])
        out += ids
    return out


def _chosen(choose, new_ids, text, pattern):
    """Choose one pair of those that occur, merge it, and begin anew until none is left."""
    out = []
    for piece in _pieces(text, pattern):
        ids = list(piece.encode())
        while present := [pair for pair in pairwise(ids) if pair in new_ids]:
            best = choose(present, key=new_ids.get)
            ids = _merged(ids, best, new_ids[best])
        out += ids
    return out


def _numbered(merges, first):
    return {tuple(pair): first + i for i, pair in enumerate(merges)}


another_way("bpe.encode", "the latest merge first")(
    lambda text, merges, pattern=None: _chosen(max, _numbered(merges, 256), text, pattern)
)
_encode(
    "the rank written for the new id",
    "Ids below 256 are the bytes: the first merge made 256, so the new id is its rank + 256.",
)(lambda text, merges, pattern=None: _chosen(min, _numbered(merges, 0), text, pattern))
another_way("bpe.encode", "the rank written for the new id")(
    lambda text, merges, pattern=None: _in_turn(text, list(enumerate(merges)), pattern, 0)
)


@_encode("a list for each piece", "The result is one list for the whole text: +=, or extend.")
def _(text, merges, pattern=None):
    return [_in_turn(piece, list(enumerate(merges)), r"(?s).+") for piece in _pieces(text, pattern)]


# ---- decode


def _decode(name, hint):
    return mistake("bpe.decode", name, hint)


def _joined(ids, merges):
    spelled = _bytes(merges)
    return b"".join(spelled[i] for i in ids)


_decode(
    "broken characters raise",
    "bytes.decode has an argument that says what to do with what is no UTF-8.",
)(lambda ids, merges: _joined(ids, merges).decode())
_decode("broken characters dropped", "What cannot be read becomes U+FFFD, so that one sees it.")(
    lambda ids, merges: _joined(ids, merges).decode(errors="ignore")
)
_decode("broken characters escaped", "What cannot be read becomes U+FFFD.")(
    lambda ids, merges: _joined(ids, merges).decode(errors="backslashreplace")
)
_decode(
    "each token read by itself",
    "A character may be spread over several tokens: join the bytes first.",
)(lambda ids, merges: "".join(_joined([i], merges).decode(errors="replace") for i in ids))
_decode("each byte a character", "The bytes are UTF-8, in which most characters take several.")(
    lambda ids, merges: _joined(ids, merges).decode("latin-1")
)
_decode("bytes handed back", "The result is a text.")(lambda ids, merges: _joined(ids, merges))
_decode("space between tokens", "Tokens hold their own spaces.")(
    lambda ids, merges: " ".join(_joined([i], merges).decode(errors="replace") for i in ids)
)


@another_way("bpe.decode", "each token read by itself")
def _(ids, merges):
    return "".join(_joined([i], merges).decode() for i in ids)


_decode("the merges left out", "An id above 255 is several bytes: token_bytes spells it.")(
    lambda ids, merges: bytes(ids).decode(errors="replace")
)


@_decode(
    "one level of a merge only",
    "The halves of a pair may be pairs themselves: token_bytes spells them to the end.",
)
def _(ids, merges):
    parts = [part for i in ids for part in (merges[i - 256] if i > 255 else (i,))]
    return bytes(parts).decode(errors="replace")


@mistake(
    "bpe.encode",
    "only the last piece",
    "The tokens of all pieces come one behind the other: collect them.",
)
def _(text, merges, pattern=bpe.GPT2_PATTERN):
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode())
        for i, p in enumerate(merges):
            ids = bpe.merge_pair(ids, p, 256 + i)
    return ids


@mistake("bpe.encode", "only one merge", "Go on until no merge has its pair in the piece.")
def _(text, merges, pattern=bpe.GPT2_PATTERN):
    out = []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode())
        for i, p in enumerate(merges):
            if p in bpe.pair_counts(ids):
                ids = bpe.merge_pair(ids, p, 256 + i)
                break
        out += ids
    return out


@mistake(
    "bpe.decode",
    "ids taken for characters",
    "An id from 256 on is a pair of others, and even a byte need not be a character: token_bytes spells them.",
)
def _(ids, merges):
    return "".join(chr(i) for i in ids)


@mistake(
    "bpe.decode",
    "pairs opened only once",
    "A pair may be made of pairs: token_bytes spells each down to its bytes.",
)
def _(ids, merges):
    out = []
    for i in ids:
        if i < 256:
            out.append(i)
        else:
            out += list(merges[i - 256])
    return bytes(x % 256 for x in out).decode("utf-8", errors="replace")


@mistake(
    "bpe.decode",
    "a question mark for U+FFFD",
    'What is no valid UTF-8 becomes U+FFFD: errors="replace" does that.',
)
def _(ids, merges):
    t = bpe.token_bytes(merges)
    return b"".join(t[i] for i in ids).decode("utf-8", errors="replace").replace("\ufffd", "?")


@mistake(
    "bpe.decode",
    "ASCII for UTF-8",
    "ASCII has 128 characters: what lies above them is read by UTF-8.",
)
def _(ids, merges):
    t = bpe.token_bytes(merges)
    return b"".join(t[i] for i in ids).decode("ascii", errors="replace")


@mistake(
    "bpe.decode", "the second half first", "merges[i] is (a, b): the bytes of a, then those of b."
)
def _(ids, merges):
    def spell(i):
        if i < 256:
            return bytes([i])
        a, b = merges[i - 256]
        return spell(b) + spell(a)

    return b"".join(spell(i) for i in ids).decode("utf-8", errors="replace")
