"""Wrong bodies of gptlab/reward.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake

# ---- last_token_index


def _last(name, hint):
    return mistake("reward.last_token_index", name, hint)


_last(
    "counted, not looked for",
    "With padding on the left or in between, the number of tokens says nothing about places.",
)(lambda mask: mask.sum(-1) - 1)
_last("counted, and one too far", "Places count from 0, and a number of tokens is no place.")(
    lambda mask: mask.sum(-1)
)
_last("the first kept position", "argmax finds the first maximum.")(
    lambda mask: mask.int().argmax(-1)
)
_last("the end of the row", "The last column may be padding: the reward would be read there.")(
    lambda mask: torch.full(mask.shape[:1], mask.shape[1] - 1)
)
_last("counted from the end", "In a flipped row, places count from the right.")(
    lambda mask: mask.flip(-1).int().argmax(-1)
)
_last("the last of the first run", "Behind a gap there may be more.")(
    lambda mask: mask.int().cumprod(-1).sum(-1) - 1
)
_last("one position too far", "Places count from 0.")(
    lambda mask: mask.shape[1] - mask.flip(-1).int().argmax(-1)
)
_last("an axis too many", "One number for each row: (B).")(
    lambda mask: mask.shape[1] - 1 - mask.flip(-1).int().argmax(-1, keepdim=True)
)

# ---- pairwise_loss


def _pair(name, hint):
    return mistake("reward.pairwise_loss", name, hint)


_pair(
    "chosen and rejected swapped", "Your loss falls when the rejected reply gets the higher reward."
)(lambda chosen, rejected: -F.logsigmoid(rejected - chosen).mean())
_pair("the minus sign is missing", "log σ is never above 0, a loss is never below it.")(
    lambda chosen, rejected: F.logsigmoid(chosen - rejected).mean()
)
_pair("a sum for a mean", "The loss is per comparison.")(
    lambda chosen, rejected: -F.logsigmoid(chosen - rejected).sum()
)
_pair("the mean before log σ", "Each pair has a loss of its own, and the mean is taken of these.")(
    lambda chosen, rejected: -F.logsigmoid((chosen - rejected).mean())
)
_pair("the logarithm left out", "σ gives a probability; the loss is its surprise.")(
    lambda chosen, rejected: -torch.sigmoid(chosen - rejected).mean()
)
_pair("one loss a pair", "The result is one number.")(
    lambda chosen, rejected: -F.logsigmoid(chosen - rejected)
)
_pair("each reward by itself", "Only the difference of the two rewards says who is preferred.")(
    lambda chosen, rejected: -(F.logsigmoid(chosen) + F.logsigmoid(-rejected)).mean()
)
_pair("bits for nats", "The logarithm is the natural one.")(
    lambda chosen, rejected: -F.logsigmoid(chosen - rejected).mean() / math.log(2)
)
_pair(
    "a log of a sigmoid",
    "For a difference of −10,000, exp is inf and the sigmoid 0: take log σ as one function.",
)(lambda chosen, rejected: -torch.sigmoid(chosen - rejected).log().mean())

# ---- ranking_loss


def _rank(name, hint):
    return mistake("reward.ranking_loss", name, hint)


def _pairs(rewards, offset=1):
    K = rewards.shape[-1]
    better, worse = torch.triu_indices(K, K, offset=offset)
    return rewards[..., better] - rewards[..., worse]


_rank("best and worst swapped", "The rewards stand best first: which of two should be higher?")(
    lambda rewards: -F.logsigmoid(-_pairs(rewards)).mean()
)
_rank("each reply against itself", "A reply is not compared with itself.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards, 0)).mean()
)
_rank("each reply against the next only", "Each reply is compared with every one below it.")(
    lambda rewards: (
        -F.logsigmoid(_pairs(rewards)[..., :0].sum() + rewards[..., :-1] - rewards[..., 1:]).mean()
    )
)
_rank("the best against the others only", "The second is compared with those below it too.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)[..., : rewards.shape[-1] - 1]).mean()
)
_rank("a sum over the pairs", "The mean runs over all pairs of a prompt, and over the prompts.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).sum(-1).mean()
)
_rank("divided by K", "There are C(K, 2) pairs of K replies.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).sum(-1).mean() / rewards.shape[-1]
)
_rank("both orders", "Each pair counts once, the better one first.")(
    lambda rewards: -(F.logsigmoid(_pairs(rewards)) + F.logsigmoid(-_pairs(rewards))).mean() / 2
)
_rank("a sum over everything", "The mean runs over all pairs of a prompt, and over the prompts.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).sum()
)
_rank("the minus sign is missing", "log σ is never above 0, a loss is never below it.")(
    lambda rewards: F.logsigmoid(_pairs(rewards)).mean()
)
_rank(
    "a log of a sigmoid",
    "For a difference of −10,000 the sigmoid has rounded to 0: take log σ as one function.",
)(lambda rewards: -_pairs(rewards).sigmoid().log().mean())
_rank("one loss a prompt", "The mean runs over the prompts too: the result is one number.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).mean(-1)
)

# ---- agreement


def _agree(name, hint):
    return mistake("reward.agreement", name, hint)


def _equal(a, b):
    return [bool(x == y) for x, y in zip(a, b, strict=True)]


_agree("a number, not a share", "Divide by the number of labels.")(
    lambda a, b: float(sum(_equal(a, b)))
)
_agree("percent", "A share lies between 0 and 1.")(lambda a, b: 100 * sum(_equal(a, b)) / len(a))
_agree("the share of different labels", "Count the equal ones.")(
    lambda a, b: 1 - sum(_equal(a, b)) / len(a)
)
_agree(
    "all or nothing",
    "`==` of two lists is one answer for the whole, and // leaves the fraction out.",
)(lambda a, b: float(all(_equal(a, b))))
_agree("only labels of 1 counted", "Two labels of 0 agree as well.")(
    lambda a, b: sum(e and bool(x == 1) for e, x in zip(_equal(a, b), a, strict=True)) / len(a)
)
_agree("how often a label occurs in the other list", "Label i is held against label i.")(
    lambda a, b: _equal(a, b) and sum(any(bool(x == y) for y in b) for x in a) / len(a)
)

# ---- normalize


def _scaled(name, hint):
    return mistake("reward.normalize", name, hint)


_scaled("divided before it is shifted", "First the mean goes, then the unit changes.")(
    lambda rewards, mean, std: rewards / std - mean
)
_scaled("multiplied by std", "A wide spread has to shrink.")(
    lambda rewards, mean, std: (rewards - mean) * std
)
_scaled("the mean added", "A reward at the mean becomes 0.")(
    lambda rewards, mean, std: (rewards + mean) / std
)
_scaled("divided by the variance", "std is a standard deviation already: no square.")(
    lambda rewards, mean, std: (rewards - mean) / std**2
)
_scaled("divided by the root of std", "std is a standard deviation already: no root.")(
    lambda rewards, mean, std: (rewards - mean) / std**0.5
)
_scaled(
    "the batch's own mean and spread", "Mean and spread are those of the reference set, as given."
)(lambda rewards, mean, std: (rewards - rewards.mean()) / rewards.std())
_scaled("mean and std swapped", "The mean is subtracted, the spread divides.")(
    lambda rewards, mean, std: (rewards - std) / mean
)
_scaled("the spread left out", "The argument `std` changes nothing in your result.")(
    lambda rewards, mean, std: rewards - mean
)
