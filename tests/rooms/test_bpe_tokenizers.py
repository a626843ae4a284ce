"""Merges against an independent trainer: Hugging Face's `tokenizers`, in English and Chinese, with both patterns.

The peer gives the first ids to its alphabet in the order of the characters, counts overlapping pairs and lets a tie
go to the smaller pair of ids, as we do. So each byte becomes the character U+0100 + byte, and each piece a word.
"""

import json
import random

import pytest
import regex
import tiktoken
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from gptlab import bpe
from gptlab.world.web import Web

pytestmark = pytest.mark.slow  # whole trainings of tokenizers, side by side

WEB = Web()
ENGLISH = WEB.text(40_000, seed=31, separator="\n", lang="en")
CHINESE = WEB.text(40_000, seed=32, separator="\n", lang="zh")
RUNS = "aaaaaaa aaaa aa aaaaabaaab ababababab " * 3 + "?!?!?!??!! 10101010 哈哈哈哈哈 哈哈"
TIES = "".join(random.Random(4).choices("abcd ", k=400))
TEXTS = {
    "english": ENGLISH,
    "chinese": CHINESE,
    "both": ENGLISH[:20_000] + CHINESE[:7_000],
    "runs": RUNS,
    "ties": TIES,
}
PATTERNS = {"gpt2": bpe.GPT2_PATTERN, "bilingual": bpe.BILINGUAL_PATTERN, "lines": r"[^\n]+\n?|\n"}


def peer_merges(text, vocab_size, pattern):
    """What `tokenizers` learns, as pairs of ids."""
    words = [
        "".join(chr(0x100 + byte) for byte in piece.encode())
        for piece in regex.findall(pattern, text)
    ]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=[chr(0x100 + byte) for byte in range(256)],
    )
    tokenizer.train_from_iterator([" ".join(words)], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    assert all(model["vocab"][chr(0x100 + byte)] == byte for byte in range(256))
    return [tuple(model["vocab"][part] for part in pair) for pair in model["merges"]]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_merges_equal_those_of_tokenizers(text, pattern):
    ours = bpe.train_bpe(text, 700, pattern)
    assert ours == peer_merges(text, 700, pattern)
    assert len(ours) > 5


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_ids_equal_those_of_tiktoken_with_the_peers_merges(pattern):
    merges = peer_merges(TEXTS["both"], 900, pattern)
    ranks = {spelled: i for i, spelled in enumerate(bpe.token_bytes(merges))}
    oracle = tiktoken.Encoding("peer", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    unseen = WEB.text(8_000, seed=33, separator="\n") + RUNS
    ids = bpe.encode(unseen, merges, pattern)
    assert ids == oracle.encode_ordinary(unseen)
    assert bpe.decode(ids, merges) == unseen
