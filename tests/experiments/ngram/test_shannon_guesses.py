"""Shannon's guessing game as an experiment: fair guesses, exact floors."""

import random
from collections import Counter

import pytest
import torch

from gptlab.engine.assistant import shipped
from gptlab.experiments.ngram import shannon_guesses
from gptlab.view.kit.bars import visible
from gptlab.world.web import Web
from tests.support.toy_web import LETTERS, SENTENCES, ToyWeb, toy_models


@pytest.fixture(scope="module")
def letters():
    return LETTERS


@pytest.fixture(scope="module")
def neighbours():
    return toy_models()


def test_a_bet_is_a_distribution():
    assert shannon_guesses.bet(0, 0.7, n=4) == pytest.approx((0.7, 0.1, 0.1, 0.1))
    assert sum(shannon_guesses.bet(3, 0.95)) == pytest.approx(1) and shannon_guesses.bet(
        3, 0.125
    ) == pytest.approx((0.125,) * 8)
    for wrong in (0, 1, -0.2, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            shannon_guesses.bet(0, wrong)


def test_the_floor_is_exact_and_every_player_has_a_distribution(letters, neighbours):
    end, seen = letters.special["endoftext"], Counter()
    for text in SENTENCES:
        ids = [end, *letters.encode(text), end]
        for guess in shannon_guesses.guesses_of(
            ToyWeb(), letters, neighbours, ids, 99, random.Random(5)
        ):
            shown = Counter()
            for page, weight in SENTENCES.items():
                shown[text_after(page, guess.before)] += weight * page.startswith(guess.before)
            total = sum(shown[option] for option in guess.options)
            expected = [shown[option] / total for option in guess.options]
            assert guess.probs[shannon_guesses.FLOOR] == pytest.approx(expected), guess
            assert all(sum(p) == pytest.approx(1) for p in guess.probs.values())
            assert guess.options[guess.truth] == text_after(text, guess.before) and guess.before
            assert len(set(guess.options)) == shannon_guesses.N_OPTIONS
            seen[text] += 1
    assert min(seen.values()) >= 10


def text_after(text, before):
    """The next token's text when every byte is a token; nothing at the end of a page."""
    return text[len(before) : len(before) + 1]


def test_the_eight_do_not_depend_on_what_comes(letters, neighbours):
    """So that dividing by their sum is all that is needed, for every player."""
    chances = [
        torch.softmax(m(torch.tensor([[97]]))[0, -1].double(), -1) for m in neighbours.values()
    ]
    offered = shannon_guesses.offer(chances, lambda i: i > 32)
    assert (
        offered == shannon_guesses.offer(chances, lambda i: i > 32)
        and len(offered) == 8
        and min(offered) > 32
    )
    best = max(range(33, letters.vocab_size), key=lambda i: chances[0][i])
    assert offered[0] == best


def test_guesses_on_the_real_web_are_asked_in_order_and_can_be_read():
    base, web = shipped("base"), Web()
    uniform = {
        "nothing": lambda ids: torch.zeros(*ids.shape, base.tokenizer.vocab_size),
        "base model": base.model,
    }
    for lang in ("en", "zh"):
        ids = shannon_guesses.draw_pages(web, lang, 7, 1, base.tokenizer, base.context)[0]
        found = shannon_guesses.guesses_of(web, base.tokenizer, uniform, ids, 3, random.Random(0))
        assert len(found) == 3 and [len(g.before) for g in found] == sorted(
            len(g.before) for g in found
        )
        page = base.text(ids)
        assert all(page.startswith(g.before) for g in found)
        assert all(
            g.probs[shannon_guesses.FLOOR][g.truth] > 0
            and "‹" not in "".join(map(visible, g.options))
            for g in found
        )
