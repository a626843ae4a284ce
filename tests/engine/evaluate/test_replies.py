"""Kinds of continuations, judgements of replies, and win rates."""

import math

import pytest

from gptlab.engine.evaluate import replies
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Question, Questions
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("？\n台湾最高的山是玉山。", "answer"),
        ("？玉山。\n谢谢！", "answer"),
        ("，谁来告诉我？\n法国的首都是哪里？", "question"),
        ("？请大家帮帮我。\n好问题。", "question"),
        (" A 玉山 B 富士山 C 勃朗峰 答案：A", "exam"),
        ("？\nA. 玉山\nB. 富士山\nC. 勃朗峰\n答案：A", "exam"),
        ("？\n台湾的货币是新台币。", "other"),
    ],
)
def test_kinds_of_continuations(web, text, kind):
    assert replies.continuation_kind(web, text) == kind


def test_win_rate_by_hand():
    rate = replies.win_rate([1.0, 2.0, 0.0, 3.0], [0.0, 2.0, 1.0, 1.0])  # win, tie, loss, win
    spread = math.sqrt(sum((p - 0.625) ** 2 for p in (1, 0.5, 0, 1)) / 3 / 4)
    assert rate.mean == 0.625 and rate.n == 4
    assert rate.low == pytest.approx(max(0, 0.625 - 1.96 * spread))
    assert rate.high == min(1.0, 0.625 + 1.96 * spread)
    with pytest.raises(ValueError, match="1 scores against 2"):
        replies.win_rate([1.0], [1.0, 2.0])


def test_held_out_questions_are_different_and_unseen(web):
    asked = replies.distinct_questions(Questions(web).draw(7, held_out=True), 300)
    assert len({q.text for q in asked}) == 300
    trained = {q.text.rstrip("?？") for _, q in zip(range(3000), Questions(web).draw(8))}
    assert not trained & {q.text.rstrip("?？") for q in asked}


def test_summary_counts_what_the_gold_labeler_saw(web):
    gold, question = GoldLabeler(web), next(Questions(web).draw(1, kinds=("fact",)))
    judged = replies.judge_replies(gold, [question] * 2, [(question.answer, True), ("", False)])
    means = replies.mean_judgement(judged)
    assert means.right == means.finished == 0.5


def test_continuations_are_counted_with_the_first_of_each_kind():
    found = replies.Continuations()
    for kind, text in (("exam", "A"), ("other", "x"), ("exam", "B")):
        found.add(kind, text)
    assert found.counts == {"answer": 0, "question": 0, "exam": 2, "other": 1}
    assert found.total == 3 and found.examples == {"exam": "A", "other": "x"}


def test_a_base_model_is_asked_as_a_page_is_begun(web):
    class Listener:
        chats = False

        def replies(self, prompts, **_):
            return prompts

    question = Question("法国的首都是哪里", "zh", "fact")
    assert replies.ask(Listener(), [question]) == ["法国的首都是哪里？\n"]
    Listener.chats = True
    assert replies.ask(Listener(), [question]) == [question.text]
