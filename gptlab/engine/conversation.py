"""A conversation with a model: what was said so far, and how the next reply is made. The model itself keeps nothing."""

from collections.abc import Iterator

import torch

from gptlab.engine.assistant import Assistant, Message
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, MAX_REPLY_TOKENS


class Conversation:
    """The turns of a conversation; everything that was said is given to the model again at each turn.

    assistant       who replies
    system          the text of a system message that stands before everything, "" for none
    temperature     0 takes the likeliest token each time
    max_new_tokens  the longest reply
    turns           (question, reply) pairs, the oldest first
    """

    def __init__(
        self,
        assistant: Assistant,
        system: str = "",
        temperature: float = CHAT_TEMPERATURE,
        max_new_tokens: int = MAX_REPLY_TOKENS,
        seed: int = 0,
    ):
        self.assistant = assistant
        self.system = system
        self.temperature = temperature
        self.max_new_tokens = max_new_tokens
        self.generator = torch.Generator().manual_seed(seed)
        self.turns: list[tuple[str, str]] = []

    def messages(self) -> list[Message]:
        """What was said so far, as messages, the system message first."""
        found = [{"role": "system", "content": self.system}] if self.system else []
        for question, reply in self.turns:
            found.append({"role": "user", "content": question})
            found.append({"role": "assistant", "content": reply})
        return found

    def stream(self, text: str, room: int | None = None) -> Iterator[str]:
        """The reply to the next message, in pieces that hold whole characters; nothing is remembered yet.

        room  new tokens for which a long conversation is trimmed; default: the longest reply

        Raises TooLong when the first piece is asked for and the message leaves no room for a reply.
        """
        return self.assistant.stream(
            [*self.messages(), {"role": "user", "content": text}],
            max_new_tokens=self.max_new_tokens,
            temperature=self.temperature,
            room=self.max_new_tokens if room is None else room,
            generator=self.generator,
        )

    def n_forgotten(self) -> int:
        """How many of the turns are no longer read, because the context is too short for them and a reply."""
        if not self.turns:
            return 0
        kept = self.assistant.trim(self.messages(), self.max_new_tokens)
        return len(self.turns) - sum(message["role"] == "user" for message in kept)

    def remember(self, text: str, reply: str) -> None:
        """Keep a message and its reply."""
        self.turns.append((text, reply))

    def take_back(self) -> tuple[str, str] | None:
        """Forget the last message and its reply; -> both, None where nothing was said."""
        return self.turns.pop() if self.turns else None

    def begin_anew(self) -> None:
        """Forget all that was said; the system message stays."""
        self.turns.clear()
