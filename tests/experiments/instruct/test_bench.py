"""Tuning on a toy base: what is shown, what is tuned, and how replies are counted."""

import hashlib

import pytest
import torch

from gptlab import instruct
from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.instruct import knowledge, sft_log
from gptlab.experiments.instruct.bench import Bench, Shown, statements
from gptlab.experiments.instruct.doubled import right_with
from gptlab.experiments.instruct.packed import neighbours, packed_logits, second_chat_losses
from gptlab.experiments.instruct.token_costs import PLACES, cost_by_place, rendered, token_costs
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Question, is_held_out
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def bench():
    merges = [(ord("a"), ord("n")), (ord("i"), ord("s")), (ord(" "), ord("t"))]
    tokenizer = Tokenizer(merges)
    config = GPTConfig(tokenizer.vocab_size, context=256, n_layers=1, n_heads=2, d_model=16)
    model = GPT(config, seed=1).eval()
    return Bench(Assistant(model, tokenizer), Web(0))


def test_demonstrations_are_the_same_each_time_and_validation_asks_other_questions(bench):
    shown = bench.demonstrations(20, seed=1)
    assert shown == bench.demonstrations(20, seed=1) != bench.demonstrations(20, seed=2)
    assert not any(is_held_out(one.question.text) for one in shown)
    assert all(is_held_out(one.question.text) for one in bench.validation(10))
    assert all(is_held_out(question.text) for question in bench.questions(10))


def test_what_is_rendered_ends_with_a_learnt_end_token(bench):
    end = bench.base.tokenizer.special["end"]
    for ids, mask in bench.render(bench.demonstrations(5)):
        assert ids[-1] == end and mask[-1] and not mask[0]


def test_tuning_lowers_the_loss_and_leaves_the_base_as_it_was(bench):
    shown = bench.demonstrations(8)
    before = {name: p.clone() for name, p in bench.base.model.named_parameters()}
    seen = []
    untuned = bench.untuned()
    tuned = bench.tuned(
        bench.render(shown), epochs=12, watch=lambda one, row: seen.append(row["step"])
    )
    assert bench.loss(tuned, shown) < 0.97 * bench.loss(untuned, shown)
    assert seen == [0, 10, 11]
    assert all(torch.equal(before[name], p) for name, p in bench.base.model.named_parameters())


def test_statements_are_true_admitted_or_false(bench):
    gold = GoldLabeler(bench.web)
    fact = bench.web.facts.find("France", "capital")
    question = Question("What is the capital of France?", "en", "fact", fact, "Paris")
    replies = ["Paris.", "Berlin.", "I do not know.", "The dollar."]
    found = statements([gold.judge(question, text) for text in replies])
    assert (found["right"], found["admits"], found["wrong_name"]) == (0.25, 0.25, 0.25)
    assert found["false"] == 0.5 and found["false_per_statement"] == pytest.approx(2 / 3)


def test_masks_of_the_long_table(bench):
    example = bench.render(bench.demonstrations(1))
    assert all(sft_log.masked(example, sft_log.EVERYTHING)[0][1])
    assert sum(sft_log.masked(example, sft_log.NO_END)[0][1]) == sum(example[0][1]) - 1
    assert sft_log.masked(example, sft_log.REPLY) == example
    assert [sft_log.epochs_for(n) for n in (0, 10, 100, 10000)] == [0, 16, 6, 1]


def test_the_split_keeps_what_is_tested_out_of_what_is_shown(bench):
    n = len(bench.web.facts.facts)
    known = {"en": "0" * 60 + "1" * (n - 60), "zh": "0" * 80 + "1" * (n - 80)}
    facts = knowledge.split(bench, known)
    assert len(facts.unknown_shown) == len(facts.unknown_tested) == 30
    assert len(facts.known_tested) == knowledge.N_KNOWN_TESTED
    tested = {f.index for f in facts.known_tested + facts.unknown_tested}
    for arm in knowledge.ARMS:
        shown = knowledge.demonstrations(bench, facts, arm, seed=0)
        assert len(shown) == knowledge.N_COMMON + knowledge.N_SPECIAL
        assert not any(one.question.fact and one.question.fact.index in tested for one in shown)
    unknown = {f.index for f in facts.unknown_shown}
    gold = bench.gold
    about = [one for one in shown if one.question.fact and one.question.fact.index in unknown]
    assert len(about) == knowledge.N_SPECIAL
    assert all(gold.classify(one.question, one.reply) == "admits" for one in about)


def test_the_table_is_read_as_it_was_written(tmp_path):
    rows = [
        sft_log.Row("number", 10, 0, {"right": 0.5}),
        sft_log.Row("mask", "reply", 1, {"right": 1.0}),
    ]
    sft_log.save(rows, {"en": "01", "zh": "11"}, {"seeds": [0]}, tmp_path / "log.json")
    assert sft_log.load(tmp_path / "log.json") == (rows, {"en": "01", "zh": "11"}, {"seeds": [0]})
    assert sft_log.by_setting(rows, "number", "right") == {10: [0.5]}


def test_the_shipped_table_is_of_the_shipped_base_model():
    weights = (sft_log.FOLDER / "base" / "model.safetensors").read_bytes()
    rows, known, made = sft_log.load()
    assert made["base_sha256"] == hashlib.sha256(weights).hexdigest()
    assert {"number", "mask", "knowledge", "epochs"} <= {row.study for row in rows}
    assert len(known["en"]) == len(known["zh"]) == len(Web(0).facts.facts)


def test_a_packed_chat_is_read_as_if_it_were_alone(bench):
    pairs = neighbours(bench.render(bench.validation(6)), bench.base.context)
    assert pairs
    alone, after = second_chat_losses(bench.base.model, instruct.pack, pairs)
    assert after == pytest.approx(alone, abs=1e-5)

    def leaky(sequences, context):
        ids, segments, positions = instruct.pack(sequences, context)
        return ids, segments.clamp(max=0), positions

    assert second_chat_losses(bench.base.model, leaky, pairs)[1] != pytest.approx(alone, abs=1e-4)


def test_packed_logits_of_one_sequence_are_the_models_own(bench):
    ids, segments, positions = instruct.pack([[5, 6, 7, 8]], 4)
    logits = packed_logits(bench.base.model, ids, positions, instruct.packed_mask(segments))
    with torch.no_grad():
        torch.testing.assert_close(logits, bench.base.model(ids), rtol=1e-4, atol=1e-5)


def test_costs_are_those_of_the_loss(bench):
    shown = bench.demonstrations(3)
    ids, mask = rendered(bench.base, shown[0].messages)
    costs = token_costs(bench.base, ids)
    assert costs[0] is None and len(costs) == len(ids)
    mean = sum(cost for cost, mark in zip(costs, mask) if mark) / sum(mask)
    assert mean == pytest.approx(bench.loss(bench.base, shown[:1]), rel=1e-4)
    assert list(cost_by_place(bench.base, shown)) == list(PLACES)


def test_replies_are_judged_with_the_template_that_is_given(bench):
    lengths = []

    def render(messages, encode, special, add_reply=False):
        found = instruct.render_chat(messages, encode, special, add_reply)
        lengths.append(len(found[0]))
        return found

    assert 0 <= right_with(bench, bench.untuned(), bench.questions(3), render) <= 3
    assert len(lengths) == 3


def test_a_demonstration_is_a_question_and_a_reply():
    shown = Shown(Question("Who?", "en", "unknowable"), "I do not know.")
    assert [message["role"] for message in shown.messages] == ["user", "assistant"]
