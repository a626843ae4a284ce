"""The same text by our own code and by `transformers`: what an exported model is held against."""

from pathlib import Path

import torch

from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT


def greedy_ids(model: GPT, prompt: list[int], n: int) -> list[int]:
    """The n likeliest tokens after a prompt, one after the other; nothing stops them."""
    return generate_batch(model, [prompt], n, temperature=0)[0]


def transformers_ids(folder: str | Path, prompt: list[int], n: int) -> list[int] | None:
    """The same by Hugging Face's library from an exported folder; None where it is not installed."""
    try:
        from transformers import AutoModelForCausalLM, logging
    except ImportError:
        return None
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    start = torch.tensor([prompt])
    rules = {"do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    found = model.generate(
        start, attention_mask=torch.ones_like(start), min_new_tokens=n, max_new_tokens=n, **rules
    )
    return found[0, len(prompt) :].tolist()
