"""A model that people talk to: a chat model answers a conversation, a base model goes on with a text."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from gptlab import chat, instruct
from gptlab.course import lesson
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, GREEDY, MAX_REPLY_TOKENS
from gptlab.engine.model import checkpoint, generate
from gptlab.engine.model import shipped as shipped_models
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import SPECIALS, Tokenizer
from gptlab.engine.stages import FINAL, LABELS, SHIPPED_NAMES, STAGES
from gptlab.engine.writers import Writers

WRITE_BATCH = 256  # replies that are written at once: a step of few costs as much as one of many
Message = dict[str, str]  # {"role": "system", "user" or "assistant", "content": …}


class TooLong(ValueError):
    """A text leaves no room for what is to be written; the message is one line."""


class Reply(NamedTuple):
    """What a model wrote, and whether it ended it itself."""

    text: str
    finished: bool


@functools.cache
def shipped(stage: str = FINAL) -> "Assistant":
    """The shipped model after a stage: "base", "sft" or "ppo_ptx" (the chat model), loaded once.

    It runs on the functions of the rooms: the learner's where they are written, else borrowed ones; those of
    the lesson that was started stay the learner's.
    """
    if stage not in SHIPPED_NAMES:
        names = ", ".join(SHIPPED_NAMES)
        raise ValueError(f"there is no shipped model {stage!r}; there are {names}")
    lesson.fill_other_lessons()
    return Assistant.load(shipped_models.FOLDER / stage)


class Assistant:
    """A model with its tokenizer, which replies to what it is given, whole or as a stream.

    What it is given, the `prompt`, is a text or a list of messages. A chat model answers the question, or the
    last message of the conversation; a base model goes on with the text, as with the beginning of a page.
    No conversation is kept here: whoever holds one passes it each time.

    stage  the last stage of its training: a model after "base" does not chat
    name   what it is called in pictures
    """

    def __init__(self, model: GPT, tokenizer: Tokenizer, stage: str = STAGES[0], name: str = ""):
        self.model = model
        self.tokenizer = tokenizer
        self.stage = stage
        self.name = name or SHIPPED_NAMES.get(stage, LABELS[stage])
        self.stop = tokenizer.special["end" if self.chats else "endoftext"]
        self.marks = frozenset(tokenizer.special.values())  # tokens without a text of their own

    @classmethod
    def load(cls, folder: str | Path) -> "Assistant":
        """The model in a checkpoint's folder, on the functions of the rooms.

        Raises CheckpointError when it cannot be read, writes no text or has no tokenizer.
        """
        loaded = checkpoint.load(folder, fused=False, optimizer=False)
        if not isinstance(loaded.model, GPT):
            raise checkpoint.CheckpointError(
                f"{folder}: a {loaded.kind} model gives scores, no text: choose another stage"
            )
        if loaded.tokenizer is None:
            raise checkpoint.CheckpointError(f"{folder}: holds no tokenizer.json")
        stage = stage_of(loaded.meta)
        needed = SPECIALS if stage != STAGES[0] else SPECIALS[:1]
        missing = [name for name in needed if name not in loaded.tokenizer.special]
        if missing:
            raise checkpoint.CheckpointError(f"{folder}: its tokenizer has no token {missing[0]!r}")
        if loaded.tokenizer.vocab_size < loaded.model.config.vocab_size:
            raise checkpoint.CheckpointError(
                f"{folder}: its tokenizer has {loaded.tokenizer.vocab_size} tokens, but its model writes "
                f"{loaded.model.config.vocab_size}: they do not belong together"
            )
        return cls(loaded.model.eval(), loaded.tokenizer, stage)

    @property
    def chats(self) -> bool:
        """Whether it has learnt to answer."""
        return self.stage != STAGES[0]

    @property
    def n_parameters(self) -> int:
        """How many numbers the model consists of."""
        return sum(p.numel() for p in self.model.parameters())

    @property
    def context(self) -> int:
        """The most tokens that it can look at."""
        return self.model.config.context

    def begin(self, prompt: str | list[Message], room: int = 1) -> list[int]:
        """The ids that the model reads before it writes.

        Of a conversation, as much is kept as leaves room for `room` new tokens; a base model reads the last
        message alone.

        Raises TooLong when even the last message leaves less room.
        """
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        if self.chats:
            ids = self._render(self.trim(messages, room), add_reply=True)
        else:
            page = self.tokenizer.encode(messages[-1]["content"])
            ids = [self.tokenizer.special["endoftext"], *page]
        if len(ids) + room > self.context:
            raise TooLong(self._too_long(messages, len(ids), room))
        return ids

    def _too_long(self, messages: list[Message], n_ids: int, room: int) -> str:
        """What takes how much of the context, and what had best be shorter: the largest part."""
        system = [message for message in messages if message["role"] == "system"]
        n_system = len(self._render(system)) if self.chats and system else 0
        part = f", {n_system} of them the system message" if n_system else ""
        reply = f" and {room} are for the reply" if room > 1 else ""
        advice = {
            "make it shorter": n_ids - n_system,
            "make the system message shorter": n_system,
            "ask for fewer new tokens": room,
        }
        return (
            f"the text takes {n_ids} tokens{part}, but the model looks at {self.context}{reply}: "
            f"{max(advice, key=advice.get)}"
        )

    def trim(self, messages: list[Message], room: int) -> list[Message]:
        """What leaves `room` tokens for a reply: the whole conversation, or what `chat.trim_history` keeps of it."""
        budget = self.context - room - 1  # 1: the token that opens the reply
        if len(self._render(messages)) <= budget:
            return messages
        return chat.trim_history(messages, budget, self.tokens_of)

    def tokens_of(self, message: Message | str) -> int:
        """What a message takes of the context; its text alone is counted as a user's message."""
        whole = {"role": "user", "content": message} if isinstance(message, str) else message
        return len(self._render([whole]))

    def _render(self, messages: list[Message], add_reply: bool = False) -> list[int]:
        tokenizer = self.tokenizer
        return instruct.render_chat(messages, tokenizer.encode, tokenizer.special, add_reply)[0]

    @torch.no_grad()
    def probabilities(self, ids: list[int]) -> Tensor:
        """How likely each token of the vocabulary is to come next; (V) float that sums to 1."""
        return torch.softmax(self.model(torch.tensor([ids]))[0, -1], dim=-1)

    def text(self, ids: list[int]) -> str:
        """The text of ids, without the tokens that only mark a beginning or an end."""
        return self.tokenizer.decode([i for i in ids if i not in self.marks])

    def go_on(
        self,
        ids: list[int],
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = GREEDY,
        seed: int = 0,
    ) -> list[int]:
        """Only the new tokens, the stop token included where it was reached; temperature 0 takes the likeliest."""
        generator = torch.Generator().manual_seed(seed)
        room = min(max_new_tokens, self.context - len(ids))
        return generate.generate_batch(
            self.model, [ids], room, self.stop, temperature, generator=generator
        )[0]

    def reply(
        self,
        prompt: str | list[Message],
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = GREEDY,
        seed: int = 0,
    ) -> str:
        """What the model writes, as one string."""
        return self._reply(self.go_on(self.begin(prompt), max_new_tokens, temperature, seed)).text

    def stream(
        self,
        prompt: str | list[Message],
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = GREEDY,
        seed: int = 0,
        room: int = 1,
        generator: torch.Generator | None = None,
    ) -> Iterator[str]:
        """The same in pieces, each as soon as its characters are whole.

        room       new tokens for which a long conversation is trimmed
        generator  what it is drawn with, in place of a new one with that seed

        Raises TooLong as `begin` does, when the first piece is asked for.
        """
        generator = generator or torch.Generator().manual_seed(seed)
        ids = self.begin(prompt, room)
        most = min(max_new_tokens, self.context - len(ids))
        tokens = generate.stream(self.model, ids, most, self.stop, temperature, generator=generator)
        yield from self.tokenizer.decode_stream(token for token in tokens if token != self.stop)

    def replies(
        self,
        prompts: list[str],
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = CHAT_TEMPERATURE,
        seed: int = 0,
    ) -> list[Reply]:
        """What the model writes to each of many texts, in their order, many at once.

        Raises ValueError when a text with its new tokens does not fit the context.
        """
        starts = [self.begin(prompt) for prompt in prompts]
        order = sorted(range(len(starts)), key=lambda i: len(starts[i]))
        generator = torch.Generator().manual_seed(seed)
        found = {}
        with Writers(self.model) as writers:
            for first in range(0, len(order), WRITE_BATCH):
                part = order[first : first + WRITE_BATCH]
                texts = [starts[i] for i in part]
                new = writers.write(texts, max_new_tokens, self.stop, temperature, generator)
                found |= zip(part, map(self._reply, new))
        return [found[i] for i in range(len(starts))]

    def _reply(self, new: list[int]) -> Reply:
        """New tokens as text, without the stop token at their end."""
        finished = bool(new) and new[-1] == self.stop
        return Reply(self.tokenizer.decode(new[:-1] if finished else new), finished)


def stage_of(meta: dict) -> str:
    """The stage that a checkpoint was saved after, by its meta.

    Pretraining notes its settings and no stage; any other model without a known stage is taken for a chat model.
    """
    stage = meta.get("stage", STAGES[0] if "train" in meta else FINAL)
    return stage if stage in STAGES else FINAL
