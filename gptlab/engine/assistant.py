"""The models that come with the course, ready to be read, asked and continued in a lesson."""

import functools
from collections.abc import Iterator

import torch
from torch import Tensor

from gptlab.course import lesson
from gptlab.engine.chat_settings import GREEDY, MAX_REPLY_TOKENS
from gptlab.engine.evaluate import evaluate
from gptlab.engine.model import checkpoint, generate
from gptlab.engine.model import shipped as shipped_models
from gptlab.engine.stages import FINAL, SHIPPED_NAMES


class TooLong(ValueError):
    """A text leaves no room for another token; the message is one line."""


@functools.cache
def shipped(stage: str = FINAL) -> "Assistant":
    """The shipped model after a stage: "base", "sft" or "ppo_ptx" (the chat model), loaded once.

    It runs on the functions of the rooms: the learner's where they are written, else borrowed ones; those of
    the lesson that was started stay the learner's.
    """
    if stage not in SHIPPED_NAMES:
        raise ValueError(
            f"there is no shipped model {stage!r}; there are {', '.join(SHIPPED_NAMES)}"
        )
    lesson.fill_other_lessons()
    loaded = checkpoint.load(shipped_models.FOLDER / stage, optimizer=False)
    return Assistant(
        loaded.model.eval(),
        loaded.tokenizer,
        chats=stage != "base",
        name=SHIPPED_NAMES[stage],
        stage=stage,
    )


class Assistant:
    """A model with its tokenizer. A base model goes on with a text; one that `chats` replies to it."""

    def __init__(self, model, tokenizer, chats: bool, name: str, stage: str = "base"):
        self.model, self.tokenizer, self.chats = model, tokenizer, chats
        self.name, self.stage = name, stage
        self.stop = tokenizer.special["end" if chats else "endoftext"]
        self.marks = frozenset(tokenizer.special.values())  # tokens without a text of their own

    @property
    def n_parameters(self) -> int:
        """How many numbers the model consists of."""
        return sum(p.numel() for p in self.model.parameters())

    @property
    def context(self) -> int:
        """The most tokens that it can look at."""
        return self.model.config.context

    def begin(self, text: str) -> list[int]:
        """The ids that the model is given: a page that begins so, or a question put to a chat model.

        Raises TooLong when they leave no room for a single new token.
        """
        start = [self.tokenizer.special["endoftext"]]
        ids = (
            evaluate.chat_ids(self.tokenizer, text)
            if self.chats
            else start + self.tokenizer.encode(text)
        )
        if len(ids) >= self.context:
            raise TooLong(
                f"the text takes {len(ids)} tokens, but the model looks at {self.context}: make it shorter"
            )
        return ids

    @torch.no_grad()
    def probabilities(self, ids: list[int]) -> Tensor:
        """How likely each token of the vocabulary is to come next; -> (V) float, sums to 1."""
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
        text: str,
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = GREEDY,
        seed: int = 0,
    ) -> str:
        """How the model goes on from a text, or replies to it, as one string."""
        return self.text(self.go_on(self.begin(text), max_new_tokens, temperature, seed))

    def stream(
        self,
        text: str,
        max_new_tokens: int = MAX_REPLY_TOKENS,
        temperature: float = GREEDY,
        seed: int = 0,
    ) -> Iterator[str]:
        """The same in pieces, each as soon as its characters are whole."""
        generator = torch.Generator().manual_seed(seed)
        ids = self.begin(text)
        room = min(max_new_tokens, self.context - len(ids))
        tokens = generate.stream(self.model, ids, room, self.stop, temperature, generator=generator)
        return self.tokenizer.decode_stream(i for i in tokens if i not in self.marks)
