"""Wrong bodies of `token_rewards`."""

import torch

from gptlab.exercises.mistake import mistake


def _rewards(name, hint):
    return mistake("ppo.token_rewards", name, hint)


def _paid(place=None, sign=-1.0, scale=None, clean=True, kl=True, weight=lambda beta: 1.0):
    """Rewards with one thing changed; place(mask) says where the score is paid."""

    def body(score, logprobs, ref_logprobs, mask, beta):
        R = mask.shape[1]
        last = R - 1 - mask.flip(1).int().argmax(1) if place is None else place(mask)
        at_last = torch.arange(R) == last[:, None]
        penalty = sign * (beta if scale is None else scale) * (logprobs - ref_logprobs) * float(kl)
        if clean:
            penalty = torch.where(mask, penalty, 0.0)
        return penalty + torch.where(at_last, (score * weight(beta))[:, None], 0.0)

    return body


_rewards(
    "the score in the last column", "The last column may be padding: pay at the last kept token."
)(_paid(place=lambda mask: torch.full(mask.shape[:1], mask.shape[1] - 1)))
_rewards(
    "the score where the tokens are counted",
    "With padding on the left, the number of tokens says nothing about places.",
)(_paid(place=lambda mask: mask.sum(1) - 1))
_rewards(
    "the score at the first token", "The score is for the whole response: it comes at its end."
)(_paid(place=lambda mask: mask.int().argmax(1)))
_rewards("the score one token too far", "Pay at the last kept token, not after it.")(
    _paid(place=lambda mask: mask.shape[1] - mask.flip(1).int().argmax(1))
)
_rewards("KL rewarded", "Moving away from the reference costs: look at the sign.")(_paid(sign=1.0))
_rewards("beta left out", "The argument `beta` changes nothing in your result.")(_paid(scale=1.0))
_rewards("KL left out", "Every kept token is charged for its KL.")(_paid(kl=False))
_rewards("padding charged", "Positions that are not kept get 0.")(_paid(clean=False))
_rewards("the score multiplied by beta", "beta is the price of KL, not of the score.")(
    _paid(weight=lambda beta: beta)
)


@_rewards("the score at every token", "The score is paid once for a response.")
def _(score, logprobs, ref_logprobs, mask, beta):
    return torch.where(mask, score[:, None] - beta * (logprobs - ref_logprobs), 0.0)


@_rewards("no charge at the last token", "The last token gets its score and is charged as well.")
def _(score, logprobs, ref_logprobs, mask, beta):
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
    out = torch.where(mask, -beta * (logprobs - ref_logprobs), 0.0)
    return torch.where(torch.arange(mask.shape[1]) == last[:, None], score[:, None], out)


TIMES = "nan · 0 is nan, and so is inf · 0: choose with torch.where or masked_fill."


@_rewards("nan times 0", TIMES)
def _(score, logprobs, ref_logprobs, mask, beta):
    paid = -beta * (logprobs - ref_logprobs) * mask
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
    return paid + torch.where(torch.arange(mask.shape[1]) == last[:, None], score[:, None], 0.0)


def _charge(of):
    """The right rewards but for what is charged for a token's KL."""
    return lambda score, new, ref, mask, beta: _paid()(
        score, torch.where(mask, of(new - ref), 0.0), torch.zeros_like(new), mask, beta
    )


_rewards("the square charged", "The charge is β · k1, the plain difference.")(
    _charge(lambda k: k**2 / 2)
)
_rewards(
    "the absolute difference charged", "A token that became less likely is paid for: k1 has a sign."
)(_charge(torch.abs))
_rewards("the score subtracted", "The score is paid, only KL is charged.")(
    lambda score, *given: _paid()(-score, *given)
)
_rewards("the score one token early", "Pay at the last kept token, not before it.")(
    _paid(place=lambda mask: mask.shape[1] - 2 - mask.flip(1).int().argmax(1))
)
_rewards("the score left out", "At the last kept token, the score is paid.")(
    lambda score, *given: _paid()(0 * score, *given)
)


@_rewards("all of the KL at the last token", "Every kept token is charged for its own KL.")
def _(score, logprobs, ref_logprobs, mask, beta):
    kl = torch.where(mask, logprobs - ref_logprobs, 0.0).sum(1)
    return _paid(kl=False)(score - beta * kl, logprobs, ref_logprobs, mask, beta)


@_rewards(
    "each response's place in all rows",
    "r[:, last] takes these columns of every row: r[torch.arange(B), last] takes one place of each.",
)
def _(score, logprobs, ref_logprobs, mask, beta):
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
    rewards = torch.where(mask, -beta * (logprobs - ref_logprobs), 0.0)
    rewards[:, last] += score
    return rewards
