"""Wrong bodies of gptlab/finetuning.py, right almost everywhere: its checks must reject each."""

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("finetuning.classification_input")
def special_ids_typed_in(text_ids, start, extract):
    return [1, *text_ids, 3]


@wrong("finetuning.classification_input")
def a_start_of_zero_taken_for_none(text_ids, start, extract):
    return [start, *text_ids, extract] if start else [*text_ids, extract]


@wrong("finetuning.entailment_input")
def a_delimiter_of_zero_taken_for_none(premise, hypothesis, start, delim, extract):
    middle = [delim] if delim else []
    return [start, *premise, *middle, *hypothesis, extract]


@wrong("finetuning.entailment_input")
def the_longer_text_first(premise, hypothesis, start, delim, extract):
    first, second = sorted([premise, hypothesis], key=len, reverse=True)
    return [start, *first, delim, *second, extract]


@wrong("finetuning.similarity_inputs")
def a_set_of_orders(a, b, start, delim, extract):
    return sorted([[start, *a, delim, *b, extract], [start, *b, delim, *a, extract]])


@wrong("finetuning.similarity_inputs")
def nothing_for_an_empty_text(a, b, start, delim, extract):
    if not b:
        return [start, *a, extract], [start, *a, extract]
    return [start, *a, delim, *b, extract], [start, *b, delim, *a, extract]


@wrong("finetuning.multiple_choice_inputs")
def a_context_must_be_there(context, question, options, start, delim, extract):
    if not context:
        return [[start, delim, *question, *option, extract] for option in options]
    return reference("finetuning.multiple_choice_inputs")(
        context, question, options, start, delim, extract
    )


@wrong("finetuning.multiple_choice_inputs")
def one_option_is_no_choice(context, question, options, start, delim, extract):
    inputs = [[start, *context, *question, delim, *option, extract] for option in options]
    return inputs if len(inputs) > 1 else inputs[0]


@wrong("finetuning.multiple_choice_inputs")
def two_options(context, question, options, start, delim, extract):
    shared = [start, *context, *question, delim]
    return [shared + options[0] + [extract], shared + options[-1] + [extract]]


@wrong("finetuning.read_position")
def the_last_token_that_is_not_0(ids, extract):
    columns = torch.arange(ids.shape[1])
    return torch.where(ids != 0, columns, -1).amax(1)


@wrong("finetuning.read_position")
def the_first_padding_minus_one(ids, extract):
    """Transformers' own line until 2025, with 0 for padding."""
    return ((ids == 0).int().argmax(-1) - 1) % ids.shape[-1]


@wrong("finetuning.read_position")
def an_extract_of_zero_taken_for_padding(ids, extract):
    here = (ids == extract) & (ids != 0)
    return here.int().argmax(1)


@wrong("finetuning.finetuning_loss")
def weights_are_shares(task_loss, lm_loss, weight=0.5):
    return task_loss + min(weight, 1.0) * lm_loss


@wrong("finetuning.finetuning_loss")
def a_weight_of_zero_taken_for_none(task_loss, lm_loss, weight=0.5):
    return task_loss + (weight or 0.5) * lm_loss
