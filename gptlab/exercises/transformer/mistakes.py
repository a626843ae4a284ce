"""Wrong bodies of gptlab/transformer.py, but for those in mistakes_mask_tokens.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake

# ---- layer_norm


def _norm(name, hint):
    return mistake("transformer.layer_norm", name, hint)


def _parts(x, dim=-1):
    centred = x - x.mean(dim=dim, keepdim=True)
    return centred, (centred**2).mean(dim=dim, keepdim=True)


@_norm("the unbiased variance", "torch divides by C − 1 unless you tell it not to.")
def _(x, weight, bias, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True) + eps).sqrt() * weight + bias


@_norm(
    "the unbiased variance, and eps outside the root",
    "Two things: what the variance is divided by, and where eps stands.",
)
def _(x, weight, bias, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) * weight + bias


@_norm("eps outside the root", "eps is added to the variance, before the root.")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return centred / (variance.sqrt() + eps) * weight + bias


@_norm("eps left out", "The argument `eps` changes nothing in your result.")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return centred / variance.sqrt() * weight + bias


@_norm("a fixed eps", "The caller says how large eps is.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, weight, bias, 1e-5)


@_norm("divided by the variance", "A root is missing.")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return centred / (variance + eps) * weight + bias


@_norm("the mean left in", "Each vector has to have mean 0 before it is scaled.")
def _(x, weight, bias, eps=1e-5):
    return x / (_parts(x)[1] + eps).sqrt() * weight + bias


@_norm("the root mean square instead", "The variance is the mean square around the mean.")
def _(x, weight, bias, eps=1e-5):
    return x / ((x * x).mean(-1, keepdim=True) + eps).sqrt() * weight + bias


@_norm(
    "normalised over the first axis",
    "Each position is normalised over its own channels, the last axis.",
)
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x, 0)
    return centred / (variance + eps).sqrt() * weight + bias


for _axis, _named in (
    (1, "normalised over the second axis"),
    (-2, "normalised over the axis before the last"),
):

    @_norm(
        _named,
        "Each position is normalised over its own channels, the last axis, and sees no neighbour.",
    )
    def _(x, weight, bias, eps=1e-5, axis=_axis):
        centred, variance = _parts(x, axis)
        return centred / (variance + eps).sqrt() * weight + bias


@_norm(
    "normalised over everything",
    "Each position is normalised over its own channels, the last axis.",
)
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, x.shape, None, None, eps) * weight + bias


@_norm("keepdim forgotten", "Means of shape (…) line up with the wrong axis of x.")
def _(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1)
    return centred / ((centred**2).mean(-1) + eps).sqrt() * weight + bias


@_norm("weight and bias swapped", "Scale with the weight, then shift by the bias.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, bias, weight, eps)


@_norm("weight and bias left out", "After normalising, each channel is scaled and shifted.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, None, None, eps)


@_norm("shifted before it is scaled", "The bias is added last.")
def _(x, weight, bias, eps=1e-5):
    return (F.layer_norm(x, weight.shape, None, None, eps) + bias) * weight


@_norm(
    "cancellation",
    "The mean of the squares less the square of the mean: for 10009 and 10005 both are about 10⁸, "
    "and float32 keeps no 4 behind that. Subtract the mean first, then square.",
)
def _(x, weight, bias, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    variance = (x * x).mean(-1, keepdim=True) - mean * mean
    return (x - mean) / (variance + eps).sqrt() * weight + bias


@_norm("math.sqrt of a tensor", "math takes one number: a tensor has torch.sqrt, or .sqrt().")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return centred / math.sqrt(variance + eps) * weight + bias


@_norm("the variance not centred", "The variance is the mean square around the mean, not around 0.")
def _(x, weight, bias, eps=1e-5):
    mean_square = (x * x).mean(-1, keepdim=True)
    return (x - x.mean(-1, keepdim=True)) / (mean_square + eps).sqrt() * weight + bias


@_norm("a sum of squares for the variance", "The variance is a mean: divide by C.")
def _(x, weight, bias, eps=1e-5):
    centred, _ = _parts(x)
    return centred / ((centred**2).sum(-1, keepdim=True) + eps).sqrt() * weight + bias


@_norm("a sum for the mean", "The mean is the sum divided by C.")
def _(x, weight, bias, eps=1e-5):
    centred = x - x.sum(-1, keepdim=True)
    return centred / ((centred**2).mean(-1, keepdim=True) + eps).sqrt() * weight + bias


@_norm("the mean deviation instead", "The variance is a mean of squares, and its root divides.")
def _(x, weight, bias, eps=1e-5):
    centred, _ = _parts(x)
    return centred / (centred.abs().mean(-1, keepdim=True) + eps) * weight + bias


@_norm(
    "the unbiased variance, and no eps",
    "Two things: what the variance is divided by, and where eps has gone.",
)
def _(x, weight, bias, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True) * weight + bias


@_norm("the bias left out", "After it is scaled, each channel is shifted.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, weight, None, eps) + 0 * bias


@_norm("the weight left out", "After normalising, each channel is scaled.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, None, None, eps) + 0 * weight + bias


@_norm(
    "normalised over texts and positions",
    "That is batch norm. Each position is normalised over its own channels, the last axis.",
)
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x, tuple(range(x.ndim - 1)) or 0)
    return centred / (variance + eps).sqrt() * weight + bias


@_norm("0 taken for no eps", "`eps or 1e-5` puts the default in place of 0: eps is always given.")
def _(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, weight.shape, weight, bias, eps or 1e-5)


@_norm("no brackets around x − mean", "Python divides first: x − mean / √….")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return x - (x - centred) / (variance + eps).sqrt() * weight + bias


@_norm("no brackets around var + eps", "eps is added to the variance, below the root.")
def _(x, weight, bias, eps=1e-5):
    centred, variance = _parts(x)
    return centred / variance.sqrt() + eps * weight + bias


# ---- gelu


def _gelu(name, hint):
    return mistake("transformer.gelu", name, hint)


_gelu("the exact form", "This is the gelu of the error function; GPT-2 uses the form with tanh.")(
    lambda x: F.gelu(x)
)
_gelu("the sigmoid form", "GPT-2 uses the form with tanh.")(lambda x: x * torch.sigmoid(1.702 * x))
_gelu("relu", "There should be no corner at 0.")(lambda x: F.relu(x))
_gelu("silu", "This is x·σ(x), another function.")(lambda x: F.silu(x))
_gelu("the ½ left out", "For large x the result should be x itself.")(
    lambda x: x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
)
_gelu("the 1 left out", "For large x the result should be x, for very negative x it should be 0.")(
    lambda x: 0.5 * x * torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
)
_gelu("a square for the cube", "Look at the power inside the tanh.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)))
)
_gelu("no root of 2/π", "The factor in front of the bracket is the root of 2/π.")(
    lambda x: 0.5 * x * (1 + torch.tanh((x + 0.044715 * x**3) * 2 / math.pi))
)
_gelu("√2/π for √(2/π)", "The root covers the whole fraction.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x**3)))
)
_gelu("x missing in front", "The bracket only says how much of x goes through.")(
    lambda x: 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
)
_gelu("the cube of everything", "Only the last x is cubed, not the factor in front of it.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + (0.044715 * x) ** 3)))
)


def _bent(inner, outer=lambda x, t: 0.5 * x * (1 + t), tanh=torch.tanh):
    return lambda x: outer(x, tanh(inner(x)))


_ROOT = math.sqrt(2 / math.pi)

_gelu("math.tanh of a tensor", "math takes one number: a tensor has torch.tanh.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), tanh=math.tanh)
)
_gelu("√(2π) for √(2/π)", "Below the root, 2 is divided by π.")(
    _bent(lambda x: math.sqrt(2 * math.pi) * (x + 0.044715 * x**3))
)
_gelu("√(π/2) for √(2/π)", "Below the root, 2 is divided by π.")(
    _bent(lambda x: math.sqrt(math.pi / 2) * (x + 0.044715 * x**3))
)
_gelu("the cubic term left out", "x³ belongs inside the tanh as well, times 0.044715.")(
    _bent(lambda x: _ROOT * x)
)
_gelu("0.44715 for 0.044715", "Count the zeros of the factor in front of the cube.")(
    _bent(lambda x: _ROOT * (x + 0.44715 * x**3))
)
_gelu("0.0044715 for 0.044715", "Count the zeros of the factor in front of the cube.")(
    _bent(lambda x: _ROOT * (x + 0.0044715 * x**3))
)
_gelu(
    "the root multiplies x alone",
    "The root stands in front of a bracket: it multiplies both terms.",
)(_bent(lambda x: _ROOT * x + 0.044715 * x**3))
_gelu("no root in front", "The bracket inside the tanh is multiplied by √(2/π).")(
    _bent(lambda x: x + 0.044715 * x**3)
)
_gelu("the cube of the sum", "Only the second x is cubed, not what stands before it.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x) ** 3)
)
_gelu("x · 3 for x³", "A power is written **.")(_bent(lambda x: _ROOT * (x + 0.044715 * x * 3)))
_gelu("no bracket around 1 + tanh", "½·x multiplies the whole sum 1 + tanh(…).")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), lambda x, t: 0.5 * x * 1 + t)
)
_gelu("1 − tanh", "For large x the result should be x itself: look at the sign.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), lambda x, t: 0.5 * x * (1 - t))
)
_gelu(
    "exp overflows",
    "For large z, exp(z) is inf, and inf/inf is nan: torch.tanh knows how to do without.",
)(
    _bent(
        lambda x: _ROOT * (x + 0.044715 * x**3),
        tanh=lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
    )
)
_gelu(
    "exp overflows above",
    "For large z, exp(z) is inf, and inf/inf is nan: torch.tanh knows how to do without.",
)(
    _bent(
        lambda x: _ROOT * (x + 0.044715 * x**3),
        tanh=lambda z: ((2 * z).exp() - 1) / ((2 * z).exp() + 1),
    )
)


# ---- feed_forward


def _feed(name, hint):
    return mistake("transformer.feed_forward", name, hint)


def _tanh_gelu(x):
    return F.gelu(x, approximate="tanh")


_feed("nothing bent in between", "Without gelu, the two layers are one linear map.")(
    lambda x, w_in, b_in, w_out, b_out: (x @ w_in + b_in) @ w_out + b_out
)
_feed("relu for gelu", "GPT bends with gelu.")(
    lambda x, w_in, b_in, w_out, b_out: F.relu(x @ w_in + b_in) @ w_out + b_out
)
_feed("the exact gelu", "Call the gelu that you wrote, the tanh form.")(
    lambda x, w_in, b_in, w_out, b_out: F.gelu(x @ w_in + b_in) @ w_out + b_out
)
_feed("b_in left out", "One of the two biases changes nothing in your result.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(x @ w_in) @ w_out + b_out
)
_feed("b_out left out", "One of the two biases changes nothing in your result.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(x @ w_in + b_in) @ w_out
)
_feed("b_in after gelu", "The bias belongs to what is bent.")(
    lambda x, w_in, b_in, w_out, b_out: (_tanh_gelu(x @ w_in) + b_in) @ w_out + b_out
)
_feed("gelu at the end", "Bend in the middle, where it is wide.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu((x @ w_in + b_in) @ w_out + b_out)
)
_feed("gelu twice", "Bend in the middle only.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(_tanh_gelu(x @ w_in + b_in) @ w_out + b_out)
)
_feed("the input added", "The residual stream is added by the block, not here.")(
    lambda x, w_in, b_in, w_out, b_out: x + _tanh_gelu(x @ w_in + b_in) @ w_out + b_out
)
_feed("weights transposed", "Weights are (in, out): they stand right of x as they are.")(
    lambda x, w_in, b_in, w_out, b_out: F.linear(_tanh_gelu(F.linear(x, w_in, b_in)), w_out, b_out)
)


_feed("* for @", "* multiplies place by place; a layer is a product of matrices, @.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(x * w_in + b_in) * w_out + b_out
)
_feed("the weights in front", "Weights are (in, out): x stands left of them.")(
    lambda x, w_in, b_in, w_out, b_out: w_out @ _tanh_gelu(w_in @ x + b_in) + b_out
)
_feed("tanh for gelu", "GPT bends with gelu.")(
    lambda x, w_in, b_in, w_out, b_out: (x @ w_in + b_in).tanh() @ w_out + b_out
)
_feed("a sigmoid for gelu", "GPT bends with gelu.")(
    lambda x, w_in, b_in, w_out, b_out: (x @ w_in + b_in).sigmoid() @ w_out + b_out
)
_feed("silu for gelu", "GPT bends with gelu.")(
    lambda x, w_in, b_in, w_out, b_out: F.silu(x @ w_in + b_in) @ w_out + b_out
)
_feed("the first layer alone", "What was widened has to be narrowed again.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(x @ w_in + b_in)
)
_feed("the biases swapped", "b_in belongs to the first layer, b_out to the second.")(
    lambda x, w_in, b_in, w_out, b_out: _tanh_gelu(x @ w_in + b_out) @ w_out + b_in
)


# ---- blocks


def _pre(name, hint):
    return mistake("transformer.pre_ln_block", name, hint)


def _post(name, hint):
    return mistake("transformer.post_ln_block", name, hint)


def _block(attention_step, mlp_step):
    """A block out of two steps (x, f, norm) -> x."""
    return lambda x, attend, mlp, norm1, norm2: mlp_step(
        attention_step(x, attend, norm1), mlp, norm2
    )


def _before(x, f, norm):
    return x + f(norm(x))


def _after(x, f, norm):
    return norm(x + f(x))


_pre("the norm after the sum", "In a pre-LN block the stream itself is never normalised.")(
    _block(_after, _after)
)
_pre("no residual around attention", "What attention finds is added to x.")(
    _block(lambda x, f, norm: f(norm(x)), _before)
)
_pre("no residual around the feed-forward network", "What it thinks is added to the stream.")(
    _block(_before, lambda x, f, norm: f(norm(x)))
)
_pre("added to the normalised stream", "Add to x itself, not to norm(x).")(
    _block(lambda x, f, norm: norm(x) + f(norm(x)), lambda x, f, norm: norm(x) + f(norm(x)))
)
_pre("no norms", "Each part reads a normalised copy of the stream.")(
    _block(lambda x, f, norm: x + f(x), lambda x, f, norm: x + f(x))
)
_pre(
    "the result normalised, not the input",
    "norm(f(x)) is another thing than f(norm(x)): each part reads a normalised copy.",
)(_block(lambda x, f, norm: x + norm(f(x)), lambda x, f, norm: x + norm(f(x))))
_pre(
    "both parts read the same stream",
    "The feed-forward network reads h, with what attention has found.",
)(lambda x, attend, mlp, norm1, norm2: x + attend(norm1(x)) + mlp(norm2(x)))
_pre("what attention found is lost", "The second sum begins with h, not with x.")(
    lambda x, attend, mlp, norm1, norm2: x + mlp(norm2(x + attend(norm1(x))))
)
_pre("norm1 used twice", "Each part has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, attend, mlp, norm1, norm1)
)
_pre("no residual at all", "Both notes are added to the stream.")(
    _block(lambda x, f, norm: f(norm(x)), lambda x, f, norm: f(norm(x)))
)
_pre(
    "the two norms swapped", "norm1 stands before attention, norm2 before the feed-forward network."
)(lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, attend, mlp, norm2, norm1))
_pre("the feed-forward network first", "Attention comes first.")(
    lambda x, attend, mlp, norm1, norm2: _block(_before, _before)(x, mlp, attend, norm1, norm2)
)

_post("the norm before the part", "That is the pre-LN block: here each sum is normalised.")(
    _block(_before, _before)
)
_post("no residual around attention", "Normalise the sum of x and what attention finds.")(
    _block(lambda x, f, norm: norm(f(x)), _after)
)
_post("no residual around the feed-forward network", "Normalise the sum of h and what it thinks.")(
    _block(_after, lambda x, f, norm: norm(f(x)))
)
_post("only the part normalised", "The norm goes around the whole sum.")(
    _block(lambda x, f, norm: x + norm(f(x)), lambda x, f, norm: x + norm(f(x)))
)
_post("no norms", "Each sum is normalised.")(
    _block(lambda x, f, norm: x + f(x), lambda x, f, norm: x + f(x))
)
_post("normalised once, at the end", "There are two sums, and each is normalised.")(
    _block(lambda x, f, norm: x + f(x), _after)
)
_post("the second sum begins with x", "The second sum begins with h.")(
    lambda x, attend, mlp, norm1, norm2: norm2(x + mlp(norm1(x + attend(x))))
)
_post("norm1 used twice", "Each sum has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm1, norm1)
)
_post("the feed-forward network reads x", "It reads h, the sum that norm1 has normalised.")(
    lambda x, attend, mlp, norm1, norm2: norm2(norm1(x + attend(x)) + mlp(x))
)
_post("the last norm left out", "Each of the two sums is normalised.")(
    _block(_after, lambda x, f, norm: x + f(x))
)
_post("no residual at all", "Each part is added to what it has read, and the sum is normalised.")(
    _block(lambda x, f, norm: norm(f(x)), lambda x, f, norm: norm(f(x)))
)
_post("the two norms swapped", "norm1 normalises the first sum, norm2 the second.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm2, norm1)
)
_post("the feed-forward network first", "Attention comes first.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, mlp, attend, norm1, norm2)
)


@_pre("the given stream changed", "x += … writes into the caller's tensor: make a new one.")
def _(x, attend, mlp, norm1, norm2):
    x += attend(norm1(x))
    x += mlp(norm2(x))
    return x


@_post("the given stream changed", "x += … writes into the caller's tensor: make a new one.")
def _(x, attend, mlp, norm1, norm2):
    x += attend(x)
    x = norm1(x)
    return norm2(x + mlp(x))


_pre("both normalised, input and result", "One norm a part: around its input only.")(
    _block(lambda x, f, norm: x + norm(f(norm(x))), lambda x, f, norm: x + norm(f(norm(x))))
)
_pre("attention reads the raw stream", "Attention reads norm1(x), not x.")(
    _block(lambda x, f, norm: x + f(x), _before)
)
_pre("the feed-forward network reads the raw stream", "It reads norm2(h), not h.")(
    _block(_before, lambda x, f, norm: x + f(x))
)
_pre("the first sum begins with norm1(x)", "Add to x itself, not to norm1(x).")(
    _block(lambda x, f, norm: norm(x) + f(norm(x)), _before)
)
_pre("the second sum begins with norm2(h)", "Add to h itself, not to norm2(h).")(
    _block(_before, lambda x, f, norm: norm(x) + f(norm(x)))
)
_pre("the second sum begins with x alone", "h holds what attention found: add to h.")(
    lambda x, attend, mlp, norm1, norm2: x + mlp(norm2(attend(norm1(x))))
)
_pre("only attention", "The feed-forward network comes after it.")(
    lambda x, attend, mlp, norm1, norm2: x + attend(norm1(x))
)
_pre("the norm after the feed-forward network's sum", "In a pre-LN block no sum is normalised.")(
    _block(_before, _after)
)

_post("normalised before and after", "One norm a part: around the sum only.")(
    _block(lambda x, f, norm: norm(x + f(norm(x))), lambda x, f, norm: norm(x + f(norm(x))))
)
_post("norm2 used twice", "Each sum has a norm of its own.")(
    lambda x, attend, mlp, norm1, norm2: _block(_after, _after)(x, attend, mlp, norm2, norm2)
)
_post("only attention", "The feed-forward network comes after it.")(
    lambda x, attend, mlp, norm1, norm2: norm1(x + attend(x))
)
_post("x normalised, not the sum", "The norm goes around the whole sum.")(
    _block(lambda x, f, norm: norm(x) + f(x), lambda x, f, norm: norm(x) + f(x))
)
