"""Choosing the next token: from the model's scores to one token, and from one token to a text."""

import torch
from torch import Generator, Tensor

from gptlab.blanks import blank


@blank(lesson=0, minutes=2, difficulty=1)
def append_token(ids, token):
    """Write one token behind the others, as a new list.

        x' = (x_1, …, x_t, x_{t+1})

    Example: append_token([5, 2], 9) -> [5, 2, 9], and the list that was given is still [5, 2]
    """
    raise NotImplementedError


@blank(lesson=1, minutes=10, difficulty=2)
def softmax(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Turn scores into probabilities over the last axis.

        p_i = exp(z_i / τ) / Σ_j exp(z_j / τ)          Bridle 1990; τ is the temperature

    Subtract the largest score first: p stays the same and exp cannot overflow (scores of ±10,000 are fine).
    τ = 0 is the limit: 1 for the first maximum, 0 for all others. A score of −inf gets probability 0.

    logits  (..., V) float, any number of axes in front of the last
    ->      (..., V) float, each row sums to 1, dtype of logits

    Raises ValueError when the temperature is below 0 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=1, minutes=8, difficulty=2)
def top_k_filter(logits: Tensor, k: int) -> Tensor:
    """Keep the k largest scores of each row; what is dropped becomes −inf.

        z'_i = z_i  if z_i ≥ (k-th largest z)  else −inf          Fan et al. 2018, §5.4

    Scores that tie with the k-th are kept too; k ≥ V keeps everything.

    logits  (..., V) float
    ->      (..., V) float

    Raises ValueError when k is below 1 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=1, minutes=12, difficulty=3)
def top_p_filter(logits: Tensor, p: float) -> Tensor:
    """Keep the fewest tokens whose probabilities reach p together; what is dropped becomes −inf.

        smallest set V_p with Σ_{i ∈ V_p} softmax(z)_i ≥ p          Holtzman et al. 2020, eq. 2

    The token that crosses p is kept, at least one token is kept, and p ≥ 1 keeps everything. (A token so rare
    that the sum rounds to 1 without it may go even then.)

    logits  (..., V) float
    ->      (..., V) float
    """
    raise NotImplementedError


@blank(lesson=1, minutes=8, difficulty=2)
def sample_next(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Draw one token for each row.

        x_{t+1} ~ softmax(filter(z / τ)),  in the order: temperature, top-k, top-p

    Temperature 0 is greedy: the first maximum, nothing is drawn. The filters are off when they are None.

    logits  (B, V) float
    ->      (B) int

    Raises ValueError when a row holds nan, inf or nothing but −inf (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=1, minutes=12, difficulty=2)
def generate(
    model,
    ids: Tensor,
    max_new_tokens: int,
    stop_id: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    """Continue each row of ids token by token: predict, draw, append, repeat.

        p(x_{T+1}, …, x_{T+N}) = Π_n p(x_{T+n} | x_1 … x_{T+n−1})

    `model` is anything that maps ids (B, T) to logits (B, T, V); only the last position's logits are used.
    A row that has drawn stop_id keeps it and is filled with stop_id from then on; when every row has
    stopped, the work ends early. So N ≤ max_new_tokens, and the result is T + N tokens wide. Only a stop_id
    that was drawn counts: a row whose prompt ends with stop_id has not stopped.

    ids  (B, T) int, the prompt
    ->   (B, T+N) int, prompt and new tokens

    Raises ValueError when the prompt is empty (the check does not ask for it).
    """
    raise NotImplementedError
