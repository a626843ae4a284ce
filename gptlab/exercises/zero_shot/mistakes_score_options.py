"""Wrong bodies of `zero_shot.score_options`."""

import torch

from gptlab import zero_shot
from gptlab.exercises.mistake import mistake


@mistake("zero_shot.score_options", "the prompt counted", "Only the option's own tokens count.")
def _(model, prompt, options, neutral=None):
    out = []
    for o in options:
        ids = torch.tensor([prompt + o])
        m = torch.ones_like(ids, dtype=torch.bool)
        out.append(zero_shot.sequence_log_probability(model(ids), ids, m)[0])
    return torch.stack(out)


@mistake(
    "zero_shot.score_options",
    "the option without its prompt",
    "The option continues the prompt: the model has to read both.",
)
def _(model, prompt, options, neutral=None):
    out = []
    for o in options:
        ids = torch.tensor([o])
        m = torch.ones_like(ids, dtype=torch.bool)
        out.append(zero_shot.sequence_log_probability(model(ids), ids, m)[0])
    return torch.stack(out)


@mistake(
    "zero_shot.score_options",
    "the prompt's length for neutral's",
    "Behind neutral the option begins at another place.",
)
def _(model, prompt, options, neutral=None):
    def go(p):
        out = []
        for o in options:
            ids = torch.tensor([p + o])
            m = torch.zeros_like(ids, dtype=torch.bool)
            m[:, len(prompt) :] = True
            out.append(zero_shot.sequence_log_probability(model(ids), ids, m)[0])
        return torch.stack(out)

    return go(prompt) if neutral is None else go(prompt) - go(neutral)


@mistake(
    "zero_shot.score_options", "a softmax over the options", "The scores themselves come back."
)
def _score_options_again(model, prompt, options, neutral=None):
    out = []
    for o in options:
        ids = torch.tensor([prompt + o])
        m = torch.zeros_like(ids, dtype=torch.bool)
        m[:, len(prompt) :] = True
        out.append(zero_shot.sequence_log_probability(model(ids), ids, m)[0])
    s = torch.stack(out)
    s = s if neutral is None else s - _score_options_again(model, neutral, options)
    return torch.log_softmax(s, 0)
