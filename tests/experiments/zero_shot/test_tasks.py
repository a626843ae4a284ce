"""Tasks as text: what is asked, what is right, and how a choice is made."""

import pytest
import torch

from gptlab.experiments.zero_shot import cues, tasks
from gptlab.experiments.zero_shot.tasks import BLIND, Question, Scored
from gptlab.world.web import Web

WEB = Web()


@pytest.mark.parametrize("make", [tasks.bare_answers, tasks.whole_sentences, tasks.translations])
def test_four_different_options_of_which_one_is_right(make):
    questions = make(WEB, n=30)
    assert questions == make(WEB, n=30) != make(WEB, n=30, seed=2)
    for question in questions:
        assert len(set(question.options)) == 4 and 0 <= question.right < 4
    assert len({question.right for question in questions}) == 4


def test_right_answers_are_true_and_asked_in_words_of_no_page():
    pages = set(WEB.tables.questions["en"].texts)
    facts = {fact.answer.en.lower() for fact in WEB.facts.known}
    for question in tasks.bare_answers(WEB, n=40):
        assert question.beginning[:-1] not in pages
        assert question.options[question.right].strip(" .").lower() in facts


def test_claims_are_true_no_more_often_than_by_chance():
    """Knowing the truth must not help: the claimed name is drawn."""
    true = 0
    known = {(f.subject.name.zh, f.answer.zh) for f in WEB.facts.known}
    questions = tasks.translations(WEB, n=120)
    for question in questions:
        said = question.options[question.right]
        true += any(s in said and a in said for s, a in known if s in said)
    assert 10 <= true <= 60


def test_the_true_option_of_a_claim_is_known_whatever_is_claimed():
    known = {(f.subject.name.zh, f.answer.zh) for f in WEB.facts.known}
    questions, places = tasks.translations(WEB, n=60), tasks.true_options(WEB, n=60)
    for question, place in zip(questions, places, strict=True):
        option = question.options[place]
        assert any(subject in option and answer in option for subject, answer in known)
    assert 5 <= sum(q.right == place for q, place in zip(questions, places)) <= 30


def test_moods_and_sums():
    for question in tasks.moods(WEB, n=20):
        assert question.beginning.endswith("\nReview:") and question.options == (" good", " bad")
    for question in tasks.sums(WEB, n=20):
        a, b = question.beginning.removesuffix(" =").split(" + ")
        assert int(question.options[question.right]) == int(a) + int(b)


def test_a_choice_in_each_way():
    one = Scored(
        Question("?", (" a", " bb", " cccccccc"), 1),
        torch.tensor([-2.0, -3.0, -4.5]),
        torch.tensor([1, 2, 3]),
        {"": torch.tensor([-1.0, -3.5, -4.4])},
    )
    assert [one.pick(way) for way in ("raw", "per token", "per byte", "", BLIND)] == [0, 1, 2, 1, 0]
    assert tasks.accuracy([one, one], "per token") == 1 and tasks.accuracy([one], "raw") == 0
    assert tasks.share_of_shortest([one], "raw") == 1


def test_lines_are_told_apart():
    fact = next(f for f in WEB.facts.known if f.answer.en == "Lima")
    lines = {
        "= 秘鲁的首都是利马。": "right translation",
        "秘鲁的首都是东京。": "other Chinese",
        "Tags: silver, letters, stars": "tags",
        "14 September": "a date",
        "修改于4月26日": "other Chinese",
        "— Umar, 10:27": "a name",
        "A": "something else",
        "": "something else",
    }
    assert {line: cues.kind_of(line, fact) for line in lines} == lines
