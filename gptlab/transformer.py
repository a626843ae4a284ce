"""The Transformer's other parts: normalisation, the feed-forward network, blocks, the whole GPT, BERT's masking."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from gptlab.blanks import blank


@blank(lesson=6, minutes=8, difficulty=2)
def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Give each position's vector mean 0 and variance 1, then scale and shift each channel.

        out = (x − mean) / √(var + eps) · weight + bias        Ba et al. 2016

    mean and var are those of one vector; var is the mean of its C squared differences.

    x       (..., C) float
    weight  (C) float
    bias    (C) float
    ->      (..., C) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=1)
def gelu(x: Tensor) -> Tensor:
    """Let large numbers through and stop small ones, without a corner.

        out = x·Φ(x),   Φ(x) ≈ ½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
            Hendrycks & Gimpel 2016, §2, the tanh form

    Example: gelu of 0, 1, −1 -> 0, 0.8412, −0.1588

    x   (...) float
    ->  (...) float
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=1)
def feed_forward(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    """Work on each position alone: widen its vector, apply the activation function, narrow it again.

        FFN(x) = max(0, x·W1 + b1)·W2 + b2                     Vaswani et al. 2017, eq. 2

    Theirs has relu, max(0, …); GPT's, and this one, has gelu. F is the inner width, 4C in GPT-2.

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
    """Let attention, then the feed-forward network, read the stream through a norm and add to the stream itself.

    The wiring is GPT-2's (Radford et al. 2019, §2.3): a norm at the entrance of each part, and none on the
    stream. Attention uses norm1, the feed-forward network norm2.

    x   (B, T, C) float, the residual stream
    attend, mlp, norm1, norm2: functions from (B, T, C) to (B, T, C)
    ->  (B, T, C) float, the stream after the block

    Example:
        norm1 halves, attend multiplies by 10, norm2 divides by 4, mlp adds 100
        x = [2, 4] -> [115, 130]
    """
    raise NotImplementedError


@blank(lesson=6, minutes=4, difficulty=2)
def post_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    """Wire the same two parts as the Transformer of 2017 and GPT-1 did: the stream itself is normalised.

        LayerNorm(x + Sublayer(x))                             Vaswani et al. 2017, §3.1

    Each part is a sublayer. Attention uses norm1, the feed-forward network norm2.

    x   (B, T, C) float, the residual stream
    attend, mlp, norm1, norm2: functions from (B, T, C) to (B, T, C)
    ->  (B, T, C) float, the stream after the block

    Example:
        norm1 halves, attend multiplies by 10, norm2 divides by 4, mlp adds 100
        x = [2, 4] -> [30.5, 36]
    """
    raise NotImplementedError


@blank(lesson=6, minutes=12, difficulty=3)
def gpt_logits(
    ids: Tensor, wte: Tensor, wpe: Tensor, blocks: Sequence[Callable], last_norm: Callable
) -> Tensor:
    """Run a whole GPT: for each position, give the scores of all tokens that could come next.

        logits = last_norm(h_L)·wteᵀ,   h_0 = token + position embeddings     Radford et al. 2018, eq. 2; 2019, §2.3

    h_L is what the L blocks have made of h_0. The output weights are the token embeddings: they are *tied*.

    ids        (B, T) int
    wte        (V, C) float, one row for each token of the vocabulary
    wpe        (N, C) float, one row for each position; N may be more than T
    blocks     list of functions from (B, T, C) to (B, T, C), in order
    last_norm  function from (B, T, C) to (B, T, C)
    ->         (B, T, V) float

    Raises ValueError when there are more tokens than positions (the check does not ask for it).
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

        smaller for the two projections of a block that write into the residual stream (2·n_layers in all)
        0.02 for every other weight
        0 for what is not drawn: biases start at 0, norm weights at 1

    Smaller by such a factor that the sum of all those terms keeps the size of one: Radford et al. 2019,
    §2.3. The 0.02 is in GPT-1's paper (2018, §4.1) and in GPT-2's code.
    Names are dotted paths, GPT-2's own or ours; only the last two parts count.

    - Residual projections: "….c_proj.weight", "….attn.w_out", "….mlp.w_out"
    - Biases: "….bias", and a last part that starts with "b_" or ends with "_bias"
    - Norms: the part is "norm", "norm1", "norm2", "ln_1", "ln_2", "ln_f", or one starting so

    Example: gpt2_init_std("h.3.mlp.c_proj.weight", 8) -> 0.005
    """
    raise NotImplementedError
