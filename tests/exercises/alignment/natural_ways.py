"""Wrong bodies of gptlab/alignment.py as people write them, and what each is to be told."""

import math

import torch
import torch.nn.functional as F

from tests.support.natural_ways import natural

PTX = "alignment.ptx_loss"
BEST = "alignment.best_of_n"
KL = "alignment.best_of_n_kl"
DPO = "alignment.dpo_loss"
GROUP = "alignment.group_advantages"
RLOO = "alignment.leave_one_out_advantages"

natural(PTX, "subtracted")(lambda a, b, gamma: a - b * gamma)
natural(PTX, "a mixture")(lambda a, b, gamma: torch.lerp(a, b, gamma))
natural(PTX, "divided by 1 + γ")(lambda a, b, gamma: (a + gamma * b) / (gamma + 1))

natural(PTX, "PPO's loss with the wrong sign")(lambda a, b, gamma: gamma * b - a)
natural(PTX, "PPO's loss with the wrong sign, γ left out")(lambda a, b, gamma: -a + b)
natural(PTX, "γ on PPO's loss, and the wrong sign")(lambda a, b, gamma: -gamma * a + b)

natural(BEST, "the reward and its place")(lambda rewards: rewards.max(dim=-1))
natural(BEST, "the worst")(lambda rewards: rewards.argsort(dim=-1)[..., 0])
natural(BEST, "counted from 1")(lambda rewards: 1 + torch.argmax(rewards, dim=-1))
natural(BEST, "one for the whole batch")(torch.argmax)

for _name, _kl in (
    ("only the logarithm", lambda n: math.log(n) - (n - 1) // n),
    ("bits for nats", lambda n: math.log(n, 2) - (n - 1) / n),
    ("brackets around the difference", lambda n: (math.log(n) - n + 1) / n),
    ("the sign turned", lambda n: 1 - 1 / n - math.log(n)),
):
    natural(KL, _name)(_kl)


def _rewards(chosen, rejected, ref_chosen, ref_rejected, beta):
    return beta * (chosen - ref_chosen), beta * (rejected - ref_rejected)


for _name, _loss in (
    ("a hinge", lambda w, l: torch.relu(1 - w + l).mean()),
    (
        "each response through its own log σ",
        lambda w, l: (F.logsigmoid(l) - F.logsigmoid(w)).mean(),
    ),
    ("each response by itself", lambda w, l: (F.softplus(-w) + F.softplus(l)).mean()),
    ("each reward through its own sigmoid", lambda w, l: (l.sigmoid() - w.sigmoid()).mean()),
    ("the log of the mean", lambda w, l: -torch.log((w - l).sigmoid().mean())),
    ("the mean before log σ", lambda w, l: F.softplus(l.mean() - w.mean())),
    ("a log of a sigmoid, or of 1 + eˣ", lambda w, l: torch.log(1 + torch.exp(l - w)).mean()),
    ("chosen and rejected swapped", lambda w, l: F.softplus(w - l).mean()),
    ("a sum for a mean", lambda w, l: F.softplus(l - w).sum()),
):
    natural(DPO, _name)(lambda *given, loss=_loss: loss(*_rewards(*given)))


@natural(DPO, "the squared error of IPO")
def ipo(chosen, rejected, ref_chosen, ref_rejected, beta):
    h = (chosen - rejected) - (ref_chosen - ref_rejected)
    return torch.mean((h - 0.5 / beta) ** 2)


@natural(DPO, "a ratio of log-probabilities")
def ratios(chosen, rejected, ref_chosen, ref_rejected, beta):
    return F.softplus(-beta * (chosen / ref_chosen - rejected / ref_rejected)).mean()


@natural(DPO, "the reference added")
def references_swapped(chosen, rejected, ref_chosen, ref_rejected, beta):
    return F.softplus(-beta * ((chosen - ref_rejected) - (rejected - ref_chosen))).mean()


def _mean(r):
    return torch.mean(r, dim=-1, keepdim=True)


def _std(r, n=1):
    return torch.std(r, dim=-1, keepdim=True, correction=n)


def _others(r):
    K = r.shape[-1]
    return (r.sum(dim=-1, keepdim=True) - r) / (K - 1)


for _name, _advantages in (
    ("the biased deviation", lambda r: (r - _mean(r)) / (_std(r, 0) + 1e-4)),
    ("no brackets around r − mean", lambda r: r - _mean(r) / (_std(r) + 1e-4)),
    ("1e-4 outside the bracket", lambda r: (r - _mean(r)) / _std(r) + 1e-4),
    ("the mean of the others", lambda r: (r - _others(r)) / (_std(r) + 1e-4)),
    ("r · std + mean", lambda r: _std(r) * r + _mean(r)),
    ("not divided by the deviation", lambda r: r - _mean(r)),
    ("the whole batch for a group", lambda r: (r - torch.mean(r)) / (torch.std(r) + 1e-4)),
):
    natural(GROUP, _name)(_advantages)

for _name, _advantages in (
    ("its own reward in the baseline", lambda r: r - _mean(r)),
    ("GRPO", lambda r: (r - _mean(r)) / (_std(r) + 1e-4)),
    ("divided by K", lambda r: r - (r.sum(-1, keepdim=True) - r) / r.shape[-1]),
    ("the sign turned", lambda r: _others(r) - r),
    ("groups along the first axis", lambda r: (r - r.mean(0)) * len(r) / (len(r) - 1)),
    (
        "the sum over the first axis, K from the last",
        lambda r: r - (r.sum(0) - r) / (r.shape[-1] - 1),
    ),
    ("the mean over the first axis", lambda r: r - r.mean(dim=0)),
):
    natural(RLOO, _name)(_advantages)
