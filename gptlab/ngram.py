"""The smallest language model: count which token follows which, divide, and measure the surprise."""

import torch
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=1, minutes=6, difficulty=1)
def bigram_counts(ids: Tensor, vocab_size: int) -> Tensor:
    """Count how often each token is followed by each other.

        out[a, b] = number of positions t with x_t = a and x_{t+1} = b

    ids  (T) int
    ->   (vocab_size, vocab_size) int, the row is the first token

    Raises ValueError when an id is not in the vocabulary (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=1, minutes=6, difficulty=1)
def bigram_probabilities(counts: Tensor, smoothing: float = 0.0) -> Tensor:
    """Divide each row of counts by its sum: the chance of each next token.

        p(b | a) = (n_ab + s) / Σ_b' (n_ab' + s)                additive smoothing, Laplace 1814 for s = 1

    A token that was never seen says nothing about the next: without smoothing its row is uniform, 1/V.

    counts  (V, V) int
    ->      (V, V) float, each row sums to 1

    Raises ValueError when the smoothing is below 0 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=1, minutes=12, difficulty=2)
def cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Average the surprise at the tokens that really came, in nats per token.

        L = −(1/N) Σ_n log softmax(z_n)[y_n]                    over the N targets that are not ignore_index

    Row n of the logits is held against target n; nothing is shifted here. Never take the log of a softmax
    that has rounded to 0: scores of ±10,000 must do.

    logits   (..., V) float
    targets  (...) int
    ->       () float
    """
    raise NotImplementedError


@blank(lesson=1, minutes=2, difficulty=1)
def perplexity(loss):
    """Say between how many equally likely tokens the model hesitates.

        PPL = e^L,  L in nats per token

    A tensor gives a tensor, a number gives a number.

    loss  (...) float or float
    ->    (...) float or float
    """
    raise NotImplementedError
