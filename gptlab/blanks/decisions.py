"""What a call of `borrow` or `give_back` decides: for which blanks, and whose body runs."""

from dataclasses import dataclass
from typing import Literal

from gptlab.blanks.source_scan import Blank

How = Literal["borrow", "fill", "own"]  # the reference; the reference where it is empty; hers
Kind = Literal["all", "key", "lesson", "before", "other_than"]


@dataclass(frozen=True)
class Target:
    """A set of blanks: all, one by its key, or those whose lesson is, is before or is not `value`."""

    kind: Kind
    value: str | int = 0

    @classmethod
    def read(cls, word: str) -> "Target":
        """Read "all", a lesson's number or a key."""
        if word == "all":
            return cls("all")
        return cls("lesson", int(word)) if word.isdecimal() else cls("key", word)

    @classmethod
    def of_lesson(cls, kind: Kind, number: int) -> "Target":
        """The target of `borrow(lesson=5)` and its like.

        Raises ValueError when the number is none.
        """
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(f"{kind} must be a lesson's number such as 5, but is {number!r}")
        return cls(kind, number)

    def holds(self, entry: Blank) -> bool:
        """True for the blanks of this set."""
        match self.kind:
            case "all":
                return True
            case "key":
                return entry.key == self.value
            case "lesson":
                return entry.lesson == self.value
            case "before":
                return entry.lesson < int(self.value)
            case "other_than":
                return entry.lesson != self.value


@dataclass(frozen=True)
class Decision:
    """That these blanks run their references ("borrow"), do so while empty ("fill"), or run the learner's ("own")."""

    how: How
    target: Target
