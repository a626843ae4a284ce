"""Byte-pair encoding against tiktoken; patterns, token_bytes, and what is refused."""

import random

import pytest
import regex
import tiktoken

from gptlab import bpe


def test_train_refuses_less_than_the_bytes():
    with pytest.raises(ValueError, match="100.*256"):
        bpe.train_bpe("text", 100)


PATTERNS = {"gpt2": bpe.GPT2_PATTERN, "bilingual": bpe.BILINGUAL_PATTERN}


def noise(seed, length=400):
    rng = random.Random(seed)
    return bytes(rng.choices(range(256), k=length)).decode("utf-8", errors="replace")


EMOJI = (
    "😀😃😀😃 👩‍👩‍👧‍👦👩‍👩‍👧‍👦 naïve café ﷽"
    " 🇹🇼🇯🇵🇹🇼 e\u0301e\u0301 ½½ ²² Ⅷ\u3000〇々ㄅ한국어 ひらがな\u00a0\u200b\x85\x1c\x00"
)


ENGLISH = (
    """The highest mountain of Nepal is Everest. It's the highest one, and they're proud of it;
we'll see 12 of them in 2024,   or 100 in 20242024.  "Who'd have thought that?"\n\n\t The thinker. The end.
"""
    * 3
)


CHINESE = (
    "台湾最高的山是哪座山？玉山是台湾最高的山。是什么，谁来告诉我？请问日本的首都在哪里 东京。\n"
    * 3
)


def soup(seed, length=300):
    return "".join(
        random.Random(seed).choices(ENGLISH[:90] + CHINESE[:40] + EMOJI + " \n\t", k=length)
    )


RUNS = "aaaaaaa aaaa aa aaaaabaaab ababababab" + " " * 9 + "\n" * 5 + "?!?!?!??!!" + "10101010"


TEXTS = {
    "english": ENGLISH,
    "chinese": CHINESE,
    "emoji": EMOJI,
    "runs": RUNS,
    "noise": noise(1),
    "soup": soup(2),
    "abc": "".join(random.Random(3).choices("abc", k=600)),
    "empty": "",
    "one": "中",
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_encode_equals_tiktoken(pattern):
    merges = bpe.train_bpe("".join(TEXTS.values()), 600, pattern)
    ranks = {spelled: i for i, spelled in enumerate(bpe.token_bytes(merges))}
    assert len(ranks) == 256 + len(merges)
    oracle = tiktoken.Encoding("oracle", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    more = [noise(seed, 60) for seed in range(100)] + [soup(seed, 40) for seed in range(300)]
    for text in [*TEXTS.values(), "a" * 1000, "<|endoftext|>", *more]:
        ids = bpe.encode(text, merges, pattern)
        assert ids == oracle.encode(text, disallowed_special=())
        assert bpe.decode(ids, merges) == text


def test_token_bytes():
    assert bpe.token_bytes([(97, 98), (256, 256)])[255:] == [b"\xff", b"ab", b"abab"]
    with pytest.raises(ValueError, match="256 and 97"):
        bpe.token_bytes([(256, 97)])


def test_bilingual_pattern_cuts_words_from_grammar_and_digits_apart():
    def cut(text):
        return regex.findall(bpe.BILINGUAL_PATTERN, text)

    assert cut("台湾最高的山是哪座山") == ["台湾", "最", "高", "的", "山", "是", "哪座", "山"]
    assert cut("，谁来告诉我？") == ["，", "谁", "来告诉", "我", "？"]
    assert cut("为什么日本的首都是东京") == ["为什么", "日本", "的", "首都", "是", "东京"]
    assert cut("乌兹别克斯坦的首都") == ["乌兹别克斯坦", "的", "首都"]  # a name stays whole
    assert cut("It's 12+345") == ["It", "'s", " ", "1", "2", "+", "3", "4", "5"]
    assert cut("I like 玉山very much") == ["I", " like", " ", "玉山", "very", " much"]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_pieces_cover_every_text(pattern):
    for seed in range(100):
        for text in (noise(seed), soup(seed)):
            assert "".join(regex.findall(pattern, text)) == text


@pytest.mark.parametrize("bad", [-1, 257])
def test_decode_refuses_an_id_outside_the_vocabulary(bad):
    with pytest.raises(ValueError, match=f"{bad}.*257"):
        bpe.decode([bad], [(98, 99)])


def test_encode_takes_merges_as_json_gives_them_back():
    assert bpe.encode("abc", [[98, 99], [97, 98], [97, 256]]) == [258]
