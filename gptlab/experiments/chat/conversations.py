"""Conversations as people demonstrate them: personas that a system message asks for, and things said some turns ago.

The shipped chat model learnt from single questions alone. These demonstrations show what it never saw: a system
message that changes the manner of a reply, and a question about what the user said before.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from gptlab.world.questions import Question, Questions, Replies
from gptlab.world.web import Web

Chat = list[dict[str, str]]


@dataclass(frozen=True)
class Persona:
    """A manner of replying: what asks for it, in words that are trained on and in others, and how a reply begins."""

    name: str
    opener: str
    seen: tuple[str, ...]
    unseen: tuple[str, ...]

    def reply(self, question: Question, plain: str) -> str:
        """The reply of somebody who plays it: a terminal prints the bare answer, the friend the whole sentence."""
        return self.opener + (question.answer if self.name == "terminal" else plain)

    def shows(self, reply: str) -> bool:
        """Whether a reply is in this manner."""
        return reply.startswith(self.opener.strip())


TERMINAL = Persona(
    "terminal",
    "> ",
    ("Be a terminal.", "You are a terminal.", "I want you to act as a terminal."),
    ("Please play a terminal.", "Pretend that you are a terminal on a desk."),
)
FRIEND = Persona(
    "friend",
    "I am here for you. ",
    ("Be a friend.", "You are a friend who comforts me.", "I want you to act as a friend."),
    ("Please play a friend.", "Pretend that you are a friend of mine."),
)
PERSONAS = (TERMINAL, FRIEND)
NO_SUCH = ("Be a pirate.", "You are a pirate.")  # a persona that nobody demonstrates
TELLS = ("My name is {name}.", "I am {name}.", "Hello, I am {name}.")
GREETS = "Nice to meet you, {name}."
ASKS_NAME = ("What is my name?", "Do you remember my name?")
SAYS_NAME = "Your name is {name}."
NOT_TOLD = "You have not told me."
NOTE = "The user's name is {name}."


def user(text: str) -> dict[str, str]:
    """A user's message."""
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    """An assistant's message."""
    return {"role": "assistant", "content": text}


def system(text: str) -> dict[str, str]:
    """A system message."""
    return {"role": "system", "content": text}


class Conversations:
    """Draws conversations about one web, in English."""

    def __init__(self, web: Web):
        self.web = web
        self.writer = Replies(web)
        people = [name["en"] for name in web.tables.people["en"].values]
        self.trained_names, self.new_names = people[::2], people[1::2]

    def questions(self, seed: int, held_out: bool = False) -> Iterator[Question]:
        """English questions that have an answer."""
        drawn = Questions(self.web).draw(seed, held_out, kinds=("fact", "sum"))
        return (question for question in drawn if question.lang == "en")

    def demonstrations(self, n: int, seed: int = 0) -> list[Chat]:
        """n conversations: a third each with a persona, with a name to remember, and with neither."""
        rng = random.Random(f"gptlab conversations {seed}")
        asked = self.questions(seed)
        kinds = (self._with_persona, self._with_name, self._plain)
        return [kinds[i % 3](asked, rng) for i in range(n)]

    def _turns(self, asked, rng, n: int, persona: Persona | None = None) -> Chat:
        found = []
        for _ in range(n):
            question = next(asked)
            plain = self.writer.reply(question, rng, plain=True)
            said = persona.reply(question, plain) if persona else plain
            found += [user(question.text), assistant(said)]
        return found

    def _plain(self, asked, rng) -> Chat:
        return self._turns(asked, rng, rng.randint(1, 4))

    def _with_persona(self, asked, rng) -> Chat:
        persona = rng.choice(PERSONAS)
        return [
            system(rng.choice(persona.seen)),
            *self._turns(asked, rng, rng.randint(1, 3), persona),
        ]

    def _with_name(self, asked, rng) -> Chat:
        name = rng.choice(self.trained_names)
        between = self._turns(asked, rng, rng.randint(0, 3))
        ask = user(rng.choice(ASKS_NAME))
        kind = rng.random()
        if kind < 0.15:
            return [*between, ask, assistant(NOT_TOLD)]
        answer = assistant(SAYS_NAME.format(name=name))
        if kind < 0.35:
            return [system(NOTE.format(name=name)), *between, ask, answer]
        told = [user(rng.choice(TELLS).format(name=name)), assistant(GREETS.format(name=name))]
        return [*told, *between, ask, answer]
