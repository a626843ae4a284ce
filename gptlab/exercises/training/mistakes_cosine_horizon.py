"""Wrong bodies of `cosine_schedule` that end somewhere else: the schedule of another run (lesson 10a)."""

import math

from gptlab.exercises.mistake import mistake


def _ending_at(end):
    """The schedule of a run of `end(total)` steps."""

    def body(step, warmup, total, max_lr, min_lr):
        if step < warmup:
            return max_lr * (step + 1) / warmup
        if step >= end(total):
            return min_lr
        progress = (step - warmup) / (end(total) - warmup)
        return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))

    return body


for _times in (2, 4, 8):
    mistake(
        "training.cosine_schedule",
        f"a cosine for a run {_times} times as long",
        "At step = total, where this run ends, the learning rate has to be at min_lr.",
    )(_ending_at(lambda total, times=_times: times * total))


@mistake("training.cosine_schedule", "a cosine down to 0", "The cosine ends at min_lr.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    x = (step - warmup) / (total - warmup)
    return 0.5 * max_lr * (1 + math.cos(math.pi * x))


@mistake(
    "training.cosine_schedule",
    "a quarter of a cosine",
    "Half a cosine goes from 1 to −1: it is flat at both ends.",
)
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    x = (step - warmup) / (total - warmup)
    return min_lr + (max_lr - min_lr) * math.cos(math.pi / 2 * x)


@mistake(
    "training.cosine_schedule",
    "one step of warm-up too many",
    "At step = warmup the cosine begins, with max_lr.",
)
def _(step, warmup, total, max_lr, min_lr):
    if step <= warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    x = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * x))
