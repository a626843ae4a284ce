"""The logit lens: a prediction after each layer, with and without some parts."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.interpret import logit_lens
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_loss_by_layer_ends_at_the_models_own(assistant):
    rows = [assistant.begin("abca"), assistant.begin("cab")]
    with torch.no_grad():
        expected = torch.cat(
            [
                F.cross_entropy(
                    assistant.model(torch.tensor([r[:-1]]))[0],
                    torch.tensor(r[1:]),
                    reduction="none",
                )
                for r in rows
            ]
        ).mean()
    losses = logit_lens.loss_by_layer(assistant.model, rows)
    assert len(losses) == 3 == len(logit_lens.layer_names(assistant.model))
    assert losses[-1] == pytest.approx(float(expected), rel=1e-4)
