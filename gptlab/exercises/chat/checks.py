"""The checks of gptlab/chat.py."""

import codecs
import math

import torch
from torch import Tensor

from gptlab.exercises.attention.checks import attended
from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes


def _fed_back(function, cache, k: Tensor, v: Tensor):
    """The cache after one call for each token: what comes back is the next call's cache."""
    for t in range(k.shape[2]):
        cache = function(cache, k[:, :, t : t + 1], v[:, :, t : t + 1])
    return tuple(cache)


def append_kv() -> list[Case]:
    """Times read off one by one are the oracle."""
    inputs = RandomInputs(95)
    k, v, old_k, old_v = (inputs.numbers(2, 3, t, 5) for t in (2, 2, 4, 4))

    def oracle(cache, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        pairs = [(None, k), (None, v)] if cache is None else [(cache[0], k), (cache[1], v)]
        return tuple(
            torch.stack(
                [x[:, :, t] for x in pair if x is not None for t in range(x.shape[2])], dim=2
            )
            for pair in pairs
        )

    one, two, three = (torch.full((1, 1, 1, 1), number) for number in (1.0, 2.0, 3.0))
    return [
        case(
            (torch.cat([one, two], 2), torch.cat([10 * one, 10 * two], 2)),
            three,
            10 * three,
            expected=(
                torch.cat([one, two, three], 2),
                torch.cat([10 * one, 10 * two, 10 * three], 2),
            ),
            about="two tokens in the cache, a new one",
        ),
        *in_all_dtypes(
            (old_k, old_v),
            k,
            v,
            oracle=oracle,
            gradient=False,
            about="4 tokens in the cache, 2 new ones",
        ),
        case(None, k, v, oracle=oracle, about="no cache yet"),
        case((old_k, old_v), k[:, :, :1], v[:, :, :1], oracle=oracle, about="one new token"),
        case(
            (k[:, :, :1], v[:, :, :1]),
            old_k,
            old_v,
            oracle=oracle,
            about="1 token in the cache, 4 new ones",
        ),
        case(
            None,
            old_k,
            old_v,
            expected=(old_k, old_v),
            stage=EDGE,
            call=_fed_back,
            about="4 tokens one by one: each result is the next call's cache",
        ),
    ]


def _cached(q: Tensor, cache, keep: Tensor | None = None) -> Tensor:
    """Attention query by query, with a mask written place by place."""
    k, v = cache
    B, T, S = q.shape[0], q.shape[2], k.shape[2]
    mask = torch.zeros(B, 1, T, S, dtype=torch.bool)
    for b in range(B):
        for i in range(T):
            for j in range(S - T + i + 1):
                mask[b, 0, i, j] = keep is None or bool(keep[b, j])
    return attended(q, k, v, mask)


def attend_cached() -> list[Case]:
    """One query at a time is the oracle."""
    inputs = RandomInputs(96)
    q, k, v = inputs.numbers(2, 3, 4, 5), inputs.numbers(2, 3, 6, 5), inputs.numbers(2, 3, 6, 5)
    keep = torch.tensor([[0, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 0]]).bool()
    ones = torch.ones(1, 1, 2, 1).double()
    by_hand = (
        torch.tensor([0.0, math.log(3)]).double().reshape(1, 1, 2, 1),
        torch.tensor([4.0, 8.0]).double().reshape(1, 1, 2, 1),
    )
    return [
        case(
            ones,
            by_hand,
            expected=torch.tensor([4.0, 7.0]).double().reshape(1, 1, 2, 1),
            about="query 1 mixes the values 4 and 8 by ¼ and ¾",
        ),
        *in_all_dtypes(
            q, (k, v), oracle=_cached, gradient=False, about="2 tokens before, 4 new ones"
        ),
        *in_all_dtypes(q, (k, v), keep=keep, oracle=_cached, gradient=False),
        case(q[:, :, :1], (k, v), keep=keep, oracle=_cached, about="one new token"),
        case(q, (k[:, :, :4], v[:, :, :4]), oracle=_cached, about="nothing in the cache before"),
        case(
            -15000 * ones,
            (ones, by_hand[1]),
            expected=torch.tensor([4.0, 6.0]).double().reshape(1, 1, 2, 1),
            stage=EDGE,
            about="scores of −15,000",
        ),
    ]


def _streamed(data: bytes) -> tuple[str, bytes]:
    """Python's own incremental decoder."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return decoder.decode(data), decoder.getstate()[0]


EDGES = "\x7f\x80\u07ff\u0800\uffff\U00010000\U0010ffff"  # first and last of 1, 2, 3 and 4 bytes


def _many_cuts(function, texts: list[str]) -> list[tuple[str, bytes]]:
    """What comes of every beginning of each text that has a byte."""
    cut = [text.encode()[:end] for text in texts for end in range(1, len(text.encode()) + 1)]
    return [function(data) for data in cut]


def _token_by_token(function, text: str) -> list[str]:
    """The pieces of a stream whose tokens are single bytes."""
    waiting, pieces = b"", []
    for byte in text.encode():
        piece, waiting = function(waiting + bytes([byte]))
        pieces += [piece] if piece else []
    return pieces


def whole_characters() -> list[Case]:
    """Python's incremental decoder is the oracle; single characters of all lengths are cut everywhere."""
    last = [chr(number) for number in (0x9F, 0xBF, 0x7FF, 0x2FFF, 0x3FFFF, 0x1F3FF, 0x2E80)]
    cuts = [*EDGES, *last, "a\u00e9\u5c71\U0001f3d4"]
    inputs = RandomInputs(141)
    kinds = ((0x61, 0x7A), (0xC0, 0x24F), (0x4E00, 0x9F00), (0x1F300, 0x1F5FF))
    drawn = "".join(chr(inputs.whole(*kind)) for kind in kinds * 2)
    inside = drawn.encode()[: -inputs.whole(1, 3)]
    return [
        case(
            "a\u5c71".encode()[:3],
            expected=("a", b"\xe5\xb1"),
            about="two bytes of a character of three",
        ),
        case("\u5c71".encode(), expected=("\u5c71", b""), about="a whole character"),
        case(
            "\u5c71\U0001f3d4".encode()[:6],
            oracle=_streamed,
            about="three bytes of a character of four",
        ),
        case(
            "a\u5c71\u00e9".encode()[:5], oracle=_streamed, about="one byte of a character of two"
        ),
        case(b"ab", expected=("ab", b""), about="ASCII alone"),
        case(
            "\u5c71\u5c71".encode()[1:4],
            oracle=_streamed,
            about="it begins in the middle of a character",
        ),
        case(b"\xe5a", expected=("\ufffda", b""), about="a character broken off by a letter"),
        case(
            b"\xe5\xb1\xe5", expected=("\ufffd", b"\xe5"), about="a character broken off by another"
        ),
        case(
            b"\xf0\x9f\x8fa",
            expected=("\ufffda", b""),
            about="three bytes of a character broken off by a letter",
        ),
        case(b"\xbf", expected=("\ufffd", b""), about="one byte alone that only continues"),
        case(b"\xbf\xbf\xbf\xbf", expected=(4 * "\ufffd", b""), about="bytes that only continue"),
        case(b"\xe5\xb1\xb1\xb1", expected=("\u5c71\ufffd", b""), about="one byte too many"),
        case(inside, oracle=_streamed, about="characters of one to four bytes, the last cut"),
        case(
            [drawn],
            expected=_many_cuts(_streamed, [drawn]),
            call=_many_cuts,
            shapes=False,
            about="characters of one to four bytes, cut at every byte",
        ),
        case(b"", expected=("", b""), stage=EDGE, about="no bytes"),
        case(
            "\u5c71\U0001f3d4\u00e9a",
            expected=["\u5c71", "\U0001f3d4", "\u00e9", "a"],
            call=_token_by_token,
            shapes=False,
            about="a text streamed byte by byte",
        ),
        case(
            cuts,
            expected=_many_cuts(_streamed, cuts),
            call=_many_cuts,
            shapes=False,
            about="characters of one to four bytes, cut at every byte",
        ),
    ]


def _words(given: str | dict) -> int:
    """A counter that takes a text, and a whole message too."""
    text = given if isinstance(given, str) else given["content"]
    return len(text.split())


def _talk(*messages: str) -> list[dict[str, str]]:
    """Example: "u two words" is a user's message of two words; a and s are the assistant's and the system's."""
    roles = {"u": "user", "a": "assistant", "s": "system"}
    return [{"role": roles[text[0]], "content": text[2:]} for text in messages]


def _trimmed(messages, budget, count_tokens):
    """Try all suffixes, the longest first."""
    system = messages[:1] if len(messages) > 1 and messages[0]["role"] == "system" else []
    rest = messages[len(system) :]

    def cost(kept):
        return sum(count_tokens(m["content"]) for m in kept)

    start = next((i for i in range(len(rest)) if cost(system + rest[i:]) <= budget), len(rest) - 1)
    later = next((i for i in range(start, len(rest)) if rest[i]["role"] != "assistant"), start)
    return system + rest[later:]


def trim_history() -> list[Case]:
    """Trying all suffixes is the oracle; some are worked by hand."""
    talk = _talk(
        "s be kind", "u one two three", "a four", "u five six", "a seven eight nine", "u ten"
    )
    plain = talk[1:]
    answers = _talk("u a b c", "a d", "a e", "u f")
    gap = _talk("u a b", "a c d e f g h", "u i", "a j", "u k")
    cases = [case(talk, budget, _words, oracle=_trimmed) for budget in (100, 12, 11, 9, 8, 6, 5)]
    cases += [case(plain, budget, _words, oracle=_trimmed) for budget in (10, 9, 7, 6, 4)]
    answer = _talk("a one")
    inputs = RandomInputs(142)
    drawn = _talk(*(f"{who} {inputs.words([4] * inputs.whole(1, 9))}" for who in "suauauau"))
    most = sum(_words(message) for message in drawn)
    least = _words(drawn[0]) + _words(drawn[-1])
    cases += [case(drawn, inputs.whole(least, most - 1), _words, oracle=_trimmed) for _ in range(3)]
    return [
        case(talk, 8, _words, expected=[talk[0], *talk[3:]]),
        *cases,
        case(answers, 3, _words, expected=answers[3:], about="two answers without a question"),
        case(
            plain[1:], 100, _words, expected=plain[2:], about="all fits, but begins with an answer"
        ),
        case(
            [talk[0], *plain[1:]],
            100,
            _words,
            expected=[talk[0], *plain[2:]],
            about="all fits, but an answer comes first after the system message",
        ),
        case(gap, 5, _words, expected=gap[2:], about="what does not fit ends it: no gap"),
        case(gap, 3, _words, expected=gap[2:]),
        case(gap, 2, _words, expected=gap[4:]),
        case(
            talk,
            1,
            _words,
            expected=[talk[0], talk[5]],
            stage=EDGE,
            about="two alone are over the budget",
        ),
        case(
            plain,
            0,
            _words,
            expected=plain[4:],
            stage=EDGE,
            about="the last alone is over the budget",
        ),
        case(talk[:1], 9, _words, expected=talk[:1], stage=EDGE, about="a system message alone"),
        case(
            talk[:2],
            4,
            _words,
            expected=talk[:2],
            stage=EDGE,
            about="these two alone are over the budget",
        ),
        case(
            talk[:3],
            3,
            _words,
            expected=[talk[0], talk[2]],
            stage=EDGE,
            about="the last message is an answer",
        ),
        case(
            plain[:2],
            2,
            _words,
            expected=plain[1:2],
            stage=EDGE,
            about="the last message is an answer",
        ),
        case(
            [*plain[:2], *_talk("s be brief", "u now")],
            3,
            _words,
            expected=_talk("s be brief", "u now"),
            stage=EDGE,
            about="a system message that does not stand at the start",
        ),
        case(
            [*plain[:2], *_talk("s be brief", "u now")],
            1,
            _words,
            expected=_talk("u now"),
            stage=EDGE,
            about="a system message that does not stand at the start",
        ),
        case(
            answer,
            9,
            _words,
            expected=answer,
            stage=EDGE,
            about="an answer alone, which is the last message",
        ),
        case(
            [talk[0], *answer],
            9,
            _words,
            expected=[talk[0], *answer],
            stage=EDGE,
            about="a system message and an answer, which is the last message",
        ),
    ]


def _by_odds(a: float, b: float, outcome: float, k: float) -> tuple[float, float]:
    """A game's stake is shared by the odds that the ratings give the two."""
    odds = 10 ** (a / 400), 10 ** (b / 400)
    surprise = outcome - odds[0] / sum(odds)
    return a + surprise * k, b - surprise * k


def elo_update() -> list[Case]:
    """Numbers worked by hand: 400 points are odds of ten to one."""
    inputs = RandomInputs(143)
    drawn = [
        (inputs.between(900.0, 1900.0), inputs.between(900.0, 1900.0), 1.0, inputs.whole(8, 64))
        for _ in range(2)
    ]
    return [
        case(1000.0, 1000.0, 1.0, expected=(1016.0, 984.0), about="equals"),
        case(1000.0, 1000.0, 0.5, expected=(1000.0, 1000.0), about="a draw of equals"),
        case(
            1400.0,
            1000.0,
            1.0,
            expected=(1400 + 32 / 11, 1000 - 32 / 11),
            about="the stronger one won",
        ),
        case(
            1400.0,
            1000.0,
            0.0,
            expected=(1400 - 320 / 11, 1000 + 320 / 11),
            about="the weaker one won",
        ),
        case(
            1200.0,
            1600.0,
            0.5,
            k=10,
            expected=(1200 + 10 * (0.5 - 1 / 11), 1600 - 10 * (0.5 - 1 / 11)),
        ),
        case(
            2000.0,
            1200.0,
            0.5,
            k=101,
            expected=(2000 + 101 * (0.5 - 100 / 101), 1200 - 101 * (0.5 - 100 / 101)),
        ),
        case(1500, 1500, 0, k=16, expected=(1492, 1508), about="whole numbers"),
        *(case(*given, oracle=_by_odds) for given in drawn),
        case(1400.0, 1000.0, 0.0, k=0, expected=(1400.0, 1000.0), stage=EDGE, about="k = 0"),
    ]
