"""Wrong bodies of `adamw_step`."""

import math

from gptlab.exercises.mistake import another_way, mistake

# ---- adamw_step


def _adam(name, hint):
    return mistake("training.adamw_step", name, hint)


@_adam("no bias correction", "m and v start at 0, so the first steps are too small without it.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    decayed = param - lr * weight_decay * param
    return decayed - lr * m / (v.sqrt() + eps), m, v


@_adam("m not corrected", "Both means start at 0, and both are corrected.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * m / (size.sqrt() + eps), m, v


@_adam("v not corrected", "Both means start at 0, and both are corrected.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (v.sqrt() + eps), m, v


@_adam("the step counted from 0", "The first update is step 1, and it is given to you as 1.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** (step + 1))
    size = v / (1 - betas[1] ** (step + 1))
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), m, v


@_adam("eps inside the root", "eps is added to the root, not to what stands below it.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size + eps).sqrt(), m, v


@_adam("eps left out", "The argument `eps` changes nothing in your result.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / size.sqrt(), m, v


@_adam("no decay", "The argument `weight_decay` changes nothing in your result.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    return param - lr * mean / (size.sqrt() + eps), m, v


@_adam(
    "the decay in the gradient",
    "That is Adam with L2; here the decay goes past m and v, straight to the weights.",
)
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    grad = grad + weight_decay * param
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    return param - lr * mean / (size.sqrt() + eps), m, v


@_adam("the decay not times the learning rate", "The schedule has to slow the decay down too.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), m, v


@_adam("β1 and β2 swapped", "The first belongs to the mean, the second to the square.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[1] * m + (1 - betas[1]) * grad
    v = betas[0] * v + (1 - betas[0]) * grad**2
    mean = m / (1 - betas[1] ** step)
    size = v / (1 - betas[0] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), m, v


@_adam("uphill", "A gradient points to where the loss grows.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed + lr * mean / (size.sqrt() + eps), m, v


@_adam("the root left out", "v is a mean of squares: its root has the gradient's size.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size + eps), m, v


@_adam("v from the gradient itself", "v is a mean of squares.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), m, v


@_adam(
    "corrected m and v handed back",
    "The next step needs m' and v' as they are, before the correction.",
)
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), mean, size


@_adam("the moved parameter decays", "The decay is a share of θ as it was before the step.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    moved = param - lr * mean / (size.sqrt() + eps)
    return moved - lr * weight_decay * moved, m, v


@_adam("m and v not mixed", "Only a share of 1 − β comes in anew.")
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m = betas[0] * m + grad
    v = betas[1] * v + grad**2
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    decayed = param - lr * weight_decay * param
    return decayed - lr * mean / (size.sqrt() + eps), m, v


@_adam(
    "written into the given tensors",
    "All three results are new tensors; mul_ and add_ change those that were given.",
)
def _(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m.mul_(betas[0]).add_((1 - betas[0]) * grad)
    v.mul_(betas[1]).add_((1 - betas[1]) * grad**2)
    mean = m / (1 - betas[0] ** step)
    size = v / (1 - betas[1] ** step)
    param.sub_(lr * weight_decay * param)
    param.sub_(lr * mean / (size.sqrt() + eps))
    return param, m, v


def _adam_with(
    mixed=lambda beta, old, new: beta * old + (1 - beta) * new,
    squared=lambda grad, m: grad * grad,
    corrected=lambda x, beta, step: x / (1 - beta**step),
    move=lambda mean, size, lr, eps: lr * mean / (size.sqrt() + eps),
    decayed=lambda param, lr, weight_decay: param - lr * weight_decay * param,
    step_along=lambda old, new: new,
    handed_back=lambda old, new: new,
):
    """One step of AdamW with one thing changed."""

    def body(param, grad, m, v, step, lr, betas, eps, weight_decay):
        new_m = mixed(betas[0], m, grad)
        new_v = mixed(betas[1], v, squared(grad, new_m))
        mean = corrected(step_along(m, new_m), betas[0], step)
        size = corrected(step_along(v, new_v), betas[1], step)
        param = decayed(param, lr, weight_decay) - move(mean, size, lr, eps)
        return param, handed_back(m, new_m), handed_back(v, new_v)

    return body


_adam("β and 1 − β swapped", "The old mean keeps the larger share, β.")(
    _adam_with(mixed=lambda beta, old, new: (1 - beta) * old + beta * new)
)
_adam("v from the new mean", "v is a mean of the squared gradients, not of m'.")(
    _adam_with(squared=lambda grad, m: m * m)
)
_adam("β · step for β^step", "A power is written **.")(
    _adam_with(corrected=lambda x, beta, step: x / (1 - beta * step))
)
_adam("divided by β^step", "What is missing at the start is β^step: divide by 1 less that.")(
    _adam_with(corrected=lambda x, beta, step: x / beta**step)
)
_adam("multiplied by the correction", "m and v are too small at first: the correction divides.")(
    _adam_with(corrected=lambda x, beta, step: x * (1 - beta**step))
)
_adam("corrected with β instead of β^step", "After many steps nothing is left to be corrected.")(
    _adam_with(corrected=lambda x, beta, step: x / (1 - beta))
)
_adam("not divided by the size", "The step is measured in units of √v̂.")(
    _adam_with(move=lambda mean, size, lr, eps: lr * mean)
)
_adam("the learning rate left out", "The argument `lr` scales the step too, not only the decay.")(
    _adam_with(move=lambda mean, size, lr, eps: mean / (size.sqrt() + eps))
)
_adam("eps on both sides of the root", "eps occurs once, after the root.")(
    _adam_with(move=lambda mean, size, lr, eps: lr * mean / ((size + eps).sqrt() + eps))
)
_adam("math.sqrt of a tensor", "math takes one number: a tensor has torch.sqrt, or .sqrt().")(
    _adam_with(move=lambda mean, size, lr, eps: lr * mean / (math.sqrt(size) + eps))
)
_adam("eps outside the bracket", "eps is added to the root, below the line.")(
    _adam_with(move=lambda mean, size, lr, eps: lr * mean / size.sqrt() + eps)
)
_adam("the decay with the wrong sign", "Decay makes weights smaller.")(
    _adam_with(decayed=lambda param, lr, weight_decay: param + lr * weight_decay * param)
)
_adam("decayed by a constant", "The decay is a share of θ: larger weights lose more.")(
    _adam_with(decayed=lambda param, lr, weight_decay: param - lr * weight_decay)
)
_adam("the step along the old means", "First m' and v' are formed, then the step is made of them.")(
    _adam_with(step_along=lambda old, new: old)
)
_adam("the old means handed back", "The next step needs m' and v'.")(
    _adam_with(handed_back=lambda old, new: old)
)
_adam(
    "corrected with the step before", "`step` is the number of this step: at step 1 the power is 1."
)(_adam_with(corrected=lambda x, beta, step: x / (1 - beta ** max(step - 1, 1))))
_adam("v a mean of absolute values", "v is a mean of squares, so that its root has g's size.")(
    _adam_with(squared=lambda grad, m: grad.abs())
)


@_adam("one β for both", "`betas` are two numbers: β1 for m, β2 for v.")
def _(param, grad, m, v, step, lr, betas, *given):
    return _adam_with()(param, grad, m, v, step, lr, (betas[0], betas[0]), *given)


@another_way("training.adamw_step", "one β for both")
def _(param, grad, m, v, step, lr, betas, *given):
    return _adam_with()(param, grad, m, v, step, lr, (betas[1], betas[1]), *given)


@_adam("only the parameter handed back", "Three results: the parameter, m' and v', in this order.")
def _(*given):
    return _adam_with()(*given)[0]


@_adam("the parameter handed back last", "Three results: the parameter first, then m' and v'.")
def _(*given):
    param, m, v = _adam_with()(*given)
    return m, v, param
