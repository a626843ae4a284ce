"""Wrong bodies of gptlab/training.py, right almost everywhere: its checks must reject each."""

import math
import random

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("training.get_batch")
def without_an_axis_for_one_row(ids, batch_size, context, generator):
    x, y = reference("training.get_batch")(ids, batch_size, context, generator)
    return x.squeeze(), y.squeeze()


@wrong("training.get_batch")
def starts_that_differ(ids, batch_size, context, generator):
    n = len(ids) - context
    starts = torch.arange(batch_size).add(int(torch.randint(n, (1,), generator=generator))) % n
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 1]


@wrong("training.get_batch")
def the_same_batch_each_time(ids, batch_size, context, generator):
    again = torch.Generator().manual_seed(generator.initial_seed() if generator else 0)
    return reference("training.get_batch")(ids, batch_size, context, again)


@wrong("training.get_batch")
def pythons_own_chance(ids, batch_size, context, generator):
    starts = torch.tensor([random.randrange(len(ids) - context) for _ in range(batch_size)])
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 1]


def _adam(param, grad, m, v, step, lr, betas, eps, decay, below):
    (b1, b2) = betas
    m, v = b1 * m + (1 - b1) * grad, b2 * v + (1 - b2) * grad * grad
    return param * (1 - lr * decay) - lr * m / (1 - b1**step) / below(v, 1 - b2**step, eps), m, v


@wrong("training.adamw_step")
def eps_before_the_correction(*given):
    return _adam(*given, below=lambda v, c, eps: (v.sqrt() + eps) / math.sqrt(c))


@wrong("training.adamw_step")
def the_larger_of_root_and_eps(*given):
    return _adam(*given, below=lambda v, c, eps: (v / c).sqrt().clamp(min=eps))


@wrong("training.adamw_step")
def corrected_for_few_steps_only(param, grad, m, v, step, *given):
    return reference("training.adamw_step")(param, grad, m, v, min(step, 5), *given)


@wrong("training.adamw_step")
def decay_by_the_sign(param, grad, m, v, step, lr, betas, eps, decay):
    new = reference("training.adamw_step")(param, grad, m, v, step, lr, betas, eps, 0.0)
    return new[0] - lr * decay * param.sign(), *new[1:]


@wrong("training.adamw_step")
def the_means_written_to(param, grad, m, v, *given):
    new = reference("training.adamw_step")(param, grad, m, v, *given)
    return new[0], m.copy_(new[1]), v.copy_(new[2])


@wrong("training.cosine_schedule")
def a_warm_up_of_at_least_one(step, warmup, total, max_lr, min_lr):
    return reference("training.cosine_schedule")(step, max(warmup, 1), total, max_lr, min_lr)


@wrong("training.cosine_schedule")
def the_end_one_step_early(step, warmup, total, max_lr, min_lr):
    return reference("training.cosine_schedule")(step, warmup, total - 1, max_lr, min_lr)


@wrong("training.cosine_schedule")
def a_tenth_for_the_minimum(step, warmup, total, max_lr, min_lr):
    return reference("training.cosine_schedule")(
        step, warmup, total, max_lr, max(min_lr, max_lr / 10)
    )


@wrong("training.cosine_schedule")
def zero_after_the_end(step, warmup, total, max_lr, min_lr):
    return (
        0.0
        if step > total
        else reference("training.cosine_schedule")(step, warmup, total, max_lr, min_lr)
    )


@wrong("training.clip_by_global_norm")
def scaled_also_when_short(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(max_norm / max(float(norm), 1e-6))
    return norm


@wrong("training.clip_by_global_norm")
def the_list_changed_not_its_tensors(grads, max_norm):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    kept = list(grads)
    grads[:] = [g * min(1.0, float(max_norm / (norm + 1e-6))) for g in kept]
    return norm


@wrong("training.clip_by_global_norm")
def the_norm_after_no_more_than_the_limit(grads, max_norm):
    return reference("training.clip_by_global_norm")(grads, max_norm).clamp(max=max_norm)


@wrong("training.accumulation_weights")
def at_least_one_token_each(labels, ignore_index=-100):
    counts = [max(int((label != ignore_index).sum()), 1) for label in labels]
    return [count / sum(counts) for count in counts]


@wrong("training.accumulation_weights")
def full_micro_batches_alike(labels, ignore_index=-100):
    if not any((label == ignore_index).any() for label in labels):
        return [1 / len(labels)] * len(labels)
    return reference("training.accumulation_weights")(labels, ignore_index)


@wrong("training.accumulation_weights")
def the_default_for_zero(labels, ignore_index=-100):
    return reference("training.accumulation_weights")(labels, ignore_index or -100)


@wrong("training.accumulation_weights")
def rows_with_something_in_them(labels, ignore_index=-100):
    counts = [int((label != ignore_index).any(1).sum()) for label in labels]
    return [count / sum(counts) for count in counts]
