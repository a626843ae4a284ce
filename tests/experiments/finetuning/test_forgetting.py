"""What is left of the language model: its loss on pages, and what it writes."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.experiments.finetuning.forgetting import page_loss, written
from gptlab.experiments.finetuning.task_model import transfer
from tests.support.loud_assistant import loud_assistant


@torch.no_grad()
def test_the_loss_on_pages_is_a_mean_over_their_tokens():
    toy = loud_assistant()
    losses = []
    for page in ("abc", "hello you"):
        ids = torch.tensor([toy.tokenizer.encode(page)])
        losses.append(F.cross_entropy(toy.model(ids[:, :-1])[0], ids[0, 1:], reduction="none"))
    found = page_loss(toy.model, toy.tokenizer, ["abc", "hello you"])
    assert found == pytest.approx(float(torch.cat(losses).mean()), rel=1e-4)


def test_new_tokens_are_not_written_as_text():
    toy = loud_assistant()
    gpt = transfer(toy.model, toy.model.config, seed=0).eval()
    with torch.no_grad():
        gpt.wte[-1] = 100 * gpt.hidden(torch.tensor([toy.tokenizer.encode("abc")]))[0, -1]
    assert written(gpt, toy.tokenizer, "abc", n_tokens=1) == ""
    assert isinstance(written(toy.model, toy.tokenizer, "abc", n_tokens=5), str)
