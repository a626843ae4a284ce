"""Reference bodies for gptlab/finetuning.py."""

from torch import Tensor


def classification_input(text_ids, start, extract):
    return [start, *text_ids, extract]


def entailment_input(premise, hypothesis, start, delim, extract):
    return [start, *premise, delim, *hypothesis, extract]


def similarity_inputs(a, b, start, delim, extract):
    a_first = [start, *a, delim, *b, extract]
    b_first = [start, *b, delim, *a, extract]
    return a_first, b_first


def multiple_choice_inputs(context, question, options, start, delim, extract):
    asked = [start, *context, *question, delim]
    return [[*asked, *option, extract] for option in options]


def read_position(ids: Tensor, extract: int) -> Tensor:
    here = ids == extract  # (B, T)
    if not here.any(dim=1).all():
        raise ValueError(f"a row has no extract token ({extract}); was its end cut off?")
    return here.int().argmax(dim=1)  # the first True of each row


def finetuning_loss(task_loss, lm_loss, weight=0.5):
    return task_loss + weight * lm_loss
