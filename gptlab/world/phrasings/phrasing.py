"""`Phrasing`: the ways in which the little web states and asks for one relation in one language."""

from dataclasses import dataclass

STOPS = {"en": ".", "zh": "。"}  # the end of a statement
MARKS = {"en": "?", "zh": "？"}  # the end of a question


@dataclass(frozen=True)
class Phrasing:
    """Templates for one relation in one language, to be filled by `fill`.

    Slots: {s} the subject and {a} the answer inside a sentence, {S} and {A} the same with a capital at its
    start. Chinese has no capitals and uses {s} and {a} everywhere. A statement has one subject and one answer
    and ends in a full stop; a question has one subject, no answer and no final mark, which the page adds.
    No page uses those that are held out; held-out statements end in the answer.
    """

    statements: tuple[str, ...]
    held_out_statements: tuple[str, ...]
    questions: tuple[str, ...]
    held_out_questions: tuple[str, ...]

    @property
    def answer_first(self) -> tuple[str, ...]:
        """The statements that name the answer before the subject, as "{A} is the capital of {s}." does."""
        return tuple(t for t in self.statements if _place(t, "a") < _place(t, "s"))

    @property
    def answer_last(self) -> tuple[str, ...]:
        """The statements that end in the answer, as "The capital of {s} is {a}." does."""
        return tuple(t for t in self.statements if t[:-1].endswith("{a}"))


def fill(template: str, subject: str, answer: str = "") -> str:
    """A template with its slots filled: {s} and {a} as they are, {S} and {A} capitalised."""
    return template.format(
        s=subject, S=subject[:1].upper() + subject[1:], a=answer, A=answer[:1].upper() + answer[1:]
    )


def _place(template: str, slot: str) -> int:
    """Where a slot is in a template, capitalised or not."""
    return template.lower().index("{" + slot + "}")
