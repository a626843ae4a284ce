"""The checks of gptlab/scaling.py."""

import math

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, property_holds
from gptlab.exercises.scaling.checks_induction import (
    in_context_bigram,
    induction_score,
    previous_token_score,
    smear_keys,
)
from gptlab.exercises.scaling.checks_machines import model_flops_utilization, training_cost
from gptlab.exercises.scaling.checks_own_text import bits_per_byte, effective_tokens, plan_run

__all__ = [
    "bits_per_byte",
    "compute_optimal",
    "effective_tokens",
    "fit_power_law",
    "in_context_bigram",
    "induction_score",
    "model_flops_utilization",
    "plan_run",
    "previous_token_score",
    "smear_keys",
    "training_cost",
    "training_flops",
    "transformer_parameters",
    "zero_memory_bytes",
]


def _per_stage(function, n_params, n_devices) -> list:
    return [function(n_params, n_devices, stage) for stage in range(4)]


def _stages(n_params, n_devices, *expected, about="stages 0, 1, 2 and 3", **options) -> Case:
    return case(
        n_params, n_devices, expected=list(expected), call=_per_stage, about=about, **options
    )


def zero_memory_bytes() -> list[Case]:
    """Numbers worked by hand, and the 7.5 billion parameters on 64 devices of the paper's figure 1."""
    paper = (120e9, 31.40625e9, 16.640625e9, 1.875e9)
    inputs = RandomInputs(114)
    n, d = inputs.whole(1_000, 10**9), inputs.whole(3, 500)
    stays = (16, 4, 2, 0)  # bytes of a parameter that every device holds
    return [
        case(100, 4, 1, expected=700.0),
        case(100, 4, 0, expected=1600.0),
        case(100, 4, 2, expected=550.0),
        case(100, 4, 3, expected=400.0),
        _stages(7.5e9, 64, *paper, about="stages 0, 1, 2 and 3 of the paper's figure 1"),
        _stages(124_439_808, 2, 1991036928.0, 1244398080.0, 1119958272.0, 995518464.0),
        _stages(
            10, 7, 160.0, 40 + 120 / 7, 20 + 140 / 7, 160 / 7, about="it need not come out even"
        ),
        _stages(n, d, *(n * (whole + (16 - whole) / d) for whole in stays)),
        _stages(1_000, 1, 16e3, 16e3, 16e3, 16e3, about="a single device", stage=EDGE),
    ]


def _counted_by_torch(n_layers: int, d_model: int, vocab_size: int, context: int) -> int:
    """Torch's own layers of the same shapes, and all their numbers counted."""
    with torch.device("meta"):  # shapes alone, no memory
        layers = [nn.Embedding(vocab_size, d_model), nn.Embedding(context, d_model)]
        layers += [nn.TransformerEncoderLayer(d_model, 1, 4 * d_model) for _ in range(n_layers)]
        layers.append(nn.LayerNorm(d_model))
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _model(*shape: int, oracle=_counted_by_torch, **options) -> Case:
    return case(*shape, oracle=oracle, rtol=0.0, atol=0.0, **options)


def transformer_parameters() -> list[Case]:
    """One small enough to be counted on paper, then torch's layers, and the four published GPT-2."""
    published = [
        ((12, 768), 124_439_808, "GPT-2"),
        ((24, 1024), 354_823_168, "GPT-2 medium"),
        ((36, 1280), 774_030_080, "GPT-2 large"),
        ((48, 1600), 1_557_611_200, "GPT-2 XL"),
    ]
    inputs = RandomInputs(115)
    drawn = [inputs.whole(*ends) for ends in ((4, 9), (10, 300), (500, 90_000), (100, 5_000))]
    return [
        _model(1, 2, 5, 3, oracle=None, expected=94, about="small enough for paper"),
        _model(2, 3, 7, 5, about="two layers; torch's layers, counted"),
        _model(3, 8, 11, 4, about="torch's layers, counted"),
        _model(*drawn, about="torch's layers, counted"),
        *(
            _model(*shape, 50257, 1024, oracle=None, expected=n, about=f"the published {name}")
            for shape, n, name in published
        ),
        _model(1, 1, 2, 3, stage=EDGE, about="width 1"),
    ]


