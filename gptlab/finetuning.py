"""Lesson 07: GPT-1. Four kinds of task become one kind of input, and one position answers."""

import torch
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=7, minutes=3, difficulty=1)
def classification_input(text_ids, start, extract):
    """Arrange one text for the network, so that a head can read the answer from its last position.

    Radford et al. 2018, §3.3 and figure 1, row "Classification". Nothing is added but two special
    tokens, which no text holds: `start` opens the input, and `extract` is where the head reads.

    text_ids  (T) int, a plain list
    ->        (T + 2) int, a plain list

    Example: classification_input([5, 6, 7], start=1, extract=3) -> [1, 5, 6, 7, 3]
    """
    raise NotImplementedError


@blank(lesson=7, minutes=3, difficulty=1)
def entailment_input(premise, hypothesis, start, delim, extract):
    """Arrange two texts as one: does the second follow from the first?

    Radford et al. 2018, §3.3 and figure 1, row "Entailment". A delimiter token, which the paper
    writes $, says where the premise ends and the hypothesis begins.

    premise     (T) int, a plain list
    hypothesis  (S) int, a plain list
    ->          (T + S + 3) int, a plain list

    Example: entailment_input([5, 6], [8], start=1, delim=2, extract=3) -> [1, 5, 6, 2, 8, 3]
    """
    raise NotImplementedError


@blank(lesson=7, minutes=5, difficulty=1)
def similarity_inputs(a, b, start, delim, extract):
    """Arrange two texts of which neither comes first: once in each order.

    Radford et al. 2018, §3.3 and figure 1, row "Similarity". The two inputs go through the network
    apart; the two vectors that are read from them are added before the head.

    a   (T) int, a plain list
    b   (S) int, a plain list
    ->  (T + S + 3) int, the input in which a comes first
    ->  (T + S + 3) int, the input in which b comes first
    """
    raise NotImplementedError


@blank(lesson=7, minutes=8, difficulty=2)
def multiple_choice_inputs(context, question, options, start, delim, extract):
    """Arrange one question with K possible answers as K inputs, one for each answer.

    Radford et al. 2018, §3.3 and figure 1, row "Multiple choice": an input is [z; q; $; a_k] between
    start and extract, where z is the context, q the question and a_k the answer. Each gets a score
    of its own; a softmax over the K scores makes probabilities of them. An empty context is allowed.

    context   (T) int, a plain list
    question  (S) int, a plain list
    options   list of K lists of ids
    ->        list of K lists of ids
    """
    raise NotImplementedError


@blank(lesson=7, minutes=8, difficulty=2)
def read_position(ids: Tensor, extract: int) -> Tensor:
    """Say for each row at which position the head has to read: where its extract token is.

    Rows of unequal length are padded to one table: on the left with some other token, or on the
    right, where many programs use the very token that ends a text.

    ids  (B, T) int
    ->   (B) int

    Raises ValueError when a row has no extract token: nothing in it may be read.
    """
    raise NotImplementedError


@blank(lesson=7, minutes=4, difficulty=1)
def finetuning_loss(task_loss, lm_loss, weight=0.5):
    """Join the two losses of fine-tuning: the label's, and the text's own.

    Radford et al. 2018, eq. 5, where `weight` is called λ: the task counts in full, whatever the weight
    is. Both losses can be trained through.

    task_loss  () float, nats per example
    lm_loss    () float, nats per token
    weight     float
    ->         () float
    """
    raise NotImplementedError
