"""What a model expects after a prompt, compared with what an ideal reader does."""

from collections.abc import Sequence

import torch

from gptlab import zero_shot
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer


@torch.no_grad()
def option_shares(
    model: GPT, tokenizer: Tokenizer, prompt: str, options: Sequence[str]
) -> dict[str, float]:
    """The probability of each answer as a whole line after a prompt, divided by the sum of them all."""
    before = [tokenizer.special["endoftext"], *tokenizer.encode(prompt)]
    rows = []
    for option in options:
        after = tokenizer.encode(f" {option}\n")
        ids = torch.tensor([[*before, *after]])
        mask = torch.tensor([[False] * len(before) + [True] * len(after)])
        rows.append(zero_shot.sequence_log_probability(model(ids), ids, mask))
    shares = torch.softmax(torch.cat(rows), dim=0)
    return dict(zip(options, shares.tolist(), strict=True))
