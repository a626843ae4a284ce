"""GPT-1's shell against transformers: the same weights give the same logits and the same text."""

import pytest
import torch
from transformers import OpenAIGPTConfig, OpenAIGPTLMHeadModel, OpenAIGPTModel

from gptlab import sampling
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.published.gpt1 import GPT1, load_openai_gpt

OURS = GPTConfig(vocab_size=61, context=17, n_layers=3, n_heads=4, d_model=24)
THEIRS = OpenAIGPTConfig(
    vocab_size=61, n_positions=17, n_embd=24, n_layer=3, n_head=4, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0
)  # fmt: skip


def loud(model):
    """The model with random weights large enough that every part matters, norms and biases too."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.6)
    return model.eval()


@pytest.fixture(scope="module")
def theirs():
    torch.manual_seed(0)
    return loud(OpenAIGPTLMHeadModel(THEIRS))


@torch.no_grad()
def test_logits_equal_those_of_transformers(theirs):
    ours = load_openai_gpt(theirs.state_dict(), OURS)
    ids = torch.randint(61, (2, 17), generator=torch.Generator().manual_seed(1))
    logits = ours(ids)
    assert logits.std() > 1
    assert (logits - theirs(ids).logits).abs().max() < 1e-5 * logits.abs().max().clamp(min=1)


@torch.no_grad()
def test_greedy_generation_equals_that_of_transformers(theirs):
    ours = load_openai_gpt(theirs.state_dict(), OURS)
    prompt = torch.randint(61, (3, 4), generator=torch.Generator().manual_seed(2))
    text = sampling.generate(ours, prompt, max_new_tokens=12, temperature=0)
    expected = theirs.generate(
        prompt, max_new_tokens=12, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    assert text.tolist() == expected.tolist()
    assert len(set(text[:, 4:].flatten().tolist())) > 3


def test_the_bare_model_is_read_too():
    torch.manual_seed(0)
    bare = OpenAIGPTModel(THEIRS).eval()
    ours = load_openai_gpt(bare.state_dict(), OURS)
    assert torch.equal(ours.wte, bare.tokens_embed.weight)


def test_what_does_not_fit_is_refused(theirs):
    with pytest.raises(ValueError, match=r"tokens_embed.weight is \(61, 24\).*\(60, 24\)"):
        load_openai_gpt(theirs.state_dict(), GPTConfig(60, 17, 3, 4, 24))
    with pytest.raises(ValueError, match="h.3.*missing"):
        load_openai_gpt(theirs.state_dict(), GPTConfig(61, 17, 4, 4, 24))
    with pytest.raises(ValueError, match="18 tokens.*17"):
        GPT1(OURS)(torch.zeros(1, 18, dtype=torch.long))
