"""The corpus: pages of the little web as a stream, and the reader's own text."""

import pytest

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


def test_the_stream_holds_whole_pages_in_order(web, tokenizer):
    stream = corpus.web_stream(web, tokenizer, 20_000, seed=4)
    end = tokenizer.special["endoftext"]
    pages = web.pages(seeds.seed_for(seeds.PAGES, 4))
    texts = tokenizer.decode(stream.tolist()).split("<|endoftext|>")[1:]
    assert stream[0] == end and all(text == next(pages).text for text in texts)
    assert sum(len(t.encode()) for t in texts) >= 20_000
