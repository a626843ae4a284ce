"""Thumbs under the replies of a chat: two replies to one question that got different thumbs are a preference."""

from itertools import combinations
from pathlib import Path

from gptlab.course import labels
from gptlab.course.labels import RANKED, Label

UP, NONE, DOWN = 1, 0, -1


def preferences(question: str, replies: list[str], thumbs: list[int]) -> list[tuple[Label, bool]]:
    """Each two different replies to a question as a label of lesson 12, and whether it holds.

    It holds where one got a better thumb than the other: up before none before down. What was said before the
    question is not part of a label.

    replies  in the order in which they were written
    thumbs   UP, NONE or DOWN for each
    """
    found = []
    for i, j in combinations(range(len(replies)), 2):
        if replies[i] != replies[j]:
            order = (0, 1) if thumbs[i] > thumbs[j] else (1, 0)
            label = Label(question, (replies[i], replies[j]), RANKED, order)
            found.append((label, thumbs[i] != thumbs[j]))
    return found


def keep(file: Path, question: str, replies: list[str], thumbs: list[int]) -> int:
    """Write the preferences of one question into the labels' file, and take back those that no longer hold.

    Returns how many hold. Raises OSError when the file cannot be read or written.
    """
    n = 0
    for label, holds in preferences(question, replies, thumbs):
        if holds:
            labels.keep(file, label)
            n += 1
        else:
            labels.take_back(file, label.key)
    return n
