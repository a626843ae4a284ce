"""Recall: what counts as a fact that is known, and in which phrasings it is asked."""

import pytest

from gptlab.engine.assistant import Assistant, Reply
from gptlab.engine.config import GPTConfig
from gptlab.engine.data import corpus
from gptlab.engine.evaluate import fact_recall
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.fixture(scope="module")
def tokenizer(web):
    return corpus.train_tokenizer(web, 700, seed=0)


class Parrot:
    """A stand-in for a model: says what it is told to, prompt by prompt."""

    def __init__(self, monkeypatch, says):
        self.config = GPTConfig(10, context=128)
        monkeypatch.setattr(
            Assistant, "replies", lambda _, prompts, *__: [Reply(says(p), True) for p in prompts]
        )


def test_recall_counts_right_answers_only(web, tokenizer, monkeypatch):
    truth = {}
    for lang in ("en", "zh"):
        for i, fact in enumerate(web.facts.known[:40]):
            for stated in (True, False):
                prompt = fact_recall._prompt(fact, lang, i, seen=False, stated=stated)
                truth[prompt] = fact.answer[lang] + ".\n" + web.facts.known[i + 1].answer[lang]
    for says, share in (
        (lambda prompt: truth[prompt], 1.0),
        (lambda prompt: "nothing of the kind\n" + truth[prompt], 0.0),  # the next line is too late
    ):
        for stated in (True, False):
            model = Parrot(monkeypatch, says)
            found = fact_recall.recall(model, tokenizer, web, n_facts=40, stated=stated)
            assert found == {"en": share, "zh": share}


def test_recall_asks_in_phrasings_that_no_page_uses(web):
    for lang in ("en", "zh"):
        asked = set(web.tables.questions[lang].texts)
        for i, fact in enumerate(web.facts.known[:60]):
            stem = fact_recall._prompt(fact, lang, i, seen=False, stated=True)
            assert not any(text.startswith(stem) for text in web.tables.statement(fact, lang).texts)
            question = fact_recall._prompt(fact, lang, i, seen=False, stated=False)
            assert question.rstrip("?？\n") not in asked
            assert (
                fact.subject.name[lang].lower() in stem.lower()
                and fact.subject.name[lang].lower() in question.lower()
            )
