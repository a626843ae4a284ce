"""Wrong bodies of gptlab/training.py as people write them, and what each is to be told."""

import math

import torch

from tests.support.natural_ways import natural

BATCH = "training.get_batch"
ADAM = "training.adamw_step"
COSINE = "training.cosine_schedule"
CLIP = "training.clip_by_global_norm"
ACCUMULATE = "training.accumulation_weights"


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


@natural(ACCUMULATE, "the same weight for all")
def as_in_the_trainers_of_2024(labels, ignore_index=-100):
    return [1.0 / len(labels) for _ in labels]


@natural(ACCUMULATE, "padding counted")
def by_size(labels, ignore_index=-100):
    total = sum(label.shape[0] * label.shape[1] for label in labels)
    return [label.numel() / total for label in labels]


@natural(ACCUMULATE, "sequences counted")
def by_sequence(labels, ignore_index=-100):
    return [x.size(0) / sum(y.size(0) for y in labels) for x in labels]


@natural(ACCUMULATE, "not divided")
def a_list_of_counts(labels, ignore_index=-100):
    return [(label != ignore_index).sum().item() for label in labels]


@natural(ACCUMULATE, "not divided")
def a_tensor_of_counts(labels, ignore_index=-100):
    return torch.tensor([(label != ignore_index).sum() for label in labels])


@natural(ACCUMULATE, "always −100")
def a_constant(labels, ignore_index=-100):
    counts = [(label != -100).sum() for label in labels]
    return [count / sum(counts) for count in counts]


@natural(ACCUMULATE, "always −100")
def not_negative(labels, ignore_index=-100):
    counts = torch.tensor([float((label >= 0).sum()) for label in labels])
    return (counts / counts.sum()).tolist()


@natural(ACCUMULATE, "token 0 taken for padding")
def positive_only(labels, ignore_index=-100):
    counts = [label.gt(0).sum().item() for label in labels]
    return [count / sum(counts) for count in counts]


@natural(ACCUMULATE, "one over the count")
def one_over(labels, ignore_index=-100):
    return [1 / max(int((label != ignore_index).sum()), 1) for label in labels]


@natural(ACCUMULATE, "divided by all positions")
def two_kinds_of_count(labels, ignore_index=-100):
    everything = torch.cat([label.flatten() for label in labels])
    return [(label != ignore_index).sum() / len(everything) for label in labels]


@natural(ACCUMULATE, "shifted once more")
def as_if_for_a_whole_text(labels, ignore_index=-100):
    counts = [(label[..., 1:] != ignore_index).sum().item() for label in labels]
    return [count / sum(counts) for count in counts]


@natural(ACCUMULATE, "the share inside each micro-batch")
def by_the_mean(labels, ignore_index=-100):
    return [(label != ignore_index).float().mean() for label in labels]


@natural(ACCUMULATE, "one number")
def the_total(labels, ignore_index=-100):
    total = 0
    for label in labels:
        total += (label != ignore_index).sum()
    return total


@natural(COSINE, "the steps counted from 1")
def from_one(step, warmup, total, max_lr, min_lr):
    if step <= warmup:
        return max_lr * step / max(warmup, 1)
    if step >= total:
        return min_lr
    done = (step - warmup) / (total - warmup)
    return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * done)) / 2


@natural(COSINE, "the steps counted from 1")
def one_less(step, warmup, total, max_lr, min_lr):
    step -= 1
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    done = (step - warmup) / (total - warmup)
    return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * done)) / 2


@natural(COSINE, "one step ahead")
def one_more(step, warmup, total, max_lr, min_lr):
    step += 1
    if step <= warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    done = (step - warmup) / (total - warmup)
    return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * done)) / 2


@natural(ADAM, "corrected with the step before")
def one_step_behind(param, grad, m, v, step, lr, betas, eps, decay):
    return _adam(_root, correct=lambda x, beta, t: x / (1 - beta ** max(t - 1, 1)))(
        param, grad, m, v, step, lr, betas, eps, decay
    )


@natural(ADAM, "one β for both")
def b1_twice(param, grad, m, v, step, lr, betas, eps, decay):
    return _adam(_root)(param, grad, m, v, step, lr, (betas[0], betas[0]), eps, decay)


@natural(ADAM, "uphill")
def plus_and_no_decay_sign(param, grad, m, v, step, lr, betas, eps, decay):
    m, v = betas[0] * m + (1 - betas[0]) * grad, betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param * (1 - lr * decay) + lr * m_hat / (v_hat**0.5 + eps), m, v


@natural(ADAM, "only the parameter handed back")
def one_of_three(*given):
    return _adam(_root)(*given)[0]


@natural(ADAM, "written into the given tensors")
def as_an_optimizer(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    exp_avg.mul_(betas[0]).add_(grad, alpha=1 - betas[0])
    exp_avg_sq.mul_(betas[1]).addcmul_(grad, grad, value=1 - betas[1])
    size = (exp_avg_sq / (1 - betas[1] ** step)).sqrt() + eps
    param.mul_(1 - lr * weight_decay)
    param.addcdiv_(exp_avg / (1 - betas[0] ** step), size, value=-lr)
    return param, exp_avg, exp_avg_sq


@natural(ADAM, "v a mean of absolute values")
def absolute(param, grad, m, v, step, lr, betas, eps, decay):
    m, v = betas[0] * m + (1 - betas[0]) * grad, betas[1] * v + (1 - betas[1]) * grad.abs()
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param * (1 - lr * decay) - lr * m_hat / (v_hat.sqrt() + eps), m, v


@natural(CLIP, "short gradients made longer")
def always_to_the_limit(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(max_norm / norm)
    return norm


@natural(CLIP, "the limit shared out")
def shared_out(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(min(1.0, float(max_norm / len(grads) / (g.norm() + 1e-6))))
    return norm


@natural(CLIP, "the norm after the scaling")
def measured_last(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm + 1e-6))
    return torch.cat([g.flatten() for g in grads]).norm()


@natural(CLIP, "a mean square for the norm")
def mean_square(grads, max_norm):
    flat = torch.cat([g.flatten() for g in grads])
    norm = (flat**2).mean().sqrt()
    for g in grads:
        g.mul_(min(1.0, float(max_norm / (norm + 1e-6))))
    return norm


@natural(CLIP, "the last norm only")
def overwritten(grads, max_norm):
    for g in grads:
        norm = g.norm()
    for g in grads:
        if norm > max_norm:
            g *= max_norm / norm
    return norm


@natural(BATCH, "one start for all")
def a_single_start(ids, batch_size, context, generator):
    s = int(torch.randint(len(ids) - context, (1,), generator=generator))
    x = torch.stack([ids[s : s + context]] * batch_size)
    return x, torch.stack([ids[s + 1 : s + context + 1]] * batch_size)


@natural(BATCH, "the generator not passed on")
def without_the_generator(ids, batch_size, context, generator):
    starts = torch.randint(0, len(ids) - context, (batch_size,))
    x = torch.stack([ids[s : s + context] for s in starts])
    return x, torch.stack([ids[s + 1 : s + 1 + context] for s in starts])


@natural(BATCH, "stretches one after the other")
def side_by_side(ids, batch_size, context, generator):
    s = int(torch.randint(max(len(ids) - batch_size * context, 1), (1,), generator=generator))
    starts = (s + torch.arange(batch_size) * context) % (len(ids) - context)
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 1]


@natural(BATCH, "lists for tensors")
def lists(ids, batch_size, context, generator):
    starts = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    x = [ids[s : s + context] for s in starts]
    return x, [ids[s + 1 : s + 1 + context] for s in starts]
