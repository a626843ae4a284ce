"""What a chat model still knows of what it was told: by distance, and by what is dropped when the context is full."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gptlab import chat as room
from gptlab.engine.assistant import Assistant
from gptlab.experiments.chat import tuned
from gptlab.experiments.chat.conversations import (
    ASKS_NAME,
    GREETS,
    NOTE,
    SAYS_NAME,
    TELLS,
    TERMINAL,
    Chat,
    Conversations,
    assistant,
    system,
    user,
)
from gptlab.world.gold_labeler import GoldLabeler

TEST_SEED = 908
Policy = Callable[[Assistant, Chat, int], list[int]]


def told_and_asked(
    talks: Conversations, names: Sequence[str], n_between: int, n: int = 40
) -> list[tuple[str, Chat]]:
    """n conversations in which the user tells a name, asks some questions, and then asks for the name."""
    rng = random.Random(f"gptlab recall {n_between}")
    asked = talks.questions(TEST_SEED, held_out=True)
    found = []
    for i in range(n):
        name = names[i % len(names)]
        told = [user(TELLS[i % len(TELLS)].format(name=name)), assistant(GREETS.format(name=name))]
        between = talks.turns(asked, rng, n_between)
        found.append((name, [*told, *between, user(ASKS_NAME[i % len(ASKS_NAME)])]))
    return found


def recall(chat: Assistant, told: Sequence[tuple[str, Chat]]) -> float:
    """The share of replies that give the right name; a conversation that does not fit is passed over."""
    room_for = chat.context - tuned.ROOM
    fits = [(name, ids) for name, one in told if len(ids := tuned.begun(chat, one)) <= room_for]
    said = tuned.written(chat, [ids for _, ids in fits])
    return sum(name in reply for (name, _), reply in zip(fits, said)) / len(fits)


def last_tokens(chat: Assistant, messages: Chat, budget: int) -> list[int]:
    """The last tokens, wherever a message begins or ends."""
    return tuned.begun(chat, messages)[-budget:]


def last_messages(chat: Assistant, messages: Chat, budget: int) -> list[int]:
    """The last whole messages that fit, the system message treated like any other."""
    kept = list(messages)
    while len(kept) > 1 and len(tuned.begun(chat, kept)) > budget:
        kept = kept[1:]
    return tuned.begun(chat, kept)


def yours(chat: Assistant, messages: Chat, budget: int) -> list[int]:
    """What `chat.trim_history` keeps."""
    return tuned.begun(chat, room.trim_history(messages, budget - 1, chat.tokens_of))


def with_notes(chat: Assistant, messages: Chat, budget: int) -> list[int]:
    """What `chat.trim_history` keeps, after a name that the user told was written into the system message."""
    noted = " ".join([one["content"] for one in messages if one["role"] == "system"])
    for one in messages:
        if one["role"] == "user" and (name := told_name(one["content"])):
            noted = f"{noted} {NOTE.format(name=name)}".strip()
    rest = [one for one in messages if one["role"] != "system"]
    return yours(chat, [system(noted), *rest] if noted else rest, budget)


def told_name(text: str) -> str:
    """The name in "My name is Ben.", "" in any other message: larger models write notes themselves."""
    for pattern in TELLS:
        before, _, after = pattern.partition("{name}")
        if text.startswith(before) and text.endswith(after):
            return text.removeprefix(before).removesuffix(after)
    return ""


POLICIES: dict[str, Policy] = {
    "the last tokens": last_tokens,
    "the last messages": last_messages,
    "trim_history": yours,
    "trim_history and notes": with_notes,
}


@dataclass(frozen=True)
class Kept:
    """Of long conversations with a terminal: shares of replies that keep the persona, are right, give the name."""

    persona: float
    right: float
    name: float


def policies(
    chat: Assistant, talks: Conversations, n_between: int = 7, n: int = 40
) -> dict[str, Kept]:
    """Long conversations, too long for the context, trimmed in each way and then answered."""
    gold = GoldLabeler(talks.web)
    rng = random.Random("gptlab policies")
    asked = talks.questions(TEST_SEED, held_out=True)
    names = talks.trained_names
    budget = chat.context - tuned.ROOM
    talk = []
    for i in range(n):
        name = names[i % len(names)]
        told = [
            user(TELLS[i % len(TELLS)].format(name=name)),
            assistant(TERMINAL.opener + GREETS.format(name=name)),
        ]
        between = talks.turns(asked, rng, n_between, TERMINAL)
        opening = system(TERMINAL.seen[i % len(TERMINAL.seen)])
        talk.append((name, next(asked), [opening, *told, *between]))
    found = {}
    for label, policy in POLICIES.items():
        about_facts = tuned.written(
            chat, [policy(chat, [*one, user(question.text)], budget) for _, question, one in talk]
        )
        about_name = tuned.written(
            chat, [policy(chat, [*one, user(ASKS_NAME[0])], budget) for _, _, one in talk]
        )
        found[label] = Kept(
            sum(map(TERMINAL.shows, about_facts)) / n,
            sum(gold.classify(q, r) == "right" for (_, q, _), r in zip(talk, about_facts)) / n,
            sum(SAYS_NAME.format(name=name) in r for (name, _, _), r in zip(talk, about_name)) / n,
        )
    return found


def persona_by_turn(
    chat: Assistant,
    talks: Conversations,
    trim: Callable | None = None,
    n_turns: int = 8,
    n: int = 20,
) -> list[float]:
    """The share of terminals that still play the terminal, turn by turn, in conversations with their own replies.

    trim  in place of `chat.trim_history`
    """
    trim = trim or room.trim_history
    budget = chat.context - tuned.ROOM - 1
    asked = talks.questions(TEST_SEED + 1, held_out=True)
    going: list[Chat] = [[system(TERMINAL.seen[i % len(TERMINAL.seen)])] for i in range(n)]
    shares = []
    for _ in range(n_turns):
        for one in going:
            one.append(user(next(asked).text))
        kept = [trim(one, budget, lambda m: len(tuned.begun(chat, [m])) - 1) for one in going]
        said = tuned.replies(chat, kept)
        for one, reply in zip(going, said):
            one.append(assistant(reply))
        shares.append(sum(map(TERMINAL.shows, said)) / n)
    return shares
