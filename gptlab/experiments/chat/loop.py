"""The loop of a conversation, turn by turn: what the model reads, and what it writes."""

from collections.abc import Iterator

from gptlab.engine.assistant import Assistant
from gptlab.experiments.chat.conversations import Chat
from gptlab.experiments.chat.tuned import begun
from gptlab.experiments.instruct.token_costs import pieces

Tokens = list[tuple[str | bytes, str]]  # each token's text, and the role of its message


def turns_read(chat: Assistant, conversation: Chat) -> Iterator[tuple[Tokens, Tokens]]:
    """Before and at each assistant message: the tokens that are read, and those that are written."""
    for place, message in enumerate(conversation):
        if message["role"] == "assistant":
            read = begun(chat, conversation[:place])
            whole = begun(chat, conversation[: place + 1])[:-1]  # without the next reply's token
            roles = _roles(chat, conversation[: place + 1])
            told = list(zip(pieces(chat, whole), roles, strict=True))
            yield told[: len(read)], told[len(read) :]


def _roles(chat: Assistant, conversation: Chat) -> list[str]:
    """The role of the message that each token belongs to."""
    found = []
    for message in conversation:
        found += [message["role"]] * (len(begun(chat, [message])) - 1)
    return found
