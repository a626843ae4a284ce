"""Attention maps worked out again by torch, scores of heads, prompts."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.interpret import attention_maps
from gptlab.interpret.fact_prompts import fact_prompts
from gptlab.world.facts import Facts
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_maps_are_those_of_the_first_layer_worked_out_by_torch(assistant):
    model, ids = assistant.model, assistant.begin("ab ca")
    maps = attention_maps.attention_maps(model, ids)
    t = len(ids)
    assert maps.shape == (2, 3, t, t)
    torch.testing.assert_close(maps.sum(-1), torch.ones(2, 3, t))
    assert (maps.triu(1) == 0).all()
    block = model.blocks[0]
    with torch.no_grad():
        x = F.layer_norm(
            model.wte[ids] + model.wpe[:t], (12,), block.norm1.weight, block.norm1.bias
        )
        qkv = x @ block.attn.w_qkv + block.attn.b_qkv
        for head in range(3):
            q, k = qkv[:, 4 * head : 4 * head + 4], qkv[:, 12 + 4 * head : 16 + 4 * head]
            hidden = torch.ones(t, t).triu(1).bool()
            expected = (q @ k.T / 2).masked_fill(hidden, -torch.inf).softmax(-1)
            torch.testing.assert_close(maps[0, head], expected)


def test_scores_of_heads():
    maps = torch.zeros(1, 2, 4, 4)
    maps[0, 0] = torch.eye(4).roll(-1, dims=1)  # looks at the token before; the first row elsewhere
    maps[0, 1, :, 0] = 1.0
    assert attention_maps.previous_token_score(maps).tolist() == [[1.0, 0.0]]


def test_prompts_and_the_name_score(assistant):
    facts = [f for f in Facts().known if f.relation == "capital"][:2]
    asked = fact_prompts(assistant, facts, "At {} is")
    for (ids, place, right), fact in zip(asked, facts):
        assert assistant.tokenizer.decode(ids[place]) == f" {fact.subject.name.en}"
        assert assistant.tokenizer.decode([right]) == " "
    names = attention_maps.name_score(assistant.model, asked)
    assert names.shape == (2, 3) and bool(((names > 0) & (names < 1)).all())
    with pytest.raises(ValueError, match="put a space before"):
        fact_prompts(assistant, facts, "({})")