def _products_counted(n_params: int, n_tokens: int) -> int:
    """Torch's own counter on one matrix with its backward pass; the tokens are the rows."""
    with torch.device("meta"):  # shapes alone, no memory
        rows = torch.zeros(n_tokens, 1, requires_grad=True)
        weight = torch.zeros(1, n_params, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        (rows @ weight).sum().backward()
    return counter.get_total_flops()


def training_flops() -> list[Case]:
    """By hand, by torch's counter of operations, and the 175 billion of GPT-3 (Brown et al. 2020, table D.1)."""
    inputs = RandomInputs(116)
    drawn = inputs.whole(1_000, 10**6), inputs.whole(1_000, 10**6)
    return [
        case(1, 1, expected=6, about="one weight, one token"),
        case(4, 1, expected=24, about="four weights, one token"),
        case(3, 5, oracle=_products_counted, about="torch's counter: one matrix, there and back"),
        case(7, 2, oracle=_products_counted, about="torch's counter: one matrix, there and back"),
        case(*drawn, oracle=_products_counted, about="torch's counter: one matrix, there and back"),
        case(174.6e9, 300e9, expected=3.1428e23, rtol=1e-4, about="GPT-3"),
        case(124_439_808, 10**10, expected=7.46638848e18, about="GPT-2's smallest"),
    ]


def _line_by_torch(x, y, floor: float = 0.0) -> tuple[float, float]:
    """torch's least squares on the matrix (1, log x)."""
    xs, ys = torch.as_tensor(x).double(), torch.as_tensor(y).double()
    columns = torch.stack([torch.ones_like(xs), xs.log()], dim=1)
    intercept, slope = torch.linalg.lstsq(columns, (ys - floor).log()).solution.tolist()
    return math.exp(intercept), -slope


def fit_power_law() -> list[Case]:
    """Laws that hold exactly, and torch's least squares where they do not."""
    sizes = [8e3, 3e4, 1.2e5, 4.1e5, 9.7e5]
    losses = [2.31, 1.72, 1.405, 1.13, 1.071]
    rising = [0.21, 0.4, 1.3, 2.9, 7.0]
    near = {"oracle": _line_by_torch, "rtol": 1e-6}
    inputs = RandomInputs(117)
    drawn_x = [round(math.exp(5 + i + inputs.between(0.0, 0.8)), 1) for i in range(5)]
    drawn_y = [round(4 - 0.5 * i + inputs.between(-0.4, 0.4), 4) for i in range(5)]
    return [
        case([1, 4, 16], [7.0, 4.0, 2.5], 1.0, expected=(6.0, 0.5), about="an exact law"),
        case([1, 10, 100], [8.0, 0.8, 0.08], expected=(8.0, 1.0), about="an exact law, no floor"),
        case(sizes, losses, 0.8, **near, about="measurements that lie beside the line"),
        case(sizes, losses, **near, about="the same without a floor"),
        case(
            torch.tensor(sizes).double(),
            torch.tensor(losses).double(),
            floor=0.95,
            **near,
            about="tensors",
        ),
        case(sizes, rising, -0.5, **near, about="rising values, a floor below 0"),
        case(drawn_x, drawn_y, 0.9, **near, about="measurements that lie beside the line"),
        case(
            [2.0, 32.0],
            [3.0, 1.5],
            1.0,
            stage=EDGE,
            expected=(2.0 * 2**0.5, 0.5),
            about="two measurements",
        ),
    ]


CHINCHILLA = (406.4, 0.34, 410.7, 0.28)  # A, α, B, β of Hoffmann et al. 2022, §3.3


def _by_search(budget: float, a: float, alpha: float, b: float, beta: float):
    """Every size along the budget, on ever finer grids: no formula."""
    low, high = -5.0, math.log(budget) + 5.0  # log N
    product = budget / 6
    for _ in range(60):
        sizes = torch.linspace(low, high, 41, dtype=torch.float64).exp()
        losses = a * sizes**-alpha + b * (product / sizes) ** -beta
        best = math.log(float(sizes[losses.argmin()]))
        reach = (high - low) / 10
        low, high = best - reach, best + reach
    return math.exp(best), product / math.exp(best)


def _cannot_be_bettered(function, budget: float, *law: float) -> bool | str:
    """A little more or less of N at the same cost must not give a lower loss."""
    n, d = (float(value) for value in function(budget, *law))
    if not math.isclose(6 * n * d, budget, rel_tol=1e-3):
        return f"N = {n:.4g} and D = {d:.4g}, whose training takes {6 * n * d:.4g} operations"
    a, alpha, b, beta = law
    losses = [a / (n * s) ** alpha + b / (d / s) ** beta for s in (0.9, 1.0, 1.1)]
    if losses[1] > min(losses):
        better = "a smaller" if losses[0] < losses[1] else "a larger"
        return f"N = {n:.4g} and D = {d:.4g}, and {better} model at the same cost has a lower loss"
    return True


def compute_optimal() -> list[Case]:
    """Two laws that can be followed by hand, then a search along the budget that uses no formula."""
    law = (3.1, 0.45, 9.0, 0.62)
    close = {"rtol": 1e-3}  # whoever searches for the lowest loss finds it flat
    inputs = RandomInputs(118)
    ends = ((1.0, 50.0), (0.25, 0.6), (1.0, 50.0), (0.25, 0.6))
    drawn = [inputs.between(*both) for both in ends]
    return [
        case(600, 1, 0.5, 1, 0.5, expected=(10.0, 10.0), **close, about="size and text alike"),
        case(9600, 4, 0.5, 1, 0.5, expected=(160.0, 10.0), **close, about="A four times B"),
        case(1e12, *law, oracle=_by_search, **close),
        case(
            108,
            1,
            0.5,
            1,
            0.5,
            expected=(math.sqrt(18), math.sqrt(18)),
            **close,
            stage=EDGE,
            about="no whole numbers: nothing is rounded",
        ),
        case(5.76e23, *CHINCHILLA, oracle=_by_search, **close, about="Chinchilla's law and budget"),
        case(3.0e9, 12.0, 0.7, 2.0, 0.3, oracle=_by_search, **close, about="α above β"),
        case(inputs.whole(10**9, 10**13), *drawn, oracle=_by_search, **close),
        property_holds(
            _cannot_be_bettered,
            1e15,
            *law,
            about="a size at this cost that no other betters",
        ),
        case(1e6, 5.0, 0.4, 5.0, 0.4, oracle=_by_search, **close, stage=EDGE, about="A = B, α = β"),
    ]
