"""Other ways to write gptlab/training.py."""

import math

import torch

from tests.support.other_ways import other_way


@other_way("training.get_batch")
def as_in_nanogpt(ids, batch_size, context, generator):
    starts = torch.randint(len(ids) - context, (batch_size,), generator=generator)
    x = torch.stack([ids[s : s + context] for s in starts])
    y = torch.stack([ids[s + 1 : s + 1 + context] for s in starts])
    return x, y


@other_way("training.get_batch")
def with_unfold(ids, batch_size, context, generator):
    windows = ids.unfold(0, context + 1, 1)
    chosen = windows[torch.randint(0, len(windows), (batch_size,), generator=generator)]
    return chosen[:, :-1], chosen[:, 1:]


@other_way("training.get_batch")
def with_rand(ids, batch_size, context, generator):
    start = (
        torch.rand(batch_size, generator=generator, dtype=torch.float64) * (len(ids) - context)
    ).long()
    rows = [ids[int(s) : int(s) + context + 1] for s in start]
    return torch.stack([row[:-1] for row in rows]), torch.stack([row[1:] for row in rows])


@other_way("training.adamw_step")
def decay_first(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    m = torch.lerp(exp_avg, grad, 1 - betas[0])
    v = exp_avg_sq * betas[1] + (1 - betas[1]) * grad.square()
    moved = param * (1 - lr * weight_decay)
    denominator = v.sqrt() / math.sqrt(1 - betas[1] ** step) + eps
    return moved - lr / (1 - betas[0] ** step) * (m / denominator), m, v


@other_way("training.adamw_step")
def on_copies(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    param, m, v = param.clone(), exp_avg.clone(), exp_avg_sq.clone()
    param.mul_(1 - lr * weight_decay)
    m.mul_(betas[0]).add_(grad, alpha=1 - betas[0])
    v.mul_(betas[1]).addcmul_(grad, grad, value=1 - betas[1])
    param.addcdiv_(m / (1 - betas[0] ** step), (v / (1 - betas[1] ** step)).sqrt() + eps, value=-lr)
    return [param, m, v]


@other_way("training.cosine_schedule")
def with_min(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    done = min(step - warmup, total - warmup) / (total - warmup)
    return min_lr + (max_lr - min_lr) * (0.5 + 0.5 * math.cos(math.pi * done))


@other_way("training.cosine_schedule")
def as_a_tensor(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return torch.tensor((step + 1) / warmup * max_lr, dtype=torch.float64)
    if step > total:
        return torch.tensor(min_lr)
    angle = torch.tensor(math.pi * (step - warmup) / (total - warmup), dtype=torch.float64)
    return min_lr + (max_lr - min_lr) * (1 + torch.cos(angle)) / 2


@other_way("training.clip_by_global_norm")
def with_copy(grads, max_norm):
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    for g in grads:
        g.copy_(g * min(1.0, max_norm / (float(norm) + 1e-6)))
    return norm


@other_way("training.clip_by_global_norm")
def only_when_long(grads, max_norm):
    total = sum(float((g * g).sum()) for g in grads) ** 0.5
    if total + 1e-6 > max_norm:
        for i in range(len(grads)):
            grads[i] *= max_norm / (total + 1e-6)
    return torch.tensor(total, dtype=grads[0].dtype)


@other_way("training.clip_by_global_norm")
def torchs_own(grads, max_norm):
    params = [torch.nn.Parameter(torch.empty_like(g)) for g in grads]
    for p, g in zip(params, grads, strict=True):
        p.grad = g
    return torch.nn.utils.clip_grad_norm_(params, max_norm)


@other_way("training.clip_by_global_norm")
def nothing_added(grads, max_norm):
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm.item()


@other_way("training.get_batch")
def from_a_list_of_starts(ids, batch_size, context, generator):
    last = ids.shape[0] - context - 1
    starts = [int(torch.randint(0, last + 1, (), generator=generator)) for _ in range(batch_size)]
    both = torch.tensor([ids[s : s + context + 1].tolist() for s in starts])
    return both[:, :-1].contiguous(), both[:, 1:].contiguous()


@other_way("training.get_batch")
def with_a_gather(ids, batch_size, context, generator):
    start = torch.randint(
        len(ids) - context, (batch_size, 1), generator=generator, dtype=torch.int32
    ).long()
    places = start + torch.arange(context + 1)
    window = ids.expand(batch_size, -1).gather(1, places)
    return window.narrow(1, 0, context), window.narrow(1, 1, context)


@other_way("training.adamw_step")
def torchs_optimizer(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    leaf = torch.nn.Parameter(param.clone())
    leaf.grad = grad.clone()
    optimizer = torch.optim.AdamW([leaf], lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
    optimizer.state[leaf] = {
        "step": torch.tensor(float(step - 1)),
        "exp_avg": exp_avg.clone(),
        "exp_avg_sq": exp_avg_sq.clone(),
    }
    optimizer.step()
    return leaf.data, optimizer.state[leaf]["exp_avg"], optimizer.state[leaf]["exp_avg_sq"]


@other_way("training.adamw_step")
def with_one_update(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    b1, b2 = betas
    m = exp_avg + (1 - b1) * (grad - exp_avg)
    v = torch.addcmul(b2 * exp_avg_sq, grad, grad, value=1 - b2)
    m_hat, v_hat = m / (1 - math.pow(b1, step)), v / (1 - math.pow(b2, step))
    return torch.stack(
        [param - lr * (m_hat / (torch.sqrt(v_hat) + eps) + weight_decay * param), m, v]
    )


@other_way("training.cosine_schedule")
def as_in_nanogpt_again(step, warmup, total, max_lr, min_lr):
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step > total:
        return min_lr
    ratio = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (max_lr - min_lr)


@other_way("training.clip_by_global_norm")
def with_vector_norm(grads, max_norm):
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads]))
    with torch.no_grad():
        torch._foreach_mul_(list(grads), float((max_norm / (norm + 1e-6)).clamp(max=1.0)))
    return norm


@other_way("training.accumulation_weights")
def as_a_tensor_of_shares(labels, ignore_index=-100):
    counted = torch.stack([label.ne(ignore_index).sum() for label in labels])
    return counted / counted.sum()


@other_way("training.accumulation_weights")
def by_pythons_lists(labels, ignore_index=-100):
    counts = []
    for label in labels:
        flat = label.flatten().tolist()
        counts.append(len(flat) - flat.count(ignore_index))
    total = 0
    for count in counts:
        total += count
    return tuple(count / total for count in counts)


@other_way("training.accumulation_weights")
def two_passes(labels, ignore_index=-100):
    total = torch.cat([label.reshape(-1) for label in labels]).ne(ignore_index).sum()
    return [(label != ignore_index).double().sum() / total for label in labels]


@other_way("training.accumulation_weights")
def by_what_torch_counts(labels, ignore_index=-100):
    def count(label):
        logits = torch.zeros(label.numel(), int(label.max().clamp(min=0)) + 1)
        sums = torch.nn.functional.cross_entropy(
            logits, label.flatten(), ignore_index=ignore_index, reduction="none"
        )
        return label.flatten()[sums > 0].numel() if logits.shape[1] > 1 else 0

    counts = [count(label) for label in labels]
    return [n / sum(counts) for n in counts]
