"""What a model expects after a prompt, compared with what an ideal reader does."""

from collections.abc import Sequence

import torch

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
        logits = model(torch.tensor([[*before, *after[:-1]]]))[0, -len(after) :]
        rows.append(logits.log_softmax(-1).gather(-1, torch.tensor(after)[:, None]).sum())
    shares = torch.softmax(torch.stack(rows), dim=0)
    return dict(zip(options, shares.tolist(), strict=True))
