"""The learner's Transformer against torch's own, with copied weights, in float64: encoder, decoder, both norms."""

import pytest
import torch
import torch.nn.functional as F

from gptlab import attention, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import encoder_decoder
from gptlab.engine.model.fused import select_functions

B, T, S, H, C, INNER, LAYERS = 2, 5, 7, 3, 12, 48, 4
TIGHT = {"rtol": 0, "atol": 1e-6}


def tanh_gelu(x):
    return F.gelu(x, approximate="tanh")


def drawn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def shaken(module, seed):
    """The same module in float64 with every number drawn anew, norms and biases too, so that nothing can hide."""
    module = module.double().eval()
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(
                torch.randn(p.shape, generator=draw, dtype=torch.float64)
                * (p.shape[-1] ** -0.5 if p.dim() > 1 else 0.3)
            )
            if p.dim() == 1:
                p.add_(0.7)
    return module


def theirs(kind, norm_first, seed):
    options = {
        "dropout": 0.0,
        "activation": tanh_gelu,
        "batch_first": True,
        "norm_first": norm_first,
    }
    return shaken(kind(C, H, INNER, **options), seed)


def attention_weights(layer):
    """torch's (out, in) weights as ours: w_qkv, b_qkv, w_out, b_out."""
    return layer.in_proj_weight.T, layer.in_proj_bias, layer.out_proj.weight.T, layer.out_proj.bias


def mlp_weights(layer):
    return layer.linear1.weight.T, layer.linear1.bias, layer.linear2.weight.T, layer.linear2.bias


# -- blanks alone


def from_blanks(layer, x, mask, norm_first):
    """One encoder layer made of nothing but the learner's functions."""
    block = transformer.pre_ln_block if norm_first else transformer.post_ln_block
    return block(
        x,
        lambda y: attention.multi_head_attention(y, *attention_weights(layer.self_attn), H, mask),
        lambda y: transformer.feed_forward(y, *mlp_weights(layer)),
        lambda y: transformer.layer_norm(y, layer.norm1.weight, layer.norm1.bias),
        lambda y: transformer.layer_norm(y, layer.norm2.weight, layer.norm2.bias),
    )


@pytest.mark.parametrize("norm_first", [False, True], ids=["post-LN", "pre-LN"])
@pytest.mark.parametrize("causal", [False, True], ids=["everybody", "causal"])
def test_a_stack_of_blanks_is_torchs_encoder(norm_first, causal):
    layers = [theirs(torch.nn.TransformerEncoderLayer, norm_first, seed) for seed in range(LAYERS)]
    mask = attention.causal_mask(T) if causal else None
    ours = expected = drawn(9, B, T, C)
    for layer in layers:
        expected = layer(
            expected, src_mask=None if mask is None else ~mask
        )  # there, True means hidden
        ours = from_blanks(layer, ours, mask, norm_first)
    torch.testing.assert_close(ours, expected, **TIGHT)
    assert float(ours.detach().std()) > 0.1  # and not merely nothing


@pytest.mark.parametrize("norm_first", [False, True], ids=["post-LN", "pre-LN"])
def test_gradients_are_torchs_too(norm_first):
    layer = theirs(torch.nn.TransformerEncoderLayer, norm_first, 3)
    x = drawn(4, B, T, C).requires_grad_()
    mask = attention.causal_mask(T)
    expected = torch.autograd.grad(layer(x, src_mask=~mask).pow(2).sum(), [x, *layer.parameters()])
    found = torch.autograd.grad(
        from_blanks(layer, x, mask, norm_first).pow(2).sum(), [x, *layer.parameters()]
    )
    for ours, other in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, other, rtol=1e-6, atol=1e-6)


def test_padding_is_hidden_as_torch_hides_it():
    layer, x = theirs(torch.nn.TransformerEncoderLayer, True, 5), drawn(6, B, T, C)
    keep = torch.tensor([[True] * T, [True, True, True, False, False]])
    expected = layer(x, src_key_padding_mask=~keep)
    ours = from_blanks(layer, x, keep[:, None, None, :].expand(B, 1, T, T), True)
    torch.testing.assert_close(ours[keep], expected[keep], **TIGHT)


# -- the engine's layer


