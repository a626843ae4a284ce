"""Cloze data, and a BERT and a GPT on it."""

import dataclasses

import pytest
import torch

from gptlab.experiments.transformer import bert_vs_gpt
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def data():
    return bert_vs_gpt.ClozeData(Web(), n_facts=6)


def test_cloze_items_are_cut_and_held_out(data):
    assert len(data.train) == 24 and len(data.new) == 12 and sum(gap.early for gap in data.new) == 6
    assert not {gap.words for gap in data.train} & {gap.words for gap in data.new}
    for gap in data.train + data.new:
        country, answer = gap.fact.subject.name.en, gap.fact.answer.en
        assert gap.words[gap.place] == answer and gap.words[0] == bert_vs_gpt.START
        assert gap.early == (gap.words.index(answer) < gap.words.index(country))
    assert data.text(data.encode(data.train[0].words)).endswith(".")
    assert data.vocabulary[:2] == [bert_vs_gpt.START, bert_vs_gpt.MASK] and len(
        set(data.vocabulary)
    ) == len(data.vocabulary)


def test_a_gpt_sees_what_comes_before_the_gap_and_a_bert_both_sides(data):
    gap = next(g for g in data.new if not g.early)
    other = dataclasses.replace(gap, words=(*gap.words[: gap.place + 1], "Many"))
    for causal in (True, False):
        model = data.make_model(causal)
        same = torch.equal(
            bert_vs_gpt.probabilities(model, data, gap),
            bert_vs_gpt.probabilities(model, data, other),
        )
        assert same == causal
        assert float(bert_vs_gpt.probabilities(model, data, gap).sum()) == pytest.approx(
            1, abs=1e-5
        )
        swapped = dataclasses.replace(
            gap, words=(*gap.words[: gap.place], "Many", *gap.words[gap.place + 1 :])
        )
        assert torch.equal(
            bert_vs_gpt.probabilities(model, data, gap),
            bert_vs_gpt.probabilities(model, data, swapped),
        ), "the answer is hidden"


def test_both_are_trained_and_sampled(data):
    for causal in (True, False):
        model = data.make_model(causal)
        losses = bert_vs_gpt.train(model, data, steps=25)
        assert losses[-1] < losses[0] and not model.training
        for at_once in (False, True):
            texts = bert_vs_gpt.sample_sentences(model, data, 5, at_once)
            assert (
                texts == bert_vs_gpt.sample_sentences(model, data, 5, at_once) and len(texts) == 5
            )
            assert all(
                words[0] == bert_vs_gpt.START and len(words) <= data.ids.shape[1] for words in texts
            )
        assert 0 <= bert_vs_gpt.accuracy(model, data, True) <= 1
    assert bert_vs_gpt.share_true([data.train[0].words, data.train[0].words[:-1]], data) == 0.5
