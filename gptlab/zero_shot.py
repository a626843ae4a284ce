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
    """Point at the option that the model finds most likely, per token or raw.

        out = argmax_k score_k / length_k      with `normalize`       Radford et al. 2018, §5 (RACE)
        out = argmax_k score_k                 without

    A length is a number of tokens. Of several largest ones the first is taken.

    option_scores   (..., K) float, log-probabilities in nats
    option_lengths  (..., K) int, at least 1
    ->              (...) int, index of the choice among K

    Example: scores (−6, −4), lengths (3, 1) -> 0 per token (−2 against −4), 1 raw
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


@blank(lesson=10, minutes=6, difficulty=1)
def few_shot_prompt(
    examples: list[tuple[str, str]], query: str, separator: str = "\n", arrow: str = " -> "
) -> str:
    """Write a task as worked examples and one line that is left open, as GPT-3 was asked.

    Every example is its input, the arrow and its output; the last line is the query and the arrow. Lines
    are separated, and nothing comes before the first or after the last. The prompt must not end in a
    space, even where the arrow does (Brown et al. 2020, fig. 2.1, ends at the arrow too). Without
    examples the open line is the whole prompt: that is zero-shot.

    examples   list of K pairs (input, output), texts
    query      text
    separator  text between two lines
    arrow      text between input and output
    ->         text

    Example: examples [("hot", "cold")], query "up", arrow " = " -> "hot = cold\\nup ="
    """
    raise NotImplementedError


@blank(lesson=10, minutes=12, difficulty=2)
def draw_examples(
    pairs: list[tuple[str, str]], query: str, k: int, generator: torch.Generator
) -> list[tuple[str, str]]:
    """Draw the K examples of a few-shot prompt at random, so that no example is about the query itself.

    Every other pair is as likely as any, in every place of the prompt, and none comes twice. All chance
    comes from the generator.

    pairs      list of pairs (input, output), texts; all inputs are different
    query      one of the inputs
    k          how many examples, from 0 to the number of other pairs
    generator  torch.Generator
    ->         list of k pairs, in the order in which the prompt shows them

    Raises ValueError when there are fewer than k other pairs (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=10, minutes=8, difficulty=2)
def exact_match(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Give the share of answers that are right as a whole: one wrong token makes an answer wrong.

    The mask says which places belong to an answer; what the others hold must not count either way.

    predicted  (B, T) int, ŷ
    targets    (B, T) int, y
    mask       (B, T) bool, True = this token belongs to the answer
    ->         () float, between 0 and 1

    Example: predicted (5, 6, 0), (5, 7, 2), targets (5, 6, 9), (5, 7, 3), mask (T, T, F), (T, T, T) -> 0.5
    """
    raise NotImplementedError


@blank(lesson=10, minutes=5, difficulty=1)
def token_accuracy(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Give the share of the answers' tokens that are right, each token counted alike.

    predicted  (B, T) int, ŷ
    targets    (B, T) int, y
    mask       (B, T) bool, True = this token belongs to an answer
    ->         () float, between 0 and 1

    Example: predicted (5, 6, 0), (5, 7, 2), targets (5, 6, 9), (5, 7, 3), mask (T, T, F), (T, T, T) -> 0.8
    """
    raise NotImplementedError
