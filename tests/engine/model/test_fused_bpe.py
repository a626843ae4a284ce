"""The fast trainer of merges: equal to the reference on any text, and run only where the learner's is equal to it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import bpe
from gptlab.engine.model import fused_bpe
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.web import Web

LINES = r"[^\n]+\n?|\n"
PATTERNS = (bpe.GPT2_PATTERN, bpe.BILINGUAL_PATTERN, LINES, r"[a-c]+", r".", r"(?s:.+)")
# Few letters make ties, overlaps and runs; the second alphabet has characters of one to four bytes.
TEXTS = (
    st.text("ab", max_size=60) | st.text("aab c\n,1玉山é🎉'", max_size=80) | st.text(max_size=40)
)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.integers(256, 300), st.sampled_from(PATTERNS))
def test_the_same_merges_for_any_text(text, vocab_size, pattern):
    expected = bpe.train_bpe(text, vocab_size, pattern)
    assert fused_bpe.train_bpe(text, vocab_size, pattern) == expected


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [bpe.GPT2_PATTERN, bpe.BILINGUAL_PATTERN, LINES])
def test_the_same_merges_for_pages_of_the_web(pattern):
    text = Web(0).text(20_000, seed=3, separator="\n")
    assert fused_bpe.train_bpe(text, 500, pattern) == bpe.train_bpe(text, 500, pattern)


def test_both_refuse_a_vocabulary_smaller_than_the_bytes():
    for train in (bpe.train_bpe, fused_bpe.train_bpe):
        with pytest.raises(ValueError, match="100"):
            train("text", 100)


def test_the_reference_is_proven():
    assert fused_bpe.prove_equal()


def test_where_the_learners_differs_hers_runs(monkeypatch):
    def larger_of_a_tie(text, vocab_size, pattern=bpe.GPT2_PATTERN):
        merges = fused_bpe.train_bpe(text, vocab_size, pattern)
        return sorted(merges, reverse=True)

    monkeypatch.setattr(bpe, "train_bpe", larger_of_a_tie)
    text = "she sells sea shells " * 3
    hers = larger_of_a_tie(text, 270)
    assert not fused_bpe.prove_equal() and hers != fused_bpe.train_bpe(text, 270)
    assert fused_bpe.learn_merges(text, 270) == hers
    monkeypatch.setattr(bpe, "train_bpe", lambda *_: [])
    assert Tokenizer.train(text, 270, specials=()).merges == []


def test_an_error_of_the_learners_is_not_hidden(monkeypatch):
    monkeypatch.setattr(bpe, "train_bpe", lambda *_: 1 / 0)
    assert not fused_bpe.prove_equal()
    with pytest.raises(ZeroDivisionError):
        Tokenizer.train("text", 270)
