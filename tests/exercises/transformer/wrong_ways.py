"""Wrong bodies of gptlab/transformer.py, right almost everywhere: its checks must reject each."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("transformer.layer_norm")
def eps_twice(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, weight, bias, 2 * eps)


@wrong("transformer.layer_norm")
def eps_only_where_needed(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred**2).mean(-1, keepdim=True).clamp(min=eps).sqrt() * weight + bias


@wrong("transformer.layer_norm")
def statistics_without_a_gradient(x, weight, bias, eps=1e-5):
    mean, variance = (
        x.mean(-1, keepdim=True).detach(),
        x.var(-1, keepdim=True, unbiased=False).detach(),
    )
    return (x - mean) / (variance + eps).sqrt() * weight + bias


@wrong("transformer.gelu")
def a_root_with_three_digits(x):
    return 0.5 * x * (1 + torch.tanh(0.798 * (x + 0.044715 * x**3)))


@wrong("transformer.gelu")
def a_factor_with_three_digits(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.0447 * x**3)))


@wrong("transformer.pre_ln_block")
def the_last_norm_too(x, attend, mlp, norm1, norm2):
    return norm2(reference("transformer.pre_ln_block")(x, attend, mlp, norm1, norm2))


@wrong("transformer.mask_tokens")
def the_same_number_in_each_row(ids, mask_id, vocab_size, rate=0.15, generator=None):
    order = torch.rand(ids.shape, generator=generator).argsort(1).argsort(1)
    return _hidden(ids, mask_id, vocab_size, order < rate * ids.shape[1], generator)


def _hidden(ids, mask_id, vocab_size, selected, generator, fate=None):
    fate = torch.rand(ids.shape, generator=generator) if fate is None else fate
    other = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = torch.where(selected & (fate < 0.8), mask_id, ids)
    inputs = torch.where(selected & (fate >= 0.8) & (fate < 0.9), other, inputs)
    return inputs, torch.where(selected, ids, -100)


@wrong("transformer.mask_tokens")
def whole_rows(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = (torch.rand(len(ids), 1, generator=generator) < rate).expand(ids.shape)
    return _hidden(ids, mask_id, vocab_size, selected, generator)


@wrong("transformer.mask_tokens")
def whole_columns(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = (torch.rand(1, ids.shape[1], generator=generator) < rate).expand(ids.shape)
    return _hidden(ids, mask_id, vocab_size, selected, generator)


@wrong("transformer.mask_tokens")
def pairs_of_neighbours(ids, mask_id, vocab_size, rate=0.15, generator=None):
    halves = torch.rand(len(ids), (ids.shape[1] + 1) // 2, generator=generator) < rate
    return _hidden(
        ids, mask_id, vocab_size, halves.repeat_interleave(2, 1)[:, : ids.shape[1]], generator
    )


@wrong("transformer.mask_tokens")
def one_fate_for_a_row(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    return _hidden(
        ids,
        mask_id,
        vocab_size,
        selected,
        generator,
        torch.rand(len(ids), 1, generator=generator).expand(ids.shape),
    )


@wrong("transformer.mask_tokens")
def one_fate_for_a_column(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    fate = torch.rand(1, ids.shape[1], generator=generator).expand(ids.shape)
    return _hidden(ids, mask_id, vocab_size, selected, generator, fate)


@wrong("transformer.mask_tokens")
def exactly_so_many_of_the_batch(ids, mask_id, vocab_size, rate=0.15, generator=None):
    order = torch.rand(ids.numel(), generator=generator).argsort().argsort().reshape(ids.shape)
    return _hidden(ids, mask_id, vocab_size, order < rate * ids.numel(), generator)


@wrong("transformer.mask_tokens")
def exactly_eighty_percent(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    order = torch.rand(int(selected.sum()), generator=generator).argsort().argsort()
    fate = torch.ones(ids.shape)
    fate[selected] = order / max(1, len(order))
    return _hidden(ids, mask_id, vocab_size, selected, generator, fate)


@wrong("transformer.mask_tokens")
def one_other_token_for_all(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    fate = torch.rand(ids.shape, generator=generator)
    other = torch.randint(vocab_size, (), generator=generator)
    inputs = torch.where(
        selected & (fate < 0.8), mask_id, torch.where(selected & (fate < 0.9), other, ids)
    )
    return inputs, torch.where(selected, ids, -100)


@wrong("transformer.mask_tokens")
def ids_of_half_the_vocabulary(ids, mask_id, vocab_size, rate=0.15, generator=None):
    return _hidden(
        ids, mask_id, vocab_size // 2, torch.rand(ids.shape, generator=generator) < rate, generator
    )


@wrong("transformer.mask_tokens")
def a_generator_made_anew(ids, mask_id, vocab_size, rate=0.15, generator=None):
    again = torch.Generator().manual_seed(generator.initial_seed() if generator else 0)
    return reference("transformer.mask_tokens")(ids, mask_id, vocab_size, rate, again)


@wrong("transformer.mask_tokens")
def fate_and_choice_from_one_number(ids, mask_id, vocab_size, rate=0.15, generator=None):
    u = torch.rand(ids.shape, generator=generator)
    return _hidden(
        ids, mask_id, vocab_size, u < rate, generator, u
    )  # fate is u again: below the rate, so the mask


@wrong("transformer.gpt2_init_std")
def every_projection(name, n_layers):
    if name.endswith("c_attn.weight"):
        return 0.02 / math.sqrt(2 * n_layers)
    return reference("transformer.gpt2_init_std")(name, n_layers)


@wrong("transformer.gpt2_init_std")
def one_for_norm_weights(name, n_layers):
    return (
        1.0
        if "ln_" in name and name.endswith("weight")
        else reference("transformer.gpt2_init_std")(name, n_layers)
    )


@wrong("transformer.gpt2_init_std")
def biases_by_their_dot(name, n_layers):
    if name.endswith("_bias"):
        return 0.02
    return reference("transformer.gpt2_init_std")(name, n_layers)


@wrong("transformer.gpt_logits")
def two_blocks_at_most(ids, wte, wpe, blocks, last_norm):
    return reference("transformer.gpt_logits")(ids, wte, wpe, blocks[:2], last_norm)


@wrong("transformer.gpt_logits")
def a_head_without_a_gradient(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return last_norm(x) @ wte.detach().T


@wrong("transformer.gpt_logits")
def positions_without_a_gradient(ids, wte, wpe, blocks, last_norm):
    return reference("transformer.gpt_logits")(ids, wte, wpe.detach(), blocks, last_norm)
