"""Does a system message change the manner of a reply? Counted on questions that no training asks."""

from collections.abc import Sequence
from itertools import cycle, islice

import torch

from gptlab.engine.assistant import Assistant
from gptlab.experiments.chat import tuned
from gptlab.experiments.chat.conversations import (
    FRIEND,
    NO_SUCH,
    PERSONAS,
    TERMINAL,
    Conversations,
    system,
    user,
)
from gptlab.world.gold_labeler import GoldLabeler

TEST_SEED = 907
ASKED_FOR = {  # what a system message asks for, in the words of the demonstrations and in others
    "nothing": ("",),
    "a terminal": TERMINAL.seen,
    "a terminal, in new words": TERMINAL.unseen,
    "a friend": FRIEND.seen,
    "a friend, in new words": FRIEND.unseen,
    "a pirate": NO_SUCH,
}


def manners(chat: Assistant, talks: Conversations, n: int = 60) -> dict[str, dict[str, float]]:
    """For each thing asked for: shares of replies that play the terminal, the friend, and that are right."""
    gold = GoldLabeler(talks.web)
    questions = list(islice(talks.questions(TEST_SEED, held_out=True), n))
    found = {}
    for name, wordings in ASKED_FOR.items():
        asked = [
            [*([system(words)] if words else []), user(question.text)]
            for question, words in zip(questions, cycle(wordings))
        ]
        said = tuned.replies(chat, asked)
        right = [gold.classify(q, reply) == "right" for q, reply in zip(questions, said)]
        found[name] = {p.name: sum(map(p.shows, said)) / n for p in PERSONAS}
        found[name]["right"] = sum(right) / n
    return found


@torch.no_grad()
def first_tokens(
    chat: Assistant, question: str, prompts: Sequence[str], openers: Sequence[str]
) -> list[list[float]]:
    """p(opener's first token | system message, question) for each system message ("" for none) and opener."""
    first = [chat.tokenizer.encode(opener)[0] for opener in openers]
    rows = []
    for words in prompts:
        ids = tuned.begun(chat, [*([system(words)] if words else []), user(question)])
        p = chat.probabilities(ids)
        rows.append([float(p[token]) for token in first])
    return rows
