"""A turn of training in four steps, and the guesses of a model while it learns."""

import torch

from gptlab.experiments.sampling.first_turns import Turn
from gptlab.view.palette import COLOURS
from gptlab.view.sampling import training_turn
from tests.support.pictures import marked_in, within, words_in
from tests.support.toy_assistants import scripted_base


def a_turn(tokenizer):
    before = torch.full((tokenizer.vocab_size,), 1 / tokenizer.vocab_size)
    came = tokenizer.encode(" a")[0]
    after = before.clone()
    after[came] *= 2
    return Turn([b"The", b" end"], came, before, after, [(0.006, 0.001)], 1000)


def test_the_four_steps_are_in_order_and_the_token_that_came_is_green():
    tokenizer = scripted_base().tokenizer
    picture, alt = training_turn.turn_picture(a_turn(tokenizer), tokenizer)
    shown = words_in(picture)
    assert [word for word in shown if word in ("1", "2", "3", "4")] == ["1", "2", "3", "4"]
    assert {"0.006 → 0.001", "and 999 more", "?", "again, with other text"} <= set(shown)
    assert "␣a" in marked_in(picture) and COLOURS["right"] in picture
    assert within(picture)
    assert "“The end”" in alt and "3: uncovered: ␣a." in alt


def test_small_probabilities_keep_two_digits():
    assert training_turn._small(0.0003) == "0.03 %"
    assert training_turn._small(0.23) == "23 %"


def test_guesses_are_listed_by_turns_with_the_token_that_came():
    tokenizer = scripted_base().tokenizer
    even = a_turn(tokenizer).before
    sure = torch.zeros_like(even)
    sure[a_turn(tokenizer).came] = 1
    picture, alt = training_turn.learning_picture({0: even, 5000: sure}, tokenizer, "The end", " a")
    shown = words_in(picture)
    assert "before the first turn" in shown and "after 5,000 turns" in shown
    assert shown.count("␣a") == 2 and "100 %" in shown
    assert "after 5,000 turns: ␣a 100 %" in alt
