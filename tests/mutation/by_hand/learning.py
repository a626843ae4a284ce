"""Wrong bodies of gptlab/training.py, gptlab/instruct.py and gptlab/reward.py."""

import math
import random

import torch
import torch.nn.functional as F

from gptlab.blanks.solutions import reference

from . import wrong

# ---- training


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
    return reference("training.cosine_schedule")(step, warmup, total, max_lr, max(min_lr, max_lr / 10))


@wrong("training.cosine_schedule")
def zero_after_the_end(step, warmup, total, max_lr, min_lr):
    return 0.0 if step > total else reference("training.cosine_schedule")(step, warmup, total, max_lr, min_lr)


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


# ---- instruct


@wrong("instruct.render_chat")
def learnt_once_the_assistant_has_spoken(messages, encode, special, add_reply=False):
    ids, mask = reference("instruct.render_chat")(messages, encode, special, add_reply)
    return ids, [learn or (any(mask[:t]) and token == special["end"]) for t, (token, learn) in enumerate(zip(ids, mask))]


@wrong("instruct.render_chat")
def no_end_for_an_empty_message(messages, encode, special, add_reply=False):
    return reference("instruct.render_chat")([m for m in messages if m["content"]], encode, special, add_reply)


@wrong("instruct.sft_loss")
def one_mean_a_text(logits, ids, mask):
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    learn = mask[:, 1:]
    return torch.stack([losses[b][learn[b]].mean() for b in range(len(ids)) if learn[b].any()]).mean()


@wrong("instruct.sft_loss")
def without_the_last_token(logits, ids, mask):
    return reference("instruct.sft_loss")(logits[:, :-1], ids[:, :-1], mask[:, :-1])


@wrong("instruct.pack")
def shortest_first(sequences, context):
    return reference("instruct.pack")(sorted(sequences, key=len), context)


@wrong("instruct.pack")
def the_last_row_lost_if_not_full(sequences, context):
    tables = reference("instruct.pack")(sequences, context)
    return tables if (tables[1][-1] >= 0).all() else tuple(table[:-1] for table in tables)


@wrong("instruct.pack")
def segments_counted_again_from_zero_after_two(sequences, context):
    ids, segments, positions = reference("instruct.pack")(sequences, context)
    return ids, torch.where(segments >= 0, segments % 2, segments), positions


# ---- reward


@wrong("reward.last_token_index")
def longest_run(mask):
    return mask.shape[1] - 1 - mask.flip(1).int().argmax(1).clamp(max=2)


@wrong("reward.pairwise_loss")
def hinge(chosen, rejected):
    return F.relu(1 - (chosen - rejected)).mean()


@wrong("reward.pairwise_loss")
def a_clamped_difference(chosen, rejected):
    return -F.logsigmoid((chosen - rejected).clamp(-100, 100)).mean()


@wrong("reward.pairwise_loss")
def a_little_added_in_the_log(chosen, rejected):
    return -torch.log(torch.sigmoid(chosen - rejected) + 1e-8).mean()


@wrong("reward.ranking_loss")
def prompts_mixed(rewards):
    flat = rewards.reshape(-1)
    return reference("reward.ranking_loss")(flat)


@wrong("reward.ranking_loss")
def listwise(rewards):
    return torch.stack([rewards[..., i:].logsumexp(-1) - rewards[..., i] for i in range(rewards.shape[-1] - 1)]).mean()


@wrong("reward.agreement")
def of_the_different_labels(labels_a, labels_b):
    a, b = list(map(int, labels_a)), list(map(int, labels_b))
    return len(set(a) & set(b)) / len(set(a) | set(b))


@wrong("reward.agreement")
def kappa(labels_a, labels_b):
    share = reference("reward.agreement")(labels_a, labels_b)
    return (share - 0.5) / 0.5 if share < 1 else 1.0


@wrong("reward.normalize")
def clipped_to_ten(rewards, mean, std):
    return ((rewards - mean) / (std + 1e-3)).clamp(-10, 10)
