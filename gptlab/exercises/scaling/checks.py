"""The checks of gptlab/scaling.py."""

from gptlab.exercises.case import EDGE, Case, case
from gptlab.exercises.scaling.checks_induction import (
    in_context_bigram,
    induction_score,
    previous_token_score,
    smear_keys,
)

__all__ = [
    "in_context_bigram",
    "induction_score",
    "previous_token_score",
    "smear_keys",
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
        _stages(1_000, 1, 16e3, 16e3, 16e3, 16e3, about="a single device", stage=EDGE),
    ]
