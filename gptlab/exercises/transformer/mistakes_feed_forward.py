"""Wrong bodies of `feed_forward`."""

import torch.nn.functional as F

from gptlab import transformer
from gptlab.exercises.mistake import mistake


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


@mistake(
    "transformer.feed_forward",
    "gelu on the input",
    "The activation function comes after the first layer, between the two.",
)
def _(x, w_in, b_in, w_out, b_out):
    return (transformer.gelu(x) @ w_in + b_in) @ w_out + b_out


@mistake("transformer.feed_forward", "no biases", "Each layer has one: b_in and b_out.")
def _(x, w_in, b_in, w_out, b_out):
    return transformer.gelu(x @ w_in) @ w_out
