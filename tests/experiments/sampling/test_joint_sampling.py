"""Tokens drawn one by one against tokens drawn all at once."""

import math

import torch

from gptlab.engine.assistant import shipped
from gptlab.experiments.sampling import joint_sampling
from gptlab.world.web import Web


def test_shares_are_judged_by_the_world():
    base, web = shipped("base"), Web()
    fact = web.facts.find("Taiwan", "mountain")
    question = joint_sampling.question_about(fact, "en")
    assert question.text.endswith("?\n") and "Taiwan" in question.text
    lines = ["Yushan.", "Mount Fuji.", "Yushan Yushan is is", "Mount Fuji or Yushan."]
    ids = [base.tokenizer.encode(line) for line in lines]
    longest = max(map(len, ids))
    rows = torch.tensor([row + [base.stop] * (longest + 1 - len(row)) for row in ids])
    assert joint_sampling.texts_of(base, rows) == lines
    page = web.log_probability(question.text + "Yushan.")
    found = joint_sampling.shares_of(web, base, question, rows)
    assert found.right == 0.5 and found.legal == (0.25 if page > -math.inf else 0.0)


def test_one_by_one_is_padded_with_the_stop_token():
    base, web = shipped("base"), Web()
    question = joint_sampling.question_about(web.facts.find("Peru", "capital"), "zh")
    rows = joint_sampling.sample_one_by_one(base, question, n=3)
    assert rows.shape[0] == 3 and rows.shape[1] <= joint_sampling.MAX_REPLY_TOKENS
    for row in rows.tolist():
        assert base.stop not in row or set(row[row.index(base.stop) :]) == {base.stop}
    assert torch.equal(rows, joint_sampling.sample_one_by_one(base, question, n=3))
