"""Wrong bodies of gptlab/training.py; `cosine_schedule` has `mistakes_cosine_schedule.py`."""

import torch

from gptlab.exercises.mistake import mistake

# ---- get_batch


def _batch(name, hint):
    return mistake("training.get_batch", name, hint)


def _cut(first=0, last=0, later=1, stride=1, rows=None, given=True):
    """A get_batch with one thing changed."""

    def body(ids, batch_size, context, generator):
        generator = generator if given else None
        starts = torch.randint(
            first, len(ids) - context + last, (rows or batch_size, 1), generator=generator
        )
        places = starts.expand(batch_size, 1) // stride * stride + torch.arange(context)
        return ids[places], ids[places + later]

    return body


_batch("y is x", "y is what comes one token later.")(_cut(later=0))
_batch("the first start left out", "Places count from 0.")(_cut(first=1))
_batch(
    "the last start left out",
    "randint leaves its upper end out already: count the starts for N = context + 1.",
)(_cut(last=-1))
_batch(
    "a start too far", "y has to end inside the text too: count the starts for N = context + 1."
)(_cut(last=1))
_batch("one start for all", "Every row of the batch draws a start of its own.")(_cut(rows=1))
_batch("blocks that do not overlap", "A stretch may begin at any place, not only at multiples.")(
    _cut(stride=2)
)
_batch("the generator not passed on", "The same seed has to give the same stretches.")(
    _cut(given=False)
)


@_batch(
    "x and y swapped",
    "First what the model reads, then what it must predict: y is one token later.",
)
def _(*arguments):
    return _cut()(*arguments)[::-1]


@_batch("always the start of the text", "The starts are drawn.")
def _(ids, batch_size, context, generator):
    return ids[:context].expand(batch_size, -1), ids[1 : context + 1].expand(batch_size, -1)


@_batch("tokens drawn one by one", "Draw the start of a stretch, then read on in order.")
def _(ids, batch_size, context, generator):
    places = torch.randint(len(ids) - context, (batch_size, context), generator=generator)
    return ids[places], ids[places + 1]


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


# ---- clip_by_global_norm


def _clip(name, hint):
    return mistake("training.clip_by_global_norm", name, hint)


def _norm(grads):
    return torch.cat([grad.flatten() for grad in grads]).norm()


def _scale(grads, factor):
    for grad in grads:
        grad.mul_(factor)


@_clip("each gradient clipped by itself", "One factor for all keeps the direction of the step.")
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.mul_(min(1.0, float(max_norm / (grad.norm() + 1e-6))))
    return norm


@_clip("the norm after the scaling", "Hand back the norm as it was before.")
def _(grads, max_norm):
    _scale(grads, (max_norm / (_norm(grads) + 1e-6)).clamp(max=1.0))
    return _norm(grads)


@_clip(
    "short gradients made longer",
    "Where the norm is below max_norm nothing happens: the factor is at most 1.",
)
def _(grads, max_norm):
    norm = _norm(grads)
    _scale(grads, max_norm / (norm + 1e-6))
    return norm


@_clip("norms added up", "Lengths at right angles add up by their squares.")
def _(grads, max_norm):
    norm = sum(grad.norm() for grad in grads)
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip("the root left out", "The norm is the root of the sum of squares.")
def _(grads, max_norm):
    norm = _norm(grads) ** 2
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip(
    "new tensors",
    "`grad = grad * factor` names a new tensor: the ones in the list stay as they were.",
)
def _(grads, max_norm):
    return _norm(grads)


@_clip(
    "each number clipped",
    "Clipping single numbers changes the direction; here all are scaled alike.",
)
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.clamp_(-max_norm, max_norm)
    return norm


@_clip("the largest number for the norm", "The norm is the root of the sum of all squares.")
def _(grads, max_norm):
    norm = max(grad.abs().max() for grad in grads)
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip("the factor turned around", "The longer the gradients, the smaller the factor.")
def _(grads, max_norm):
    norm = _norm(grads)
    _scale(grads, (norm / max_norm).clamp(max=1.0))
    return norm
