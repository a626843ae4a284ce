"""The tokenizer: equal to the learner's own encoder, exact round trips, streams that cut no character."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import bpe
from gptlab.engine.model import fused_bpe
from gptlab.engine.model import tokenizer as module
from gptlab.engine.model.tokenizer import Tokenizer

TEXT = (
    "The highest mountain in Taiwan is Yushan. What is the highest mountain? It's 3952 m, isn't it?\n"
    "台湾最高的山是玉山。台湾最高的山是哪座山？谁来告诉我？\n\n"
    "\tA 玉山  B 雪山   C 阿里山 🏔️🏔️ aaaa aaaaaaa\r\n"
) * 3
PATTERNS = (bpe.GPT2_PATTERN, bpe.BILINGUAL_PATTERN)
SAMPLES = [
    "",
    " ",
    "a",
    "Taiwan's highest mountain",
    "台湾最高的山",
    "台北 is in Taiwan，你好！",
    "🏔️👩‍👩‍👧‍👦é́ñ",
    "  \n\t \r\n  x   ",
    "1234567 3.14",
    "<|endoftext|><|user|>",
    "aaaaaaaaaaaaaaaa",
    "\x00\x7f\u200b\ufeff",
]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXT, 340)


def test_ids_are_bytes_then_merges_then_specials(tokenizer):
    assert tokenizer.merges == bpe.train_bpe(TEXT, 335)
    assert tokenizer.vocab_size == 256 + len(tokenizer.merges) + 5
    first = 256 + len(tokenizer.merges)
    assert tokenizer.special == {
        "endoftext": first,
        "user": first + 1,
        "assistant": first + 2,
        "system": first + 3,
        "end": first + 4,
    }
    assert Tokenizer([(97, 98), (256, 99)]).encode("abc") == [257]
    assert Tokenizer([]).encode("é") == [0xC3, 0xA9]


@pytest.mark.parametrize("text", [*SAMPLES, TEXT])
def test_equals_the_learners_encoder(tokenizer, text):
    ids = tokenizer.encode(text)
    assert ids == bpe.encode(text, tokenizer.merges)
    assert tokenizer.decode(ids) == text == bpe.decode(ids, tokenizer.merges)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=40) | st.text("aT 台湾山\n<|>🏔's", max_size=40))
def test_equals_the_learners_encoder_on_any_text(tokenizer, text):
    ids = tokenizer.encode(text)
    assert ids == bpe.encode(text, tokenizer.merges)
    assert tokenizer.decode(ids) == text and max(ids, default=0) < tokenizer.vocab_size - 5


RUNS = st.tuples(st.sampled_from([*" \n\t=a玉7的.", "the ", "ab\n"]), st.integers(1, 400))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(RUNS | st.text(max_size=20), max_size=8), st.sampled_from(PATTERNS))
def test_a_long_text_is_encoded_piece_by_piece_and_alike(runs, pattern):
    text = "".join(run if isinstance(run, str) else run[0] * run[1] for run in runs)
    tokenizer = Tokenizer.train(TEXT, 340, pattern)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONGEST_TEXT", 0)
        patch.setattr(Tokenizer, "_encode_part", lambda t, part: t._encoding.encode_ordinary(part))
        assert tokenizer.encode(text) == bpe.encode(text, tokenizer.merges, pattern)
    assert tokenizer.encode_batch([text]) == [tokenizer.encode(text)]


@pytest.mark.slow
@pytest.mark.parametrize("unit", [" ", "\n", "玉", "a", "=", " \n", "ACGT"])
def test_a_million_of_one_character(unit):
    tokenizer = Tokenizer.train(TEXT, 340, bpe.BILINGUAL_PATTERN)
    text = f"So: {unit * (1_000_000 // len(unit))}end"
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.encode_batch(["a", text]) == [tokenizer.encode("a"), ids]


@pytest.mark.parametrize("unit", [" ", "\n", "=", "a", "ACGT", "玉", "\t"])
@pytest.mark.parametrize("pattern", [*PATTERNS, r"(?s).+"])
def test_training_makes_no_token_that_is_too_long(unit, pattern):
    """A run of 54,000 equal characters asked for a token of 8192 bytes."""
    words = " ".join(f"{a}{b}{c}" for a in "bcdfg" for b in "aeiou" for c in ("n", "st", "r"))
    text = f"{words}\n" * 30 + unit * (54_000 // len(unit)) + words
    tokenizer = Tokenizer.train(text, 420, pattern)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert max(map(len, tokenizer._pieces)) <= module.LONGEST_PIECE
    if pattern in PATTERNS:
        assert len(tokenizer.encode("bast nothing")) <= 11  # the words are learnt all the same


def test_ordinary_text_is_trained_on_as_it_is():
    for pattern in PATTERNS:
        assert fused_bpe._short_runs(TEXT, pattern) == TEXT
        assert Tokenizer.train(TEXT, 340, pattern).merges == bpe.train_bpe(TEXT, 335, pattern)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=30), st.integers(1, 4))
def test_any_bytes_survive_and_a_stream_gives_the_same_text(tokenizer, data, size):
    ids = list(data)
    assert tokenizer.decode_bytes(ids) == data
    text = data.decode("utf-8", errors="replace")
    assert tokenizer.decode(ids) == text == bpe.decode(ids, tokenizer.merges)
    assert "".join(tokenizer.decode_stream(ids)) == tokenizer.decode(ids)


def test_a_stream_never_cuts_a_character(tokenizer):
    parts = list(tokenizer.decode_stream("山🏔a".encode()))
    assert parts == ["山", "🏔", "a"]
    assert list(tokenizer.decode_stream("山".encode()[:2])) == ["\ufffd"]


def test_special_text_stays_ordinary_and_special_ids_show(tokenizer):
    end = tokenizer.special["end"]
    assert end not in tokenizer.encode("hello <|end|>")
    assert tokenizer.decode([*tokenizer.encode("hi"), end]) == "hi<|end|>"


def test_a_lone_surrogate_is_replaced(tokenizer):
    assert tokenizer.decode(tokenizer.encode("a\ud83c!")) == "a\ufffd!"


def test_a_batch_is_each_text(tokenizer):
    assert tokenizer.encode_batch(SAMPLES) == [tokenizer.encode(text) for text in SAMPLES]


def test_saving_keeps_everything(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    other = Tokenizer.load(tmp_path / "tokenizer.json")
    assert (other.merges, other.pattern) == (tokenizer.merges, tokenizer.pattern)
    assert other.special == tokenizer.special
    assert other.encode(TEXT) == tokenizer.encode(TEXT)


GOOD = {"format": "gptlab-bpe-1", "pattern": r"\S+|\s+", "specials": ["end"], "merges": [[97, 98]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"merges": [[97, 256]]}, "merge 0 joins 97 and 256, but only ids below 256 exist"),
        ({"merges": [[97, -1]]}, "only ids below 256"),
        ({"merges": [[97, 98], [97, 98]]}, "second time"),
        ({"merges": [[97]]}, "a merge is a pair of ids"),
        ({"merges": [[97, "b"]]}, "a merge is a pair of ids"),
        ({"merges": [[97, 97]] + [[i, i] for i in range(256, 300)]}, "at most 4096"),
        ({"merges": 5}, "merges must be a list"),
        ({"pattern": "(["}, "no regular expression"),
        ({"pattern": None}, "pattern must be text"),
        ({"specials": "end"}, "specials must be a list"),
        ({"specials": ["end", "end"]}, "must differ"),
        ({"format": "other"}, "not a tokenizer file"),
    ],
)
def test_a_bad_file_gives_one_line(tmp_path, change, message):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(ValueError, match=message) as caught:
        Tokenizer.load(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_tokenizer_file_gives_one_line(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a tokenizer file") as caught:
        Tokenizer.load(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="No such file"):
        Tokenizer.load(tmp_path / "missing.json")


def test_bad_numbers(tokenizer):
    with pytest.raises(
        ValueError, match="vocab_size 260 is too small: 256 bytes and specials need 261"
    ):
        Tokenizer.train("abc", 260)
    for i in (-1, tokenizer.vocab_size):
        with pytest.raises(
            ValueError, match=f"token id {i} is outside a vocabulary of {tokenizer.vocab_size}"
        ):
            tokenizer.decode([i])
