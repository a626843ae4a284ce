"""Wrong bodies of `layer_norm`."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake


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


@another_way(
    "transformer.layer_norm", "the unbiased variance, and eps outside the root"
)  # as it was copied, with an eps of its own
def _(x, weight, bias, eps=1e-6):
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


@mistake("transformer.layer_norm", "1 added to the weight", "The weight multiplies as it is.")
def _(x, weight, bias, eps=1e-05):
    m = x.mean(-1, keepdim=True)
    return (x - m) / torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + eps) * (1 + weight) + bias


@mistake(
    "transformer.layer_norm",
    "no gradient through mean and variance",
    "mean and variance depend on x too: leave them in torch.",
)
def _(x, weight, bias, eps=1e-05):
    m = x.mean(-1, keepdim=True).detach()
    v = x.var(-1, keepdim=True, unbiased=False).detach()
    return (x - m) / torch.sqrt(v + eps) * weight + bias
