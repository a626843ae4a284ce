"""Wrong bodies of gptlab/reward.py as people write them, and what each is to be told."""

import torch
import torch.nn.functional as F

from tests.support.natural_ways import natural

LAST = "reward.last_token_index"
PAIR = "reward.pairwise_loss"
RANK = "reward.ranking_loss"
AGREE = "reward.agreement"
SCALE = "reward.normalize"
ECE = "reward.calibration_error"

natural(LAST, "counted, not looked for")(lambda mask: mask.int().sum(dim=1) - 1)
natural(LAST, "argmax of a bool mask")(lambda mask: mask.size(1) - 1 - mask.flip(1).argmax(1))

for _name, _loss in (
    ("a hinge", lambda c, r: (1 - c + r).clamp(min=0).mean()),
    ("a squared error", lambda c, r: (1 - (c - r)).pow(2).mean()),
    ("each reward through its own sigmoid", lambda c, r: (r.sigmoid() - c.sigmoid()).mean()),
    ("each reward through its own log σ", lambda c, r: (F.logsigmoid(r) - F.logsigmoid(c)).mean()),
    ("the log of the mean", lambda c, r: -(c - r).sigmoid().mean().log()),
    ("the mean before log σ", lambda c, r: -F.logsigmoid(c.mean() - r.mean())),
    ("chosen and rejected swapped", lambda c, r: F.softplus(c - r).mean()),
    ("the difference itself", lambda c, r: -(c - r).mean()),
    ("a log of a sigmoid, or of 1 + eˣ", lambda c, r: torch.log(1 + torch.exp(-(c - r))).mean()),
    ("a log of a sigmoid, or of 1 + eˣ", lambda c, r: -torch.log(torch.sigmoid(c - r)).mean()),
    (
        "a quotient of powers overflows",
        lambda c, r: -torch.log(torch.exp(c) / (torch.exp(c) + torch.exp(r))).mean(),
    ),
):
    natural(PAIR, _name)(_loss)


def _over_pairs(loss, below=lambda n, K: n):
    def body(rewards):
        K = rewards.shape[-1]
        losses = [
            loss(rewards[..., w] - rewards[..., l]) for w in range(K) for l in range(w + 1, K)
        ]
        return sum(losses).mean() / below(len(losses), K)

    return body


def _surprise(difference):
    return -F.logsigmoid(difference)


natural(RANK, "divided by K²")(_over_pairs(_surprise, lambda n, K: K**2))
natural(RANK, "divided by K(K − 1)")(_over_pairs(_surprise, lambda n, K: K * (K - 1)))
natural(RANK, "divided by K")(_over_pairs(_surprise, lambda n, K: K))
natural(RANK, "a sum over the pairs")(_over_pairs(_surprise, lambda n, K: 1))
natural(RANK, "hinges")(_over_pairs(lambda d: torch.relu(1 - d)))
natural(RANK, "squared errors")(_over_pairs(lambda d: (d - 1).square()))
natural(RANK, "best and worst swapped")(_over_pairs(lambda d: -F.logsigmoid(-d)))
natural(RANK, "a log of a sigmoid, or of 1 + eˣ")(_over_pairs(lambda d: (1 + (-d).exp()).log()))
natural(RANK, "prompts mixed")(lambda rewards: _over_pairs(_surprise)(rewards.reshape(-1)))


@natural(RANK, "list-wise, a sum for each prompt")
def plackett_luce(rewards):
    K = rewards.shape[-1]
    total = 0
    for i in range(K - 1):
        total = total - torch.log_softmax(rewards[..., i:], dim=-1)[..., 0]
    return total.mean()


@natural(RANK, "each reply against the next only")
def neighbours(rewards):
    return F.softplus(rewards[..., 1:] - rewards[..., :-1]).mean()


@natural(RANK, "the best against the others only")
def the_first_against_all(rewards):
    return F.softplus(rewards[..., 1:] - rewards[..., :1]).mean()


@natural(AGREE, "Cohen's κ")
def kappa(labels_a, labels_b):
    a, b = torch.as_tensor(labels_a).long(), torch.as_tensor(labels_b).long()
    observed = (a == b).double().mean()
    expected = sum(
        (a == label).double().mean() * (b == label).double().mean()
        for label in torch.cat([a, b]).unique()
    )
    return float((observed - expected) / (1 - expected))


natural(AGREE, "lists compared as tensors are")(lambda a, b: (a == b).float().mean().item())
natural(AGREE, "a number, not a share")(lambda a, b: sum(x == y for x, y in zip(a, b)))

natural(SCALE, "the way back")(lambda rewards, mean, std: mean + std * rewards)


def _binned(sure, n_bins):
    return (sure * n_bins).floor().clamp(max=n_bins - 1)


natural(ECE, "each answer by itself")(lambda s, r, n_bins=10: torch.mean(torch.abs(s - r)).item())
natural(ECE, "the Brier score")(lambda s, r, n_bins=10: F.mse_loss(s, r).item())
natural(ECE, "one bin for all answers")(lambda s, r, n_bins=10: abs(float(s.mean() - r.mean())))


@natural(ECE, "every bin weighs the same")
def unweighted(sure, right, n_bins=10):
    gaps = []
    for b in range(n_bins):
        chosen = _binned(sure, n_bins) == b
        if chosen.any():
            gaps.append(abs(float(sure[chosen].mean()) - float(right[chosen].mean())))
    return sum(gaps) / len(gaps)


@natural(ECE, "empty bins divide 0 by 0")
def without_a_look(sure, right, n_bins=10):
    error = 0.0
    for low in range(n_bins):
        chosen = (_binned(sure, n_bins) == low).nonzero().squeeze(1)
        error = error + len(chosen) * (right[chosen].mean() - sure[chosen].mean()).abs()
    return error / len(sure)


@natural(ECE, "1 is in no bin")
def below_the_upper_end(sure, right, n_bins=10):
    error = 0.0
    for b in range(n_bins):
        inside = (sure >= b / n_bins) & (sure < (b + 1) / n_bins)
        if inside.sum():
            gap = (right[inside].mean() - sure[inside].mean()).abs().item()
            error += inside.float().mean().item() * gap
    return error


@natural(ECE, "0 is in no bin")
def above_the_lower_end(sure, right, n_bins=10):
    error = 0.0
    for b in range(n_bins):
        inside = (sure > b / n_bins) & (sure <= (b + 1) / n_bins)
        if inside.sum():
            gap = (right[inside].mean() - sure[inside].mean()).abs().item()
            error += inside.float().mean().item() * gap
    return error
