"""The checks of gptlab/bpe.py."""

import regex

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, property_holds

WORDS = r" ?\w+|\W"  # a word with the space in front of it, or a sign
ALL = r"(?s).+"  # one piece


def _pairs(ids: list[int]) -> dict[tuple[int, int], int]:
    """Pairs by place."""
    found: dict[tuple[int, int], int] = {}
    for t in range(len(ids) - 1):
        found[ids[t], ids[t + 1]] = found.get((ids[t], ids[t + 1]), 0) + 1
    return found


def pair_counts() -> list[Case]:
    """Loops are the oracle."""
    ids = RandomInputs(51).ids(3, 40).tolist()
    return [
        case([1, 2, 1, 2, 2], expected={(1, 2): 2, (2, 1): 1, (2, 2): 1}),
        case([7, 7, 7, 7], expected={(7, 7): 3}),
        case(ids, oracle=_pairs),
        case([260, 0, 260, 0, 300], oracle=_pairs),
        case([5], expected={}, stage=EDGE, about="one token, no pair"),
        case([], expected={}, stage=EDGE, about="no token"),
    ]


def _merged(ids: list[int], pair: tuple[int, int], new_id: int) -> list[int]:
    """Eat the list from its front."""
    rest, out = list(ids), []
    while rest:
        if tuple(rest[:2]) == tuple(pair):
            out.append(new_id)
            rest = rest[2:]
        else:
            out.append(rest[0])
            rest = rest[1:]
    return out


def _as_it_is(result):
    """A result that may not stand in another form: a tuple is no list."""
    return result


def _another_list(function, ids: list[int], pair: tuple[int, int], new_id: int) -> bool | str:
    return function(ids, pair, new_id) is not ids or "the very list that was given"


def merge_pair() -> list[Case]:
    """Eating the list from its front is the oracle."""
    ids = RandomInputs(52).ids(3, 40).tolist()
    return [
        case([1, 1, 1, 2], (1, 1), 9, expected=[9, 1, 2], summary=_as_it_is),
        case([1, 2, 3, 1, 2], (1, 2), 4, expected=[4, 3, 4]),
        case([2, 1, 2, 1, 3], (1, 2), 8, expected=[2, 8, 1, 3]),
        case([5, 6, 7], (6, 5), 9, expected=[5, 6, 7], about="the pair does not occur"),
        case([3, 3, 3, 3, 3], (3, 3), 256, expected=[256, 256, 3]),
        *[case(ids, pair, 9, oracle=_merged) for pair in ((0, 1), (2, 2), (1, 0))],
        case([4, 1, 2], (1, 2), 9, expected=[4, 9], about="the pair at the end"),
        case([11, 2, 1, 23], (1, 2), 9, expected=[11, 2, 1, 23], about="ids are whole numbers"),
        case([1, 2], (1, 2), 9, expected=[9], stage=EDGE),
        property_holds(
            _another_list,
            [5, 6, 7],
            (6, 5),
            9,
            about="a new list, also where the pair does not occur",
            stage=EDGE,
        ),
        case([1], (1, 2), 9, expected=[1], stage=EDGE, about="one token"),
        case([], (1, 2), 9, expected=[], stage=EDGE, about="no token"),
    ]


def _learnt(text: str, vocab_size: int, pattern: str) -> list[tuple[int, int]]:
    """Count everything anew for each merge."""
    pieces = [list(piece.encode()) for piece in regex.findall(pattern, text)]
    merges: list[tuple[int, int]] = []
    while 256 + len(merges) < vocab_size:
        total: dict[tuple[int, int], int] = {}
        for piece in pieces:
            for pair, n in _pairs(piece).items():
                total[pair] = total.get(pair, 0) + n
        best = min(total, key=lambda pair: (-total[pair], pair), default=None)
        if best is None or total[best] < 2:
            break
        pieces = [_merged(piece, best, 256 + len(merges)) for piece in pieces]
        merges.append(best)
    return merges


TEXT = (
    "low lower lowest, new newer newest; wide wider widest: the lowest low tide, the newest wide news. "
    * 3
)
CHINESE = "山上有山，山下有水；水上有山，水下有水。"


def train_bpe() -> list[Case]:
    """Counting everything anew is the oracle, and merges worked by hand."""
    random = bytes(RandomInputs(53).ids(3, 200).add(97).tolist()).decode()
    return [
        case("ab ab", 300, expected=[(97, 98)]),
        case("aaabdaaabac", 259, ALL, expected=[(97, 97), (97, 98), (256, 257)]),
        case("cd ab ab cd", 258, WORDS, expected=[(32, 97), (99, 100)], about="a tie"),
        case("ba ba ab ab", 257, r"\w+", expected=[(97, 98)], about="a tie"),
        case(TEXT, 270, WORDS, oracle=_learnt),
        case(random, 275, ALL, oracle=_learnt, about="letters drawn at random, one piece"),
        case(random, 300, "[ab]+|c+", oracle=_learnt, about="letters drawn at random"),
        case(CHINESE, 280, ALL, oracle=_learnt),
        case(
            "xy xy xy zz",
            400,
            WORDS,
            oracle=_learnt,
            about="no pair occurs twice before vocab_size is reached",
        ),
        case(
            "the then theme",
            260,
            expected=[(104, 101), (116, 256), (32, 257)],
            about="the default pattern",
        ),
        case(
            "Ab aB Ab\n  Ab  aB",
            262,
            expected=[(65, 98), (32, 97), (32, 256), (257, 66)],
            about="small and large letters, white space",
        ),
        case("abc", 300, expected=[], stage=EDGE, about="no pair occurs twice"),
        case("", 300, expected=[], stage=EDGE, about="no text"),
        case("abab", 256, expected=[], stage=EDGE, about="no merge fits"),
    ]


