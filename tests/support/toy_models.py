"""Small models for tests of generation."""

import torch

from gptlab.engine.model.gpt import GPT


def untrained_gpt(shape, way="fused", seed=0):
    """A model in eval mode whose every weight, biases and gains too, is moved from where it begins."""
    model = GPT(shape, seed=seed).run_on(way).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=generator), alpha=0.2)
    return model
