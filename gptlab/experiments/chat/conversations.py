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
FEELS = "I feel {feeling} today."
FEELINGS = ("sad", "tired", "lonely", "afraid")
COMFORTS = FRIEND.opener + "Tell me more."
SHARE_OF_FEELINGS, SHARE_OF_NOTES, SHARE_NOT_TOLD = 0.25, 0.3, 0.15


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
        """n conversations: every other one with a persona, every third with a name to remember, and all mixtures."""
        rng = random.Random(f"gptlab conversations {seed}")
        asked = self.questions(seed)
        return [self._one(asked, rng, with_name=i % 2 == 0) for i in range(n)]

    def turns(
        self, asked: Iterator[Question], rng: random.Random, n: int, persona: Persona | None = None
    ) -> Chat:
        """n questions with true replies."""
        found = []
        for _ in range(n):
            if persona is FRIEND and rng.random() < SHARE_OF_FEELINGS:
                feeling = rng.choice(FEELINGS)
                found += [user(FEELS.format(feeling=feeling)), assistant(COMFORTS)]
                continue
            question = next(asked)
            plain = self.writer.reply(question, rng, plain=True)
            said = persona.reply(question, plain) if persona else plain
            found += [user(question.text), assistant(said)]
        return found

    def _one(self, asked: Iterator[Question], rng: random.Random, with_name: bool) -> Chat:
        persona = rng.choice((None, *PERSONAS))
        opener = persona.opener if persona else ""
        first = [rng.choice(persona.seen)] if persona else []
        if not with_name:
            return [*map(system, first), *self.turns(asked, rng, rng.randint(1, 3), persona)]
        name = rng.choice(self.trained_names)
        between = self.turns(asked, rng, rng.randint(0, 3), persona)
        kind = rng.random()
        told: Chat = []
        if kind < SHARE_OF_NOTES:
            first.append(NOTE.format(name=name))
        elif kind < 1 - SHARE_NOT_TOLD:
            told = [
                user(rng.choice(TELLS).format(name=name)),
                assistant(opener + GREETS.format(name=name)),
            ]
        says = SAYS_NAME.format(name=name) if told or kind < SHARE_OF_NOTES else NOT_TOLD
        asks = [user(rng.choice(ASKS_NAME)), assistant(opener + says)]
        opening = [system(" ".join(first))] if first else []
        return [*opening, *told, *between, *asks]
