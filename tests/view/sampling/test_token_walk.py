"""A walk through a model's possibilities, token by token, and its pictures."""

import math

import pytest
import torch

from gptlab.engine import assistant
from gptlab.view.sampling import token_walk
from tests.support.pictures import words_in
from tests.support.toy_assistants import (
    JADE,
    LESS,
    STOP,
    A,
    B,
    ScriptedModel,
    scripted_base,
    untrained_chat,
)


@pytest.fixture
def base():
    return scripted_base()


@pytest.fixture
def real():
    return untrained_chat()


def test_candidates_are_the_likeliest_in_order(base):
    found = token_walk.TokenWalk(base, "x").candidates(3)
    assert [(s.id, s.label) for s in found] == [(A, "␣a"), (JADE, "‹e7 8e›"), (LESS, "<")]
    assert [s.probability for s in found] == pytest.approx([0.5, 0.3, 0.15])


def test_a_walk_to_the_stop_token(base):
    w = token_walk.TokenWalk(base, "x")
    w.pick(JADE)
    assert w.text == "‹e7 8e›" and not w.stopped
    w.pick(0x89)
    assert w.text == "玉"
    w.pick(STOP)
    assert w.stopped and w.text == "玉" and w.candidates() == []
    assert w.ids == [STOP, ord("x"), JADE, 0x89, STOP]
    w.pick(A)
    w.let_it_pick()
    w.finish()
    assert len(w.picked) == 3


def test_undo_brings_the_same_candidates_and_computes_nothing(base):
    w = token_walk.TokenWalk(base, "x")
    before, other = w.candidates(), list(w.ids)
    w.pick(A)
    inside = w.candidates()
    w.undo()
    calls = base.model.calls
    assert w.candidates() == before and w.ids == other and base.model.calls == calls
    w.pick(JADE)
    assert w.candidates() != inside  # not what stood at this length before
    w.restart()
    w.undo()
    assert w.picked == [] and w.candidates() == before


def test_an_unlikely_token_can_be_picked_too(base):
    w = token_walk.TokenWalk(base, "x")
    w.pick(65)
    assert w.picked[0].probability == 0 and w.text == "A"


def test_it_ends_where_the_context_does(base):
    w = token_walk.TokenWalk(base, "x" * 9)
    w.pick(B)
    w.pick(B)
    assert w.full and not w.stopped and w.candidates() == []
    with pytest.raises(assistant.TooLong, match="12 tokens, but the model looks at 12"):
        token_walk.TokenWalk(base, "x" * 11)


def test_let_it_pick_draws_with_the_models_probabilities(base):
    w, n = token_walk.TokenWalk(base, "x", seed=5), 3000
    counts = dict.fromkeys(ScriptedModel.otherwise, 0)
    for _ in range(n):
        w.let_it_pick()
        counts[w.picked[0].id] += 1
        w.undo()
    for token, p in ScriptedModel.otherwise.items():
        assert abs(counts[token] / n - p) < 4 * math.sqrt(p * (1 - p) / n), token


def test_finishing_is_the_same_for_the_same_seed(base):
    ends = []
    for seed in (1, 1, 2, 3, 4, 5):
        w = token_walk.TokenWalk(base, "x", seed)
        w.finish()
        assert w.stopped or w.full
        ends.append(w.ids)
    assert ends[0] == ends[1] and len({tuple(e) for e in ends}) > 1


def test_path_picture_takes_the_ranks_that_it_was_given(base):
    picture, alt = token_walk.path_picture(base, "x", [1, 1, 3, 1], n=2)
    shown = words_in(picture)
    assert (
        shown[:3] == ["1", "x …", "␣a"]
        and "50 % ◀" in shown
        and "60 % ◀" in shown
        and shown[-1] == "x ab< a …"
    )
    assert (
        "choice 2: b 60 %, ⟨endoftext⟩ 40 %; picked b" in alt
        and "choice 3" in alt
        and "picked <" in alt
    )


def test_path_picture_shows_no_choice_where_there_is_none(base):
    picture, alt = token_walk.path_picture(base, "x", [2, 1, 1, 1], n=2)
    assert (
        words_in(picture)[-1] == "x玉" and "choice 2" not in alt
    )  # half of 玉 leaves nothing to choose, up to the stop token
    assert "picked ‹e7 8e›" in alt and "So far: “玉”. A token above 90% is no choice" in alt


def test_continuations_agree_with_a_loop(real):
    for step, ending in token_walk.continuations_by_first_token(real, "ab", n=4, most=6):
        ids, new = [*real.begin("ab"), step.id], [step.id]
        while len(new) < 7 and new[-1] != real.stop:
            new.append(int(real.model(torch.tensor([ids]))[0, -1].argmax()))
            ids.append(new[-1])
        assert ending == token_walk.readable(real, new)


def test_kinds_picture_counts_all(monkeypatch, base):
    found = token_walk.replies.Continuations(120, 60, 20, 0, {"answer": "？\n玉山。"})
    monkeypatch.setattr(token_walk.replies, "continuations", lambda *_: found)
    picture, alt = token_walk.kinds_picture(base, "x", 200)
    assert {"60 %", "30 %", "10 %", "0 %", "？⏎玉山。"} <= set(
        words_in(picture)
    ) and alt.startswith("200 continuations of “x”")
