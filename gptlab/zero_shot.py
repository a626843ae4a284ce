"""Lessons 8 and 10: the task is in the text. Scores of continuations, prompts, and GPT-2's own weights."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=8, minutes=10, difficulty=2)
def sequence_log_probability(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """Give the log-probability of the marked tokens of each row, each after all that precedes it.

        out[b] = Σ_{t ≥ 1, mask[b, t]} log softmax(logits[b, t − 1])[ids[b, t]]

    The shift happens in here: position t − 1 of the logits predicts token t. `mask[b, t]` says that
    `ids[b, t]` counts; nothing predicts the first token, so it never counts. What the mask drops
    has no influence, not even a token with probability 0.

    logits  (B, T, V) float
    ids     (B, T) int
    mask    (B, T) bool, True = this token counts
    ->      (B) float, nats per row

    Example: two tokens, V = 2, logits of position 0 = (0, ln 3), ids (0, 1), mask (F, T) -> ln ¾ = −0.288
    """
    raise NotImplementedError


@blank(lesson=8, minutes=15, difficulty=3)
def score_options(
    model: Callable, prompt: list[int], options: list[list[int]], neutral: list[int] | None = None
) -> Tensor:
    """Score each option by how likely the model finds it as the continuation of the prompt.

        score_k = log p(option_k | prompt)                                 without `neutral`
        score_k = log p(option_k | prompt) − log p(option_k | neutral)     Brown et al. 2020, §2.4

    Only the option's own tokens count, all of them and no others. `model(ids (B, T)) -> (B, T, V)` is
    causal and numbers positions from the left. Options may differ in length; `neutral` is a prompt
    that gives nothing away.

    prompt   list of ids, at least one
    options  list of K lists of ids, each at least one
    neutral  list of ids, at least one, or None
    ->       (K) float, nats per option
    """
    raise NotImplementedError


@blank(lesson=8, minutes=5, difficulty=1)
def choose_option(option_scores: Tensor, option_lengths: Tensor, normalize: bool = True) -> Tensor:
    """Point at the option that the model finds most likely, per token or as a whole.

        out = argmax_k score_k / length_k      with `normalize`       Radford et al. 2018, §5 (RACE)
        out = argmax_k score_k                 without

    A length is a number of tokens. Of several largest ones the first is taken.

    option_scores   (..., K) float, log-probabilities in nats
    option_lengths  (..., K) int, at least 1
    ->              (...) int, index of the choice among K

    Example: scores (−6, −4), lengths (3, 1) -> 0 per token (−2 against −4), 1 as a whole
    """
    raise NotImplementedError


@blank(lesson=8, minutes=20, difficulty=3)
def load_gpt2_state(hf_state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the parameters of a GPT-2 in Hugging Face's format so that the course's GPT can load them.

        GPT-2                             ours
        wte.weight, wpe.weight            wte, wpe
        h.0.ln_1.weight, .bias            blocks.0.norm1.weight, .bias
        h.0.attn.c_attn.weight, .bias     blocks.0.attn.w_qkv, b_qkv
        h.0.attn.c_proj.weight, .bias     blocks.0.attn.w_out, b_out
        h.0.ln_2.weight, .bias            blocks.0.norm2.weight, .bias
        h.0.mlp.c_fc.weight, .bias        blocks.0.mlp.w_in, b_in
        h.0.mlp.c_proj.weight, .bias      blocks.0.mlp.w_out, b_out
        ln_f.weight, .bias                norm.weight, .bias

    and the same for layers 1, 2, … Both sides hold matrices as (in, out), and q | k | v in this order.
    Names may begin with "transformer.". Left out are the masks that some files hold beside the
    weights, h.0.attn.bias and h.0.attn.masked_bias, and lm_head.weight, which is wte.weight again.

    hf_state_dict  dict, GPT-2's name -> tensor
    ->             dict, our name -> the same numbers

    Raises ValueError, with the name, when one is missing or unknown, or when lm_head.weight is not wte.weight.
    """
    raise NotImplementedError
