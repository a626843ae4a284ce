"""Wrong bodies of `gae`."""

import torch

from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.ppo.mistakes_token_rewards import TIMES


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
    "After the last kept token there is nothing: padding's value must not leak in.",
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
    "Whitening is a step of its own, after this one.",
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


@_gae("nan times 0", TIMES)
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
    "Whitening is a step of its own, after this one.",
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


_gae("the mask left out", "What is not kept hands nothing on, and both results are 0 there.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, v, m, gamma, lam, stop=False, clean=False)
)
_gae("V added in δ, its next one subtracted", "δ = r + γ V of the next token − V of this one.")(
    lambda r, v, m, gamma=1.0, lam=0.95: _walk(r, -v, m, gamma, lam)
)


@another_way("ppo.gae", "V added in δ, its next one subtracted")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, _ = _walk(rewards, -values, mask, gamma, lam)
    return advantages, torch.where(mask, advantages + values, 0.0)


@_gae(
    "padding set to 0, and walked over",
    "The token before a gap looks at the next kept one: padding hands on what it was given.",
)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    rewards, values = torch.where(mask, rewards, 0.0), torch.where(mask, values, 0.0)
    return _walk(rewards, values, mask, gamma, lam, stop=False)


@another_way("ppo.gae", "from the front to the back")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantage, columns = torch.zeros_like(values[:, 0]), []
    following = torch.cat([values[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    for t in range(mask.shape[1]):
        delta = rewards[:, t] + gamma * following[:, t] - values[:, t]
        advantage = delta + gamma * lam * advantage
        columns.append(torch.where(mask[:, t], advantage, 0.0))
    advantages = torch.stack(columns, dim=1)
    return advantages, torch.where(mask, advantages + values, 0.0)


@another_way("ppo.gae", "nan times 0")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    after = advantage = torch.zeros_like(values[:, 0])
    columns = []
    for t in reversed(range(mask.shape[1])):
        delta = rewards[:, t] + gamma * after - values[:, t]
        advantage = (delta + gamma * lam * advantage) * mask[:, t]
        after = values[:, t] * mask[:, t]
        columns.insert(0, advantage)
    advantages = torch.stack(columns, dim=1)
    return advantages, (advantages + values) * mask


@another_way("ppo.gae", "nan times 0")
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    after = later = torch.zeros_like(values[:, 0])
    advantages = torch.zeros_like(values)
    for t in reversed(range(mask.shape[1])):
        now = rewards[:, t] + gamma * after - values[:, t] + gamma * lam * later
        later = torch.where(mask[:, t], now, later)
        after = torch.where(mask[:, t], values[:, t], after)
        advantages[:, t] = now
    return advantages * mask, (advantages + values) * mask


@_gae(
    "a gap ends the reply",
    "After a gap the reply goes on: what comes next is the next *kept* token, however far it is.",
)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    after = advantage = torch.zeros_like(values[:, 0])
    columns = []
    for t in range(mask.shape[1] - 1, -1, -1):
        delta = rewards[:, t] + gamma * after - values[:, t]
        advantage = torch.where(mask[:, t], delta + gamma * lam * advantage, 0.0)
        after = torch.where(mask[:, t], values[:, t], 0.0)
        columns.insert(0, advantage)
    advantages = torch.stack(columns, dim=1)
    return advantages, torch.where(mask, advantages + values, 0.0)


def _over_gaps(after_gap, advantage_gap):
    """A walk that says apart what V and Â become at a place that is not kept."""

    def body(rewards, values, mask, gamma=1.0, lam=0.95):
        after = advantage = torch.zeros_like(values[:, 0])
        columns = []
        for t in reversed(range(mask.shape[1])):
            keep = mask[:, t]
            new = rewards[:, t] + gamma * after - values[:, t] + gamma * lam * advantage
            columns.insert(0, torch.where(keep, new, 0.0))
            after = torch.where(keep, values[:, t], after_gap(after))
            advantage = torch.where(keep, new, advantage_gap(advantage, gamma * lam))
        advantages = torch.stack(columns, dim=1)
        return advantages, torch.where(mask, advantages + values, 0.0)

    return body


_gae(
    "V does not get across a gap",
    "Before a gap, the next value is that of the next *kept* token: let V stay as it was at padding.",
)(_over_gaps(lambda after: 0 * after, lambda advantage, _: advantage))
_gae(
    "Â does not get across a gap",
    "Before a gap, the next advantage is that of the next *kept* token: let Â stay as it was at padding.",
)(_over_gaps(lambda after: after, lambda advantage, _: 0 * advantage))
_gae(
    "Â fades at padding too",
    "Only a kept token hands on with γλ: at padding, Â stays as it was.",
)(_over_gaps(lambda after: after, lambda advantage, fading: fading * advantage))
_gae(
    "a gap ends V, and fades Â",
    "t + 1 is the next *kept* token, for V and for Â: at padding, both stay as they were.",
)(_over_gaps(lambda after: 0 * after, lambda advantage, fading: fading * advantage))


@_gae(
    "the first columns for the kept ones",
    "How many tokens are kept does not say where they stand: the mask does.",
)
def _(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = torch.zeros_like(values)
    for b, length in enumerate(mask.sum(1).tolist()):
        after = advantage = 0.0
        for t in reversed(range(length)):
            delta = rewards[b, t] + gamma * after - values[b, t]
            advantage = delta + gamma * lam * advantage
            advantages[b, t], after = advantage, values[b, t]
    advantages = torch.where(mask, advantages, 0.0)
    return advantages, torch.where(mask, advantages + values, 0.0)
