"""A chat model that has been shown conversations, and whole conversations answered many at once."""

import copy
from collections.abc import Callable, Sequence

import torch

from gptlab import instruct
from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.config import SFTConfig
from gptlab.engine.train.sft import finetune
from gptlab.engine.writers import Writers
from gptlab.experiments.chat.conversations import Chat

LR, MUON_RATIO, BATCH = 2e-3, 5.0, 32  # as the shipped model was tuned, in smaller batches
ROOM = 16  # tokens of a reply: all replies here are short


def rendered(chat: Assistant, shown: Sequence[Chat]) -> list[tuple[list[int], list[bool]]]:
    """Conversations as tokens with their loss masks; those longer than the context are passed over."""
    tokenizer = chat.tokenizer
    found = (instruct.render_chat(one, tokenizer.encode, tokenizer.special) for one in shown)
    return [(list(ids), list(mask)) for ids, mask in found if len(ids) <= chat.context]


def tuned(
    chat: Assistant,
    shown: Sequence[Chat],
    epochs: int = 2,
    seed: int = 0,
    report: Callable[[dict], None] | None = None,
) -> Assistant:
    """A copy of a chat model, tuned on every reply of these conversations."""
    model = copy.deepcopy(chat.model).run_on("fused").train()
    config = SFTConfig(epochs=epochs, batch_size=BATCH, lr=LR, muon_ratio=MUON_RATIO, seed=seed)
    finetune(model, rendered(chat, shown), config, report=report)
    return Assistant(model.eval(), chat.tokenizer, chat.stage, "model tuned on conversations")


def begun(chat: Assistant, messages: Chat) -> list[int]:
    """A conversation as the ids that the model reads before it replies, however many they are."""
    tokenizer = chat.tokenizer
    return list(instruct.render_chat(messages, tokenizer.encode, tokenizer.special, True)[0])


def written(chat: Assistant, starts: Sequence[list[int]]) -> list[str]:
    """The likeliest reply after each beginning, many at once."""
    generator = torch.Generator().manual_seed(0)
    with Writers(chat.model) as writers:
        new = writers.write(list(starts), ROOM, chat.stop, GREEDY, generator)
    return [chat.text(ids) for ids in new]


def replies(chat: Assistant, conversations: Sequence[Chat]) -> list[str]:
    """The likeliest reply to each conversation; each must fit the context."""
    return written(chat, [begun(chat, one) for one in conversations])
