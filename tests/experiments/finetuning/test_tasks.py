"""The four tasks: their labels are true, their parts are apart, and they are arranged as GPT-1 arranges them."""

import re

import pytest

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.finetuning.tasks import (
    CHOICE,
    ENTAILMENT,
    LANG,
    MOOD,
    PARTS,
    SIMILARITY,
    TASKS,
    TaskSource,
    arrange,
)
from gptlab.world import word_lists
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

SPECIAL = 900, 901, 902


@pytest.fixture(scope="module")
def source():
    return TaskSource(Web())


def stated(source):
    """Every statement of the web's facts, and the fact."""
    return {
        fill(template, fact.subject.name[LANG], fact.answer[LANG]): fact
        for fact in source.web.facts.known
        for template in PHRASINGS[fact.relation][LANG].statements
    }


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_examples_repeat_by_seed_differ_and_have_all_labels(source, task):
    examples = source.draw(task, "labels", 40, seed=3)
    assert examples == source.draw(task, "labels", 40, seed=3)
    assert examples[:10] == source.draw(task, "labels", 10, seed=3)
    assert examples != source.draw(task, "labels", 40, seed=4)
    assert len(set(examples)) == 40
    assert {example.label for example in examples} == set(range(len(task.labels)))


def test_labelled_reviews_share_no_verdict_with_the_others(source):
    phrases = [
        phrase
        for says in (word_lists.VERDICTS, word_lists.AFTERWORDS)
        for mood in MOOD.labels
        for phrase in says[mood][LANG]
    ]
    used = {
        part: {p for e in source.draw(MOOD, part, 60) for p in phrases if p in e.texts[0]}
        for part in PARTS
    }
    assert not used["labels"] & used["test"] and not used["labels"] & used["validation"]
    assert len(used["labels"]) == len(used["test"]) == 12


def test_the_mood_is_that_of_the_verdicts_and_not_in_the_text(source):
    for example in source.draw(MOOD, "test", 30):
        mood = MOOD.labels[example.label]
        assert any(verdict in example.texts[0] for verdict in word_lists.VERDICTS[mood][LANG])
        assert "Review" not in example.texts[0]


def test_facts_of_the_labels_are_not_those_of_the_tests(source):
    facts = [set(source.facts[part]) for part in PARTS]
    assert not facts[0] & facts[1] and not facts[0] & facts[2] and not facts[1] & facts[2]


def test_entailment_is_true(source):
    truth = stated(source)
    for example in source.draw(ENTAILMENT, "test", 60):
        premise, hypothesis = example.texts
        fact = truth[premise]
        label = ENTAILMENT.labels[example.label]
        if label == "follows":
            assert truth[hypothesis] == fact and premise != hypothesis
        elif label == "contradicts":
            assert hypothesis not in truth and fact.answer[LANG].lower() not in hypothesis.lower()
        else:
            assert truth[hypothesis].subject == fact.subject
            assert truth[hypothesis].relation != fact.relation


def test_the_right_option_is_right_and_the_others_are_not(source):
    asked = {
        fill(template, fact.subject.name[LANG]) + "?": fact
        for fact in source.web.facts.known
        for template in PHRASINGS[fact.relation][LANG].questions
    }
    for example in source.draw(CHOICE, "test", 60):
        fact = asked[example.texts[1]]
        assert fact in source.facts["test"] and len(set(example.options)) == 3
        assert example.options[example.label] == fact.answer[LANG]
        wrong = {option for option in example.options if option != fact.answer[LANG]}
        assert not wrong & {name[LANG] for name in source.web.facts.also_right(fact)}


def test_a_guess_by_the_option_alone_gains_nothing(source):
    """An answer that is often right is as often offered as a wrong one: labels cannot be learnt by heart."""
    examples = source.draw(CHOICE, "labels", 600)
    right, offered = {}, {}
    for example in examples:
        for i, option in enumerate(example.options):
            offered[option] = offered.get(option, 0) + 1
            right[option] = right.get(option, 0) + (i == example.label)
    popular = [option for option, n in offered.items() if n >= 20]
    shares = [right[option] / offered[option] for option in popular]
    assert sum(shares) / len(shares) == pytest.approx(1 / 3, abs=0.08)


def test_inputs_are_those_of_the_paper(source):
    tokenizer = Tokenizer([])
    start, _, extract = SPECIAL
    for task, n_inputs, n_special in (
        (MOOD, 1, 2),
        (ENTAILMENT, 1, 3),
        (SIMILARITY, 2, 3),
        (CHOICE, 3, 3),
    ):
        example = source.draw(task, "test", 1)[0]
        inputs = arrange(task, example, tokenizer, SPECIAL)
        assert len(inputs) == n_inputs
        for row in inputs:
            assert row[0] == start and row[-1] == extract
            assert sum(token in SPECIAL for token in row) == n_special
            text = tokenizer.decode([token for token in row if token not in SPECIAL])
            assert all(re.escape(part) in re.escape(text) for part in example.texts)
