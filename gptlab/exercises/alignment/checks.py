"""The checks of gptlab/alignment.py."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes


def ptx_loss() -> list[Case]:
    """Numbers worked by hand, and some that are drawn, put together by a scalar product."""
    ppo, pretraining = torch.tensor(-0.5).double(), torch.tensor(2.0).double()
    inputs = RandomInputs(98)
    drawn, gamma = inputs.numbers(2), inputs.between(0.5, 30.0)
    return [
        case(ppo, pretraining, 27.8, expected=torch.tensor(55.1, dtype=torch.float64)),
        *in_all_dtypes(
            ppo, pretraining, 0.3, oracle=lambda a, b, gamma: torch.stack([a, b * gamma]).sum()
        ),
        case(
            drawn[0], drawn[1], gamma, expected=torch.dot(drawn, torch.tensor([1, gamma]).double())
        ),
        case(ppo, pretraining, 0.0, expected=ppo, about="γ = 0"),
    ]


def best_of_n() -> list[Case]:
    """Python's max is the oracle."""
    inputs = RandomInputs(91)

    def oracle(rewards: Tensor) -> Tensor:
        rows = rewards.reshape(-1, rewards.shape[-1]).tolist()
        return torch.tensor([max(range(len(row)), key=row.__getitem__) for row in rows]).reshape(
            rewards.shape[:-1]
        )

    return [
        case(torch.tensor([0.1, 2.0, -1.0]).double(), expected=torch.tensor(1)),
        *in_all_dtypes(inputs.numbers(3, 5), oracle=oracle, gradient=False),
        case(inputs.numbers(2, 3, 4), oracle=oracle),
        case(-inputs.numbers(6, 4).abs(), oracle=oracle, about="all below 0"),
        case(inputs.numbers(3, 1), oracle=oracle, stage=EDGE, about="one reply"),
        case(
            torch.tensor([[-5.0, -2.0, -2.0], [1.0, 1.0, 1.0]]).double(),
            expected=torch.tensor([1, 0]),
            stage=EDGE,
            about="several share the highest reward: the first of them",
        ),
        case(inputs.numbers(1, 4), oracle=oracle, stage=EDGE, about="a batch of one prompt"),
    ]


def best_of_n_kl() -> list[Case]:
    """ln n less (n − 1)/n, from numbers worked by hand, and of an n that is drawn."""
    n = RandomInputs(99).whole(2_000, 10**9)
    return [
        case(2, expected=0.1931471805599453),
        case(4, expected=0.6362943611198906),
        case(16, expected=math.log(16) - 0.9375),
        case(1000, expected=math.log(1000) - 0.999),
        case(n, expected=math.log(n) - (n - 1) / n),
        case(1, expected=0.0, stage=EDGE, about="no choice"),
    ]


def _preferred(chosen, rejected, ref_chosen, ref_rejected, beta):
    """softplus(−x) = −log σ(x), pair by pair."""
    losses = [
        F.softplus(beta * ((l - ref_l) - (w - ref_w)))
        for w, l, ref_w, ref_l in zip(chosen, rejected, ref_chosen, ref_rejected, strict=True)
    ]
    return torch.stack(losses).mean()


def dpo_loss() -> list[Case]:
    """Pair by pair is the oracle; ln 2 by hand for a policy that has not moved."""
    inputs = RandomInputs(92)
    given = [-3 * inputs.numbers(5).abs() for _ in range(4)]
    far = torch.tensor([-1e4, 0.0, -3.0, -5.0]).double()
    return [
        case(
            given[0],
            given[1],
            given[0],
            given[1],
            0.5,
            about="a policy that has not moved: ln 2",
            expected=torch.tensor(math.log(2), dtype=torch.float64),
        ),
        case(
            *(torch.tensor([number]).double() for number in (-2.0, -3.0, -4.0, -3.5)),
            0.5,
            about="one comparison: chosen 2 nats up, rejected half a nat up",
            expected=torch.tensor(-math.log(1 / (1 + math.exp(-0.75))), dtype=torch.float64),
        ),
        *in_all_dtypes(*given, 0.1, oracle=_preferred, no_gradient_for=(2, 3)),
        *in_all_dtypes(*given, 1.5, oracle=_preferred, no_gradient_for=(2, 3)),
        *in_all_dtypes(
            far,
            far.flip(0),
            0 * far,
            0 * far,
            1.0,
            oracle=_preferred,
            no_gradient_for=(2, 3),
            stage=EDGE,
            about="log-ratios of ±10,000",
        ),
    ]


def _judged(rewards: Tensor) -> Tensor:
    """Row by row."""
    K = rewards.shape[-1]
    rows = []
    for row in rewards.reshape(-1, K):
        mean = sum(row) / K
        spread = torch.sqrt(sum((r - mean) ** 2 for r in row) / (K - 1))
        rows.append((row - mean) / (spread + 1e-4))
    return torch.stack(rows).reshape(rewards.shape)


def group_advantages() -> list[Case]:
    """Row by row is the oracle."""
    inputs = RandomInputs(93)
    given = {"oracle": _judged, "gradient": False}
    return [
        case(
            torch.full((2, 3), 0.75).double(),
            expected=torch.zeros(2, 3).double(),
            about="all replies alike: no deviation to divide by",
        ),
        case(
            torch.tensor([1.0, 2.0, 9.0]).double(),
            expected=torch.tensor([-3.0, -2.0, 5.0]).double() / (19**0.5 + 1e-4),
            about="mean 4, standard deviation √19, to which 1e-4 is added",
        ),
        *in_all_dtypes(inputs.numbers(3, 5) * 2 + 1, **given),
        *in_all_dtypes(inputs.numbers(4), **given, about="one prompt"),
        case(inputs.numbers(2, 3, 4), oracle=_judged),
        case(inputs.numbers(4, 4), oracle=_judged),
        case(inputs.numbers(3, 4) * 1e-4, oracle=_judged, about="rewards that hardly differ"),
        case(inputs.numbers(6, 2), oracle=_judged, about="K = 2"),
        case(inputs.numbers(1, 4), oracle=_judged, stage=EDGE, about="a batch of one prompt"),
    ]


def _left_out(rewards: Tensor) -> Tensor:
    """Each reply against the mean of a row without it."""
    K = rewards.shape[-1]
    rows = [
        torch.stack([row[i] - torch.cat([row[:i], row[i + 1 :]]).mean() for i in range(K)])
        for row in rewards.reshape(-1, K)
    ]
    return torch.stack(rows).reshape(rewards.shape)


def leave_one_out_advantages() -> list[Case]:
    """Rows without the reply are the oracle."""
    inputs = RandomInputs(94)
    given = {"oracle": _left_out, "gradient": False}
    return [
        case(
            torch.tensor([1.0, 2.0, 6.0]).double(),
            expected=torch.tensor([-3.0, -1.5, 4.5]).double(),
        ),
        *in_all_dtypes(inputs.numbers(3, 5) + 1, **given),
        *in_all_dtypes(inputs.numbers(4), **given, about="one prompt"),
        case(inputs.numbers(2, 3, 4), oracle=_left_out),
        case(inputs.numbers(4, 4), oracle=_left_out),
        case(inputs.numbers(6, 2), oracle=_left_out, about="K = 2"),
        case(inputs.numbers(1, 4), oracle=_left_out, stage=EDGE, about="a batch of one prompt"),
    ]
