"""Wrong bodies of gptlab/training.py as people write them, and what each is to be told."""

import math

import torch

from tests.support.natural_ways import natural

BATCH = "training.get_batch"
ADAM = "training.adamw_step"
COSINE = "training.cosine_schedule"
CLIP = "training.clip_by_global_norm"


def _batch(ids, batch_size, context, generator, high=None, x=(0, 0), y=(1, 1)):
    high = len(ids) - context if high is None else high
    starts = torch.randint(high, (batch_size,), generator=generator).tolist()
    read = torch.stack([ids[s + x[0] : s + context + x[1]] for s in starts])
    answer = torch.stack([ids[s + y[0] : s + context + y[1]] for s in starts])
    return read, answer


for _name, _y in (("y is x", (0, 0)), ("stretches of context + 1", (0, 1))):
    natural(BATCH, _name)(
        lambda *given, y=_y: _batch(*given, x=(0, y[1]), y=y)  # both of one length
    )


@natural(BATCH, "the last start left out")
def one_start_less(ids, batch_size, context, generator):
    return _batch(ids, batch_size, context, generator, high=len(ids) - context - 1)


@natural(BATCH, "starts without repeats")
def permuted(ids, batch_size, context, generator):
    starts = torch.randperm(len(ids) - context, generator=generator)[:batch_size]
    x = torch.stack([ids[s : s + context] for s in starts])
    return x, torch.stack([ids[s + 1 : s + context + 1] for s in starts])


@natural(BATCH, "y two tokens later")
def two_ahead(ids, batch_size, context, generator):
    starts = torch.randint(len(ids) - context - 1, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 2]


def _adam(below, correct=lambda x, beta, t: x / (1 - beta**t), decay="apart"):
    def body(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
        beta1, beta2 = betas
        if decay == "coupled":
            grad = grad + weight_decay * param
        exp_avg = exp_avg * beta1 + grad * (1 - beta1)
        exp_avg_sq = exp_avg_sq * beta2 + grad.pow(2) * (1 - beta2)
        m_hat = correct(exp_avg, beta1, step)
        v_hat = correct(exp_avg_sq, beta2, step)
        if decay == "apart":
            param = param * (1 - lr * weight_decay)
        return param - lr * m_hat / below(v_hat, eps), exp_avg, exp_avg_sq

    return body


def _root(v, eps):
    return v.sqrt() + eps


natural(ADAM, "eps inside the root")(_adam(lambda v, eps: torch.sqrt(v + eps)))
natural(ADAM, "math.sqrt of a tensor")(_adam(lambda v, eps: math.sqrt(v) + eps))
natural(ADAM, "the decay in the gradient")(_adam(_root, decay="coupled"))
natural(ADAM, "no decay")(_adam(_root, decay="none"))
natural(ADAM, "no bias correction")(_adam(_root, correct=lambda x, beta, t: x))
natural(ADAM, "the step counted from 0")(
    _adam(_root, correct=lambda x, beta, t: x / (1 - beta ** (t + 1)))
)
natural(ADAM, "β · step for β^step")(_adam(_root, correct=lambda x, b, t: x / (1 - b * t)))
natural(ADAM, "multiplied by the correction")(
    _adam(_root, correct=lambda x, beta, t: (1 - beta**t) * x)
)


def _schedule(warm=lambda s, w, high: high * (s + 1) / w, wave=lambda p: (1 + math.cos(p)) / 2):
    def body(step, warmup, total, max_lr, min_lr):
        if step < warmup:
            return warm(step, warmup, max_lr)
        if step > total:
            return min_lr
        return min_lr + (max_lr - min_lr) * wave(math.pi * (step - warmup) / (total - warmup))

    return body


natural(COSINE, "the warm-up begins at 0")(_schedule(lambda s, w, high: high * s / w))
natural(COSINE, "the cosine from the wrong end")(_schedule(wave=lambda p: (1 - math.cos(p)) / 2))
natural(COSINE, "the ½ left out")(_schedule(wave=lambda p: 1 + math.cos(p)))
natural(COSINE, "the 1 left out")(_schedule(wave=lambda p: 0.5 * math.cos(p)))
natural(COSINE, "a quarter of a wave")(_schedule(wave=lambda p: (1 + math.cos(p / 2)) / 2))
natural(COSINE, "a whole wave")(_schedule(wave=lambda p: (1 + math.cos(2 * p)) / 2))


@natural(CLIP, "the factor handed back")
def factor(grads, max_norm):
    norm = sum((g**2).sum() for g in grads) ** 0.5
    factor = min(1.0, float(max_norm / (norm + 1e-6)))
    for g in grads:
        g *= factor
    return torch.tensor(factor)


@natural(CLIP, "nothing handed back")
def no_return(grads, max_norm):
    norm = sum((g**2).sum() for g in grads) ** 0.5
    for g in grads:
        g *= min(1.0, float(max_norm / (norm + 1e-6)))


@natural(CLIP, "new tensors")
def renamed(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    for g in grads:
        g = g * min(1.0, float(max_norm / (norm + 1e-6)))
    return norm


@natural(CLIP, "each gradient clipped by itself")
def one_by_one(grads, max_norm):
    total = torch.sqrt(sum((g**2).sum() for g in grads))
    for g in grads:
        if g.norm() > max_norm:
            g.mul_(max_norm / (g.norm() + 1e-6))
    return total


@natural(CLIP, "a sum of absolute values")
def first_norm(grads, max_norm):
    norm = torch.cat([g.abs().flatten() for g in grads]).sum()
    for g in grads:
        g.mul_(min(1.0, float(max_norm / (norm + 1e-6))))
    return norm
