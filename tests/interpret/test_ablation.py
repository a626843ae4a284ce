"""A model without some parts: what is silent, what it costs, and that the model stays as it is."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.interpret import ablation
from gptlab.interpret.fact_prompts import fact_prompts
from gptlab.world.facts import Facts
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_no_head_off_is_the_model_and_all_heads_off_is_its_mlps_alone(assistant):
    model, ids = assistant.model, torch.tensor([assistant.begin("abc")])
    before = {name: p.clone() for name, p in model.named_parameters()}
    with torch.no_grad():
        torch.testing.assert_close(ablation.ablated_logits(model, ids), model(ids))
        heads = ablation.all_heads(model)
        assert heads == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
        silent = ablation.ablated_logits(model, ids, heads)
        other = ids.clone()
        other[0, 1] = ids[0, 2]  # without a look, a token says nothing to those behind it
        torch.testing.assert_close(
            ablation.ablated_logits(model, other, heads)[0, 2:], silent[0, 2:]
        )
        one = ablation.ablated_logits(model, ids, [(1, 2)])
        assert not torch.allclose(one, model(ids)) and not torch.allclose(one, silent)
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())


def test_loss_and_probability_with_nothing_off_are_the_models_own(assistant):
    rows = [assistant.begin("abca"), assistant.begin("cab")]
    nats = []
    facts = [f for f in Facts().known if f.relation == "capital"][:2]
    asked = fact_prompts(assistant, facts, "At {} is")
    with torch.no_grad():
        for row in rows:
            logits = assistant.model(torch.tensor([row[:-1]]))[0]
            nats.append(F.cross_entropy(logits, torch.tensor(row[1:]), reduction="none"))
        p = [
            float(assistant.model(torch.tensor([ids]))[0, -1].softmax(-1)[right])
            for ids, _, right in asked
        ]
    expected = float(torch.cat(nats).mean())
    assert ablation.ablated_loss(assistant.model, rows) == pytest.approx(expected, rel=1e-5)
    assert ablation.ablated_probability(assistant.model, asked) == pytest.approx(
        sum(p) / 2, rel=1e-5
    )
