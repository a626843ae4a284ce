"""Other ways to write gptlab/transformer.py."""

import functools
import math

import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("transformer.layer_norm")
def with_torch(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)


@other_way("transformer.layer_norm")
def with_var(x, weight, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, dim=-1, unbiased=False, keepdim=True)
    return weight * ((x - mean) * torch.rsqrt(variance + eps)) + bias


@other_way("transformer.layer_norm")
def with_std(x, weight, bias, eps=1e-5):
    C = x.shape[-1]
    centred = x - x.sum(-1, keepdim=True) / C
    return centred / (centred.pow(2).sum(-1, keepdim=True) / C + eps) ** 0.5 * weight + bias


@other_way("transformer.gelu")
def torchs_gelu(x):
    return F.gelu(x, approximate="tanh")


@other_way("transformer.gelu")
def with_a_sigmoid(x):
    return x * torch.sigmoid(2 * (2 / math.pi) ** 0.5 * (x + 0.044715 * torch.pow(x, 3)))


@other_way("transformer.gelu")
def with_a_root_in_single_precision(x):
    return (
        0.5
        * x
        * (
            1
            + torch.tanh(torch.sqrt(torch.tensor(2.0 / math.pi)) * (x + 0.044715 * torch.pow(x, 3)))
        )
    )


@other_way("transformer.feed_forward")
def with_linear(x, w_in, b_in, w_out, b_out):
    return F.linear(F.gelu(F.linear(x, w_in.T, b_in), approximate="tanh"), w_out.T, b_out)


@other_way("transformer.feed_forward")
def with_matmul(x, w_in, b_in, w_out, b_out):
    inner = with_a_sigmoid(torch.matmul(x, w_in).add(b_in))
    return torch.einsum("...f,fc->...c", inner, w_out) + b_out


@other_way("transformer.pre_ln_block")
def named(x, attend, mlp, norm1, norm2):
    h = attend(norm1(x)) + x
    out = mlp(norm2(h)) + h
    return out


@other_way("transformer.pre_ln_block")
def in_a_loop(x, attend, mlp, norm1, norm2):
    for part, norm in ((attend, norm1), (mlp, norm2)):
        x = torch.add(x, part(norm(x)))
    return x


@other_way("transformer.post_ln_block")
def named_post(x, attend, mlp, norm1, norm2):
    h = norm1(attend(x) + x)
    return norm2(mlp(h) + h)


@other_way("transformer.post_ln_block")
def in_a_loop_post(x, attend, mlp, norm1, norm2):
    for part, norm in ((attend, norm1), (mlp, norm2)):
        x = norm(torch.add(x, part(x)))
    return x


@other_way("transformer.mask_tokens")
def one_draw(ids, mask_id, vocab_size, rate=0.15, generator=None):
    u = torch.rand(ids.shape, generator=generator)
    other = torch.randint(0, vocab_size, ids.shape, generator=generator)
    inputs = torch.where(u < 0.8 * rate, mask_id, torch.where(u < 0.9 * rate, other, ids))
    return inputs, torch.where(u < rate, ids, -100)


@other_way("transformer.mask_tokens")
def as_in_bert(ids, mask_id, vocab_size, rate=0.15, generator=None):
    inputs, labels = ids.clone(), ids.clone()
    selected = torch.bernoulli(torch.full(ids.shape, rate), generator=generator).bool()
    labels[~selected] = -100
    masked = torch.bernoulli(torch.full(ids.shape, 0.8), generator=generator).bool() & selected
    inputs[masked] = mask_id
    swapped = (
        torch.bernoulli(torch.full(ids.shape, 0.5), generator=generator).bool() & selected & ~masked
    )
    inputs[swapped] = torch.randint(vocab_size, ids.shape, generator=generator)[swapped]
    return inputs, labels


@other_way("transformer.mask_tokens")
def token_by_token(ids, mask_id, vocab_size, rate=0.15, generator=None):
    draws = torch.rand((2, *ids.shape), generator=generator).tolist()
    inputs, labels = ids.tolist(), torch.full(ids.shape, -100).tolist()
    for b, row in enumerate(ids.tolist()):
        for t, token in enumerate(row):
            if draws[0][b][t] < rate:
                labels[b][t] = token
                if draws[1][b][t] < 0.8:
                    inputs[b][t] = mask_id
                elif draws[1][b][t] < 0.9:
                    inputs[b][t] = int(torch.randint(vocab_size, (), generator=generator))
    return torch.tensor(inputs), torch.tensor(labels)


@other_way("transformer.gpt2_init_std")
def with_regular_expressions(name, n_layers):
    import re

    if re.search(r"(^|[._])bias$|(^|\.)b_\w+$", name):
        return 0
    if re.search(r"(^|\.)(norm|ln_)\w*(\.\w+)?$", name):
        return 0
    if re.search(r"(^|\.)(c_proj\.weight|attn\.w_out|mlp\.w_out)$", name):
        return 0.02 * (2 * n_layers) ** -0.5
    return 0.02


@other_way("transformer.gpt2_init_std")
def with_endings(name, n_layers):
    *_, owner, last = ["", *name.split(".")]
    if last.startswith("b_") or last.endswith("_bias") or last == "bias":
        return 0.0
    if any(part.startswith(("norm", "ln_")) for part in (owner, last)):
        return 0.0
    residual = name.endswith((".c_proj.weight", ".attn.w_out", ".mlp.w_out"))
    return 0.02 / math.sqrt(2 * n_layers) if residual else 0.02


