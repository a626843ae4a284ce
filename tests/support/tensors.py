"""Random tensors that are the same in every run, and a strict comparison."""

import torch
from torch import Tensor


def seeded(seed: int = 0) -> torch.Generator:
    """A generator with that seed."""
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Normal float64 numbers."""
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def close(got: Tensor, wanted: Tensor, tolerance: float = 1e-12) -> None:
    """Fail, showing both, unless the two agree in every number, in shape and in type."""
    torch.testing.assert_close(got, wanted, rtol=0, atol=tolerance)
