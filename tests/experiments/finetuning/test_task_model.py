"""A GPT with a head: what is transferred, where it reads, and that neighbours in a batch change nothing."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.experiments.finetuning.task_model import TaskModel, transfer, with_new_tokens

CONFIG = GPTConfig(vocab_size=31, context=24, n_layers=3, n_heads=2, d_model=16)
START, DELIM, EXTRACT = 31, 32, 33


def loud(module, seed=0):
    """Large weights, so that every part matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return module.eval()


@pytest.fixture(scope="module")
def base():
    return loud(GPT(CONFIG, seed=1), seed=1)


@pytest.mark.parametrize(("n_layers", "taken"), [(0, 0), (2, 2), (None, 3)])
def test_as_many_blocks_are_taken_as_asked(base, n_layers, taken):
    gpt = transfer(base, CONFIG, seed=5, n_layers=n_layers)
    fresh = GPT(with_new_tokens(CONFIG), seed=5)
    assert torch.equal(gpt.wte[:31], base.wte) and torch.equal(gpt.wpe, base.wpe)
    assert torch.equal(gpt.wte[31:], fresh.wte[31:])
    for number, block in enumerate(gpt.blocks):
        source = base if number < taken else fresh
        assert torch.equal(block.attn.w_qkv, source.blocks[number].attn.w_qkv)
        assert torch.equal(block.mlp.b_out, source.blocks[number].mlp.b_out)
    assert torch.equal(gpt.norm.weight, (base if n_layers is None else fresh).norm.weight)


def test_nothing_is_taken_from_nothing():
    gpt = transfer(None, CONFIG, seed=5)
    assert torch.equal(gpt.wte, GPT(with_new_tokens(CONFIG), seed=5).wte)


def test_a_transferred_model_says_what_the_base_says(base):
    ids = torch.randint(31, (2, 7), generator=torch.Generator().manual_seed(2))
    gpt = transfer(base, CONFIG, seed=5).eval()
    assert torch.allclose(gpt(ids)[..., :31], base(ids), atol=1e-4)


@torch.no_grad()
def test_each_example_is_told_the_same_alone_and_in_company(base):
    model = loud(TaskModel(transfer(base, CONFIG, 5), n_scores=3))
    examples = [[[START, 4, 5, EXTRACT]], [[START, *range(1, 18), EXTRACT]], [[START, 9, EXTRACT]]]
    together, _ = model(examples)
    alone = torch.cat([model([example])[0] for example in examples])
    assert together.shape == (3, 3) and together.std() > 0.1
    assert torch.allclose(together, alone, atol=1e-4)


@torch.no_grad()
def test_the_scores_are_those_of_the_vector_at_the_extract_token(base):
    model = loud(TaskModel(transfer(base, CONFIG, 5), n_scores=2))
    row = [START, 4, 5, 6, EXTRACT]
    vector = model.gpt.hidden(torch.tensor([row]))[0, 4]
    assert torch.allclose(
        model([[row], [[*row[:2], EXTRACT]]])[0][0], vector @ model.weight, atol=1e-4
    )


@torch.no_grad()
def test_two_orders_are_added_and_options_are_scored_apart(base):
    pair = [[START, 4, DELIM, 5, 6, EXTRACT], [START, 5, 6, DELIM, 4, EXTRACT]]
    adds = loud(TaskModel(transfer(base, CONFIG, 5), n_scores=2))
    assert torch.allclose(adds([pair])[0], adds([pair[::-1]])[0], atol=1e-4)
    assert torch.allclose(adds([pair])[0], adds([pair[:1]])[0] + adds([pair[1:]])[0], atol=1e-4)
    chooses = loud(TaskModel(transfer(base, CONFIG, 5), n_scores=1))
    assert torch.allclose(chooses([pair])[0], chooses([pair[::-1]])[0].flip(1), atol=1e-4)


@torch.no_grad()
def test_the_loss_of_the_texts_is_torch_s_without_padding(base):
    model = loud(TaskModel(transfer(base, CONFIG, 5), n_scores=2))
    rows = [[START, 4, 5, EXTRACT], [START, *range(1, 9), EXTRACT]]
    losses = []
    for row in rows:
        logits = model.gpt(torch.tensor([row[:-1]]))[0]
        losses.append(F.cross_entropy(logits, torch.tensor(row[1:]), reduction="none"))
    _, loss = model([[row] for row in rows])
    assert torch.allclose(loss, torch.cat(losses).mean(), atol=1e-4)
    assert model([[row] for row in rows], with_text=False)[1] == 0
