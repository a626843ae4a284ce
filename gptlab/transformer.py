"""The Transformer's other parts: normalisation, the feed-forward network, the block, and BERT's masking."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from gptlab.blanks import blank


@blank(lesson=6, minutes=8, difficulty=2)
def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Give each position's vector mean 0 and variance 1, then scale and shift each channel.

        out = (x − mean) / √(var + eps) · weight + bias        Ba et al. 2016

    The variance is the biased one (divided by C, not by C − 1), and eps stands inside the root.

    x       (..., C) float
    weight  (C) float
    bias    (C) float
    ->      (..., C) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=1)
def gelu(x: Tensor) -> Tensor:
    """Let large numbers through and stop small ones, without a corner.

        out = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))         Hendrycks & Gimpel 2016, §2, the tanh form

    x   (...) float
    ->  (...) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=1)
def feed_forward(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    """Think about each position alone: widen, bend, narrow.

        out = gelu(x·w_in + b_in)·w_out + b_out                Vaswani et al. 2017, eq. 2, with gelu for relu

    Weights are (in, out); F is the inner width, 4C in GPT-2.

    x      (..., C) float
    w_in   (C, F) float
    b_in   (F) float
    w_out  (F, C) float
    b_out  (C) float
    ->     (..., C) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=5, difficulty=2)
def pre_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    """Add what attention finds, then what the feed-forward network thinks, to a stream that stays as it is.

        h   = x + attend(norm1(x))
        out = h + mlp(norm2(h))                                GPT-2 (Radford et al. 2019, §2.3)

    The four callables each map (B, T, C) to (B, T, C).

    x   (B, T, C) float
    ->  (B, T, C) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=2)
def post_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    """Do the same as pre_ln_block, but normalise each sum.

        h   = norm1(x + attend(x))
        out = norm2(h + mlp(h))                                Vaswani et al. 2017, §3.1; GPT-1

    The four callables each map (B, T, C) to (B, T, C).

    x   (B, T, C) float
    ->  (B, T, C) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=15, difficulty=3)
def mask_tokens(
    ids: Tensor,
    mask_id: int,
    vocab_size: int,
    rate: float = 0.15,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Hide some tokens for BERT to guess; return what it reads and what it must answer.

        each token is selected with probability rate; a selected one becomes
        mask_id (80 %), any id of the vocabulary (10 %), itself (10 %)     Devlin et al. 2019, App. A.1

    Every token is drawn independently. Labels are the old ids where selected and −100 elsewhere.

    ids     (B, T) int
    ->      (B, T) int, what the model reads
    ->      (B, T) int, labels

    Raises ValueError when the rate is outside 0 … 1 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=8, minutes=8, difficulty=2)
def gpt2_init_std(name: str, n_layers: int) -> float:
    """Give the standard deviation with which GPT-2 draws the parameter of this name.

        smaller  for the two projections of a block that write into the residual stream (2·n_layers in all)
        0.02     for every other weight
        0        for what is not drawn: biases start at 0, norm weights at 1

    Smaller by such a factor that the sum of all those terms keeps the size of one: Radford et al. 2019,
    §2.3. The 0.02 is in GPT-1's paper (2018, §4.1) and in GPT-2's code.
    Names are dotted paths, GPT-2's own or ours; only the last two parts count.
    Residual projections:  "….c_proj.weight",  "….attn.w_out",  "….mlp.w_out"
    Biases:                "….bias", and a last part that starts with "b_" or ends with "_bias"
    Norms:                 the part is "norm", "norm1", "norm2", "ln_1", "ln_2", "ln_f", or one starting so

    Example: gpt2_init_std("h.3.mlp.c_proj.weight", 8) -> 0.005
    """
    raise NotImplementedError
