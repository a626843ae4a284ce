"""The checks of the blanks of lesson 17 in gptlab/scaling.py: what a machine does, and what it costs."""

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from gptlab.exercises.case import EDGE, Case, RandomInputs, case

PALM = 540e9, 118, 12_288, 2048, 6144 * 275e12  # N, layers, 48 heads of 256, context, 6144 TPU v4


def _share_by_counter(
    tokens_per_second: float, n_params: int, n_layers: int, d_model: int, context: int, peak: float
) -> float:
    """Torch's own counter on one matrix for the weights and on every layer's two products, with their backward pass."""
    with torch.device("meta"):  # shapes alone, no memory
        weights = torch.zeros(1, n_params, requires_grad=True)
        rows = torch.zeros(context, 1, requires_grad=True)  # one sequence
        q, k, v = (torch.zeros(n_layers, 1, context, d_model, requires_grad=True) for _ in range(3))
    with FlopCounterMode(display=False) as counter:
        (rows @ weights).sum().backward()
        scores = q @ k.mT
        (F.softmax(scores, dim=-1) @ v).sum().backward()
    return tokens_per_second * counter.get_total_flops() / context / peak


def model_flops_utilization() -> list[Case]:
    """By hand, by torch's counter of operations, and the 46.2 % of PaLM (Chowdhery et al. 2022, table 3)."""
    inputs = RandomInputs(119)
    ends = ((1_000, 9_000), (10**5, 10**6), (2, 24), (20, 400), (30, 900), (10**10, 10**11))
    drawn = [inputs.whole(*both) for both in ends]
    return [
        case(10, 100, 1, 2, 3, 13_440, expected=0.5, about="small enough for paper"),
        case(7.0, 130, 3, 5, 11, 4e5, oracle=_share_by_counter, about="torch's counter"),
        case(2.5, 60, 2, 7, 4, 1e4, oracle=_share_by_counter, about="torch's counter"),
        case(*drawn, oracle=_share_by_counter, about="torch's counter"),
        case(238.3e3, *PALM, expected=0.4621, rtol=2e-3, atol=0.0, about="PaLM 540B"),
        case(1e5, 124_439_808, 12, 768, 1024, 312e12, expected=0.275604, rtol=1e-4, atol=0.0,
             about="GPT-2's smallest on a card of 312 teraflop/s"),
        case(3.0, 5, 1, 1, 1, 63, stage=EDGE, expected=2.0, about="a context of one token"),
    ]  # fmt: skip


def _planned_backwards(seed: int) -> Case:
    """Hours, prices and machines are drawn; the tokens are as many as fit into those hours."""
    inputs = RandomInputs(seed)
    hours, price = inputs.between(5.0, 900.0), inputs.between(0.5, 9.0)
    cards, share = inputs.whole(2, 64), inputs.between(0.2, 0.6)
    n_params, peak = inputs.whole(10**8, 10**10), inputs.between(1.0, 9.0) * 1e14
    done = hours * 3600 * cards * share * peak
    n_tokens = done / n_params / 6
    expected = (hours, hours * cards * price)
    return case(n_params, n_tokens, peak, share, cards, price, expected=expected)


def training_cost() -> list[Case]:
    """Worked by hand; then GPT-3's arithmetic of lesson 10 on one card and on many."""
    return [
        case(1e9, 6e9, 1e15, 0.5, 2, 3.0, expected=(10.0, 60.0), about="small enough for paper"),
        case(3e6, 2e9, 4e10, 0.25, 1, 0.0, expected=(1000.0, 0.0), about="a computer that is yours"),
        case(5e9, 7e10, 2e14, 0.35, 8, 2.5, expected=(1041.66667, 20833.3333), about="eight cards"),
        _planned_backwards(120),
        case(175e9, 3e11, 28e12, 1.0, 1, 1.5, expected=(3125000.0, 4687500.0), about="GPT-3, a V100 at 28 teraflop/s"),
        case(175e9, 3e11, 28e12, 1.0, 1000, 1.5, expected=(3125.0, 4687500.0), about="the same on 1,000"),
    ]  # fmt: skip
