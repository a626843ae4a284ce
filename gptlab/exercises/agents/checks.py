"""The checks of gptlab/agents.py, but for those of memory and of retrieval, in modules beside."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.exercises.agents.checks_memory import (
    gives_a_plain_list,
    recency_decay,
    reflection_points,
    retrieval_score,
    retrieve,
)
from gptlab.exercises.agents.checks_retrieval import (
    best_matches,
    cosine_similarity,
    or_refused,
    overlapping_chunks,
)
from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds

__all__ = [
    "best_matches",
    "calculate",
    "cosine_similarity",
    "overlapping_chunks",
    "parse_action",
    "react_loop",
    "recency_decay",
    "reflection_points",
    "retrieval_score",
    "retrieve",
    "transcript_tokens",
]


def _drawn_sums(seed: int) -> list[Case]:
    """Products that are added and taken away, worked out product by product."""
    inputs = RandomInputs(seed)
    cases = []
    for _ in range(3):
        a, b, c, d, e, f = (inputs.ids(900, 6) + 10).tolist()
        total = sum((a * b, -c, d * e, -f))
        cases.append(case(f"{a} × {b} - {c} + {d} * {e} − {f}", expected=str(total)))
    return cases


def calculate() -> list[Case]:
    """Sums worked by hand, and texts that must be refused."""
    by_hand = {
        "12 + 7": "19",
        "12 + 3 * 4": "24",
        "12 + 3 × 4": "24",
        "10 - 3 - 2": "5",
        "10 − 3 + 2": "9",
        "2 * 3 - 4 * 5": "-14",
        "6 - 2 × 3 × 4 + 1": "-17",
        "4821": "4821",
        "3-7": "-4",
        " 305*41 ": "12505",
        "-5 + 3": "-2",
        "4 × -2": "-8",
        "7 - -2": "9",
        "9876 × 5432 − 0": "53646432",
        "99999 × 99999 × 3": "29999400003",
    }
    refused = {
        "2 ** 9": "a power",
        "8 / 2": "a division",
        "7 // 2": "a division",
        "7 % 4": "a remainder",
        "len('hostile')": "a call",
        "__import__('os').getpid()": "a call that reaches the machine",
        "[1, 2] * 2": "a list",
        "'7' * 3": "a text",
        "True + 1": "a name",
        "twelve": "a word",
        "1.5 + 1": "a point",
        "1,000 + 1": "a comma",
        "12 7": "two numbers without a sign",
        "3 +": "a sign without a number",
        "× 3": "a sign without a number",
        "": "an empty text",
        "1 + 1\nimport os": "a second line",
        "1 < 2": "a comparison",
        "1 if 2 else 3": "a condition",
        "5 & 4": "bits",
    }
    return [
        *(case(text, expected=result) for text, result in by_hand.items()),
        *_drawn_sums(163),
        *(
            case(text, call=or_refused, expected="ValueError", about=f"a ValueError, for {about}")
            for text, about in refused.items()
        ),
    ]


def parse_action() -> list[Case]:
    """Texts that were read by eye."""
    read = [
        ("Thought: a sum.\nAction: calculate[12 + 7]", ("calculate", "12 + 7"), ""),
        ("Action: look_up[the capital of Peru]\n", ("look_up", "the capital of Peru"), ""),
        ("Answer: Lima.", None, "no action"),
        ("", None, "nothing at all"),
        ("Action: a[1]\nAction: b[2]", ("a", "1"), "two actions"),
        ("Action:look_up [ 秘鲁的首都 ] ", ("look_up", "秘鲁的首都"), "spaces"),
        ("Action: look_up[a [b] c]", ("look_up", "a [b] c"), "brackets inside"),
        ("Action: look_up[[x]]", ("look_up", "[x]"), "brackets inside"),
        ("Action: calculate[1 + 1] now", ("calculate", "1 + 1"), "more after the last bracket"),
        ("Action: calculate[1]\nso [2]", ("calculate", "1"), "brackets on the next line"),
        ("Action: stop[]", ("stop", ""), "an empty input"),
        ("I write Action: a[1] here.", None, "not at the beginning of a line"),
        ("Action: calculate", None, "no brackets"),
        ("Action: calculate[1", None, "not closed"),
        ("Action: calculate 1]", None, "not opened"),
        ("Action: ]calculate[", None, "brackets the wrong way round"),
        ("Action: [1 + 1]", None, "no name"),
        ("Action: a\nAction: b[2]", None, "the first action cannot be read"),
        ("Actions: a[1]", None, "another word"),
        ("Action: a[1\n]", None, "closed on the next line"),
        ("Action: a[print(1)]", ("a", "print(1)"), "text that is a program"),
    ]
    inputs = RandomInputs(164)
    for lines in (3, 2):
        thought, name, given = (inputs.words([n, lines]) for n in (7, 5, 6))
        name = name.replace(" ", "_")
        text = f"Thought: {thought}\n" * (lines - 1) + f"Action: {name}[{given}]\n"
        read.append((text, (name, given), "words drawn at random"))
    return [case(text, expected=found, about=about) for text, found, about in read]


class Script:
    """A model that writes its turns one after the other, by the number of observations in the transcript."""

    def __init__(self, *turns: str):
        self.turns = turns

    def __call__(self, text: str) -> str:
        return self.turns[min(text.count("\nObservation:"), len(self.turns) - 1)]

    def __repr__(self) -> str:
        return "that writes " + ", then ".join(map(repr, self.turns))


class Tool:
    """A tool that shows its name, not an address, where a report prints it."""

    def __init__(self, name: str, does: Callable[[str], str]):
        self.name = name
        self.does = does

    def __call__(self, text: str) -> str:
        return self.does(text)

    def __repr__(self) -> str:
        return self.name


def _add(text: str) -> str:
    return str(sum(int(number) for number in text.split("+")))


def _two_lines(text: str) -> str:
    return f"{text}\nAnswer: I am the tool."


def _twice(text: str) -> str:
    return text + text


TOOLS = {
    name: Tool(name, does)
    for name, does in (("add", _add), ("twice", _twice), ("page", _two_lines))
}


def _drawn_talk(seed: int) -> tuple[str, tuple[str, ...], int, str, str]:
    """Two calls of tools with inputs that are drawn, and an answer."""
    inputs = RandomInputs(seed)
    (a, b), word = inputs.ids(9_000, 2).tolist(), inputs.word(7)
    turns = f"Thought: {word}.\nAction: add[{a} + {b}]", f"Action: twice[{word}]"
    text = f"{turns[0]}\nObservation: {a + b}\n{turns[1]}\nObservation: {word}{word}\n"
    answer = f"{a} and {word}"
    return "drawn", (*turns, f"Answer: {answer}"), 4, answer, f"{text}Answer: {answer}\n"


def react_loop() -> list[Case]:
    """Transcripts that were written by hand."""
    talks: list[tuple[str, tuple[str, ...], int, str | None, str]] = [
        ("an answer at once", ("Answer: 4.",), 3, "4.", "Answer: 4.\n"),
        (
            "one tool",
            ("Thought: a sum.\nAction: add[12 + 7]\n", "Answer: 19.\n"),
            3,
            "19.",
            "Thought: a sum.\nAction: add[12 + 7]\nObservation: 19\nAnswer: 19.\n",
        ),
        (
            "the model invents an observation",
            ("Action: add[12 + 7]\nObservation: 20\nAnswer: 20.", "Answer: 19."),
            3,
            "19.",
            "Action: add[12 + 7]\nObservation: 19\nAnswer: 19.\n",
        ),
        (
            "it writes on after its answer",
            ("Answer: 19.\nQuestion: What next?\nAction: add[1 + 1]",),
            3,
            "19.",
            "Answer: 19.\n",
        ),
        (
            "two tools",
            ("Action: add[1 + 2]", "Thought: again.\nAction: twice[3]", "Answer: 33"),
            3,
            "33",
            "Action: add[1 + 2]\nObservation: 3\nThought: again.\nAction: twice[3]\n"
            "Observation: 33\nAnswer: 33\n",
        ),
        (
            "a tool that is not there",
            ("Action: fly[home]", "Answer: I cannot."),
            3,
            "I cannot.",
            "Action: fly[home]\nObservation: there is no tool fly\nAnswer: I cannot.\n",
        ),
        (
            "a tool that raises",
            ("Action: add[one]", "Answer: no."),
            3,
            "no.",
            "Action: add[one]\nObservation: add failed: invalid literal for int() with base 10: 'one'\n"
            "Answer: no.\n",
        ),
        (
            "a tool returns two lines",
            ("Action: page[a]", "Answer: b."),
            3,
            "b.",
            "Action: page[a]\nObservation: a Answer: I am the tool.\nAnswer: b.\n",
        ),
        (
            "no action twice",
            ("Thought: hm.\n", "Thought: hm.", "Answer: x."),
            3,
            "x.",
            2 * "Thought: hm.\nObservation: no action of the form tool[input] was found\n"
            + "Answer: x.\n",
        ),
        (
            "the first action cannot be read",
            ("Action: add\nAction: add[1 + 1]", "Answer: x."),
            3,
            "x.",
            "Action: add\nObservation: no action of the form tool[input] was found\nAnswer: x.\n",
        ),
        (
            "the same action again",
            ("Action: add[1 + 1]", "Thought: again.\nAction: add[1 + 1]", "Answer: 2."),
            5,
            None,
            "Action: add[1 + 1]\nObservation: 2\nThought: again.\nAction: add[1 + 1]\n",
        ),
        (
            "the same action, not at once",
            ("Action: add[1 + 1]", "Action: add[2 + 2]", "Action: add[1 + 1]", "Answer: 2."),
            9,
            None,
            "Action: add[1 + 1]\nObservation: 2\nAction: add[2 + 2]\nObservation: 4\n"
            "Action: add[1 + 1]\n",
        ),
        (
            "the same action, written with other spaces",
            ("Action: add[1 + 1]", "Action:  add[ 1 + 1 ]", "Answer: 2."),
            5,
            None,
            "Action: add[1 + 1]\nObservation: 2\nAction:  add[ 1 + 1 ]\n",
        ),
        (
            "an action that cannot be read, twice: it may try again",
            ("Action: add", "Action: add", "Answer: x."),
            3,
            "x.",
            2 * "Action: add\nObservation: no action of the form tool[input] was found\n"
            + "Answer: x.\n",
        ),
        (
            "another tool with the same input",
            ("Action: add[7]", "Action: twice[7]", "Answer: 77."),
            3,
            "77.",
            "Action: add[7]\nObservation: 7\nAction: twice[7]\nObservation: 77\nAnswer: 77.\n",
        ),
        (
            "the same tool with another input",
            ("Action: add[7]", "Action: add[8]", "Answer: 8."),
            3,
            "8.",
            "Action: add[7]\nObservation: 7\nAction: add[8]\nObservation: 8\nAnswer: 8.\n",
        ),
        (
            "the steps end",
            ("Action: add[1]", "Action: add[2]", "Answer: 2."),
            2,
            None,
            "Action: add[1]\nObservation: 1\nAction: add[2]\nObservation: 2\n",
        ),
        (
            "the answer comes in the last step",
            ("Action: add[1]", "Action: add[2]", "Answer: 2."),
            3,
            "2.",
            "Action: add[1]\nObservation: 1\nAction: add[2]\nObservation: 2\nAnswer: 2.\n",
        ),
        (
            "Answer: within a line",
            ("Thought: my Answer: will follow.\nAction: add[1]", "Answer:  one "),
            3,
            "one",
            "Thought: my Answer: will follow.\nAction: add[1]\nObservation: 1\nAnswer:  one \n",
        ),
        (
            "an action before the answer",
            ("Action: add[2 + 2]\nAnswer: 5.", "Answer: 4."),
            3,
            "4.",
            "Action: add[2 + 2]\nObservation: 4\nAnswer: 4.\n",
        ),
        (
            "an answer before an action",
            ("Answer: 5.\nAction: add[2 + 2]", "Answer: 4."),
            3,
            "5.",
            "Answer: 5.\n",
        ),
    ]
    talks.append(_drawn_talk(165))
    asked = "Question: How much?\n"
    cases = [
        case(
            Script(*turns), "How much?", TOOLS, steps, expected=(answer, asked + text), about=about
        )
        for about, turns, steps, answer, text in talks
    ]
    never = case(
        Script("Answer: x."),
        "How much?",
        TOOLS,
        0,
        expected=(None, asked),
        stage=EDGE,
        about="no steps",
    )
    return [*cases, never]


class Words:
    """A word is a token, whose id is its length: short enough to be read in a report."""

    def __call__(self, text: str) -> list[int]:
        return [len(word) for word in text.split(" ")] if text else []

    def __repr__(self) -> str:
        return "(a word is a token)"


class Pairs:
    """Two characters are a token, so the ids tell where a text was cut: ids of "abc" are those of "ab" and "c"."""

    def __call__(self, text: str) -> list[int]:
        return [sum(map(ord, text[i : i + 2])) % 997 for i in range(0, len(text), 2)]

    def __repr__(self) -> str:
        return "(two characters are a token)"


TALKS = {
    "one tool": (
        ("Question: 2 + 2?\n", False),
        ("Thought: a sum.\n", True),
        ("Action: add[2 + 2]\n", True),
        ("Observation: 4\n", False),
        ("Answer: 4.\n", True),
    ),
    "no tool": (("Question: who?\n", False), ("Answer: nobody.\n", True)),
    "two tools, and words in the midst of lines": (
        ("Question: Observation:?\n", False),
        ("Action: a[Question:1]\n", True),
        ("Observation: Answer:no\n", False),
        ("Thought: Observation: is?\n", True),
        ("Action: b[2]\n", True),
        ("Observation: Action:c[3]\n", False),
        ("Answer: yes\n", True),
    ),
    "a line that it wrote without a label": (
        ("Question: a?\n", False),
        ("well\n", True),
        ("Observation: no action\n", False),
        ("Answer: b\n", True),
    ),
}


def _drawn_lines(seed: int) -> tuple[tuple[str, bool], ...]:
    """Lines of words that are drawn, of as many words as are drawn."""
    inputs = RandomInputs(seed)
    labels = "Question", "Thought", "Action", "Observation", "Thought", "Answer"
    return tuple(
        (
            f"{label}: {inputs.words((inputs.ids(9, inputs.whole(2, 7)) + 1).tolist())}\n",
            label not in ("Question", "Observation"),
        )
        for label in labels
    )


def transcript_tokens() -> list[Case]:
    """Lines that were marked by hand, with few tokens first: there a report shows the whole mask."""
    cases = []
    talks = TALKS | {"drawn": _drawn_lines(166)}
    for encode, names in ((Words(), "a word is a token"), (Pairs(), "two characters are a token")):
        for about, lines in talks.items():
            ids = [token for line, _ in lines for token in encode(line)]
            mask = [learn for line, learn in lines for _ in encode(line)]
            text = "".join(line for line, _ in lines)
            cases.append(case(text, encode, expected=(ids, mask), about=f"{about}; {names}"))
    empty = case("", Pairs(), expected=([], []), stage=EDGE, about="an empty transcript")
    return [*cases, empty]
