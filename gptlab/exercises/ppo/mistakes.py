"""Wrong bodies of gptlab/ppo.py, but for those in mistakes_losses.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake

# ---- token_log_probs


def _probs(name, hint):
    return mistake("ppo.token_log_probs", name, hint)


def _pick(table, ids):
    return table.gather(-1, ids[..., None]).squeeze(-1)


_probs(
    "nothing shifted, the first dropped", "Position t of the logits says how likely token t + 1 is."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids)[:, 1:])
_probs(
    "nothing shifted, the last dropped", "Position t of the logits says how likely token t + 1 is."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids)[:, :-1])
_probs(
    "nothing shifted", "Nobody predicts the first token: T tokens have T − 1 log-probabilities."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids))
_probs(
    "shifted the wrong way", "Position t of the logits says how likely token t + 1 is, not t − 1."
)(lambda logits, ids: _pick(logits[:, 1:].log_softmax(-1), ids[:, :-1]))
_probs("shifted around the end", "The last token is followed by nothing, not by the first.")(
    lambda logits, ids: _pick(logits.log_softmax(-1), ids.roll(-1, 1))
)
_probs("probabilities", "The logarithm is missing.")(
    lambda logits, ids: _pick(logits[:, :-1].softmax(-1), ids[:, 1:])
)
_probs("scores", "Logits are no log-probabilities yet: normalise them.")(
    lambda logits, ids: _pick(logits[:, :-1], ids[:, 1:])
)
_probs("the minus sign of a loss", "A log-probability is never above 0.")(
    lambda logits, ids: -_pick(logits[:, :-1].log_softmax(-1), ids[:, 1:])
)
_probs("softmax over time", "Probabilities sum to 1 over the vocabulary, the last axis.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(1), ids[:, 1:])
)
_probs("the likeliest token's", "Ask for the token that was sampled.")(
    lambda logits, ids: logits[:, :-1].log_softmax(-1).amax(-1)
)
_probs("an axis too many", "gather leaves an axis of size 1 behind.")(
    lambda logits, ids: logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])
)
_probs("the log of a softmax that rounded to 0", "Take the logarithm before anything is rounded.")(
    lambda logits, ids: _pick(logits[:, :-1].softmax(-1).log(), ids[:, 1:])
)
_probs("exp overflows", "exp(10,000) is inf: logsumexp knows how to do without.")(
    lambda logits, ids: _pick(
        logits[:, :-1] - logits[:, :-1].exp().sum(-1, keepdim=True).log(), ids[:, 1:]
    )
)


_probs("bits for nats", "The logarithm is the natural one.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(-1), ids[:, 1:]) / math.log(2)
)
_probs(
    "the whole vocabulary's", "Of each position, the sampled token's alone is asked for: gather."
)(lambda logits, ids: logits[:, :-1].log_softmax(-1))
_probs(
    "gather without the last axis",
    "gather wants ids with as many axes as the table: ids[..., None].",
)(lambda logits, ids: logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:]))
_probs("one number for a text", "Each token after the first has a log-probability of its own.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(-1), ids[:, 1:]).sum(-1)
)
_probs("two tokens ahead", "Position t of the logits says how likely token t + 1 is, not t + 2.")(
    lambda logits, ids: F.pad(_pick(logits[:, :-2].log_softmax(-1), ids[:, 2:]), (0, 1))
)
# ---- kl_estimates


def _kl(name, hint):
    return mistake("ppo.kl_estimates", name, hint)


def _three(k1, k2=lambda k: k**2 / 2, k3=lambda k: torch.expm1(-k) + k):
    return k1, k2(k1), k3(k1)


_kl(
    "policy and reference swapped",
    "k1 is above 0 where the policy likes the token more than the reference does.",
)(lambda new, ref: _three(ref - new))
_kl("k2 without ½", "Half of the square.")(lambda new, ref: _three(new - ref, k2=lambda k: k**2))
_kl(
    "the wrong exponent in k3",
    "k3 needs the ratio of the reference to the policy: the sign in front of k1 matters.",
)(lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(k) - k))
_kl("k3 with the wrong sign of k1", "k3 is never below 0, and for small k1 it is as small as k2.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(-k) - k)
)
_kl("k3 without −1", "Where both policies agree, every estimate is 0.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.exp(-k) + k)
)
_kl("k2 and k3 swapped", "The order is k1, k2, k3.")(
    lambda new, ref: (new - ref, torch.expm1(ref - new) + new - ref, (new - ref) ** 2 / 2)
)
_kl("k1 without its sign", "k1 may be below 0, or its mean would not be the KL.")(
    lambda new, ref: ((new - ref).abs(), *_three(new - ref)[1:])
)
_kl(
    "k1 weighted by the probability",
    "The tokens are sampled: the likely ones come more often already.",
)(lambda new, ref: (new.exp() * (new - ref), *_three(new - ref)[1:]))
_kl("means over the batch", "One estimate for each token.")(
    lambda new, ref: tuple(k.mean() for k in _three(new - ref))
)


_kl("a ratio of the logarithms", "A logarithm of a ratio is a difference of logarithms.")(
    lambda new, ref: _three(new / ref)
)
_kl("probabilities subtracted", "k1 is the difference of the logarithms, as they are given.")(
    lambda new, ref: _three(new.exp() - ref.exp())
)
_kl("k2 without the square", "k2 is half of the square of k1.")(
    lambda new, ref: _three(new - ref, k2=lambda k: k / 2)
)
_kl("k2 half before it is squared", "The ½ stands outside the square.")(
    lambda new, ref: _three(new - ref, k2=lambda k: (k / 2) ** 2)
)
_kl("k3 without + k1", "For small k1, k3 is as small as k2.")(
    lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(-k))
)
_kl(
    "the exponent with the sign of k1", "The ratio in k3 is the reference over the policy, e^(−k1)."
)(lambda new, ref: _three(new - ref, k3=lambda k: torch.expm1(k) + k))
_kl("k3 halved", "Only k2 has a ½.")(
    lambda new, ref: _three(new - ref, k3=lambda k: (torch.expm1(-k) + k) / 2)
)


# ---- token_rewards


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
_rewards("the score one token too far", "Pay at the last kept token, not behind it.")(
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


_TIMES = "nan · 0 is nan, and so is inf · 0: choose with torch.where or masked_fill."


@_rewards("nan times 0", _TIMES)
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


# ---- gae


def _gae(name, hint):
    return mistake("ppo.gae", name, hint)


def _walk(
    rewards,
    values,
    mask,
    gamma=1.0,
    lam=0.95,
    stop=True,
    trace=None,
    value=None,
    bootstrap=False,
    clean=True,
):
    """Go back through the columns; `stop` lets nothing leak out of what is not kept."""
    B, R = mask.shape
    zeros = torch.zeros(B).to(values)
    after = values[:, -1] if bootstrap else zeros
    advantage = zeros
    columns = []
    for t in range(R - 1, -1, -1):
        keep = mask[:, t]
        delta = rewards[:, t] + (gamma if value is None else value) * after - values[:, t]
        new = delta + (gamma * lam if trace is None else trace) * advantage
        columns.insert(0, torch.where(keep, new, 0.0) if clean else new)
        if stop:
            after, advantage = (
                torch.where(keep, values[:, t], after),
                torch.where(keep, new, advantage),
            )
        else:
            after, advantage = values[:, t], new
    advantages = torch.stack(columns, dim=1)
    returns = advantages + values
    return advantages, torch.where(mask, returns, 0.0) if clean else returns


_gae(
    "bootstrapped past the last kept token",
    "Behind the last kept token there is nothing: padding's value must not leak in.",
)(lambda *given, **options: _walk(*given, **options, stop=False))
_gae("numbers at padding", "Both results are 0 at positions that are not kept.")(
    lambda *given, **options: _walk(*given, **options, clean=False)
)
_gae("λ left out", "The advantage that is handed on fades with γ and with λ.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, 1.0)
)
_gae("γ left out", "The argument `gamma` changes nothing in your result.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, 1.0, lam)
)
_gae("γ missing in δ", "The next value is discounted too.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, lam, value=1.0)
)
_gae("γ missing in the fading", "The advantage that is handed on fades with γ and with λ.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, lam, trace=lam)
)
_gae("nothing handed on", "A token's advantage holds a share of the next one's.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, 0.0)
)
_gae(
    "the last value bootstrapped", "After the last token V is 0, also where a row has no padding."
)(lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, lam, bootstrap=True))


def _returns(name, hint, change):
    @_gae(name, hint)
    def body(rewards, values, mask, gamma=1.0, lam=0.95):
        advantages, returns = _walk(rewards, values, mask, gamma, lam)
        return change(advantages, returns, rewards, values, mask)


_returns(
    "returns from whitened advantages",
    "The returns are formed before any whitening.",
    lambda a, _, r, v, m: (
        a,
        torch.where(m, (a - a[m].mean()) / a[m].std(unbiased=False) + v, 0.0),
    ),
)
_returns(
    "advantages whitened",
    "Whitening is a step of its own, behind this one.",
    lambda a, returned, r, v, m: (
        torch.where(m, (a - a[m].mean()) / a[m].std(unbiased=False), 0.0),
        returned,
    ),
)
_returns(
    "returns without the values",
    "Â says how much better it was than V: add V again.",
    lambda a, returned, r, v, m: (a, a),
)
_returns(
    "returns less the values",
    "Â says how much better it was than V: add V again.",
    lambda a, returned, r, v, m: (a, torch.where(m, a - v, 0.0)),
)
_returns(
    "advantages and returns swapped",
    "First the advantages, then the returns.",
    lambda a, returned, r, v, m: (returned, a),
)
_returns(
    "rewards added for values",
    "returns = Â + V, not Â + r.",
    lambda a, _, r, v, m: (a, torch.where(m, a + r, 0.0)),
)


@_gae("from the front to the back", "Advantages look ahead: begin at the last token.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, _ = (
        x.flip(1) for x in _walk(rewards.flip(1), values.flip(1), mask.flip(1), gamma, lam)
    )
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae("V left out of δ", "δ is how much better it was than expected: V_t is what was expected.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, _ = _walk(rewards + values, values, mask, gamma, lam)
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae("nan times 0", _TIMES)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards = rewards * mask
    values = values * mask
    advantages, returns = _walk(rewards, values, mask, gamma, lam, stop=False, clean=False)
    return advantages * mask, returns * mask


def _to_go(rewards, mask, gamma):
    """The discounted rewards that are still to come, over the kept tokens."""
    zeros = torch.zeros_like(rewards)
    return _walk(rewards, zeros, mask, gamma, 1.0)[0]


@_gae("returns as plain rewards-to-go", "returns = Â + V: λ is in them too.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    return _walk(rewards, values, mask, gamma, lam)[0], _to_go(rewards, mask, gamma)


@_gae("advantages as plain rewards-to-go", "An advantage is how much better it was than V said.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = _to_go(rewards, mask, gamma)
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae("advantages with the wrong sign", "Better than expected is above 0.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = -_walk(rewards, values, mask, gamma, lam)[0]
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae("advantages with the wrong sign, not the returns", "Better than expected is above 0.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, returns = _walk(rewards, values, mask, gamma, lam)
    return -advantages, returns


@_gae("γ and λ swapped", "γ discounts the next value, γλ what is handed on.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    return _walk(rewards, values, mask, lam, gamma)


@_gae("handed on without γ and λ", "The advantage that is handed on fades with γ and with λ.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    return _walk(rewards, values, mask, gamma, lam, trace=1.0)


@_gae("the next value left out", "δ compares r + γ V of the next token with V.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    return _walk(rewards, values, mask, gamma, lam, value=0.0)


@_gae("one step alone in the returns", "returns = Â + V, with the whole Â.")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    one_step = _walk(rewards, values, mask, gamma, 0.0)[1]
    return _walk(rewards, values, mask, gamma, lam)[0], one_step


_returns(
    "values less the advantages",
    "Â says how much better it was than V: add it to V.",
    lambda a, returned, r, v, m: (a, torch.where(m, v - a, 0.0)),
)


@_gae(
    "advantages whitened, and the returns made of them",
    "Whitening is a step of its own, behind this one.",
)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, _ = _walk(rewards, values, mask, gamma, lam)
    kept = advantages[mask]
    advantages = torch.where(
        mask, (advantages - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt(), 0.0
    )
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae(
    "0 taken for no γ or λ", "`gamma or 1.0` puts the default in place of 0: both are always given."
)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    return _walk(rewards, values, mask, gamma or 1.0, lam)


# ---- whiten


def _white(name, hint):
    return mistake("ppo.whiten", name, hint)


def _whitened(
    x,
    mask,
    shift_mean=True,
    over=None,
    variance=lambda kept: kept.var(unbiased=False),
    divide=lambda c, v: c / (v + 1e-8).sqrt(),
):
    kept = x[mask] if over is None else over(x, mask)
    mean = kept.mean()
    out = divide(x - mean, variance(kept)) + (0.0 if shift_mean else mean)
    return torch.where(mask, out, 0.0)


_white("padding counted", "Mean and variance are those of the kept positions.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean, over=lambda x, mask: x)
)
_white("padding counted as 0", "A 0 at padding still counts in the mean: choose the kept ones.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, over=lambda x, mask: torch.where(mask, x, 0.0)
    )
)
_white("the unbiased variance", "Divide by n, not by n − 1: torch does the latter unless told.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: kept.var()
    )
)
_white("eps left out", "1e-8 is added to the variance, so that equal numbers do no harm.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / v.sqrt()
    )
)
_white("eps outside the root", "1e-8 is added to the variance, before the root.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v.sqrt() + 1e-8)
    )
)
_white("divided by the variance", "A root is missing.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v + 1e-8)
    )
)
_white("shift_mean left out", "The argument `shift_mean` changes nothing in your result.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask)
)
_white("shift_mean turned around", "True means that the mean goes to 0.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, not shift_mean)
)


@_white(
    "the mean scaled too",
    "With shift_mean=False the mean is taken away, then added again as it was.",
)
def _(x, mask, shift_mean=True):
    return (
        _whitened(x, mask)
        if shift_mean
        else torch.where(mask, x / (x[mask].var(unbiased=False) + 1e-8).sqrt(), 0.0)
    )


@_white("each row by itself", "Mean and variance are those of all kept positions of the batch.")
def _(x, mask, shift_mean=True):
    return torch.cat([_whitened(x[b : b + 1], mask[b : b + 1], shift_mean) for b in range(len(x))])


@_white("numbers at padding", "Positions that are not kept get 0.")
def _(x, mask, shift_mean=True):
    kept = x[mask]
    return (
        F.layer_norm(x - kept.mean(), (1,))
        + (x - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()
        + (0.0 if shift_mean else kept.mean())
    )


@_white("nan times 0", _TIMES)
def _(x, mask, shift_mean=True):
    n = mask.sum()
    mean = (x * mask).sum() / n
    variance = ((x - mean) ** 2 * mask).sum() / n
    out = (x - mean) / (variance + 1e-8).sqrt()
    return (out if shift_mean else out + mean) * mask


@_white(
    "cancellation",
    "The mean of the squares less the square of the mean: for 1000.1 both are about 10⁶, and float32 "
    "keeps no hundredth behind that. Subtract the mean first, then square.",
)
def _(x, mask, shift_mean=True):
    return _whitened(x, mask, shift_mean, variance=lambda kept: (kept**2).mean() - kept.mean() ** 2)


_white("not scaled", "After the shift, the numbers are divided by their spread.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean, divide=lambda c, v: c)
)
_white("scaled, not shifted", "Unless shift_mean is False, the mean goes to 0.")(
    lambda x, mask, shift_mean=True: torch.where(
        mask, x / (x[mask].var(unbiased=False) + 1e-8).sqrt(), 0.0
    )
)
_white("multiplied by the spread", "A wide spread has to shrink: divide.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c * (v + 1e-8).sqrt()
    )
)
_white("the unbiased deviation", "Divide by n, not by n − 1, and add 1e-8 below the root.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v.sqrt() + 1e-8), variance=lambda k: k.var()
    )
)
_white(
    "the variance not centred", "The variance is the mean square around the mean, not around 0."
)(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: (kept**2).mean()
    )
)
_white("a sum for the variance", "The variance is a mean: divide by the number of kept ones.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: ((kept - kept.mean()) ** 2).sum()
    )
)
_white(
    "only the kept ones handed back", "The result has the shape of x, with 0 where nothing is kept."
)(lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean)[mask])
_white("the mean added back twice over", "m is added back as it was, with shift_mean=False only.")(
    lambda x, mask, shift_mean=True: torch.where(mask, _whitened(x, mask) + x[mask].mean(), 0.0)
)


_white("no brackets around x − m", "Python divides first: x − m / √….")(
    lambda x, mask, shift_mean=True: torch.where(
        mask,
        x
        - x[mask].mean() / (x[mask].var(unbiased=False) + 1e-8).sqrt()
        + (0.0 if shift_mean else x[mask].mean()),
        0.0,
    )
)
