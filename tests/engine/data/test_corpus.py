"""The corpus: pages of the little web as a stream, and the reader's own text."""

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab.engine.data import corpus, seeds
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.fixture(scope="module")
def tokenizer(web):
    return corpus.train_tokenizer(web, 700, seed=0)


def test_own_text_is_split_and_odd_files_are_named(tmp_path):
    (tmp_path / "a.txt").write_text("line\n" * 6000, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 50)
    text, notes = corpus.read_texts([tmp_path])
    train, held_out = corpus.split_text(text)
    assert train + held_out == text and 0.05 < len(held_out) / len(text) < 0.15
    assert any("binary.txt: not UTF-8" in n for n in notes) and any(
        "empty.txt: empty" in n for n in notes
    )
    with pytest.raises(corpus.TextError, match="no such file"):
        corpus.read_texts([tmp_path / "missing"])
    with pytest.raises(corpus.TextError, match="at least 20000 are needed"):
        corpus.read_texts([tmp_path / "binary.txt"])


ODD_TEXTS = {
    "one long line": "word " * 4000 + "\n",
    "a short last line": "word " * 4000 + "\nok\n",
    "one word": "a" * 20_000,
    "Chinese without blanks": "玉山很高阿里山也很高" * 2000,
    "CRLF": "a line of text\r\n" * 1500,
    "CR alone": "a line of text\r" * 1500,
    "two lines": "x" * 19_000 + "\n" + "y" * 1000,
    "blank lines": "\n" * 20_000,
    "a line's end far before": "x" * 10_000 + "\n" + "y" * 10_000,
}


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_the_held_out_part_is_a_tenth_that_is_not_trained_on(name):
    text = ODD_TEXTS[name]
    train, held_out = corpus.split_text(text)
    assert train + held_out == text
    assert 0.08 * len(text) - 1 <= len(held_out) <= 0.12 * len(text) + 1


LINES = st.text("ab 玉山。\r\n\t\u2028", max_size=60) | st.sampled_from(
    ["\n", "word " * 300, "山" * 999]
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(LINES, min_size=1, max_size=40), st.sampled_from(["", "\n", "\r\n", " "]))
def test_no_text_is_held_out_and_trained_on(lines, between):
    text = between.join(lines) or "x"
    train, held_out = corpus.split_text(text)
    assert train + held_out == text
    assert 0.08 * len(text) - 1 <= len(held_out) <= 0.12 * len(text) + 1


def test_the_cut_is_at_the_end_of_a_line_or_a_word_where_one_is_near():
    assert corpus.split_text("0123456\n" * 1000)[1].startswith("0")
    train, held_out = corpus.split_text("many words " * 2000)
    assert train.endswith(" ") and held_out.split()[0] in ("many", "words")


REASONS = {
    "GBK": ("玉山很高。\n" * 4000).encode("gbk"),
    "UTF-16": ("Yushan is high.\n" * 4000).encode("utf-16"),
    "UTF-8 with zeros": b"a line of text\n" * 4000 + b"\0",
    "nothing but blanks": b" \n" * 20_000,
}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("GBK", "not UTF-8 text, passed over: save it as UTF-8"),
        ("UTF-16", "UTF-16, passed over: save it as UTF-8"),
        ("UTF-8 with zeros", "holds 1 zero bytes"),
        ("nothing but blanks", "empty, passed over"),
    ],
)
def test_a_file_that_is_passed_over_says_why(tmp_path, name, part):
    (tmp_path / "book.txt").write_bytes(REASONS[name])
    with pytest.raises(corpus.TextError) as caught:
        corpus.read_texts([tmp_path / "book.txt"])
    assert str(caught.value).endswith(part) or part in str(caught.value)
    assert "give more" not in str(caught.value)


def test_a_replacement_character_that_stood_there_is_text(tmp_path):
    (tmp_path / "a.txt").write_text("a \ufffd b\n" * 5000, encoding="utf-8")
    assert corpus.read_texts([tmp_path / "a.txt"])[1] == []
    (tmp_path / "b.txt").write_bytes(b"a line of text\n" * 5000 + b"\xff\xef\xbf\xbd")
    notes = corpus.read_texts([tmp_path / "b.txt"])[1]
    assert len(notes) == 1 and "not UTF-8 in 1 places" in notes[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes in its folders")
def test_a_pipe_is_read_and_a_device_is_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("a line of text\n" * 2000,))
    writer.start()
    text, notes = corpus.read_texts([pipe])
    writer.join()
    assert len(text) == 30_000 and notes == []
    with pytest.raises(corpus.TextError, match="a device, not a text"):
        corpus.read_texts(["/dev/zero"])


def test_the_stream_holds_whole_pages_in_order(web, tokenizer):
    stream = corpus.web_stream(web, tokenizer, 20_000, seed=4)
    end = tokenizer.special["endoftext"]
    pages = web.pages(seeds.seed_for(seeds.PAGES, 4))
    texts = tokenizer.decode(stream.tolist()).split("<|endoftext|>")[1:]
    assert stream[0] == end and all(text == next(pages).text for text in texts)
    assert sum(len(t.encode()) for t in texts) >= 20_000
