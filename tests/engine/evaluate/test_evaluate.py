"""Measurements: nats of whole texts, recall, kinds of continuations, win rates."""

import math

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.data import corpus
from gptlab.engine.evaluate import evaluate
from gptlab.engine.model.gpt import GPT
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Questions
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.fixture(scope="module")
def tokenizer(web):
    return corpus.train_tokenizer(web, 700, seed=0)


@pytest.fixture(scope="module")
def model(tokenizer):
    return GPT(
        GPTConfig(tokenizer.vocab_size, context=128, n_layers=1, n_heads=2, d_model=16), seed=3
    )


def test_text_nats_are_the_sum_over_tokens_and_the_end(model, tokenizer):
    texts = ["Paris.", "法国的首都是巴黎。", "a much longer text, so that the batch is padded"]
    end = tokenizer.special["endoftext"]
    for text, nats in zip(texts, evaluate.text_nats(model, tokenizer, texts)):
        ids = torch.tensor([[end, *tokenizer.encode(text), end]])
        logprobs = torch.log_softmax(model(ids).detach().double(), -1)[0]
        expected = -sum(float(logprobs[t, ids[0, t + 1]]) for t in range(ids.shape[1] - 1))
        assert float(nats) == pytest.approx(expected, rel=1e-5)


def test_a_text_beyond_the_context_is_refused(model, tokenizer):
    with pytest.raises(ValueError, match="context of 128"):
        evaluate.text_nats(model, tokenizer, ["1 2 3 4 5 6 7 8 9 " * 20])


def test_page_figures_of_an_untrained_model_lie_above_the_floor(model, tokenizer, web):
    pages = evaluate.page_sample(web, tokenizer, 20, 128)
    figures = evaluate.page_figures(model, tokenizer, web, pages)
    floor = (
        -sum(web.log_probability(p.text) for p in pages)
        / math.log(2)
        / sum(len(p.text.encode()) for p in pages)
    )
    assert figures["floor_bits_per_byte"] == pytest.approx(floor)
    assert figures["ratio"] == pytest.approx(
        figures["bits_per_byte"] / figures["floor_bits_per_byte"]
    )
    assert figures["ratio"] > 2


class Parrot:
    """A stand-in for a model: says what it is told to, prompt by prompt."""

    def __init__(self, monkeypatch, says):
        self.config = GPTConfig(10, context=128)
        monkeypatch.setattr(
            evaluate,
            "_continue",
            lambda model, tokenizer, rows, n, stop, **_: [(says(r), True) for r in rows],
        )


def test_recall_counts_right_answers_only(web, tokenizer, monkeypatch):
    truth = {}
    for lang in ("en", "zh"):
        for i, fact in enumerate(web.facts.known[:40]):
            for stated in (True, False):
                prompt = evaluate._prompt(fact, lang, i, seen=False, stated=stated)
                truth[tuple(tokenizer.encode(prompt))] = (
                    fact.answer[lang] + ".\n" + web.facts.known[i + 1].answer[lang]
                )
    parrot = Parrot(monkeypatch, lambda row: truth[tuple(row[1:])])
    for stated in (True, False):
        assert evaluate.recall(parrot, tokenizer, web, n_facts=40, stated=stated) == {
            "en": 1.0,
            "zh": 1.0,
        }
    liar = Parrot(
        monkeypatch, lambda row: "nothing of the kind\n" + truth[tuple(row[1:])]
    )  # the next line is too late
    for stated in (True, False):
        assert evaluate.recall(liar, tokenizer, web, n_facts=40, stated=stated) == {
            "en": 0.0,
            "zh": 0.0,
        }


def test_recall_asks_in_phrasings_that_no_page_uses(web):
    for lang in ("en", "zh"):
        asked = set(web.tables.questions[lang].texts)
        for i, fact in enumerate(web.facts.known[:60]):
            stem = evaluate._prompt(fact, lang, i, seen=False, stated=True)
            assert not any(text.startswith(stem) for text in web.tables.statement(fact, lang).texts)
            question = evaluate._prompt(fact, lang, i, seen=False, stated=False)
            assert question.rstrip("?？\n") not in asked
            assert (
                fact.subject.name[lang].lower() in stem.lower()
                and fact.subject.name[lang].lower() in question.lower()
            )


@pytest.mark.parametrize(
    "text, kind",
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
    assert evaluate.continuation_kind(web, text) == kind


def test_win_rate_by_hand():
    figures = evaluate.win_rate([1.0, 2.0, 0.0, 3.0], [0.0, 2.0, 1.0, 1.0])  # win, tie, loss, win
    spread = math.sqrt(sum((p - 0.625) ** 2 for p in (1, 0.5, 0, 1)) / 3 / 4)
    assert figures["mean"] == 0.625 and figures["n"] == 4
    assert figures["low"] == pytest.approx(max(0, 0.625 - 1.96 * spread)) and figures[
        "high"
    ] == min(1.0, 0.625 + 1.96 * spread)
    with pytest.raises(ValueError, match="1 scores against 2"):
        evaluate.win_rate([1.0], [1.0, 2.0])


def test_held_out_questions_are_different_and_unseen(web):
    asked = evaluate.held_out_questions(Questions(web).draw(7, held_out=True), 300)
    assert len({q.text for q in asked}) == 300
    trained = {q.text.rstrip("?？") for _, q in zip(range(3000), Questions(web).draw(8))}
    assert not trained & {q.text.rstrip("?？") for q in asked}


def test_summary_counts_what_the_gold_labeler_saw(web):
    gold, question = GoldLabeler(web), next(Questions(web).draw(1, kinds=("fact",)))
    judged = evaluate.judge(gold, [question] * 2, [(question.answer, True), ("", False)])
    assert evaluate.summary(judged)["right"] == 0.5 and evaluate.summary(judged)["finished"] == 0.5


def test_own_text_is_split_and_odd_files_are_named(tmp_path):
    (tmp_path / "a.txt").write_text("line\n" * 6000, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 50)
    text, notes = corpus.read_texts([tmp_path])
    train, held_out = corpus.split_text(text)
    assert train + held_out == text and 0.05 < len(held_out) / len(text) < 0.15
    assert any("binary.txt: not UTF-8" in n for n in notes) and any(
        "empty.txt: empty" in n for n in notes
    )
    with pytest.raises(corpus.TextError, match="no such file"):
        corpus.read_texts([tmp_path / "missing"])
    with pytest.raises(corpus.TextError, match="at least 20000 are needed"):
        corpus.read_texts([tmp_path / "binary.txt"])


def test_the_stream_holds_whole_pages_in_order(web, tokenizer):
    stream = corpus.web_stream(web, tokenizer, 20_000, seed=4)
    end = tokenizer.special["endoftext"]
    pages = web.pages(4 * 1000 + corpus.TRAIN_SEED)
    texts = tokenizer.decode(stream.tolist()).split("<|endoftext|>")[1:]
    assert stream[0] == end and all(text == next(pages).text for text in texts)
    assert sum(len(t.encode()) for t in texts) >= 20_000
