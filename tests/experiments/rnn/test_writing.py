"""What models write, and the judge of it; how much an answer depends on its subject."""

import pytest
import torch

from gptlab.engine.model.gpt import GPT
from gptlab.experiments.rnn import dependence, recurrent_lm, writing
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def data():
    return writing.few_countries(Web(), n_train=1200, n_test=60)


@pytest.fixture(scope="module")
def judge(data):
    return writing.Judge(data)


def test_every_sentence_of_the_web_is_true(data, judge):
    assert judge.shares([sentence.text for sentence in data.train])["true"] == 1.0


def test_a_wrong_answer_is_false_and_a_wrong_form_no_sentence(data, judge):
    capitals = [fact for fact in data.facts if fact.relation == "capital"]
    one, other = capitals[0], capitals[1]
    text = f"The capital of {one.subject.name['en']} is {{}}."
    assert judge(text.format(one.answer["en"])) == "true"
    assert judge(text.format(other.answer["en"])) == "false"
    assert judge(text.format("Atlantis")) == judge("The capital.") == "no sentence"


def test_sentences_begin_with_the_prompt_and_are_the_same_each_time(data):
    model = writing.bigram(data)
    texts = writing.write(model, data, "The", 6, seed=3)
    assert texts == writing.write(model, data, "The", 6, seed=3)
    assert all(text.startswith("The") for text in texts)
    assert all(text.endswith(".") or len(text.split()) > 10 for text in texts)


def test_the_bigram_follows_its_counts(data):
    logp = writing.bigram(data)(data.ids([writing.MARK, "The"])[None])[0]
    first = torch.zeros(len(data.vocabulary))
    for sentence in data.train:
        first[data.ids(sentence.words[:1])[0]] += 1
    assert torch.allclose(logp[0].exp(), first / first.sum(), atol=1e-5)


def test_training_does_not_notice_that_the_model_writes(data):
    watched, alone = (writing.make_model("RNN", data) for _ in range(2))
    samples, steps = writing.Samples(watched, data, "The", n=3), []

    def watch(step):
        steps.append(step)
        samples.write_at(step)

    assert writing.train(watched, data, watch=watch) == writing.train(alone, data)
    assert steps == list(range(steps[-1] + 1))
    assert all(torch.equal(p, q) for p, q in zip(watched.parameters(), alone.parameters()))
    reached = [step for step in writing.STEPS_WATCHED if step <= steps[-1]]
    assert list(samples.texts) == [(step, t) for step in reached for t in writing.TEMPERATURES]
    assert samples.texts[0, 1.0] == writing.write(writing.make_model("RNN", data), data, "The", 3)


def test_the_last_step_of_training_is_watched():
    data = writing.few_countries(Web())
    rows = recurrent_lm.padded_rows(data, data.train)
    assert len(recurrent_lm.batches(rows, writing.EPOCHS, 0)) == writing.STEPS_WATCHED[-1]


def test_models_of_four_kinds(data):
    for kind in ("window of 8", "RNN", "GRU", "Transformer"):
        model = writing.make_model(kind, data)
        assert isinstance(model, GPT) == (kind == "Transformer")
        assert model(torch.zeros(1, 3, dtype=torch.long)).shape == (1, 3, len(data.vocabulary))


def test_questions_end_before_their_answer(data):
    questions = dependence.questions_of(data, data.train)
    assert questions and len(set(questions)) == len(questions)
    for question in questions:
        assert question.distance >= 1 and question.words[0] == writing.MARK
        assert question.answer not in question.others and question.others
    model = writing.make_model("GRU", data)
    lost = dependence.lost_without(model, data, questions[0])
    assert len(lost) == len(questions[0].words)
    assert 0 <= dependence.right_share(model, data, questions) <= 1
    found = dependence.found_by(model, data, questions[:3])
    assert set(found) == {"gradient", "taken away"} and all(0 <= x <= 1 for x in found.values())


def test_a_sentence_of_another_relation_is_no_question(data):
    others = [s for s in data.train if s.fact.relation not in dependence.ASKED]
    assert others and all(dependence.question_of(data, s) is None for s in others)