def _encoded(text: str, merges: list[tuple[int, int]], pattern: str) -> list[int]:
    """Apply every merge in turn to every piece."""
    ids = []
    for piece in regex.findall(pattern, text):
        piece_ids = list(piece.encode())
        for i, pair in enumerate(merges):
            piece_ids = _merged(piece_ids, pair, 256 + i)
        ids += piece_ids
    return ids


def _drawn_texts(seed: int) -> tuple[str, str]:
    """A text to learn merges from, and another of the same letters."""
    inputs = RandomInputs(seed)
    return inputs.word(200, letters=4), inputs.word(60, letters=4)


def encode() -> list[Case]:
    """Applying every merge in turn is the oracle."""
    learnt = _learnt(TEXT, 290, WORDS)
    han = _learnt(CHINESE, 275, ALL)
    drawn = _drawn_texts(54)
    return [
        case("abab", [(97, 98), (256, 256)], expected=[257]),
        case(
            "abc",
            [(98, 99), (97, 98)],
            ALL,
            expected=[97, 256],
            about="the earlier merge goes first",
        ),
        case(
            "abaxba",
            [(97, 98), (98, 97)],
            ALL,
            expected=[256, 97, 120, 257],
            about="the earlier merge goes first, though the later one occurs twice",
        ),
        case("aaaaa", [(97, 97), (256, 256)], ALL, expected=[257, 97]),
        case("a bab", [(97, 98)], ALL, expected=[97, 32, 98, 256]),
        case("abcab", [(97, 98), (98, 99), (256, 99)], ALL, expected=[258, 256]),
        case(
            "ab ab",
            [(98, 32), (97, 98)],
            ALL,
            expected=[97, 256, 257],
            about="a pattern that cuts nothing",
        ),
        case(
            "abcab",
            [(98, 99), (97, 98)],
            "[ab]+|c",
            expected=[257, 99, 257],
            about="a pattern that cuts before c",
        ),
        case("the lowest newest tides widen, slow", learnt, WORDS, oracle=_encoded),
        case(TEXT[:60], [(116, 32), *learnt], WORDS, oracle=_encoded, about="a merge over a cut"),
        case("水山有水，山", han, ALL, oracle=_encoded),
        case(
            drawn[1],
            _learnt(drawn[0], 280, ALL),
            ALL,
            oracle=_encoded,
            about="letters drawn at random",
        ),
        case(
            "to the theme",
            [(32, 116), (104, 101), (256, 257)],
            expected=[116, 111, 258, 258, 109, 101],
            about="the default pattern",
        ),
        case(
            " Ab ab\r\n  aB\tAB ",
            [(65, 98), (97, 66), (32, 97)],
            about="small and large letters, white space",
            expected=[32, 256, 258, 98, 13, 10, 32, 32, 257, 9, 65, 66, 32],
        ),
        case(
            "héllo e\u0301 山",
            [],
            ALL,
            expected=list("héllo e\u0301 山".encode()),
            stage=EDGE,
            about="no merges",
        ),
        case(
            "\ufeffab",
            [(97, 98)],
            ALL,
            expected=[0xEF, 0xBB, 0xBF, 256],
            stage=EDGE,
            about="a byte order mark in front",
        ),
        case("", [(97, 98)], expected=[], stage=EDGE, about="no text"),
    ]


def _whole_again(function, text: str, merges: list) -> bool | str:
    back = function(_encoded(text, merges, ALL), merges)
    return back == text or f"{back!r}"


def decode() -> list[Case]:
    """Bytes written out by hand."""
    merges = [(97, 98), (256, 256), (0xE5, 0xB1), (258, 0xB1)]  # the last two spell 山
    learnt_from, drawn = _drawn_texts(55)
    learnt = _learnt(learnt_from, 280, ALL)
    return [
        case([257, 97], [(97, 98), (256, 256)], expected="ababa"),
        case([72, 105, 32, 256], merges, expected="Hi ab"),
        case(
            [0xE5, 0xB1, 0xB1, 97], merges, expected="山a", about="three bytes make one character"
        ),
        case(
            [0, 255, 65, 0, 97],
            merges,
            expected="\0\ufffdA\0a",
            about="the first and the last byte",
        ),
        case([258, 0xB1, 259], merges, expected="山山"),
        property_holds(
            _whole_again, "ab 山abab?", merges, about="what was encoded is read as it was"
        ),
        case(_encoded(drawn, learnt, ALL), learnt, expected=drawn, about="letters drawn at random"),
        case([97, 258, 98], merges, expected="a\ufffdb", stage=EDGE, about="half a character"),
        case([0xB1, 97, 0xFF], [], expected="\ufffda\ufffd", stage=EDGE, about="no valid UTF-8"),
        case([], merges, expected="", stage=EDGE, about="no token"),
    ]
