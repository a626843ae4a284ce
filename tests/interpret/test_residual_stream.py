"""What parts write sums to what the model reads; silent parts; direct logit attribution."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.interpret import logit_lens, residual_stream
from gptlab.interpret.ablation import ablated_logits
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_contributions_sum_to_what_the_model_reads(assistant):
    model, ids = assistant.model, assistant.begin("ab ca")
    written = residual_stream.residual_contributions(model, ids)
    assert written.shape == (5, len(ids), 12)
    torch.testing.assert_close(written[0], (model.wte[ids] + model.wpe[: len(ids)]).detach())
    total = written.sum(dim=0)
    hidden = F.layer_norm(total, (12,), model.norm.weight, model.norm.bias)
    torch.testing.assert_close(hidden, model.hidden(torch.tensor([ids]))[0])
    with torch.no_grad():
        logits = model(torch.tensor([ids]))[0]
    torch.testing.assert_close(logit_lens.logit_lens(model, ids)[-1], logits)


def test_silent_parts_write_nothing(assistant):
    model, ids = assistant.model, assistant.begin("abc")
    before = {name: p.clone() for name, p in model.named_parameters()}
    off = [(1, "mlp"), (0, 2)]
    written = residual_stream.residual_contributions(model, ids, off)
    assert (written[4] == 0).all() and (written[1] != 0).any()
    with torch.no_grad():
        torch.testing.assert_close(
            logit_lens.logit_lens(model, ids, [(0, 2), (1, 0)])[-1],
            ablated_logits(model, torch.tensor([ids]), [(0, 2), (1, 0)])[0],
        )
    everything = [(n, part) for n in range(2) for part in (0, 1, 2, "mlp")]
    silent = residual_stream.residual_contributions(model, ids, everything)
    for n, block in enumerate(model.blocks):
        torch.testing.assert_close(
            silent[1 + 2 * n], block.attn.b_out.expand(len(ids), -1).detach()
        )
        assert (silent[2 + 2 * n] == 0).all()
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())


def test_shares_sum_to_the_lead(assistant):
    model, ids = assistant.model, assistant.begin("hello")
    contributions = residual_stream.residual_contributions(model, ids)[:, -1]
    shares = residual_stream.direct_logit_attribution(model, contributions, 97, 98)
    with torch.no_grad():
        logits = model(torch.tensor([ids]))[0, -1]
    lead = float(logits[97] - logits[98])
    assert float(shares.sum()) == pytest.approx(lead, rel=1e-3, abs=1e-4)
    names = ["token + position", "L0 attention", "L0 MLP", "L1 attention", "L1 MLP"]
    assert residual_stream.part_names(model) == names and len(shares) - 1 == len(contributions) == 5
