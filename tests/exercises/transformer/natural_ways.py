"""Wrong bodies of gptlab/transformer.py as people write them, and what each is to be told."""

import math
import random

import torch
import torch.nn.functional as F

from tests.support.natural_ways import natural

NORM = "transformer.layer_norm"
GELU = "transformer.gelu"
FEED = "transformer.feed_forward"
PRE = "transformer.pre_ln_block"
POST = "transformer.post_ln_block"
MASK = "transformer.mask_tokens"
LOGITS = "transformer.gpt_logits"


@natural(NORM, "cancellation")
def with_two_means(x, weight, bias, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    square = (x * x).mean(-1, keepdim=True)
    return (x - mean) / (square - mean * mean + eps).sqrt() * weight + bias


@natural(NORM, "cancellation")
def the_school_formula(x, weight, bias, eps=1e-5):
    mu = torch.mean(x, dim=-1, keepdim=True)
    var = torch.mean(x**2, dim=-1, keepdim=True) - mu**2
    return weight * ((x - mu) / torch.sqrt(var + eps)) + bias


@natural(NORM, "math.sqrt of a tensor")
def with_math(x, weight, bias, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    var = ((x - mean) ** 2).mean(dim=-1, keepdim=True)
    return (x - mean) / math.sqrt(var + eps) * weight + bias


@natural(NORM, "the variance not centred")
def mean_square(x, weight, bias, eps=1e-5):
    var = (x**2).mean(dim=-1, keepdim=True)
    return weight * (x - x.mean(dim=-1, keepdim=True)) / torch.sqrt(var + eps) + bias


@natural(NORM, "a sum of squares for the variance")
def summed(x, weight, bias, eps=1e-5):
    centred = x - x.mean(dim=-1, keepdim=True)
    return weight * centred / torch.sqrt(torch.sum(centred * centred, -1, True) + eps) + bias


@natural(NORM, "the unbiased variance, and eps outside the root")
def with_std(x, weight, bias, eps=1e-5):
    return weight * (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) + bias


@natural(NORM, "keepdim forgotten")
def no_keepdim(x, weight, bias, eps=1e-5):
    mean = x.mean(-1)
    return (x - mean) / torch.sqrt(((x - mean) ** 2).mean(-1) + eps) * weight + bias


def _half(inner):
    return lambda x: x / 2 * (1 + torch.tanh(inner(x)))


for _name, _inner in (
    ("√(2π) for √(2/π)", lambda x: (2 * math.pi) ** 0.5 * (x + 0.044715 * x.pow(3))),
    ("the cubic term left out", lambda x: x * (2 / math.pi) ** 0.5),
    ("0.44715 for 0.044715", lambda x: (2 / math.pi) ** 0.5 * (x + 0.44715 * x.pow(3))),
    ("the root multiplies x alone", lambda x: (2 / math.pi) ** 0.5 * x + 0.044715 * x.pow(3)),
    ("√2/π for √(2/π)", lambda x: 2**0.5 / math.pi * (x + 0.044715 * x * x * x)),
    ("no root of 2/π", lambda x: (2 / math.pi) * (x + 0.044715 * x * x * x)),
):
    natural(GELU, _name)(_half(_inner))


@natural(GELU, "math.tanh of a tensor")
def with_maths_tanh(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@natural(GELU, "exp overflows")
def tanh_by_hand(x):
    z = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    up, down = torch.exp(z), torch.exp(-z)
    return 0.5 * x * (1 + (up - down) / (up + down))


@natural(GELU, "exp overflows above")
def sigmoid_by_hand(x):
    power = torch.exp(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return x * power / (1 + power)


@natural(GELU, "no bracket around 1 + tanh")
def python_reads_it_so(x):
    return 1 / 2 * x * 1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


def _gelu(x):
    return F.gelu(x, approximate="tanh")


natural(FEED, "* for @")(lambda x, w_in, b_in, w_out, b_out: _gelu(x * w_in + b_in) * w_out + b_out)
natural(FEED, "the weights in front")(
    lambda x, w_in, b_in, w_out, b_out: torch.matmul(w_out, _gelu(torch.matmul(w_in, x) + b_in))
)
natural(FEED, "nothing bent in between")(
    lambda x, w_in, b_in, w_out, b_out: F.linear(F.linear(x, w_in.T, b_in), w_out.T, b_out)
)


@natural(PRE, "the result normalised, not the input")
def norm_outside(x, attend, mlp, norm1, norm2):
    h = x + norm1(attend(x))
    return h + norm2(mlp(h))


@natural(PRE, "both normalised, input and result")
def norm_twice(x, attend, mlp, norm1, norm2):
    h = x + norm1(attend(norm1(x)))
    return h + norm2(mlp(norm2(h)))


@natural(PRE, "added to the normalised stream")
def stream_renamed(x, attend, mlp, norm1, norm2):
    x = norm1(x)
    x = x + attend(x)
    x = norm2(x)
    return x + mlp(x)


@natural(POST, "the norm before the part")
def pre(x, attend, mlp, norm1, norm2):
    x = x + attend(norm1(x))
    return x + mlp(norm2(x))


@natural(POST, "only the part normalised")
def bracket_too_early(x, attend, mlp, norm1, norm2):
    h = norm1(attend(x)) + x
    return norm2(mlp(h)) + h


def _bert(ids, mask_id, vocab_size, selected, fate, other):
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    labels[selected] = ids[selected]
    inputs[selected & (fate < 0.8)] = mask_id
    swapped = selected & (fate >= 0.8) & (fate < 0.9)
    inputs[swapped] = other[swapped]
    return inputs, labels


@natural(MASK, "one draw for two decisions")
def one_number_twice(ids, mask_id, vocab_size, rate=0.15, generator=None):
    r = torch.rand(ids.shape, generator=generator)
    other = torch.randint(0, vocab_size, ids.shape, generator=generator)
    return _bert(ids, mask_id, vocab_size, r < rate, r, other)


@natural(MASK, "ids drawn from the text")
def shuffled_text(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    fate = torch.rand(ids.shape, generator=generator)
    order = torch.randperm(ids.numel(), generator=generator)
    return _bert(ids, mask_id, vocab_size, selected, fate, ids.flatten()[order].reshape(ids.shape))


@natural(MASK, "every selected token masked")
def only_masked(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    return torch.where(selected, mask_id, ids), torch.where(selected, ids, -100)


@natural(MASK, "one fate for the whole call")
def an_if_for_all(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected = torch.rand(ids.shape, generator=generator) < rate
    fate = torch.rand(1, generator=generator).item()
    inputs = ids.clone()
    if fate < 0.8:
        inputs[selected] = mask_id
    elif fate < 0.9:
        other = torch.randint(vocab_size, ids.shape, generator=generator)
        inputs[selected] = other[selected]
    return inputs, torch.where(selected, ids, -100)


@natural(MASK, "one fate for the whole call, drawn first")
def an_if_before(ids, mask_id, vocab_size, rate=0.15, generator=None):
    fate = torch.rand((), generator=generator)
    selected = torch.rand(ids.shape, generator=generator) < rate
    if fate < 0.8:
        inputs = torch.where(selected, mask_id, ids)
    elif fate < 0.9:
        other = torch.randint(vocab_size, ids.shape, generator=generator)
        inputs = torch.where(selected, other, ids)
    else:
        inputs = ids
    return inputs, torch.where(selected, ids, -100)


@natural(MASK, "the generator not passed on")
def pythons_chance(ids, mask_id, vocab_size, rate=0.15, generator=None):
    random.seed(int(torch.randint(10**9, ())))
    selected = torch.tensor([[random.random() < rate for _ in row] for row in ids.tolist()])
    fate = torch.tensor([[random.random() for _ in row] for row in ids.tolist()])
    other = torch.tensor([[random.randrange(vocab_size) for _ in row] for row in ids.tolist()])
    return _bert(ids, mask_id, vocab_size, selected, fate, other)


@natural(NORM, "0 taken for no eps")
def eps_or_the_default(x, weight, bias, eps=None):
    return F.layer_norm(x, weight.shape, weight, bias, eps if eps else 1e-5)


@natural(NORM, "no brackets around x − mean")
def python_divides_first(x, weight, bias, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return x - mean / torch.sqrt(var + eps) * weight + bias


@natural(LOGITS, "no blocks")
def blocks_in_a_list(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[: ids.shape[1]]
    [block(x) for block in blocks]
    return last_norm(x) @ wte.T


@natural(LOGITS, "every block reads the embeddings")
def another_name_in_the_loop(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[torch.arange(ids.shape[1])]
    for block in blocks:
        h = block(x)
    return last_norm(h if blocks else x) @ wte.T


@natural(LOGITS, "all of wpe")
def every_position(ids, wte, wpe, blocks, last_norm):
    x = F.embedding(ids, wte) + wpe[None]
    for block in blocks:
        x = block(x)
    return torch.matmul(last_norm(x), wte.T)


@natural(LOGITS, "the last norm after the head")
def norm_at_the_very_end(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[: ids.size(1)]
    for block in blocks:
        x = block(x)
    return last_norm(torch.einsum("btc,vc->btv", x, wte))


@natural(LOGITS, "wte not transposed")
def a_head_the_wrong_way_round(ids, wte, wpe, blocks, last_norm):
    x = wte[ids] + wpe[: ids.shape[-1]]
    for block in blocks:
        x = block(x)
    return last_norm(x).matmul(wte)
