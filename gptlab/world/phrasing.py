"""One record type: the ways in which the little web states and asks for one relation in one language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrasing:
    """Templates for one relation in one language, filled by `template.format(s=..., S=..., a=..., A=...)`.

    Slots: {s} the subject and {a} the answer inside a sentence, {S} and {A} the same with a capital at its
    start. Chinese has no capitals and uses {s} and {a} everywhere. A statement has one subject and one answer
    and ends in a full stop; a question has one subject, no answer and no final mark, which the page adds.
    """

    statements: tuple[str, ...]
    held_out_statements: tuple[
        str, ...
    ]  # never trained on; the answer comes last, after the subject
    questions: tuple[str, ...]
    held_out_questions: tuple[str, ...]  # never trained on
