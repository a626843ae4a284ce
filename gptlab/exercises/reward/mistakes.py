"""Wrong bodies of gptlab/reward.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake

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


_last(
    "argmax of a bool mask",
    "torch takes no maximum of True and False: .int() makes numbers of them.",
)(lambda mask: mask.shape[1] - 1 - mask.flip(-1).argmax(-1))
_last("every kept position", "One number for each row, the last kept one.")(
    lambda mask: mask.nonzero()[:, 1]
)
_last(
    "the last kept one of all rows",
    "One number for each row: the maximum is taken along the last axis.",
)(lambda mask: torch.where(mask, torch.arange(mask.shape[1]), -1).max())
_last("the number of positions that are dropped", "True means keep, and a number is no place.")(
    lambda mask: (~mask).sum(-1)
)

_last("the first gap, less one", "A row without padding has no gap, and others begin with one.")(
    lambda mask: (~mask).int().argmax(-1) - 1
)
_last("a place in the whole table", "argmax without an axis gives one number: say along which.")(
    lambda mask: (mask * torch.arange(mask.shape[1]).float()).argmax()
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
    "a log of a sigmoid, or of 1 + eˣ",
    "exp(10,000) is inf, and a sigmoid of −10,000 rounds to 0: take log σ as one function.",
)(lambda chosen, rejected: -torch.sigmoid(chosen - rejected).log().mean())


_pair("a hinge", "The loss is −log σ of the difference: it has no corner, and never becomes 0.")(
    lambda chosen, rejected: F.relu(1 - (chosen - rejected)).mean()
)
_pair("a hinge without a margin", "The loss is −log σ of the difference: it has no corner.")(
    lambda chosen, rejected: F.relu(rejected - chosen).mean()
)
_pair("a squared error", "The loss is −log σ of the difference: no number is aimed at.")(
    lambda chosen, rejected: ((chosen - rejected - 1) ** 2).mean()
)
_pair("the difference itself", "The difference goes through −log σ.")(
    lambda chosen, rejected: (rejected - chosen).mean()
)
_pair("the probability of a mistake", "The loss is −log σ, not 1 − σ.")(
    lambda chosen, rejected: (1 - torch.sigmoid(chosen - rejected)).mean()
)
_pair(
    "each reward through its own sigmoid",
    "First the difference of the two rewards, then one sigmoid.",
)(lambda chosen, rejected: -(torch.sigmoid(chosen) - torch.sigmoid(rejected)).mean())
_pair(
    "each reward through its own log σ", "First the difference of the two rewards, then one log σ."
)(lambda chosen, rejected: -(F.logsigmoid(chosen) - F.logsigmoid(rejected)).mean())
_pair("the log of the mean", "Each pair has a loss of its own, and the mean is taken of these.")(
    lambda chosen, rejected: -torch.sigmoid(chosen - rejected).mean().log()
)
_pair("the ratio for the difference", "Rewards may be 0 or below: they are subtracted.")(
    lambda chosen, rejected: -F.logsigmoid(chosen / rejected).mean()
)
_pair("the difference forgotten", "The rejected reward changes nothing in your result.")(
    lambda chosen, rejected: -F.logsigmoid(chosen).mean() + 0 * rejected.sum()
)
_pair(
    "a little added in the log",
    "A difference of −10,000 has a loss of 10,000: log σ is one function.",
)(lambda chosen, rejected: -torch.log(torch.sigmoid(chosen - rejected) + 1e-8).mean())
_pair(
    "a quotient of powers overflows",
    "exp(10,000) is inf, and inf/inf is nan: take log σ as one function.",
)(lambda chosen, rejected: -torch.log(chosen.exp() / (chosen.exp() + rejected.exp())).mean())

_pair(
    "each reward a label of its own", "Only the difference of the two rewards says who is better."
)(lambda chosen, rejected: (F.softplus(-chosen) + F.softplus(rejected)).mean() / 2)
_pair(
    "shares of rewards for probabilities",
    "Rewards may be 0 or below: exp(r_w) / (exp(r_w) + exp(r_l)) is σ(r_w − r_l).",
)(lambda chosen, rejected: -torch.log(chosen / (chosen + rejected)).mean())


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
    "a log of a sigmoid, or of 1 + eˣ",
    "exp(10,000) is inf, and a sigmoid of −10,000 rounds to 0: take log σ as one function.",
)(lambda rewards: -_pairs(rewards).sigmoid().log().mean())
_rank("one loss a prompt", "The mean runs over the prompts too: the result is one number.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).mean(-1)
)


def _listed(rewards):
    """Plackett and Luce: each reply against all that are left."""
    K = rewards.shape[-1]
    return torch.stack(
        [rewards[..., i:].logsumexp(-1) - rewards[..., i] for i in range(K - 1)], dim=-1
    )


_LIST = "That is the list-wise loss of Plackett and Luce; here the replies are compared in pairs."
_rank("list-wise", _LIST)(lambda rewards: _listed(rewards).mean())
_rank("list-wise, a sum for each prompt", _LIST)(lambda rewards: _listed(rewards).sum(-1).mean())
_rank("divided by K²", "K replies make K(K − 1)/2 pairs.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).sum(-1).mean() / rewards.shape[-1] ** 2
)
_rank("divided by K(K − 1)", "K replies make K(K − 1)/2 pairs.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards)).mean() / 2
)
_rank("hinges", "Each pair's loss is −log σ of its difference.")(
    lambda rewards: F.relu(1 - _pairs(rewards)).mean()
)
_rank("squared errors", "Each pair's loss is −log σ of its difference.")(
    lambda rewards: ((_pairs(rewards) - 1) ** 2).mean()
)
_rank("the log of the mean", "Each pair has a loss of its own, and the mean is taken of these.")(
    lambda rewards: -torch.sigmoid(_pairs(rewards)).mean().log()
)
_rank("the mean before log σ", "Each pair has a loss of its own, and the mean is taken of these.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards).mean())
)
_rank("the logarithm left out", "σ gives a probability; the loss is its surprise.")(
    lambda rewards: -torch.sigmoid(_pairs(rewards)).mean()
)
_rank(
    "each reward through its own sigmoid", "First the difference of two rewards, then one sigmoid."
)(lambda rewards: -F.logsigmoid(_pairs(rewards.sigmoid())).mean())
_rank("each reply with every other", "Each pair counts once, the better one first.")(
    lambda rewards: -(F.logsigmoid(_pairs(rewards)) + F.logsigmoid(-_pairs(rewards))).mean()
)
_rank("prompts mixed", "Replies to different prompts are not compared.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards.flatten())).mean()
)
_rank("sorted first", "The order is people's, not the rewards': it says which should be higher.")(
    lambda rewards: -F.logsigmoid(_pairs(rewards.sort(-1, descending=True).values)).mean()
)
_rank(
    "a quotient of powers overflows",
    "exp(10,000) is inf, and inf/inf is nan: take log σ as one function.",
)(lambda rewards: -(_pairs(rewards).exp() / (1 + _pairs(rewards).exp())).log().mean())

another_way("reward.ranking_loss", "each reply with every other")(
    lambda rewards: -F.logsigmoid(rewards[..., :, None] - rewards[..., None, :]).mean()
)


@_rank("only one prompt thought of", "The replies stand on the last axis: rewards[..., i].")
def _(rewards):
    K = len(rewards)
    losses = [F.softplus(rewards[j] - rewards[i]) for i in range(K) for j in range(i + 1, K)]
    return sum(losses) / len(losses)


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


def _kappa(a, b):
    a, b = [int(x) for x in a], [int(x) for x in b]
    share = sum(_equal(a, b)) / len(a)
    chance = sum(a.count(x) * b.count(x) for x in {*a, *b}) / len(a) ** 2
    return (share - chance) / (1 - chance)


_agree("Cohen's κ", "That takes off what chance alone would give; the plain share is asked for.")(
    _kappa
)
_agree(
    "lists compared as tensors are",
    "`==` of two lists is one answer for the whole: walk through both with zip.",
)(lambda a, b: (a == b).float().mean())
_agree(
    "the mean of two lists' ==",
    "`==` of two lists is one answer for the whole: walk through both with zip.",
)(lambda a, b: (a == b).mean())
_agree(
    "the sum of two lists' ==",
    "`==` of two lists is one answer for the whole: walk through both with zip.",
)(lambda a, b: (a == b).sum() / len(a))
_agree("the different labels that both have", "Label i is held against label i.")(
    lambda a, b: len({int(x) for x in a} & {int(x) for x in b}) / len({int(x) for x in [*a, *b]})
)
_agree(
    "two lists' labels counted", "N is the number of places, not of labels in both lists together."
)(lambda a, b: sum(_equal(a, b)) / (len(a) + len(b)))

another_way("reward.agreement", "all or nothing")(lambda a, b: float(a == b))
another_way("reward.agreement", "the different labels that both have")(
    lambda a, b: len(set(a) & set(b)) / len(set(a) | set(b))
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


_scaled("no brackets around r − mean", "Python divides first: r − mean / std.")(
    lambda rewards, mean, std: rewards - mean / std
)
_scaled(
    "the way back", "That makes raw rewards of normalised ones: subtract the mean, divide by std."
)(lambda rewards, mean, std: rewards * std + mean)
_scaled("the mean left in", "The argument `mean` changes nothing in your result.")(
    lambda rewards, mean, std: rewards / std
)
_scaled("mean − r", "A reward above the mean is above 0.")(
    lambda rewards, mean, std: (mean - rewards) / std
)
_scaled("the batch's own spread", "Mean and spread are those of the reference set, as given.")(
    lambda rewards, mean, std: (rewards - mean) / rewards.std()
)
_scaled("the batch's own mean", "Mean and spread are those of the reference set, as given.")(
    lambda rewards, mean, std: (rewards - rewards.mean()) / std
)
_scaled("a little added to std", "std is above 0, as the docstring says: nothing has to be added.")(
    lambda rewards, mean, std: (rewards - mean) / (std + 1e-5)
)
_scaled("the mean added after the division", "The mean is taken away, before std divides.")(
    lambda rewards, mean, std: rewards / std + mean
)


@_scaled(
    "written into what was given", "rewards belongs to the caller: rewards - mean is a new tensor."
)
def _(rewards, mean, std):
    rewards -= mean
    rewards /= std
    return rewards
