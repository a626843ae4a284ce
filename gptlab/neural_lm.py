"""The neural language model: a vector for each word, a hidden layer, and a step against the gradient."""

import torch
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=3, minutes=8, difficulty=2)
def context_windows(ids: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """Cut a text into all its windows of n tokens, each with the token that follows.

        contexts[i] = ids[i], ids[i + 1] … ids[i + n − 1],   targets[i] = ids[i + n]

    Windows overlap: the next one begins one token later. A text of T tokens has T − n of them.

    ids  (T) int
    ->   (T − n, n) int, what the model reads, the oldest token first
    ->   (T − n) int, what it must predict

    Raises ValueError when n is below 1 or no token follows the first n (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=3, minutes=15, difficulty=3)
def mlp_logits(
    context_ids: Tensor,
    embedding: Tensor,
    w_hidden: Tensor,
    b_hidden: Tensor,
    w_out: Tensor,
    b_out: Tensor,
) -> Tensor:
    """Score every token as the next one, from the vectors of the T tokens before it.

        x = C(w_1), C(w_2) … C(w_T), side by side
        y = b + U·tanh(d + H·x)               Bengio et al. 2003, eq. 1, without the direct connections W·x

    These are the paper's letters. The paper's C(w) is row w of `embedding`; below, the letter C is only a length.
    H and d are w_hidden and b_hidden, U and b are w_out and b_out. The paper puts the matrix first; here weights
    are (in, out) and the rows of numbers come first. The vector of the oldest token comes first in x; in the
    paper, that of the newest. The result is scores; no softmax yet. In the shapes, C is how many numbers a vector
    has, and F how many hidden units.

    context_ids  (B, T) int
    embedding    (V, C) float, one row for each token
    w_hidden     (T·C, F) float
    b_hidden     (F) float
    w_out        (F, V) float
    b_out        (V) float
    ->           (B, V) float
    """
    raise NotImplementedError


@blank(lesson=3, minutes=4, difficulty=1)
def sgd_step(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """Move every parameter a little against its gradient.

        θ' = θ − lr·∂L/∂θ                     Rumelhart, Hinton & Williams 1986, eq. 8

    The result is a new list of new tensors in the order of params; params and its tensors stay as they are.
    Call it under torch.no_grad() when you train: the step itself is no part of the next gradient.
    """
    raise NotImplementedError
