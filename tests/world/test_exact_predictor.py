"""The best next-token predictor: against enumeration of all pages of a toy web, and its sums on the real one."""

import itertools
import math
import random
from types import SimpleNamespace

import pytest

from gptlab.world.exact_predictor import next_token_distribution, token_nats
from gptlab.world.grammar import Table, Writer
from gptlab.world.web import Web

BYTES = [bytes([i]) for i in range(256)]
EXAMPLE = "台湾最高的山是哪座山"


@pytest.fixture(scope="module")
def web() -> Web:
    return Web(0)


FIRST = Table(["玉", "玉山", "王", "ab", "a"], weights=[1, 2, 1, 2, 2])
SECOND = Table(["", "山", "山上", "b"], weights=[3, 1, 2, 2])
TIMES = Table.of_values([0, 1, 2])


def toy(page):
    """Ambiguous on purpose: 玉 + 山 and 玉山, ab and a + b."""
    page.emit(FIRST)
    for _ in range(page.choose(TIMES)):
        page.emit(SECOND)
    page.write("。")


TOY = SimpleNamespace(write=toy)


def toy_pages() -> dict[bytes, float]:
    """P(page) of everything that `toy` writes, by plain loops."""
    pages = {}
    one = dict(zip(FIRST.texts, [1 / 8, 2 / 8, 1 / 8, 2 / 8, 2 / 8], strict=True))
    two = dict(zip(SECOND.texts, [3 / 8, 1 / 8, 2 / 8, 2 / 8], strict=True))
    for first, p in one.items():
        for times in range(3):
            for rest in itertools.product(two, repeat=times):
                text = (first + "".join(rest) + "。").encode()
                pages[text] = pages.get(text, 0.0) + p / 3 * math.prod(two[t] for t in rest)
    return pages


WHOLE = ["", "a", "ab", "b", "玉", "玉山", "山上。", "。", "。a", "zzz", "玉山山上山上。"]
CANDIDATES = [c.encode() for c in WHOLE]
CANDIDATES += [
    "玉".encode()[:1],
    "玉".encode()[:2],
    "玉".encode()[2:],
    "山".encode()[1:],
]  # parts of characters


def test_the_toy_is_predicted_as_by_enumeration():
    pages = toy_pages()
    assert math.fsum(pages.values()) == pytest.approx(1.0, abs=1e-12)
    for prefix in {page[:n] for page in pages for n in range(len(page) + 1)}:
        begins = math.fsum(p for page, p in pages.items() if page.startswith(prefix))
        found = next_token_distribution(TOY, prefix, CANDIDATES)
        for candidate, chance in zip(CANDIDATES, found, strict=False):
            goes_on = math.fsum(
                p for page, p in pages.items() if page.startswith(prefix + candidate)
            )
            assert chance == pytest.approx(goes_on / begins, abs=1e-12), (prefix, candidate)
        assert found[-1] == pytest.approx(pages.get(prefix, 0.0) / begins, abs=1e-12)


def test_the_longest_candidates_are_a_distribution_and_agree_with_enumeration():
    pages, candidates = (
        toy_pages(),
        [*BYTES, b"ab", "玉".encode(), "玉山".encode(), "山上。".encode()],
    )
    for prefix in [b"", b"a", "玉".encode(), "玉".encode()[:2], "玉山山".encode()]:
        begins = math.fsum(p for page, p in pages.items() if page.startswith(prefix))
        expected = dict.fromkeys(candidates, 0.0)
        for page, p in pages.items():
            if page.startswith(prefix) and page != prefix:
                expected[max((c for c in candidates if page.startswith(prefix + c)), key=len)] += (
                    p / begins
                )
        found = next_token_distribution(TOY, prefix, candidates, longest=True)
        assert found[:-1] == pytest.approx(list(expected.values()), abs=1e-12)
        assert math.fsum(found) == pytest.approx(1.0, abs=1e-12)


