"""The Transformer's parts and the training step, each against torch's own or a number worked by hand."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gptlab import attention, training, transformer

B, T, S, H, D = 2, 3, 7, 4, 5
C = H * D


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def close(got, wanted, tolerance=1e-12):
    torch.testing.assert_close(got, wanted, rtol=0, atol=tolerance)


# attention


def test_causal_mask_by_hand():
    mask = attention.causal_mask(3)
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def heads(seed=0):
    return (
        normal(B, H, T, D, seed=seed),
        normal(B, H, S, D, seed=seed + 1),
        normal(B, H, S, D, seed=seed + 2),
    )


def keeps(*shape, seed=3):
    keep = torch.rand(*shape, generator=seeded(seed)) < 0.6
    keep[..., 2] = True  # no row is empty
    return keep


@pytest.mark.parametrize("shape", [None, (T, S), (B, 1, T, S), (B, 1, 1, S), (B, H, T, S)])
def test_attention_equals_torch(shape):
    q, k, v = heads()
    mask = None if shape is None else keeps(*shape)
    wanted = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    close(attention.scaled_dot_product_attention(q, k, v, mask), wanted)


def test_attention_of_large_scores_and_of_single_precision():
    q, k, v = heads()
    close(
        attention.scaled_dot_product_attention(1e4 * q, k, v, keeps(T, S)),
        F.scaled_dot_product_attention(1e4 * q, k, v, attn_mask=keeps(T, S)),
        1e-11,
    )
    assert (
        attention.scaled_dot_product_attention(q.float(), k.float(), v.float()).dtype
        == torch.float32
    )


def test_attention_of_a_row_that_keeps_nothing_is_zero_without_nan():
    q, k, v = (x.requires_grad_() for x in heads())
    mask = keeps(T, S)
    mask[1] = False
    out = attention.scaled_dot_product_attention(q, k, v, mask)
    assert (out[:, :, 1] == 0).all()
    close(out[:, :, ::2], F.scaled_dot_product_attention(q[:, :, ::2], k, v, attn_mask=mask[::2]))
    for gradient in torch.autograd.grad(out.square().sum(), (q, k, v)):
        assert gradient.isfinite().all()


def test_attention_gradient():
    q, k, v = (x.requires_grad_() for x in heads())
    mask = keeps(B, 1, T, S)

    def attend(*qkv):
        return attention.scaled_dot_product_attention(*qkv, mask)

    assert torch.autograd.gradcheck(attend, (q, k, v))


def test_heads_are_split_by_channel_and_merged_back():
    x = normal(B, T, C)
    split = attention.split_heads(x, H)
    assert split.shape == (B, H, T, D)
    for h in range(H):
        assert torch.equal(split[:, h], x[:, :, h * D : (h + 1) * D])
    assert torch.equal(attention.merge_heads(split), x)
    turned = normal(T, B, C).transpose(0, 1)  # not contiguous
    assert torch.equal(attention.merge_heads(attention.split_heads(turned, H)), turned)
    with pytest.raises(ValueError, match=f"{C}.*3"):
        attention.split_heads(x, 3)


def attention_weights():
    return normal(C, 3 * C), normal(3 * C, seed=2), normal(C, C, seed=3), normal(C, seed=4)


@pytest.mark.parametrize("masked", ["none", "causal", "padding"])
def test_multi_head_attention_equals_torch(masked):
    peer = nn.MultiheadAttention(C, H, batch_first=True, dtype=torch.float64)
    x, (w_qkv, b_qkv, w_out, b_out) = normal(B, S, C, seed=1), attention_weights()
    with torch.no_grad():
        peer.in_proj_weight.copy_(w_qkv.T)
        peer.in_proj_bias.copy_(b_qkv)
        peer.out_proj.weight.copy_(w_out.T)
        peer.out_proj.bias.copy_(b_out)
        causal, padding = torch.ones(S, S).tril() > 0, keeps(B, S)
        mask = {"none": None, "causal": causal, "padding": padding[:, None, None, :]}[masked]
        wanted, _ = peer(
            x,
            x,
            x,
            attn_mask=~causal if masked == "causal" else None,
            key_padding_mask=~padding if masked == "padding" else None,
        )
    close(attention.multi_head_attention(x, w_qkv, b_qkv, w_out, b_out, H, mask), wanted, 1e-10)


def test_a_causal_position_does_not_see_the_future():
    mask, x = attention.causal_mask(S), normal(B, S, C)
    changed = x.clone()
    changed[:, 4:] += 1
    before = attention.multi_head_attention(x, *attention_weights(), H, mask)
    after = attention.multi_head_attention(changed, *attention_weights(), H, mask)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.isclose(before[:, 4:], after[:, 4:]).all(dim=-1).any()


@pytest.mark.parametrize("c", [6, 5])
def test_sinusoidal_positions_equal_a_loop(c):
    positions = attention.sinusoidal_positions(600, c)
    assert positions.shape == (600, c)
    for pos in (0, 1, 17, 599):
        for channel in range(c):
            wave = math.cos if channel % 2 else math.sin
            wanted = wave(pos / 10000 ** (2 * (channel // 2) / c))
            assert positions[pos, channel].item() == pytest.approx(wanted, abs=1e-7)


# transformer


def test_layer_norm_equals_torch():
    x, weight, bias = 3 + 2 * normal(B, T, C), normal(C, seed=1), normal(C, seed=2)
    close(transformer.layer_norm(x, weight, bias), F.layer_norm(x, (C,), weight, bias))
    close(
        transformer.layer_norm(x, weight, bias, eps=0.5), F.layer_norm(x, (C,), weight, bias, 0.5)
    )
    flat = torch.full((2, C), 7.0, dtype=torch.float64)  # variance 0: only eps keeps it finite
    close(transformer.layer_norm(flat, weight, bias), bias.expand(2, C))
    few = tuple(a[..., :3].clone().requires_grad_() for a in (x, weight, bias))
    assert torch.autograd.gradcheck(transformer.layer_norm, few)


def test_gelu_equals_torch():
    x = torch.cat([5 * normal(60), torch.tensor([0.0, 1e4, -1e4], dtype=torch.float64)])
    close(transformer.gelu(x), F.gelu(x, approximate="tanh"))
    close(transformer.gelu(x.float()), F.gelu(x.float(), approximate="tanh"), 1e-6)


def feed_forward_weights(width):
    return (
        normal(C, width, seed=4) / 4,
        normal(width, seed=5),
        normal(width, C, seed=6),
        normal(C, seed=7),
    )


def test_feed_forward_by_loop_over_positions():
    x, (w_in, b_in, w_out, b_out) = normal(B, T, C), feed_forward_weights(11)
    out = transformer.feed_forward(x, w_in, b_in, w_out, b_out)
    for b in range(B):
        for t in range(T):
            close(out[b, t], F.gelu(x[b, t] @ w_in + b_in, approximate="tanh") @ w_out + b_out)


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


def test_mask_tokens_shares():
    ids = torch.randint(50, 100, (300, 400), generator=seeded(1))
    before = ids.clone()
    inputs, labels = transformer.mask_tokens(ids, mask_id=3, vocab_size=100, generator=seeded(2))
    assert torch.equal(ids, before)
    selected = labels != -100
    assert torch.equal(labels[selected], ids[selected])
    assert torch.equal(inputs[~selected], ids[~selected])
    masked, kept = selected & (inputs == 3), selected & (inputs == ids)
    drawn = selected & ~masked & ~kept
    n = ids.numel()  # 120,000 tokens: four standard deviations of the first share are 0.004
    assert selected.sum() / n == pytest.approx(0.15, abs=0.005)
    assert masked.sum() / selected.sum() == pytest.approx(0.8 + 0.1 / 100, abs=0.015)
    assert kept.sum() / selected.sum() == pytest.approx(0.1 + 0.1 / 100, abs=0.012)
    assert (inputs[drawn] < 50).float().mean() == pytest.approx(
        49 / 98, abs=0.05
    )  # not 3, not itself
    assert inputs.min() >= 0 and inputs.max() < 100


def test_mask_tokens_draws_each_token_alone_and_repeats_with_the_seed():
    ids = torch.randint(50, (100, 60), generator=seeded(1))
    first, again = (transformer.mask_tokens(ids, 49, 50, generator=seeded(4)) for _ in range(2))
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])
    per_row = (first[1] != -100).sum(dim=1).double()
    assert per_row.var() == pytest.approx(
        60 * 0.15 * 0.85, rel=0.5
    )  # binomial: no fixed number a row


def test_mask_tokens_rates():
    ids = torch.randint(50, (7, 9), generator=seeded(1), dtype=torch.int32)
    inputs, labels = transformer.mask_tokens(ids, 49, 50, rate=0.0, generator=seeded())
    assert torch.equal(inputs, ids) and (labels == -100).all()
    assert inputs.dtype == torch.int32
    assert torch.equal(transformer.mask_tokens(ids, 49, 50, rate=1.0, generator=seeded())[1], ids)
    with pytest.raises(ValueError, match="1.5"):
        transformer.mask_tokens(ids, 49, 50, rate=1.5)


@pytest.mark.parametrize(
    "name, wanted",
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


# training


def test_get_batch_cuts_every_stretch_with_its_successor():
    ids = torch.arange(100, 112)
    x, y = training.get_batch(ids, 500, 5, seeded())
    assert x.shape == y.shape == (500, 5)
    assert torch.equal(y, x + 1)
    assert torch.equal(x, x[:, :1] + torch.arange(5))
    assert x[:, 0].unique().tolist() == list(
        range(100, 107)
    )  # 106 … 110 and its last target, 111, too
    again = training.get_batch(ids, 500, 5, seeded())
    assert torch.equal(x, again[0])


def test_get_batch_of_a_short_text():
    x, y = training.get_batch(torch.arange(6), 2, 5, seeded())
    assert x.tolist() == [[0, 1, 2, 3, 4]] * 2 and y[0, -1] == 5
    with pytest.raises(ValueError, match="5 tokens.*5.*6"):
        training.get_batch(torch.arange(5), 2, 5, seeded())


@pytest.mark.parametrize(
    "lr, betas, eps, decay", [(0.1, (0.9, 0.999), 1e-8, 0.0), (0.03, (0.8, 0.95), 1e-3, 0.4)]
)
def test_adamw_equals_torch(lr, betas, eps, decay):
    param = normal(T, C)
    peer = nn.Parameter(param.clone())
    optimizer = torch.optim.AdamW([peer], lr=lr, betas=betas, eps=eps, weight_decay=decay)
    exp_avg = exp_avg_sq = torch.zeros_like(param)
    for step in range(1, 8):
        grad = normal(T, C, seed=step) * 10 ** (step - 4)
        peer.grad = grad.clone()
        optimizer.step()
        arguments = (param, grad, exp_avg, exp_avg_sq)
        before = copy.deepcopy(arguments)
        param, exp_avg, exp_avg_sq = training.adamw_step(*arguments, step, lr, betas, eps, decay)
        assert all(torch.equal(now, then) for now, then in zip(arguments, before, strict=True))
        close(param, peer.detach(), 1e-13)
        close(exp_avg, optimizer.state[peer]["exp_avg"], 1e-10)  # gradients of 1e3, squared below
        torch.testing.assert_close(
            exp_avg_sq, optimizer.state[peer]["exp_avg_sq"], rtol=1e-12, atol=0
        )
    with pytest.raises(ValueError, match="0"):
        training.adamw_step(param, grad, exp_avg, exp_avg_sq, 0, lr, betas, eps, decay)


def test_adamw_first_step_by_hand():
    param, grad, zero = torch.tensor([2.0]), torch.tensor([-3.0]), torch.zeros(1)
    new, exp_avg, exp_avg_sq = training.adamw_step(
        param, grad, zero, zero, 1, 0.1, (0.9, 0.99), 0.0, 0.5
    )
    close(new, torch.tensor([2 - 0.1 * 0.5 * 2 + 0.1]), 1e-6)  # the first step is lr long, always
    close(exp_avg, torch.tensor([-0.3]), 1e-6)
    close(exp_avg_sq, torch.tensor([0.09]), 1e-6)


def test_cosine_schedule_by_hand():
    def lr(step):
        return training.cosine_schedule(step, warmup=4, total=16, max_lr=1.0, min_lr=0.2)

    assert [lr(step) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert lr(4) == 1.0
    assert lr(8) == pytest.approx(0.2 + 0.4 * 1.5)  # a third of the way: cos 60° is ½
    assert lr(10) == pytest.approx(0.6)  # half of the way
    assert lr(12) == pytest.approx(0.2 + 0.4 * 0.5)
    assert lr(16) == lr(17) == lr(1000) == 0.2


def test_cosine_schedule_falls_and_needs_no_warmup():
    rates = [training.cosine_schedule(step, 0, 50, 3e-4, 1e-5) for step in range(60)]
    assert rates[0] == 3e-4
    assert all(a > b for a, b in zip(rates[:50], rates[1:51], strict=True))
    assert rates[50:] == [1e-5] * 10
    assert training.cosine_schedule(5, 5, 5, 1.0, 0.1) == 0.1


@pytest.mark.parametrize("max_norm", [0.7, 30.0])
def test_clip_by_global_norm_equals_torch(max_norm):
    grads = [normal(T, C), normal(C, seed=1), normal(1, seed=2)]
    peers = [nn.Parameter(torch.zeros_like(g)) for g in grads]
    for peer, g in zip(peers, grads, strict=True):
        peer.grad = g.clone()
    wanted = nn.utils.clip_grad_norm_(peers, max_norm)
    norm = training.clip_by_global_norm(grads, max_norm)
    close(norm, wanted)
    for peer, g in zip(peers, grads, strict=True):
        close(g, peer.grad)  # the tensors in the list were changed themselves


def test_clip_by_global_norm_by_hand_and_of_nothing():
    grads = [torch.tensor([3.0]), torch.tensor([0.0, 4.0])]
    assert training.clip_by_global_norm(grads, 1.0) == 5
    close(torch.cat(grads), torch.tensor([0.6, 0.0, 0.8]), 1e-6)
    assert training.clip_by_global_norm([], 1.0) == 0
    zeros = [torch.zeros(3)]
    assert training.clip_by_global_norm(zeros, 1.0) == 0 and zeros[0].tolist() == [0, 0, 0]
