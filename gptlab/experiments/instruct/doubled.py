"""Prompts from another chat template: how many replies stay right?"""

from collections.abc import Callable

import torch

from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY, MAX_REPLY_TOKENS
from gptlab.engine.model import generate
from gptlab.experiments.instruct.bench import Bench
from gptlab.world.questions import Question


def right_with(
    bench: Bench, assistant: Assistant, questions: list[Question], render: Callable
) -> int:
    """How many questions are answered rightly, greedily, when `render` writes the prompts."""
    tokenizer = assistant.tokenizer
    starts = []
    for question in questions:
        chat = [{"role": "user", "content": question.text}]
        ids, _ = render(chat, tokenizer.encode, tokenizer.special, add_reply=True)
        starts.append(list(ids))
    new = generate.generate_batch(
        assistant.model,
        starts,
        MAX_REPLY_TOKENS,
        assistant.stop,
        GREEDY,
        generator=torch.Generator(),
    )
    texts = [tokenizer.decode([i for i in one if i != assistant.stop]) for one in new]
    return sum(bench.gold.classify(q, text) == "right" for q, text in zip(questions, texts))
