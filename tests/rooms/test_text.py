"""Counting, drawing and cutting: ngram, sampling, bpe, each against torch, tiktoken or a naive loop."""

import math
import random

import pytest
import regex
import tiktoken
import torch
import torch.nn.functional as F

from gptlab import bpe, ngram, sampling

INF = float("inf")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def close(got, wanted, tolerance=1e-12):
    torch.testing.assert_close(got, wanted, rtol=0, atol=tolerance)


# ngram


def test_bigram_counts_by_hand():
    counts = ngram.bigram_counts(torch.tensor([0, 1, 0, 1, 1, 2]), 4)
    assert counts.tolist() == [[0, 2, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert not counts.is_floating_point()


def test_bigram_counts_of_narrow_ids_and_of_almost_no_text():
    ids = torch.tensor([250, 255, 250], dtype=torch.uint8)
    assert ngram.bigram_counts(ids, 256)[255, 250] == 1
    assert ngram.bigram_counts(torch.tensor([3]), 5).sum() == 0
    assert ngram.bigram_counts(torch.tensor([], dtype=torch.long), 5).shape == (5, 5)


def test_bigram_counts_refuses_an_id_outside_the_vocabulary():
    with pytest.raises(ValueError, match="7.*5"):
        ngram.bigram_counts(torch.tensor([0, 7]), 5)


def test_bigram_probabilities_by_hand():
    counts = torch.tensor([[1, 3, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0], [1, 1, 1, 1]])
    plain = ngram.bigram_probabilities(counts)
    assert plain[0].tolist() == [0.25, 0.75, 0, 0]
    assert plain[1].tolist() == [0.25] * 4
    smooth = ngram.bigram_probabilities(counts, smoothing=1)
    close(smooth[0], torch.tensor([2, 4, 1, 1]) / 8)
    close(smooth.sum(-1), torch.ones(4), 1e-6)
    with pytest.raises(ValueError, match="-0.5"):
        ngram.bigram_probabilities(counts, smoothing=-0.5)


def test_cross_entropy_equals_torch():
    logits, targets = normal(3, 5, 7) * 4, torch.randint(7, (3, 5), generator=seeded(1))
    targets[0, 2] = targets[2, 4] = -100
    close(
        ngram.cross_entropy(logits, targets),
        F.cross_entropy(logits.reshape(-1, 7), targets.reshape(-1)),
    )
    targets[1, 1] = 3
    wanted = F.cross_entropy(logits[0], targets[0].clamp(min=0), ignore_index=3)
    close(ngram.cross_entropy(logits[0], targets[0].clamp(min=0), ignore_index=3), wanted)


def test_cross_entropy_is_stable_and_has_torchs_gradient():
    far = torch.tensor([[1e4, -1e4, 0.0]])
    assert ngram.cross_entropy(far, torch.tensor([1])) == 2e4
    assert ngram.cross_entropy(far, torch.tensor([0])) == 0
    logits, targets = normal(4, 6).requires_grad_(), torch.tensor([1, -100, 5, 0])
    ours = torch.autograd.grad(ngram.cross_entropy(logits, targets), logits)[0]
    close(ours, torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0])


def test_perplexity():
    assert ngram.perplexity(0.0) == 1.0
    assert ngram.perplexity(math.log(50)) == pytest.approx(50, rel=1e-14)
    assert ngram.perplexity(1e6) == INF
    assert isinstance(ngram.perplexity(1), float)
    close(ngram.perplexity(torch.tensor([0.0, math.log(8)])), torch.tensor([1.0, 8.0]), 1e-5)


# sampling


def test_append_token():
    ids = [5, 2]
    assert sampling.append_token(ids, 9) == [5, 2, 9]
    assert ids == [5, 2]
    assert sampling.append_token([], 0) == [0]


@pytest.mark.parametrize("temperature", [1.0, 0.3, 2.5])
def test_softmax_equals_torch(temperature):
    logits = normal(2, 3, 5) * 6
    close(sampling.softmax(logits, temperature), torch.softmax(logits / temperature, -1))


def test_softmax_at_the_edges():
    assert sampling.softmax(torch.tensor([1e4, -1e4])).tolist() == [1, 0]
    assert sampling.softmax(torch.tensor([-1e4, -1e4])).tolist() == [0.5, 0.5]
    assert sampling.softmax(torch.tensor([0.0, -INF, 0.0])).tolist() == [0.5, 0, 0.5]
    assert sampling.softmax(torch.tensor([[2.0, 7.0, 7.0]]), temperature=0).tolist() == [[0, 1, 0]]
    assert sampling.softmax(torch.tensor([2.0, 3.0]), temperature=1e-30).tolist() == [0, 1]
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        for temperature in (0, 0.7):
            assert sampling.softmax(torch.ones(3, dtype=dtype), temperature).dtype == dtype
    with pytest.raises(ValueError, match="-1"):
        sampling.softmax(torch.ones(3), temperature=-1)


def test_softmax_has_torchs_gradient():
    assert torch.autograd.gradcheck(sampling.softmax, normal(2, 5).requires_grad_())


def test_top_k_by_hand():
    logits = torch.tensor([[3.0, 1.0, 2.0, 2.0], [0.0, 5.0, 4.0, -INF]])
    before = logits.clone()
    assert sampling.top_k_filter(logits, 2).tolist() == [[3, -INF, 2, 2], [-INF, 5, 4, -INF]]
    assert sampling.top_k_filter(logits, 1).tolist() == [
        [3, -INF, -INF, -INF],
        [-INF, 5, -INF, -INF],
    ]
    for k in (4, 99):
        assert torch.equal(sampling.top_k_filter(logits, k), logits)
    assert torch.equal(logits, before)
    with pytest.raises(ValueError, match="0"):
        sampling.top_k_filter(logits, 0)


def test_top_p_by_hand():
    logits = torch.tensor([0.15, 0.5, 0.05, 0.3], dtype=torch.float64).log()
    before = logits.clone()

    def kept(p):
        return (sampling.top_p_filter(logits, p) > -INF).tolist()

    assert kept(0.0) == kept(0.3) == kept(0.49) == [False, True, False, False]
    assert kept(0.51) == kept(0.79) == [False, True, False, True]
    assert kept(0.81) == [True, True, False, True]
    assert kept(0.96) == kept(1.0) == kept(3.0) == [True] * 4
    assert torch.equal(logits, before)


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    logits = normal(4, 3, 11, seed=2) * 2
    for p in (0.1, 0.5, 0.77, 0.93):
        rows = sampling.top_p_filter(logits, p).reshape(-1, 11)
        for row, probs in zip(rows, torch.softmax(logits, -1).reshape(-1, 11), strict=True):
            kept = probs[row > -INF]
            assert kept.sum() >= p > kept.sum() - kept.min()
            assert kept.min() > max(probs[row == -INF].tolist(), default=0)


def test_top_p_of_half_precision_adds_up_a_large_vocabulary():
    kept = sampling.top_p_filter(torch.zeros(1, 20_000, dtype=torch.bfloat16), 0.5) > -INF
    assert abs(int(kept.sum()) - 10_000) <= 10


def test_sample_next_draws_what_the_filters_leave_with_the_right_frequency():
    probs = torch.tensor([0.4, 0.3, 0.2, 0.1])
    logits = probs.log().expand(20_000, 4)

    def frequencies(**options):
        ids = sampling.sample_next(logits, generator=seeded(3), **options)
        assert ids.shape == (20_000,)
        return torch.bincount(ids, minlength=4) / 20_000

    close(frequencies(), probs, 0.015)  # four standard deviations of a share are 0.014
    close(frequencies(top_k=2), torch.tensor([4, 3, 0, 0]) / 7, 0.015)
    close(frequencies(top_p=0.6), torch.tensor([4, 3, 0, 0]) / 7, 0.015)
    close(frequencies(temperature=0.5), torch.tensor([16, 9, 4, 1]) / 30, 0.015)
    # At τ = 0.5 the first two hold 25/30, so that 0.8 keeps two; at τ = 1 it would keep three.
    close(frequencies(temperature=0.5, top_p=0.8), torch.tensor([16, 9, 0, 0]) / 25, 0.015)
    # Among the best three the first two hold 7/9, so that 0.75 keeps two; of all four it would keep three.
    close(frequencies(top_k=3, top_p=0.75), torch.tensor([4, 3, 0, 0]) / 7, 0.015)


def test_sample_next_greedy_and_repeatable():
    logits = normal(6, 9)
    assert torch.equal(
        sampling.sample_next(logits, temperature=0, top_k=3, top_p=0.5), logits.argmax(-1)
    )
    draws = [sampling.sample_next(logits, generator=seeded(5)) for _ in range(2)]
    assert torch.equal(*draws)
    assert sampling.sample_next(torch.tensor([[1e4, -1e4, 0.0]]), generator=seeded()).tolist() == [
        0
    ]


def table_model(table):
    return lambda ids: table[ids]  # (B, T) -> (B, T, V): a bigram model


SUCCESSOR = torch.eye(5).roll(1, dims=1) * 50  # after a comes a + 1, after 4 comes 0


def test_generate_follows_the_model():
    prompt = torch.tensor([[0, 1], [3, 3], [4, 2]])
    out = sampling.generate(table_model(SUCCESSOR), prompt, 3, temperature=0)
    assert out.tolist() == [[0, 1, 2, 3, 4], [3, 3, 4, 0, 1], [4, 2, 3, 4, 0]]
    assert torch.equal(sampling.generate(table_model(SUCCESSOR), prompt, 0), prompt)
    assert prompt.shape == (3, 2)


def test_generate_stops_fills_and_ends_early():
    lengths = []

    def model(ids):
        lengths.append(ids.shape[1])
        return SUCCESSOR[ids]

    out = sampling.generate(model, torch.tensor([[4, 1], [0, 3]]), 10, stop_id=4, temperature=0)
    assert out.tolist() == [
        [4, 1, 2, 3, 4],
        [0, 3, 4, 4, 4],
    ]  # a stop token in the prompt does not stop
    assert lengths == [2, 3, 4]


def test_generate_draws_from_the_conditional_distribution():
    table = torch.tensor([[0.1, 0.9], [0.6, 0.4]]).log()
    prompt = torch.zeros(20_000, 1, dtype=torch.long)
    out = sampling.generate(table_model(table), prompt, 2, generator=seeded(7))
    pairs = torch.bincount(out[:, 1] * 2 + out[:, 2], minlength=4) / 20_000
    close(pairs, torch.tensor([0.01, 0.09, 0.54, 0.36]), 0.015)
    with pytest.raises(ValueError, match="0 tokens"):
        sampling.generate(table_model(table), torch.zeros(2, 0, dtype=torch.long), 2)


# bpe


def naive_bpe(text, vocab_size, pattern):
    """Count everything again for each merge, on lists of byte strings and a dictionary of their ids."""
    ids = {bytes([i]): i for i in range(256)}
    pieces = [[bytes([b]) for b in piece.encode()] for piece in regex.findall(pattern, text)]
    merges = []
    while 256 + len(merges) < vocab_size:
        counts = {}
        for piece in pieces:
            for t in range(len(piece) - 1):
                pair = (ids[piece[t]], ids[piece[t + 1]])
                counts[pair] = counts.get(pair, 0) + 1
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        merges.append(best)
        names = {number: name for name, number in ids.items()}
        first, second = names[best[0]], names[best[1]]
        ids[first + second] = 255 + len(merges)
        for piece in pieces:
            t = 0
            while t + 1 < len(piece):
                if piece[t] == first and piece[t + 1] == second:
                    piece[t : t + 2] = [first + second]
                t += 1
    return merges


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
EMOJI = (
    "😀😃😀😃 👩‍👩‍👧‍👦👩‍👩‍👧‍👦 naïve café ﷽"
    " 🇹🇼🇯🇵🇹🇼 e\u0301e\u0301 ½½ ²² Ⅷ\u3000〇々ㄅ한국어 ひらがな\u00a0\u200b\x85\x1c\x00"
)
RUNS = "aaaaaaa aaaa aa aaaaabaaab ababababab" + " " * 9 + "\n" * 5 + "?!?!?!??!!" + "10101010"


def noise(seed, length=400):
    drawn = random.Random(seed)
    return bytes(drawn.choices(range(256), k=length)).decode("utf-8", errors="replace")


def soup(seed, length=300):
    return "".join(
        random.Random(seed).choices(ENGLISH[:90] + CHINESE[:40] + EMOJI + " \n\t", k=length)
    )


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
PATTERNS = {"gpt2": bpe.GPT2_PATTERN, "bilingual": bpe.BILINGUAL_PATTERN}


def test_pair_counts_and_merge_pair_by_hand():
    assert bpe.pair_counts([1, 2, 1, 2, 2]) == {(1, 2): 2, (2, 1): 1, (2, 2): 1}
    assert bpe.pair_counts([7, 7, 7]) == {(7, 7): 2}
    assert bpe.pair_counts([7]) == bpe.pair_counts([]) == {}
    ids = [1, 1, 1, 2, 1, 1]
    assert bpe.merge_pair(ids, (1, 1), 9) == [9, 1, 2, 9]
    assert bpe.merge_pair(ids, (1, 2), 9) == [1, 1, 9, 1, 1]
    assert bpe.merge_pair(ids, (2, 2), 9) == ids == [1, 1, 1, 2, 1, 1]
    assert bpe.merge_pair([], (1, 1), 9) == []


def test_train_by_hand():
    assert bpe.train_bpe("ab ab", 300) == [(97, 98)]
    assert bpe.train_bpe("xyab xyab", 258) == [
        (97, 98),
        (120, 121),
    ]  # three pairs twice: the smallest first
    assert bpe.train_bpe("aaaa", 300) == [(97, 97)]  # then only (256, 256), once
    assert bpe.train_bpe("a a a a", 300) == [(32, 97)]  # (97, 32) would cross the edge of a piece
    assert bpe.train_bpe("abab cdcd", 260, r"[a-d]+") == [(97, 98), (99, 100)]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_train_equals_a_naive_trainer(text, pattern):
    for vocab_size in (256, 259, 340):
        assert bpe.train_bpe(text, vocab_size, pattern) == naive_bpe(text, vocab_size, pattern)


def test_train_refuses_less_than_the_bytes():
    with pytest.raises(ValueError, match="100.*256"):
        bpe.train_bpe("text", 100)


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


def test_encode_applies_the_earliest_merge_first():
    merges = [(98, 99), (97, 98), (97, 256)]  # bc, ab, a·bc
    assert bpe.encode("abc", merges) == [258]
    assert bpe.encode("aab", merges) == [97, 257]
    assert bpe.encode("", merges) == []
    assert bpe.encode("abc", [list(pair) for pair in merges]) == [258]  # as JSON gives them back


def test_decode_of_broken_utf8():
    ids = list("中é".encode())
    assert bpe.decode(ids[:2], []) == "\ufffd"
    assert bpe.decode(ids[1:], []) == "\ufffd\ufffdé"
    assert bpe.decode([255, 97, 256], [(98, 99)]) == "\ufffdabc"
    for bad in (-1, 257):
        with pytest.raises(ValueError, match=f"{bad}.*257"):
            bpe.decode([bad], [(98, 99)])


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
