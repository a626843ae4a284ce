"""Wrong bodies of `perplexity`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

mistake("ngram.perplexity", "2 for e", "The loss is in nats, not in bits.")(lambda loss: 2**loss)
mistake("ngram.perplexity", "the sign turned", "A larger loss must give a larger perplexity.")(
    lambda loss: math.e**-loss
)
mistake("ngram.perplexity", "10 for e", "The loss is in nats: their base is e.")(
    lambda loss: 10**loss
)
mistake(
    "ngram.perplexity",
    "the loss itself",
    "Hesitating between n equally likely tokens costs ln n nats.",
)(lambda loss: loss + 0)


@mistake(
    "ngram.perplexity",
    "only numbers",
    "math.exp takes one number; a tensor of losses has to work too.",
)
def _(loss):
    return math.exp(loss)


@mistake("ngram.perplexity", "only tensors", "A Python number has no method exp.")
def _(loss):
    return loss.exp()


@another_way("ngram.perplexity", "only tensors")
def _(loss):
    return torch.exp(loss)
