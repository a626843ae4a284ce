"""Hints for gptlab/training.py."""

HINTS = {
    "get_batch": (
        "How many starts fit, so that y still ends inside the text? Try it with N = context + 1.",
        "torch.randint(number of starts, (batch_size, 1), generator=…) draws them; adding "
        "torch.arange(context) makes a table of places.",
        "ids[places] is x, ids[places + 1] is y. Refuse a text of fewer than context + 1 tokens before you draw.",
    ),
    "adamw_step": (
        "Follow the three lines of the docstring, with new names for what is new: m', v', m̂, v̂.",
        "After `step` steps, m' holds only 1 − β1^step of a constant gradient: divide by that; v' likewise, with β2. "
        "m̂ and v̂ are for this step only; what you hand back are m' and v'.",
        "The result is param less lr · weight_decay · param less lr · m̂ / (root of v̂, plus "
        "eps). No method that ends with an underscore. Refuse step < 1.",
    ),
    "cosine_schedule": (
        "Three cases: step < warmup, step ≥ total, and what is in between.",
        "In between, progress runs from 0 to 1: (step − warmup) / (total − warmup).",
        "½ · (1 + cos(π · progress)) falls from 1 to 0: stretch it from max_lr to min_lr.",
    ),
    "clip_by_global_norm": (
        "All gradients together are one long vector. How long is it?",
        "The norm is the root of the sum of all squares: torch.stack of the single norms has the same norm.",
        "factor = max_norm / (norm + 1e-6), but at most 1 (clamp). mul_ writes it into each "
        "tensor. Return the norm from before.",
    ),
    "accumulation_weights": (
        "On paper: three tokens with losses 1, 2 and 3 in one micro-batch, one token with loss 6 in the other. What is "
        "the mean of all four? What do you make of the two means, 2 and 6, to get it?",
        "A mean is a sum divided by a number of tokens. Which number brings each sum back, and which divides them all "
        "together?",
        "Count the labels that are not ignore_index, in each micro-batch. Each weight is that count, divided by the "
        "sum of all counts.",
    ),
}
