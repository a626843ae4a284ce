"""What each token of a chat costs a model, −ln p, and which kinds of tokens tuning makes cheaper."""

from collections.abc import Sequence
from statistics import fmean

import torch

from gptlab import instruct
from gptlab.engine.assistant import Assistant
from gptlab.experiments.instruct.bench import Chat, Shown

PLACES = ("first token of the reply", "other tokens of the reply", "the end token")


def pieces(assistant: Assistant, ids: Sequence[int]) -> list[str | bytes]:
    """Each token's own text; a special token as <|name|>."""
    names = {token: f"<|{name}|>" for name, token in assistant.tokenizer.special.items()}
    return [names.get(i) or assistant.tokenizer.decode_bytes([i]) for i in ids]


@torch.no_grad()
def token_costs(assistant: Assistant, ids: Sequence[int]) -> list[float | None]:
    """−ln p of each token after all before it, in nats; None for the first, which nobody predicts."""
    row = torch.tensor([list(ids)])
    logprobs = assistant.model(row)[0, :-1].log_softmax(-1)
    found = -logprobs.gather(-1, row[0, 1:, None]).squeeze(-1)
    return [None, *found.tolist()]


def rendered(assistant: Assistant, chat: Chat) -> tuple[list[int], list[bool]]:
    """A chat as tokens and marks, by `instruct.render_chat`."""
    tokenizer = assistant.tokenizer
    ids, mask = instruct.render_chat(chat, tokenizer.encode, tokenizer.special)
    return list(ids), [bool(m) for m in mask]


def cost_by_place(assistant: Assistant, shown: Sequence[Shown]) -> dict[str, float]:
    """The mean cost of the learnt tokens of demonstrations, by where they occur."""
    found: dict[str, list[float]] = {place: [] for place in PLACES}
    for one in shown:
        ids, mask = rendered(assistant, one.messages)
        costs = token_costs(assistant, ids)
        reply = [i for i, mark in enumerate(mask) if mark]
        for i in reply:
            place = PLACES[0] if i == reply[0] else PLACES[2] if i == reply[-1] else PLACES[1]
            found[place].append(costs[i] or 0.0)
    return {place: fmean(costs) for place, costs in found.items() if costs}
