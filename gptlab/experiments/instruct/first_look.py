"""Replies of a chat model before the learner has written the chat template."""

import torch

from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import MAX_REPLY_TOKENS
from gptlab.engine.model import generate


def first_replies(assistant: Assistant, question: str, n: int, seed: int = 0) -> list[str]:
    """n replies to a question at temperature 1; the prompt is put together here."""
    tokenizer = assistant.tokenizer
    special = tokenizer.special
    prompt = [special["user"], *tokenizer.encode(question), special["end"], special["assistant"]]
    new = generate.generate_batch(
        assistant.model,
        [prompt] * n,
        MAX_REPLY_TOKENS,
        assistant.stop,
        1.0,
        generator=torch.Generator().manual_seed(seed),
    )
    return [tokenizer.decode([i for i in one if i != assistant.stop]) for one in new]
