"""What fine-tuning leaves of the language model: the tuned network writes on, and answers what it knew."""

import torch
from torch import Tensor

from gptlab import sampling
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.ngram import cross_entropy


def written(gpt: GPT, tokenizer: Tokenizer, prompt: str, n_tokens: int = 12) -> str:
    """What a network writes after a prompt, greedily, on one line; new tokens have no text."""
    ids = torch.tensor([tokenizer.encode(prompt)])
    with torch.no_grad():
        out = sampling.generate(gpt, ids, n_tokens, temperature=0)[0, ids.shape[1] :].tolist()
    known = [i for i in out if i < tokenizer.vocab_size]
    return tokenizer.decode(known).replace("\n", " ⏎ ")


@torch.no_grad()
def page_loss(gpt: GPT, tokenizer: Tokenizer, pages: list[str]) -> float:
    """The loss on pages of the web, nats per token."""
    rows = [tokenizer.encode(page)[: gpt.config.context] for page in pages]
    ids, keep = right_pad(rows)
    targets: Tensor = ids[:, 1:].masked_fill(~keep[:, 1:], -100)
    logits = gpt(ids[:, :-1])
    return float(cross_entropy(logits.flatten(0, 1), targets.flatten()))