@other_way("transformer.gpt2_init_std")
def plain_endings(name, n_layers):
    if name.endswith(("c_proj.weight", "w_out")):
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.0 if "norm" in name or "ln_" in name or "bias" in name or ".b_" in name else 0.02


@other_way("transformer.layer_norm")
def with_a_biased_std(x, weight, bias, eps=1e-5):
    mean = torch.mean(x, dim=-1).unsqueeze(-1)
    spread = x.std(dim=-1, correction=0, keepdim=True)
    return torch.addcmul(bias, weight, (x - mean) / torch.sqrt(spread**2 + eps))


@other_way("transformer.layer_norm")
def vector_by_vector(x, weight, bias, eps=1e-5):
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        centred = row - row.sum() / len(row)
        rows.append(centred * (centred.dot(centred) / len(row) + eps) ** -0.5)
    return torch.stack(rows).view(x.shape) * weight + bias


@other_way("transformer.gelu")
def with_a_rounded_root(x):
    return 0.5 * x * (1.0 + torch.tanh(0.7978845608 * x * (1.0 + 0.044715 * x * x)))


@other_way("transformer.gelu")
def torchs_module(x):
    return torch.nn.GELU("tanh")(x)


@other_way("transformer.feed_forward")
def with_addmm(x, w_in, b_in, w_out, b_out):
    flat = x.reshape(-1, x.shape[-1])
    return torch.addmm(b_out, torchs_gelu(torch.addmm(b_in, flat, w_in)), w_out).reshape(x.shape)


@other_way("transformer.feed_forward")
def with_tensordot(x, w_in, b_in, w_out, b_out):
    inner = torch.tensordot(x, w_in, dims=1) + b_in
    return torch.tensordot(with_a_rounded_root(inner), w_out, dims=([-1], [0])) + b_out


@other_way("transformer.pre_ln_block")
def on_its_own_copy(x, attend, mlp, norm1, norm2):
    stream = x.clone()
    stream = stream.add_(attend(norm1(x)))
    return stream + mlp(norm2(stream))


@other_way("transformer.pre_ln_block")
def with_an_inner_function(x, attend, mlp, norm1, norm2):
    def residual(stream, part):
        return stream + part(stream)

    return residual(residual(x, lambda s: attend(norm1(s))), lambda s: mlp(norm2(s)))


@other_way("transformer.post_ln_block")
def with_an_inner_function_post(x, attend, mlp, norm1, norm2):
    def normed_sum(stream, part, norm):
        return norm(sum([part(stream), stream]))

    return normed_sum(normed_sum(x, attend, norm1), mlp, norm2)


@other_way("transformer.post_ln_block")
def in_one_line(x, attend, mlp, norm1, norm2):
    return norm2((h := norm1(x + attend(x))) + mlp(h))


@other_way("transformer.mask_tokens")
def with_multinomial(ids, mask_id, vocab_size, rate=0.15, generator=None):
    odds = torch.tensor([1 - rate, 0.8 * rate, 0.1 * rate, 0.1 * rate])
    fate = torch.multinomial(odds, ids.numel(), replacement=True, generator=generator).reshape(
        ids.shape
    )
    other = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = torch.where(fate == 1, mask_id, torch.where(fate == 2, other, ids))
    return inputs, torch.where(fate == 0, -100, ids)


@other_way("transformer.mask_tokens")
def with_integers(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    fate = torch.randint(10, ids.shape, generator=generator)
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    labels[selected] = ids[selected]
    inputs[selected & (fate < 8)] = mask_id
    swapped = selected & (fate == 8)
    inputs[swapped] = torch.randint(vocab_size, (int(swapped.sum()),), generator=generator)
    return [inputs, labels]


@other_way("transformer.gpt2_init_std")
def with_a_table_of_parts(name, n_layers):
    parts = tuple(name.split(".")[-2:])
    if (
        any(part.startswith(("norm", "ln_")) for part in parts)
        or parts[-1].startswith("b_")
        or "bias" in parts[-1]
    ):
        return 0.0
    return {("c_proj", "weight"): 1, ("attn", "w_out"): 1, ("mlp", "w_out"): 1}.get(parts, 0) * (
        0.02 / math.sqrt(2 * n_layers) - 0.02
    ) + 0.02


@other_way("transformer.gpt_logits")
def step_by_step(ids, wte, wpe, blocks, last_norm):
    B, T = ids.shape
    tokens = F.embedding(ids, wte)
    positions = F.embedding(torch.arange(T), wpe)
    stream = tokens + positions[None, :, :]
    for block in blocks:
        stream = block(stream)
    stream = last_norm(stream)
    return torch.matmul(stream, wte.transpose(0, 1))


@other_way("transformer.gpt_logits")
def with_einsum(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[torch.arange(ids.shape[-1]).expand_as(ids)]
    for i in range(len(blocks)):
        x = blocks[i](x)
    return torch.einsum("btc,vc->btv", last_norm(x), wte)


@other_way("transformer.gpt_logits")
def with_reduce_and_linear(ids, wte, wpe, blocks, last_norm):
    start = torch.stack([wte[row] + wpe[: len(row)] for row in ids])
    return F.linear(last_norm(functools.reduce(lambda x, block: block(x), blocks, start)), wte)


@other_way("transformer.gpt_logits")
def with_one_hot_rows(ids, wte, wpe, blocks, last_norm):
    one_hot = (ids[..., None] == torch.arange(len(wte))).to(wte.dtype)
    x = one_hot @ wte + wpe.narrow(0, 0, ids.size(1))
    for block in list(blocks):
        x = block(x)
    scores = [last_norm(x) @ row for row in wte]
    return torch.stack(scores, dim=-1)
