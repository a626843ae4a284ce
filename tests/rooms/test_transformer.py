"""Whole blocks against torch's encoder layer, a whole GPT against the engine's, and what is refused."""

from functools import partial

import pytest
import torch
from torch import nn

from gptlab import attention, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from tests.support.tensors import close, normal, seeded

B, T, S, H, D = 2, 3, 7, 4, 5


C = H * D


@pytest.mark.parametrize("block", ["pre", "post"])
def test_blocks_equal_torchs_encoder_layer(block):
    peer = nn.TransformerEncoderLayer(
        C,
        H,
        11,
        dropout=0.0,
        batch_first=True,
        norm_first=block == "pre",
        activation=nn.GELU(approximate="tanh"),
        dtype=torch.float64,
    )
    x, mask = normal(B, S, C), torch.ones(S, S).tril() > 0
    with torch.no_grad():
        for i, p in enumerate(peer.parameters()):
            p.copy_(normal(*p.shape, seed=20 + i) / 3)
        wanted = peer(x, src_mask=~mask)
        own = peer.self_attn
        out = getattr(transformer, f"{block}_ln_block")(
            x,
            lambda y: attention.multi_head_attention(
                y,
                own.in_proj_weight.T,
                own.in_proj_bias,
                own.out_proj.weight.T,
                own.out_proj.bias,
                H,
                mask,
            ),
            lambda y: transformer.feed_forward(
                y,
                peer.linear1.weight.T,
                peer.linear1.bias,
                peer.linear2.weight.T,
                peer.linear2.bias,
            ),
            lambda y: transformer.layer_norm(y, peer.norm1.weight, peer.norm1.bias),
            lambda y: transformer.layer_norm(y, peer.norm2.weight, peer.norm2.bias),
        )
    close(out, wanted, 1e-10)


def test_gpt_logits_are_those_of_the_engine():
    model = GPT(GPTConfig(vocab_size=11, context=S, n_layers=2, n_heads=H, d_model=C)).eval()
    ids = torch.randint(11, (B, S - 1), generator=seeded(4))
    functions = model.functions
    attend = partial(model._attend, functions=functions, mask=attention.causal_mask(ids.shape[1]))
    blocks = [partial(block, attend=attend, functions=functions) for block in model.blocks]

    def last_norm(x):
        return transformer.layer_norm(x, model.norm.weight, model.norm.bias)

    with torch.no_grad():
        made = transformer.gpt_logits(ids, model.wte, model.wpe, blocks, last_norm)
        close(made, model(ids), 1e-5)


def test_gpt_logits_refuse_more_tokens_than_positions():
    ids = torch.zeros(1, 6, dtype=torch.long)
    with pytest.raises(ValueError, match="only 5 positions"):
        transformer.gpt_logits(ids, normal(9, 4), normal(5, 4), [], lambda x: x)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("transformer.h.11.attn.c_proj.weight", 0.005),
        ("h.0.mlp.c_proj.weight", 0.005),
        ("blocks.3.attn.w_out", 0.005),
        ("blocks.0.mlp.w_out", 0.005),
        ("wte", 0.02),
        ("wte.weight", 0.02),
        ("wpe.weight", 0.02),
        ("h.0.attn.c_attn.weight", 0.02),
        ("h.0.mlp.c_fc.weight", 0.02),
        ("blocks.0.attn.w_qkv", 0.02),
        ("blocks.0.mlp.w_in", 0.02),
        ("lm_head.weight", 0.02),
        ("h.0.attn.c_proj.bias", 0),
        ("blocks.0.attn.b_out", 0),
        ("blocks.0.mlp.b_in", 0),
        ("h.0.ln_1.weight", 0),
        ("transformer.ln_f.weight", 0),
        ("ln_f.bias", 0),
        ("blocks.1.norm2.weight", 0),
        ("norm.weight", 0),
    ],
)
def test_gpt2_init_std(name, wanted):
    assert transformer.gpt2_init_std(name, 8) == pytest.approx(wanted, rel=1e-14)


def test_mask_tokens_refuses_a_rate_that_is_no_share():
    ids = torch.randint(50, (7, 9), generator=seeded(1))
    with pytest.raises(ValueError, match="1.5"):
        transformer.mask_tokens(ids, 49, 50, rate=1.5)
