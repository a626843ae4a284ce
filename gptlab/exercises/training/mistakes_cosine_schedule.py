"""Wrong bodies of `cosine_schedule`."""

import math

from gptlab.exercises.mistake import mistake


def _cosine(name, hint):
    return mistake("training.cosine_schedule", name, hint)


@_cosine(
    "the warm-up begins at 0", "A step with a learning rate of 0 is lost: step 0 already moves."
)
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * step / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine(
    "the cosine begins at step 0", "Progress runs from 0 at the end of the warm-up to 1 at the end."
)
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = step / total
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine("progress over all steps", "What is left after the warm-up is total − warmup.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / total
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine("a whole wave", "Half a cosine takes it from the top to the bottom.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(2 * math.pi * progress))


@_cosine("a quarter of a wave", "The cosine has to reach −1 at the end.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi / 2 * progress))


@_cosine("min_lr left out", "The argument `min_lr` changes nothing in your result.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return 0.0
    progress = (step - warmup) / (total - warmup)
    return 0.5 * max_lr * (1 + math.cos(math.pi * progress))


@_cosine("too high by min_lr", "The wave is as high as max_lr − min_lr.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * max_lr * (1 + math.cos(math.pi * progress))


@_cosine("up again after the end", "From total on it stays at min_lr: the cosine would rise again.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine("no warm-up", "The first steps climb in a line.")
def _(step, warmup, total, max_lr, min_lr):
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine("a line for the cosine", "It falls slowly, then fast, then slowly again.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return max_lr + (min_lr - max_lr) * progress


@_cosine(
    "the warm-up one step longer", "`while step < warmup`: step = warmup is the cosine's first."
)
def _(step, warmup, total, max_lr, min_lr):
    if step <= warmup and warmup > 0:
        return max_lr * (step + 1) / (warmup + 1)
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


@_cosine("the warm-up begins at min_lr", "The warm-up is a line through 0.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return min_lr + (max_lr - min_lr) * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))
