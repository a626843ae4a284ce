"""The checks of gptlab/ppo.py: each oracle goes through the kept tokens one by one."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes

MASK = torch.tensor(
    [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]
).bool()  # padding on the right
LEFT = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 1, 1, 0], [1, 1, 1, 1, 0]]).bool()
TWO = torch.tensor([[True, True, False]])
HOLES = torch.tensor([[1, 0, 1, 1, 0], [0, 1, 0, 0, 1], [1, 1, 0, 1, 1]]).bool()


def kept_places(mask: Tensor) -> Iterator[tuple[int, int]]:
    """Row and column of each kept token."""
    return ((b, t) for b in range(mask.shape[0]) for t in range(mask.shape[1]) if mask[b, t])


def _spread(mask: Tensor, numbers: dict[tuple[int, int], Tensor], like: Tensor) -> Tensor:
    """Numbers at their places, 0 elsewhere."""
    zero = torch.zeros((), dtype=like.dtype)
    B, R = mask.shape
    return torch.stack(
        [torch.stack([numbers.get((b, t), zero) for t in range(R)]) for b in range(B)]
    )


def _with_padding(oracle: Callable, *arguments, **options) -> list[Case]:
    """Twice the same numbers with other ones standing at padding: the result does not change."""
    expected, cases = oracle(*arguments, **options), []
    for seed in (88, 89):
        inputs = RandomInputs(seed)
        other = [
            torch.where(MASK, x, 5 * inputs.numbers(*x.shape).tanh()) if _is_table(x) else x
            for x in arguments
        ]
        cases.append(case(*other, expected=expected, about="other numbers at padding", **options))
    return cases


def _odd_padding(oracle: Callable, *arguments, **options) -> Case:
    """nan, inf and −inf at padding: the result does not change."""
    odd = torch.tensor([math.nan, math.inf, -math.inf]).double().repeat(5).reshape(MASK.shape)
    other = [torch.where(MASK, x, odd) if _is_table(x) else x for x in arguments]
    return case(
        *other,
        expected=oracle(*arguments, **options),
        stage=EDGE,
        about="nan, inf and −inf at padding",
        **options,
    )


def _is_table(x: object) -> bool:
    return isinstance(x, Tensor) and x.is_floating_point() and x.shape == MASK.shape


def _gained(logprobs, advantages, mask):
    gains = [advantages[b, t] * logprobs[b, t] for b, t in kept_places(mask)]
    return sum(gains) / -len(gains)


def policy_gradient_loss() -> list[Case]:
    """One kept token after the other is the oracle, and numbers worked by hand."""
    inputs = RandomInputs(80)
    logprobs, advantages = -inputs.numbers(3, 5).abs(), inputs.numbers(3, 5) * 2 + 0.5
    given = logprobs, advantages
    return [
        case(
            torch.tensor([[-0.7, -1.2, -5.0]]).double(),
            torch.tensor([[2.0, -1.0, 3.0]]).double(),
            TWO,
            expected=torch.tensor(0.1).double(),
            about="two kept tokens, worth 2 and −1",
        ),
        *in_all_dtypes(*given, MASK, oracle=_gained, no_gradient_for=(1,)),
        *in_all_dtypes(*given, LEFT, oracle=_gained, no_gradient_for=(1,)),
        case(*given, torch.ones(3, 5).bool(), oracle=_gained, about="no padding"),
        case(logprobs, torch.ones(3, 5).double(), MASK, oracle=_gained, about="all worth 1"),
        *_with_padding(_gained, *given, MASK),
        _odd_padding(_gained, *given, MASK),
        case(*given, HOLES, oracle=_gained, stage=EDGE, about="padding in between"),
        case(
            *(x[:1, :1] for x in given), MASK[:1, :1], oracle=_gained, stage=EDGE, about="one token"
        ),
    ]


def _chosen(logits: Tensor, ids: Tensor) -> Tensor:
    rows = [
        [
            logits[b, t - 1, ids[b, t]] - logits[b, t - 1].logsumexp(0)
            for t in range(1, ids.shape[1])
        ]
        for b in range(ids.shape[0])
    ]
    return torch.stack([torch.stack(row) for row in rows])


def token_log_probs() -> list[Case]:
    """One token after the other is the oracle; ln ½ and ln ¼ by hand."""
    inputs = RandomInputs(81)
    logits, ids = inputs.numbers(2, 4, 6), inputs.ids(6, 2, 4)
    return [
        case(
            torch.tensor([[[0.0, 0.0], [0.0, math.log(3)], [5.0, 9.0]]]).double(),
            torch.tensor([[0, 1, 0]]),
            expected=torch.tensor([[math.log(1 / 2), math.log(1 / 4)]]).double(),
            about="the two tokens had the probabilities ½ and ¼",
        ),
        *in_all_dtypes(logits, ids, oracle=_chosen),
        case(
            torch.zeros(1, 3, 4).double(),
            torch.tensor([[0, 1, 3]]),
            about="all tokens equally likely: −ln 4",
            expected=torch.full((1, 2), -math.log(4), dtype=torch.float64),
        ),
        *in_all_dtypes(
            logits.sign() * 1e4, ids, oracle=_chosen, stage=EDGE, about="scores of ±10,000"
        ),
        case(
            logits[:1, :2], ids[:1, :2], oracle=_chosen, stage=EDGE, about="one text of two tokens"
        ),
    ]


def _estimated(logprobs: Tensor, ref_logprobs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    ratio = torch.exp(ref_logprobs) / torch.exp(logprobs)
    k1 = -torch.log(ratio)
    return k1, 0.5 * k1.abs() * k1.abs(), ratio - 1 - torch.log(ratio)


def kl_estimates() -> list[Case]:
    """Ratios of probabilities are the oracle, and numbers worked by hand."""
    inputs = RandomInputs(82)
    logprobs, ref = -inputs.numbers(2, 3).abs(), -inputs.numbers(2, 3).abs() * 2
    by_hand = torch.tensor([[-1.0]]).double(), torch.tensor([[-2.0]]).double()
    return [
        case(
            *by_hand,
            expected=tuple(torch.tensor([[k]]).double() for k in (1.0, 0.5, math.exp(-1))),
            rtol=1e-6,
        ),
        *in_all_dtypes(logprobs, ref, oracle=_estimated, gradient=False),
        case(ref, ref, expected=(0 * ref,) * 3, about="the same policy"),
    ]


def _rewarded(score, logprobs, ref_logprobs, mask, beta):
    last = dict(kept_places(mask))  # a later place replaces an earlier one
    paid = {
        (b, t): beta * (ref_logprobs[b, t] - logprobs[b, t]) + (score[b] if last[b] == t else 0.0)
        for b, t in kept_places(mask)
    }
    return _spread(mask, paid, logprobs)


def token_rewards() -> list[Case]:
    """One kept token after the other is the oracle."""
    inputs = RandomInputs(83)
    score, logprobs, ref = inputs.numbers(3) * 2, inputs.numbers(3, 5), inputs.numbers(3, 5)
    given = {"oracle": _rewarded, "gradient": False}
    return [
        case(
            torch.tensor([1.0]).double(),
            torch.tensor([[-1.0, -2.0, -9.0]]).double(),
            torch.tensor([[-2.0, -2.5, -5.0]]).double(),
            TWO,
            0.5,
            expected=torch.tensor([[-0.5, 0.75, 0.0]]).double(),
        ),
        *in_all_dtypes(score, logprobs, ref, MASK, 0.3, **given),
        *in_all_dtypes(score, logprobs, ref, LEFT, 1.7, **given, about="padding on both sides"),
        case(score, logprobs, ref, HOLES, 0.5, oracle=_rewarded, about="padding in between"),
        case(score, logprobs, ref, MASK, 0.0, oracle=_rewarded, about="KL costs nothing"),
        *_with_padding(_rewarded, score, logprobs, ref, MASK, 0.3),
        _odd_padding(_rewarded, score, logprobs, ref, MASK, 0.3),
    ]


def _advantages(rewards, values, mask, gamma=1.0, lam=0.95):
    """The sum Σ (γλ)^l δ_{t+l} written out over the kept tokens of each row."""
    found, returned = {}, {}
    for b in range(mask.shape[0]):
        kept = [t for t in range(mask.shape[1]) if mask[b, t]]
        deltas = [
            rewards[b, t]
            - values[b, t]
            + (gamma * values[b, kept[i + 1]] if i + 1 < len(kept) else 0.0)
            for i, t in enumerate(kept)
        ]
        for i, t in enumerate(kept):
            found[b, t] = sum(
                (gamma * lam) ** step * delta for step, delta in enumerate(deltas[i:])
            )
            returned[b, t] = found[b, t] + values[b, t]
    return _spread(mask, found, values), _spread(mask, returned, values)


def gae() -> list[Case]:
    """The sum of the definition, written out, is the oracle."""
    inputs = RandomInputs(84)
    rewards, values = inputs.numbers(3, 5), inputs.numbers(3, 5) + 1
    given = {"oracle": _advantages, "gradient": False}
    return [
        case(
            torch.tensor([[0.0, 1.0, 7.0]]).double(),
            torch.tensor([[0.0, 0.5, 9.0]]).double(),
            TWO,
            lam=0.5,
            expected=(
                torch.tensor([[0.75, 0.5, 0.0]]).double(),
                torch.tensor([[0.75, 1.0, 0.0]]).double(),
            ),
            about="δ is 0.5 and 0.5",
        ),
        *in_all_dtypes(rewards, values, MASK, **given),
        *in_all_dtypes(rewards, values, MASK, gamma=0.9, lam=0.7, **given),
        case(
            rewards,
            values,
            torch.ones(3, 5).bool(),
            gamma=0.5,
            lam=1.0,
            oracle=_advantages,
            about="no padding",
        ),
        case(rewards, values, MASK, gamma=0.8, lam=0.0, oracle=_advantages, about="λ = 0"),
        case(rewards, values, LEFT, gamma=0.9, oracle=_advantages, about="padding on both sides"),
        *_with_padding(_advantages, rewards, values, MASK),
        _odd_padding(_advantages, rewards, values, MASK),
        case(
            rewards,
            values,
            HOLES,
            gamma=0.9,
            oracle=_advantages,
            stage=EDGE,
            about="padding in between",
        ),
        case(rewards, values, MASK, gamma=0.0, oracle=_advantages, stage=EDGE, about="γ = 0"),
        case(
            rewards[:, :1],
            values[:, :1],
            MASK[:, :1],
            oracle=_advantages,
            stage=EDGE,
            about="one token",
        ),
    ]


def _whitened(x, mask, shift_mean=True):
    kept = [x[b, t] for b, t in kept_places(mask)]
    mean = sum(kept) / len(kept)
    spread = torch.sqrt(sum((k - mean) * (k - mean) for k in kept) / len(kept) + 1e-8)
    back = 0.0 if shift_mean else mean
    return _spread(
        mask, {(b, t): (x[b, t] - mean) / spread + back for b, t in kept_places(mask)}, x
    )


def whiten() -> list[Case]:
    """One kept number after the other is the oracle."""
    x = RandomInputs(85).numbers(3, 5) * 3 + 1
    return [
        case(
            torch.tensor([[9.0, 5.0, 99.0]]).double(),
            TWO,
            expected=torch.tensor([[1.0, -1.0, 0.0]]).double(),
            about="mean 7, variance 4",
        ),
        *in_all_dtypes(x, MASK, oracle=_whitened, gradient=False),
        *in_all_dtypes(
            x, LEFT, shift_mean=False, oracle=_whitened, gradient=False, about="the mean stays"
        ),
        case(x, HOLES, oracle=_whitened, about="padding in between"),
        case(x * 1e-4, MASK, oracle=_whitened, about="a variance of about 1e-7"),
        case(
            torch.full((2, 3), 4.0).double(),
            torch.ones(2, 3).bool(),
            expected=torch.zeros(2, 3).double(),
            stage=EDGE,
            about="all numbers alike",
        ),
        *_with_padding(_whitened, x, MASK),
        *_with_padding(_whitened, x, MASK, shift_mean=False),
        _odd_padding(_whitened, x, MASK),
        _odd_padding(_whitened, x, MASK, shift_mean=False),
        case(
            torch.tensor([[1000.0, 1000.1, 999.9, 1000.0]]),
            torch.ones(1, 4).bool(),
            expected=torch.tensor([[0, 2**0.5, -(2**0.5), 0]]),
            rtol=1e-2,
            atol=1e-2,
            stage=EDGE,
            about="float32, mean 1000, variance 0.005",
        ),
    ]


def _policy(logprobs, old_logprobs, advantages, mask, clip=0.2):
    gains = []
    for b, t in kept_places(mask):
        ratio, advantage = (
            torch.exp(logprobs[b, t]) / torch.exp(old_logprobs[b, t]),
            advantages[b, t],
        )
        if advantage > 0:  # a good token gains until 1 + ε, a bad one loses down to 1 − ε
            ratio = ratio if ratio < 1 + clip else ratio * 0 + 1 + clip
        else:
            ratio = ratio if ratio > 1 - clip else ratio * 0 + 1 - clip
        gains.append(ratio * advantage)
    return -sum(gains) / len(gains)


def policy_loss() -> list[Case]:
    """The four cases of the clip, token by token, are the oracle."""
    inputs = RandomInputs(86)
    old = -inputs.numbers(3, 5).abs()
    new, advantages = old + 0.5 * inputs.numbers(3, 5), inputs.numbers(3, 5)
    given = new, old, advantages
    return [
        case(
            torch.tensor([[2.0, 0.5, 1.0]]).double().log(),
            torch.zeros(1, 3).double(),
            torch.tensor([[1.0, 1.0, 9.0]]).double(),
            TWO,
            expected=torch.tensor(-0.85).double(),
            about="the ratios are 2 and ½, the gains 1.2 and 0.5",
        ),
        *in_all_dtypes(*given, MASK, oracle=_policy, no_gradient_for=(1, 2)),
        *in_all_dtypes(*given, LEFT, clip=0.05, oracle=_policy, no_gradient_for=(1, 2)),
        case(*given, torch.ones(3, 5).bool(), clip=0.5, oracle=_policy, about="no padding"),
        case(old, old, advantages, MASK, oracle=_policy, about="the policy that sampled"),
        *_with_padding(_policy, *given, MASK),
        _odd_padding(_policy, *given, MASK),
        case(*given, MASK, clip=0.0, oracle=_policy, stage=EDGE, about="ε = 0"),
    ]


def _value(values, old_values, returns, mask, clip=0.2):
    losses = []
    for b, t in kept_places(mask):
        new, old, goal = values[b, t], old_values[b, t], returns[b, t]
        near = old + clip if new > old + clip else old - clip if new < old - clip else new
        plain, clipped = (new - goal) ** 2, (near - goal) ** 2
        losses.append(plain if plain >= clipped else clipped)
    return sum(losses) / len(losses) / 2


def value_loss() -> list[Case]:
    """The clip token by token is the oracle."""
    inputs = RandomInputs(87)
    old = inputs.numbers(3, 5)
    given = old + 0.4 * inputs.numbers(3, 5), old, old + 0.5 * inputs.numbers(3, 5)
    return [
        case(
            torch.tensor([[1.0, 0.1, 5.0]]).double(),
            torch.zeros(1, 3).double(),
            torch.tensor([[2.0, 0.0, 9.0]]).double(),
            TWO,
            expected=torch.tensor(0.8125).double(),
            about="the larger errors are (0.2 − 2)² and 0.1²",
        ),
        *in_all_dtypes(*given, MASK, oracle=_value, no_gradient_for=(1, 2)),
        *in_all_dtypes(*given, LEFT, clip=0.05, oracle=_value, no_gradient_for=(1, 2)),
        case(*given, torch.ones(3, 5).bool(), clip=0.5, oracle=_value, about="no padding"),
        *_with_padding(_value, *given, MASK),
        _odd_padding(_value, *given, MASK),
        case(*given, MASK, clip=0.0, oracle=_value, stage=EDGE, about="ε = 0"),
    ]


def adaptive_beta() -> list[Case]:
    """Numbers worked by hand; where they are drawn, a share of the most that a step may move β."""
    inputs = RandomInputs(97)
    beta, target = inputs.between(0.05, 0.5), inputs.between(2.0, 9.0)
    share, horizon = inputs.between(-0.9, 0.9), inputs.whole(500, 5_000)
    n, moved = inputs.whole(20, 200), 0.2 * beta * share
    return [
        case(0.1, 6.0, 6.0, 64, 1000.0, expected=0.1, about="on target"),
        case(0.1, 6.6, 6.0, 50, 1000.0, expected=0.1005, about="10 % too much"),
        case(0.2, 5.1, 6.0, 100, 1000.0, expected=0.197, about="15 % too little"),
        case(0.2, 60.0, 6.0, 100, 500.0, expected=0.208, about="far too much"),
        case(0.5, 0.1, 4.0, 200, 1000.0, expected=0.48, about="far too little"),
        case(0.3, -1.0, 2.0, 50, 200.0, expected=0.285, about="an estimate below 0"),
        case(
            beta,
            target + target * share / 5,
            target,
            n,
            float(horizon),
            expected=beta + moved / horizon * n,
            about="not far from the target",
        ),
        case(beta, 3 * target, target, n, float(horizon), expected=beta + beta * n / horizon / 5),
    ]