def test_token_nats_of_the_toy_by_hand():
    # P(玉…) = 3/8; P(玉山…) = 2/8 + 1/8·P(the first row that is not empty is 山 or 山上)
    first_is_mountain = 1 / 3 * 3 / 8 + 1 / 3 * (3 / 8 + 3 / 8 * 3 / 8)
    start = 2 / 8 + 1 / 8 * first_is_mountain
    page = toy_pages()["玉山。".encode()]
    nats = token_nats(TOY, ["玉".encode(), "山".encode(), "。".encode()])
    by_hand = [-math.log(3 / 8), -math.log(start / (3 / 8)), -math.log(page / start), 0.0]
    assert nats == pytest.approx(by_hand, abs=1e-12)


def test_bytes_and_the_end_share_out_every_beginning_of_real_pages(web):
    rng = random.Random(1)
    for page in itertools.islice(web.pages(31), 12):
        data = page.text.encode()
        for n in (rng.randrange(1, len(data)), len(data)):
            found = next_token_distribution(web, data[:n], BYTES)
            assert math.fsum(found) == pytest.approx(1.0, abs=1e-9)
            assert found[data[n] if n < len(data) else -1] > 0


def test_the_first_byte_of_a_page(web):
    found = next_token_distribution(web, "", BYTES)
    assert math.fsum(found) == pytest.approx(1.0, abs=1e-9)
    first = [page.text.encode()[0] for page in itertools.islice(web.pages(32), 4000)]
    for byte in (ord("T"), ord("W"), 0xE5, 0xE8):
        chance = found[byte]
        assert abs(first.count(byte) - 4000 * chance) < 5 * math.sqrt(4000 * chance)


def test_predictions_agree_with_ratios_of_prefix_probabilities(web):
    candidates = ["？", "？\n", "，谁来告诉我？\n", " A ", "？玉山", "。", "？玉"]
    found = next_token_distribution(web, EXAMPLE, [c.encode() for c in candidates])
    base = web.log_prefix_probability(EXAMPLE)
    for candidate, chance in zip(candidates, found, strict=False):
        assert chance == pytest.approx(
            math.exp(web.log_prefix_probability(EXAMPLE + candidate) - base), abs=1e-12
        )
    assert found[-1] == 0.0


def test_a_token_may_hold_part_of_a_character(web):
    mark = "？".encode()
    whole, part = next_token_distribution(web, EXAMPLE, [mark, mark[:2]])[:2]
    (rest,) = next_token_distribution(web, EXAMPLE.encode() + mark[:2], [mark[2:]])[:1]
    assert part * rest == pytest.approx(whole, rel=1e-12)


def test_token_nats_add_up_to_the_page_however_it_is_cut(web):
    rng = random.Random(2)
    for page in itertools.islice(web.pages(33), 10):
        data = page.text.encode()
        cuts = [0, *sorted(rng.sample(range(1, len(data)), min(6, len(data) - 1))), len(data)]
        nats = token_nats(web, [data[i:j] for i, j in itertools.pairwise(cuts)])
        assert len(nats) == len(cuts) and min(nats) > -1e-9
        assert math.fsum(nats) == pytest.approx(-web.log_probability(page.text), abs=1e-9)


def test_drawn_tokens_follow_the_prediction():
    uniform, counts = random.Random(4).random, dict.fromkeys(["山", "b", "。"], 0)
    for _ in range(30_000):
        page = Writer(uniform)
        toy(page)
        if page.text().startswith("玉"):
            counts[page.text()[1]] += 1
    n = sum(counts.values())
    found = next_token_distribution(TOY, "玉", [c.encode() for c in counts])
    for count, chance in zip(counts.values(), found, strict=False):
        assert abs(count - n * chance) < 5 * math.sqrt(n * chance * (1 - chance))


@pytest.mark.parametrize("prefix", ["zzz", "玉上", b"\xff\xfe", b"\xe7\x8e\xff"])
def test_what_no_page_begins_with_is_refused(prefix):
    with pytest.raises(ValueError, match="no page of this web begins with"):
        next_token_distribution(TOY, prefix, BYTES)


def test_tokens_that_are_no_page_are_refused():
    with pytest.raises(ValueError, match="no page"):
        token_nats(TOY, ["玉".encode(), "山".encode()])
