"""What the town's model does: it reads memories and speaks, and rates how important a memory is.

The model is the shipped SFT model, taught by `dev/town_model.py` to read. It is asked without any chance: the
likeliest token each time.
"""

import functools
from collections.abc import Sequence

from gptlab.agent_town import sentences
from gptlab.agent_town.vectors import KINDS, Vectors
from gptlab.course import lesson
from gptlab.engine.assistant import Assistant, Message, TooLong
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.model import generate
from gptlab.engine.model.shipped import FOLDER

MODEL = FOLDER / "agents" / "town"
MOST_TOKENS = 24  # of an answer: the longest news takes 23
BATCH = 64
LEAST_RATING, MOST_RATING = 1, 10

Asked = tuple[str, str]  # memories, a line each; the question


@functools.cache
def town_model() -> Assistant:
    """The town's model, loaded once, on the functions of the rooms."""
    lesson.fill_other_lessons()
    return Assistant.load(MODEL)


def messages(memories: str, question: str) -> list[Message]:
    """The memories as the system message, the question as the user's."""
    system = [{"role": "system", "content": memories}] if memories else []
    return [*system, {"role": "user", "content": question}]


class Speaker:
    """Answers and ratings of one model, each worked out once.

    assistant  the town's model, or another chat model
    vectors    of sentences, of the given kind
    """

    def __init__(self, assistant: Assistant, kind: str = KINDS[0]):
        self.assistant = assistant
        self.vectors = Vectors(assistant, kind)
        self._said: dict[Asked, str] = {}

    @property
    def n_calls(self) -> int:
        """How many different things the model was asked so far."""
        return len(self._said)

    def say(self, asked: Sequence[Asked]) -> list[str]:
        """What the model answers to each question, having read the memories above it."""
        new = list(dict.fromkeys(one for one in asked if one not in self._said))
        new.sort(key=lambda one: len(one[0]))
        for first in range(0, len(new), BATCH):
            part = new[first : first + BATCH]
            self._said.update(zip(part, self._written(part)))
        return [self._said[one] for one in asked]

    def _written(self, asked: Sequence[Asked]) -> list[str]:
        assistant = self.assistant
        starts = [self._begin(*one) for one in asked]
        new = generate.generate_batch(assistant.model, starts, MOST_TOKENS, assistant.stop, GREEDY)
        return [assistant.text(ids) for ids in new]

    def _begin(self, memories: str, question: str) -> list[int]:
        """The ids that the model reads; the last memories are left out where there is no room for all."""
        try:
            return self.assistant.begin(messages(memories, question), MOST_TOKENS)
        except TooLong:
            fewer, _, _ = memories.rpartition("\n")
            if not fewer:
                raise
            return self._begin(fewer, question)

    def rate(self, memories: Sequence[str]) -> list[int]:
        """How important each memory is, 1 to 10; what is no number counts as 1."""
        bare = [sentences.told(memory)[1] for memory in memories]
        said = self.say([("", sentences.RATE + text) for text in bare])
        digits = [text.strip(" .") for text in said]
        return [
            min(max(int(text), LEAST_RATING), MOST_RATING) if text.isdecimal() else LEAST_RATING
            for text in digits
        ]
