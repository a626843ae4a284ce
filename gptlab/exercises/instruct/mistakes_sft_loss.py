"""Wrong bodies of `instruct.sft_loss`."""

import torch

from gptlab.exercises.mistake import mistake


@mistake(
    "instruct.sft_loss",
    "unmarked targets counted as token 0",
    "A target that is not marked has to drop out of the mean, not to become another token.",
)
def _(logits, ids, mask):
    target = ids[:, 1:].masked_fill(~mask[:, 1:], 0)
    return torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), target)
