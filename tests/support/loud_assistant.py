"""A small GPT that has learnt nothing, with every byte a token; its weights are large, so that its parts differ."""

import torch

from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer


def loud_assistant():
    """Two layers of three heads, width 12."""
    tokenizer = Tokenizer([])
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, context=40, n_layers=2, n_heads=3, d_model=12
    )
    model = GPT(config, seed=3)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(20.0 if parameter.dim() == 2 else 1.0)
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return Assistant(model.eval(), tokenizer, name="toy")
