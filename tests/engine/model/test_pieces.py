"""Pieces of a text that was cut before the pattern saw it: the same as those of the whole text, and in its order."""

import re
import sys
from collections import Counter

import pytest
import regex
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab.engine.model.fast import pieces
from gptlab.world.web import Web

PATTERNS = [*pieces.CUT_ALIKE, r"[^\n]+\n?|\n", r"[a-c]+", r"(?s).+"]
# All kinds of white space and what Python alone counts as such (\x1c), signs of both widths, Han that is no letter or
# was added later (々〇⺀㐀鿿), letters, digits and marks of other scripts.
ODD = (
    "\t\n\r\x0b\x1c\x85\xa0\u2003\u2028\u3000  ，。：！？、；，。”—…,.'!12½Ⅳ"
    "aéЖ的是玉山山水々〇⺀㐀鿿𠀀が가🎉\u0301\u200b"
)


@settings(deadline=None, max_examples=400)
@given(st.text(ODD, max_size=60) | st.text(max_size=30), st.sampled_from(PATTERNS))
def test_the_pieces_of_the_parts_are_those_of_the_text(text, pattern):
    whole = regex.findall(pattern, text)
    counted = pieces.count_pieces(text, pattern)
    assert counted == Counter(whole) and list(counted) == list(dict.fromkeys(whole))
    found = [part for block in pieces.parts(text, pattern) for part in block]
    assert all(found)
    assert [piece for part in found for piece in regex.findall(pattern, part)] == whole


ENCODINGS = {
    pattern: tiktoken.Encoding(
        "bytes",
        pat_str=pattern,
        mergeable_ranks={bytes([i]): i for i in range(256)} | {b"  ": 256, b"\xef\xbc": 257},
        special_tokens={},
    )
    for pattern in pieces.CUT_ALIKE
}


@settings(deadline=None, max_examples=400)
@given(st.text(ODD, max_size=60), st.sampled_from(pieces.CUT_ALIKE))
def test_tiktoken_cuts_the_parts_as_it_cuts_the_text(text, pattern):
    encode = ENCODINGS[pattern].encode_ordinary
    parts = [part for block in pieces.parts(text, pattern) for part in block]
    assert [i for part in parts for i in encode(part)] == encode(text)


@pytest.mark.parametrize("pattern", pieces.CUT_ALIKE)
def test_blocks_change_nothing(pattern, monkeypatch):
    text = Web(0).text(20_000, seed=5, separator="\n") + " " * 50 + "\n" * 50 + "玉" * 100
    whole = [part for block in pieces.parts(text, pattern) for part in block]
    monkeypatch.setattr(pieces, "BLOCK", 37)
    blocks = list(pieces.parts(text, pattern))
    assert len(blocks) > 100
    assert [part for block in blocks for part in block] == whole and "".join(whole) == text


def test_the_signs_and_letters_are_what_regex_takes_them_for():
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))
    space = re.findall(f"[{pieces.SPACE}]", every)
    assert space == regex.findall(r"\s", every)
    han = re.findall(f"[{pieces.HAN}]", every)
    assert regex.findall(r"[\p{L}&&\p{Han}]", "".join(han), flags=regex.V1) == han
    assert regex.fullmatch(r"[^\s\p{L}\p{N}]+", pieces.SIGNS)
