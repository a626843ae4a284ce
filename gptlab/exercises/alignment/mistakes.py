"""Wrong bodies of gptlab/alignment.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake

# ---- ptx_loss


def _ptx(name, hint):
    return mistake("alignment.ptx_loss", name, hint)


_ptx("subtracted", "Both are losses, and both are to be made small.")(
    lambda ppo, pre, gamma: ppo - gamma * pre
)
_ptx("γ on PPO's loss", "γ says how much pretraining counts.")(
    lambda ppo, pre, gamma: gamma * ppo + pre
)
_ptx("γ on both", "γ says how much pretraining counts.")(
    lambda ppo, pre, gamma: gamma * (ppo + pre)
)
_ptx("γ left out", "The argument `gamma` changes nothing in your result.")(
    lambda ppo, pre, gamma: ppo + pre
)
_ptx("a mixture", "PPO's loss keeps its whole weight.")(
    lambda ppo, pre, gamma: (1 - gamma) * ppo + gamma * pre
)
_ptx("divided by γ", "A larger γ makes pretraining count more.")(
    lambda ppo, pre, gamma: ppo + pre / (gamma or math.nan)
)
_ptx("no gradient through pretraining", "The pretraining loss is there to move the weights.")(
    lambda ppo, pre, gamma: ppo + gamma * pre.detach()
)
_ptx("a number for a tensor", ".item() takes the loss out of torch, and no gradient comes back.")(
    lambda ppo, pre, gamma: torch.tensor(ppo.item() + gamma * pre.item(), dtype=ppo.dtype)
)


_ptx("a mean of the two", "The losses are added.")(lambda ppo, pre, gamma: (ppo + gamma * pre) / 2)
_ptx("divided by 1 + γ", "The losses are added, with the weights 1 and γ.")(
    lambda ppo, pre, gamma: (ppo + gamma * pre) / (1 + gamma)
)
_ptx("a product", "PPO's loss and γ times the other are added.")(
    lambda ppo, pre, gamma: gamma * ppo * pre
)
_ptx("only pretraining", "PPO's loss changes nothing in your result.")(
    lambda ppo, pre, gamma: gamma * pre + 0 * ppo
)
_ptx("the objective, not the loss", "The paper maximises; both losses here are made small.")(
    lambda ppo, pre, gamma: -ppo - gamma * pre
)
_ptx("PPO's loss with the wrong sign", "`ppo_loss` is a loss already: it is made small as it is.")(
    lambda ppo, pre, gamma: -ppo + gamma * pre
)
_ptx(
    "PPO's loss with the wrong sign, γ left out",
    "Both are losses: they are added as they are, with γ on the second.",
)(lambda ppo, pre, gamma: pre - ppo)
_ptx(
    "γ on PPO's loss, and the wrong sign",
    "`ppo_loss` is a loss already, with the weight 1; γ says how much pretraining counts.",
)(lambda ppo, pre, gamma: pre - gamma * ppo)
_ptx("γ subtracted", "γ is a factor.")(lambda ppo, pre, gamma: ppo + pre - gamma)


# ---- best_of_n


def _best(name, hint):
    return mistake("alignment.best_of_n", name, hint)


_best("the reward, not its place", "Point at the reply: an index is asked for.")(
    lambda rewards: rewards.amax(-1)
)
_best("the worst", "The highest reward is wanted.")(lambda rewards: rewards.argmin(-1))
_best("the best over the first axis", "The K replies to a prompt stand along the last axis.")(
    lambda rewards: rewards.argmax(0)
)
_best("one for the whole batch", "Each prompt has a best reply of its own.")(
    lambda rewards: rewards.argmax()
)
_best("an axis too many", "The axis of the K replies goes away.")(
    lambda rewards: rewards.argmax(-1, keepdim=True)
)
_best(
    "squeezed without an axis",
    "Where there is one prompt only, squeeze() takes that axis away too.",
)(lambda rewards: rewards.topk(1, -1).indices.squeeze())
_best("the largest in size", "A reward far below 0 is no good one.")(
    lambda rewards: rewards.abs().argmax(-1)
)
_best(
    "the last of several equals", "Where several share the highest reward, the first is asked for."
)(lambda rewards: rewards.argsort(dim=-1, stable=True)[..., -1])
_best("the reward and its place", "max(dim) gives a pair; its second part is the place.")(
    lambda rewards: tuple(rewards.max(-1))
)
_best("the whole order", "Of the order, the first is the best.")(
    lambda rewards: rewards.argsort(-1, descending=True)
)
_best("True at the best", "An index is asked for.")(
    lambda rewards: rewards == rewards.amax(-1, keepdim=True)
)
_best("counted from 1", "The first reply is 0.")(lambda rewards: rewards.argmax(-1) + 1)


# ---- best_of_n_kl


def _kl(name, hint):
    return mistake("alignment.best_of_n_kl", name, hint)


_kl("only the logarithm", "Something is subtracted.")(lambda n: math.log(n))
_kl(
    "added for subtracted",
    "The KL is below ln n, for even the best of n was written by the same model.",
)(lambda n: math.log(n) + (n - 1) / n)
_kl("n − 1 not divided by n", "What is subtracted stays below 1.")(lambda n: math.log(n) - (n - 1))
_kl("1/n subtracted", "With n = 1 there is no choice, and the KL is 0.")(
    lambda n: math.log(n) - 1 / n
)
_kl("bits for nats", "The logarithm is the natural one.")(lambda n: math.log2(n) - (n - 1) / n)
_kl("the base 10", "The logarithm is the natural one.")(lambda n: math.log10(n) - (n - 1) / n)
_kl("n and n − 1 turned around", "(n − 1)/n stays below 1.")(
    lambda n: math.log(n) - n / (n - 1) if n > 1 else 0.0
)


_kl("1 subtracted", "What is subtracted is (n − 1)/n: with n = 1 it is 0.")(
    lambda n: math.log(n) - 1
)
_kl("n/(n + 1) subtracted", "What is subtracted is (n − 1)/n: with n = 1 it is 0.")(
    lambda n: math.log(n) - n / (n + 1)
)
_kl("no brackets around n − 1", "Python divides first: n − 1/n.")(lambda n: math.log(n) - n - 1 / n)
_kl("n subtracted, 1/n added", "The fraction (n − 1)/n is 1 − 1/n.")(
    lambda n: math.log(n) - n + 1 / n
)
_kl("the logarithm of n − 1", "The logarithm is that of n.")(
    lambda n: math.log(n - 1) - (n - 1) / n
)
_kl("the logarithm left out", "From the logarithm of n, the fraction is subtracted.")(
    lambda n: (n - 1) / n
)
_kl("the sign turned", "A KL is never below 0.")(lambda n: (n - 1) / n - math.log(n))
_kl("n times the logarithm", "One reply is kept: its KL is log n less the fraction.")(
    lambda n: n * math.log(n) - (n - 1)
)
_kl("brackets around the difference", "Only n − 1 is divided by n.")(
    lambda n: (math.log(n) - (n - 1)) / n
)


# ---- dpo_loss


def _dpo(name, hint):
    return mistake("alignment.dpo_loss", name, hint)


def _loss(margin):
    return -F.logsigmoid(margin).mean()


_dpo(
    "the reference left out",
    "What counts is how much the policy has moved away from the reference.",
)(lambda w, l, ref_w, ref_l, beta: _loss(beta * (w - l)))
_dpo("chosen and rejected swapped", "Your loss falls when the rejected response becomes likelier.")(
    lambda w, l, ref_w, ref_l, beta: _loss(-beta * ((w - ref_w) - (l - ref_l)))
)
_dpo("beta left out", "The argument `beta` changes nothing in your result.")(
    lambda w, l, ref_w, ref_l, beta: _loss((w - ref_w) - (l - ref_l))
)
_dpo("beta outside the sigmoid", "beta scales the rewards, which stand inside.")(
    lambda w, l, ref_w, ref_l, beta: beta * _loss((w - ref_w) - (l - ref_l))
)
_dpo("divided by beta", "A larger beta makes the difference count more.")(
    lambda w, l, ref_w, ref_l, beta: _loss(((w - ref_w) - (l - ref_l)) / beta)
)
_dpo(
    "beta on the policy's part only",
    "beta scales both log-ratios whole, the reference's part of them too.",
)(lambda w, l, ref_w, ref_l, beta: _loss(beta * (w - l) - (ref_w - ref_l)))
_dpo("beta on the chosen one only", "Both rewards are scaled by beta.")(
    lambda w, l, ref_w, ref_l, beta: _loss(beta * (w - ref_w) - (l - ref_l))
)
_dpo(
    "the reference added",
    "A log-ratio is a difference, of two log-probabilities of the same response.",
)(lambda w, l, ref_w, ref_l, beta: _loss(beta * ((w + ref_w) - (l + ref_l))))
_dpo("a sum for a mean", "The loss is per comparison.")(
    lambda w, l, ref_w, ref_l, beta: -F.logsigmoid(beta * ((w - ref_w) - (l - ref_l))).sum()
)
_dpo("the mean before log σ", "Each pair has a loss of its own, and the mean is taken of these.")(
    lambda w, l, ref_w, ref_l, beta: -F.logsigmoid(beta * ((w - ref_w) - (l - ref_l)).mean())
)
_dpo("the minus sign is missing", "log σ is never above 0, a loss is never below it.")(
    lambda w, l, ref_w, ref_l, beta: F.logsigmoid(beta * ((w - ref_w) - (l - ref_l))).mean()
)
_dpo("the logarithm left out", "σ gives a probability; the loss is its surprise.")(
    lambda w, l, ref_w, ref_l, beta: -torch.sigmoid(beta * ((w - ref_w) - (l - ref_l))).mean()
)
_dpo(
    "a log of a sigmoid, or of 1 + eˣ",
    "exp(10,000) is inf, and a sigmoid of −10,000 rounds to 0: take log σ as one function.",
)(lambda w, l, ref_w, ref_l, beta: -torch.sigmoid(beta * ((w - ref_w) - (l - ref_l))).log().mean())


def _margin(w, l, ref_w, ref_l, beta):
    return beta * ((w - ref_w) - (l - ref_l))


def _made_of(loss):
    """A loss that is made of the right margins in another way."""
    return lambda *given: loss(_margin(*given))


_dpo("a hinge", "The loss is −log σ of the margin: it has no corner, and never becomes 0.")(
    _made_of(lambda margin: F.relu(1 - margin).mean())
)
_dpo("the squared error of IPO", "That is IPO's loss; DPO's is −log σ of the margin.")(
    lambda w, l, ref_w, ref_l, beta: (((w - ref_w) - (l - ref_l) - 1 / (2 * beta)) ** 2).mean()
)
_dpo("a squared error", "The loss is −log σ of the margin: no number is aimed at.")(
    _made_of(lambda margin: ((margin - 1) ** 2).mean())
)
_dpo(
    "each response through its own log σ",
    "First the difference of the two rewards, then one log σ.",
)(
    lambda w, l, ref_w, ref_l, beta: (
        -(F.logsigmoid(beta * (w - ref_w)) - F.logsigmoid(beta * (l - ref_l))).mean()
    )
)
_dpo("each response by itself", "Only the difference of the two rewards says who is preferred.")(
    lambda w, l, ref_w, ref_l, beta: (
        -(F.logsigmoid(beta * (w - ref_w)) + F.logsigmoid(-beta * (l - ref_l))).mean()
    )
)
_dpo(
    "each reward through its own sigmoid",
    "First the difference of the two rewards, then one sigmoid.",
)(
    lambda w, l, ref_w, ref_l, beta: (
        -(torch.sigmoid(beta * (w - ref_w)) - torch.sigmoid(beta * (l - ref_l))).mean()
    )
)
_dpo("the chosen response only", "The rejected response changes nothing in your result.")(
    lambda w, l, ref_w, ref_l, beta: _loss(beta * (w - ref_w) + 0 * l)
)
_dpo("a ratio of log-probabilities", "A log-ratio is a difference of the logarithms.")(
    lambda w, l, ref_w, ref_l, beta: _loss(beta * (w / ref_w - l / ref_l))
)
_dpo(
    "a ratio of probabilities",
    "The rewards are differences of log-probabilities, as they are given.",
)(lambda w, l, ref_w, ref_l, beta: _loss(beta * ((w - ref_w).exp() - (l - ref_l).exp())))
_dpo("the log of the mean", "Each pair has a loss of its own, and the mean is taken of these.")(
    _made_of(lambda margin: -torch.sigmoid(margin).mean().log())
)
_dpo("the margin itself", "The margin goes through −log σ.")(
    _made_of(lambda margin: -margin.mean())
)
_dpo("one loss a pair", "The result is one number, the mean.")(
    _made_of(lambda margin: -F.logsigmoid(margin))
)
_dpo("beta squared", "beta scales the margin once.")(
    lambda w, l, ref_w, ref_l, beta: _loss(beta * _margin(w, l, ref_w, ref_l, beta))
)
_dpo(
    "a quotient of powers overflows",
    "exp(10,000) is inf, and inf/inf is nan: take log σ as one function.",
)(_made_of(lambda margin: -(margin.exp() / (1 + margin.exp())).log().mean()))


@mistake(
    "alignment.ptx_loss",
    "always the paper's γ",
    "γ is an argument: 27.8 is only what the paper took.",
)
def _(ppo_loss, pretraining_loss, gamma):
    return ppo_loss + 27.8 * pretraining_loss


@another_way("alignment.ptx_loss", "divided by γ")
def _(ppo_loss, pretraining_loss, gamma):
    return ppo_loss + pretraining_loss / gamma


@mistake(
    "alignment.best_of_n_kl",
    "the divergence the other way round",
    "Here p is the density after the choice: the logarithm is weighed by p(u), not by 1.",
)
def _(n):
    return n - 1 - math.log(n)


@mistake(
    "alignment.best_of_n_kl",
    "a sum over a coarse grid",
    "The integral has a closed form: find it with substitution, or by parts.",
)
def _(n):
    m = 100
    return (
        sum(
            (n * u ** (n - 1)) * math.log(n * u ** (n - 1)) for u in [(i + 1) / m for i in range(m)]
        )
        / m
    )


@mistake(
    "alignment.dpo_loss",
    "the rejected one's reference with the wrong sign",
    "Each reply is held against the reference for itself: write brackets around both differences.",
)
def _(chosen, rejected, ref_chosen, ref_rejected, beta):
    return -F.logsigmoid(beta * (chosen - rejected - ref_chosen - ref_rejected)).mean()


@mistake(
    "alignment.dpo_loss",
    "bits for nats",
    "The natural logarithm gives nats: nothing is divided by ln 2.",
)
def _(chosen, rejected, ref_chosen, ref_rejected, beta):
    return -F.logsigmoid(
        beta * ((chosen - ref_chosen) - (rejected - ref_rejected))
    ).mean() / math.log(2)


@mistake(
    "alignment.dpo_loss",
    "the sign of the difference lost",
    "Where the rejected reply has gained more, the loss has to be high.",
)
def _(chosen, rejected, ref_chosen, ref_rejected, beta):
    return -F.logsigmoid(beta * ((chosen - ref_chosen) - (rejected - ref_rejected)).abs()).mean()
