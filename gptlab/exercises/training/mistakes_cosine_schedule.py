"""Wrong bodies of `cosine_schedule`."""

import math

from gptlab.exercises.mistake import another_way, mistake


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


@_cosine(
    "the warm-up begins at 0, and the cosine at step 0",
    "Two things: step 0 already moves, and progress is 0 at the end of the warm-up.",
)
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * step / warmup
    if step >= total:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * step / total))


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


def _curve(
    cosine=lambda step, warmup, total, high, low: (
        low + (high - low) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2
    ),
    last=lambda step, total: step >= total,
):
    """A schedule with another cosine, or another end."""

    def body(step, warmup, total, max_lr, min_lr):
        if step < warmup:
            return max_lr * (step + 1) / warmup
        return min_lr if last(step, total) else cosine(step, warmup, total, max_lr, min_lr)

    return body


def _turn(step, warmup, total):
    return math.cos(math.pi * (step - warmup) / (total - warmup))


_cosine("the cosine from the wrong end", "After the warm-up it stands at max_lr, and falls.")(
    _curve(lambda s, w, t, high, low: low + 0.5 * (high - low) * (1 - _turn(s, w, t)))
)
_cosine("the ½ left out", "1 + cos runs from 2 to 0: half of it from 1 to 0.")(
    _curve(lambda s, w, t, high, low: low + (high - low) * (1 + _turn(s, w, t)))
)
_cosine("the 1 left out", "The cosine alone runs from 1 to −1: 1 + cos is never below 0.")(
    _curve(lambda s, w, t, high, low: low + 0.5 * (high - low) * _turn(s, w, t))
)
_cosine("max_lr added for min_lr", "The wave stands on min_lr.")(
    _curve(lambda s, w, t, high, low: high + 0.5 * (high - low) * (1 + _turn(s, w, t)))
)
_cosine("π left out", "Half a wave is an angle of π.")(
    _curve(lambda s, w, t, h, low: low + (h - low) * (1 + math.cos((s - w) / (t - w))) / 2)
)
_cosine("degrees", "math.cos counts in radians: half a wave is π, not 180.")(
    _curve(lambda s, w, t, h, low: low + (h - low) * (1 + math.cos(180 * (s - w) / (t - w))) / 2)
)
_cosine("the cosine one step ahead", "At step = warmup the cosine begins: progress is 0 there.")(
    _curve(lambda s, w, t, high, low: low + 0.5 * (high - low) * (1 + _turn(s + 1, w, t)))
)
_cosine("max_lr after the warm-up", "After the warm-up it falls along half a cosine.")(
    _curve(lambda s, w, t, high, low: high)
)
_cosine("the end one step early", "The cosine reaches its end at step = total.")(
    _curve(
        lambda s, w, t, high, low: low + 0.5 * (high - low) * (1 + _turn(s, w, t - 1)),
        lambda step, total: step >= total - 1,
    )
)
_cosine("0 from the end on", "From total on it stays at min_lr.")(
    lambda step, *given: 0.0 if step >= given[1] else _curve()(step, *given)
)


@_cosine(
    "divided by a warm-up of 0", "Ask `step < warmup` first: without a warm-up it is never so."
)
def _(step, warmup, total, max_lr, min_lr):
    climbing = max_lr * (step + 1) / warmup
    return climbing if step < warmup else _curve()(step, warmup, total, max_lr, min_lr)


_cosine("no brackets around step + 1", "Python divides first: step + 1 / warmup.")(
    lambda step, warmup, total, max_lr, min_lr: (
        max_lr * step + 1 / warmup
        if step < warmup
        else _curve()(step, warmup, total, max_lr, min_lr)
    )
)
_cosine(
    "no brackets around total − warmup", "Python divides first: (step − warmup) / total − warmup."
)(
    _curve(
        lambda s, w, t, high, low: (
            low + 0.5 * (high - low) * (1 + math.cos(math.pi * ((s - w) / t - w)))
        )
    )
)


@_cosine("the steps counted from 1", "The first step is step 0: it already has a learning rate.")
def _(step, warmup, total, max_lr, min_lr):
    if step <= warmup:
        return max_lr * step / max(warmup, 1)
    return _curve()(step, warmup, total, max_lr, min_lr)


@another_way("training.cosine_schedule", "the steps counted from 1")
def _(step, warmup, total, max_lr, min_lr):
    return _curve()(step - 1, warmup, total, max_lr, min_lr)


@_cosine("one step ahead", "The `+ 1` belongs to the warm-up's line alone.")
def _(step, warmup, total, max_lr, min_lr):
    step = step + 1
    if step <= warmup:
        return max_lr * (step + 1) / warmup
    return _curve()(step, warmup, total, max_lr, min_lr)


@another_way("training.cosine_schedule", "one step ahead")
def _(step, warmup, total, max_lr, min_lr):
    return _curve()(step + 1, warmup, total, max_lr, min_lr)


@_cosine("the warm-up along a cosine", "The warm-up is a straight line: step + 1 out of warmup.")
def _(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return 0.5 * max_lr * (1 - math.cos(math.pi * (step + 1) / warmup))
    return _curve()(step, warmup, total, max_lr, min_lr)