def copied(layer, post, crossed):
    """The engine's layer with torch's weights."""
    ours = encoder_decoder.TransformerLayer(
        GPTConfig(20, context=8, n_layers=1, n_heads=H, d_model=C), post, crossed
    ).double()
    pairs = [(ours.attn, layer.self_attn)] + (
        [(ours.cross, layer.multihead_attn)] if crossed else []
    )
    norms = [(ours.norm1, layer.norm1), (ours.norm2, layer.norm3 if crossed else layer.norm2)]
    norms += [(ours.norm3, layer.norm2)] if crossed else []  # torch counts in the order of use
    with torch.no_grad():
        for mine, other in pairs:
            for name, weight in zip(("w_qkv", "b_qkv", "w_out", "b_out"), attention_weights(other)):
                getattr(mine, name).copy_(weight)
        for name, weight in zip(("w_in", "b_in", "w_out", "b_out"), mlp_weights(layer)):
            getattr(ours.mlp, name).copy_(weight)
        for mine, other in norms:
            mine.weight.copy_(other.weight)
            mine.bias.copy_(other.bias)
    return ours


@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
@pytest.mark.parametrize("norm_first", [False, True], ids=["post-LN", "pre-LN"])
def test_the_engines_layers_are_torchs_encoder_and_decoder(norm_first, fused):
    functions, mask = select_functions(fused), attention.causal_mask(T)
    keep = torch.tensor([[True] * S, [True] * 4 + [False] * 3])
    across = keep[:, None, None, :]
    ours_x = x = drawn(1, B, T, C)
    ours_m = memory = drawn(2, B, S, C)
    for seed in range(LAYERS):
        encoder = theirs(torch.nn.TransformerEncoderLayer, norm_first, seed)
        memory = encoder(memory, src_key_padding_mask=~keep)
        ours_m = copied(encoder, not norm_first, False)(
            ours_m, functions, across.expand(B, 1, S, S)
        )
        torch.testing.assert_close(ours_m[keep], memory[keep], **TIGHT)
        decoder = theirs(torch.nn.TransformerDecoderLayer, norm_first, 10 + seed)
        x = decoder(x, memory, tgt_mask=~mask, memory_key_padding_mask=~keep)
        ours_x = copied(decoder, not norm_first, True)(ours_x, functions, mask, ours_m, across)
        torch.testing.assert_close(ours_x, x, **TIGHT)


# -- shells


CONFIG = GPTConfig(11, context=9, n_layers=2, n_heads=3, d_model=12)


def test_a_causal_reader_sees_only_backwards_and_the_other_everything():
    ids = torch.tensor([[1, 2, 3, 4, 5]])
    other = torch.tensor([[1, 2, 3, 9, 5]])
    for causal in (True, False):
        model = encoder_decoder.TransformerLM(CONFIG, causal, seed=2)
        moved = (model(ids) - model(other)).abs().amax(dim=(0, 2))
        assert (moved[:3] == 0).all() == causal and (moved[3:] > 0).all()


def test_padding_changes_nothing():
    ids, keep = torch.tensor([[1, 2, 3, 0, 0]]), torch.tensor([[True, True, True, False, False]])
    for causal in (True, False):
        for post in (True, False):
            model = encoder_decoder.TransformerLM(CONFIG, causal, post, seed=1)
            torch.testing.assert_close(
                model(ids, keep)[:, :3], model(ids[:, :3]), rtol=1e-4, atol=1e-5
            )


def test_a_translator_reads_everything_and_writes_forwards():
    model = encoder_decoder.Translator(
        CONFIG, GPTConfig(7, context=9, n_layers=1, n_heads=2, d_model=12), seed=3
    )
    source, target, keep = (
        torch.tensor([[1, 2, 3]]),
        torch.tensor([[1, 4, 5, 6]]),
        torch.ones(1, 3, dtype=torch.bool),
    )
    plain = model(source, target, keep)
    assert plain.shape == (1, 4, 7)
    assert ((model(torch.tensor([[1, 2, 8]]), target, keep) - plain).abs().amax(2) > 0).all()
    later = (model(source, torch.tensor([[1, 4, 2, 6]]), keep) - plain).abs().amax(2)[0]
    assert (later[:2] == 0).all() and (later[2:] > 0).all()
    hidden = keep.clone()
    hidden[0, 2] = False
    torch.testing.assert_close(
        model(torch.tensor([[1, 2, 8]]), target, hidden), model(source, target, hidden)
    )
    written = model.generate(source, keep, start=1, stop=0, most=4)
    assert written.shape[0] == 1 and 1 <= written.shape[1] <= 4
    assert model.generate(source, keep, 1, 0, 4).tolist() == written.tolist()
    step = model(source, torch.tensor([[1]]), keep)[0, -1].argmax()
    assert int(step) == int(written[0, 0])


def test_too_long_a_text_is_refused():
    with pytest.raises(ValueError, match="10 tokens do not fit a context of 9"):
        encoder_decoder.TransformerLM(CONFIG, True)(torch.zeros(1, 10, dtype=torch.long))
