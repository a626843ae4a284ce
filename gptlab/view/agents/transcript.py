"""A transcript with the colour of whoever wrote each line, step by step, and the loop that makes it grow."""

import re
from collections.abc import Sequence

from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION, THOUGHT
from gptlab.experiments.agents.look_up import key_in_english
from gptlab.experiments.agents.tasks import THOUGHTS
from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import Row, rows_picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK
from gptlab.world.gloss import gloss, has_chinese

WIDTH, MARGIN = 560, 16  # pixels
SIZE, LINE = 15, 27
WRITERS = {"user": COLOURS["you"], "model": COLOURS["sft"], "tool": CYCLE[2]}
LABELS = (QUESTION, THOUGHT, ACTION, OBSERVATION, ANSWER)
MEANS = {"sum": "Work it out.", "fact": "Look it up.", "friend": "Look up the friend first."}


def writer_of(line: str) -> str:
    """Who wrote a line of a transcript: "user", "model" or "tool"."""
    given = {QUESTION: "user", OBSERVATION: "tool"}
    return next((who for label, who in given.items() if line.startswith(label)), "model")


def transcript_picture(transcript: str, shown: int | None = None, title: str = "") -> Picture:
    """The lines of a transcript, each in its writer's colour; with `shown`, only the first so many."""
    lines = transcript.rstrip("\n").split("\n")
    lengths = [len(_rows(line)) for line in lines]
    y = MARGIN + 8
    parts = [svg.text(MARGIN, y + 12, title, 16, weight=600)] if title else []
    y += 30 if title else 0
    parts += _legend(y)
    y += 30
    told = []
    for number, (line, rows) in enumerate(zip(lines, lengths, strict=True)):
        if shown is None or number < shown:
            parts += _line(line, y, newest=shown == number + 1)
            told.append(f"{writer_of(line)} writes “{line}”{_in_english(line)}")
        y += LINE * rows + 4
    alt = f"{title or 'A transcript'}, line by line. {'; '.join(told) or 'nothing yet'}."
    return Picture(svg.document(WIDTH, y + MARGIN, parts, alt), alt)


def step_through(transcript: str, title: str = "") -> None:
    """Display a transcript with buttons: line after line, as it grew."""
    n = len(transcript.rstrip("\n").split("\n"))
    steps = Choice("lines", tuple(str(i + 1) for i in range(n)), n - 1)
    show_frames([steps], lambda i: transcript_picture(transcript, i + 1, title))


def _legend(y: float) -> list[str]:
    parts, x = [], float(MARGIN)
    for who, colour in WRITERS.items():
        parts += [
            svg.rect(x, y, 13, 13, colour, 3),
            svg.text(x + 19, y + 12, f"the {who} wrote it", 13, fill=FAINT),
        ]
        x += 165
    return parts


def _rows(line: str) -> list[str]:
    """A line in pieces that fit the picture, with its translation below where it is Chinese."""
    room = WIDTH - 2 * MARGIN - 14
    rows = [""]
    for word in _words(line):
        if svg.text_width(rows[-1] + word, SIZE) > room and rows[-1]:
            rows.append("")
        rows[-1] += word
    return rows + ([_in_english(line).strip()] if _in_english(line) else [])


def _words(line: str) -> list[str]:
    """What may not be torn apart: words with the space after them, or Chinese characters."""
    words, word = [], ""
    for c in line:
        word += c
        if c == " " or has_chinese(c):
            words.append(word)
            word = ""
    return [*words, word]


def _in_english(line: str) -> str:
    """What a Chinese line means, in brackets; "" for others, and where that cannot be said."""
    label = next((label for label in LABELS if line.startswith(label)), "")
    said = line.removeprefix(label).strip()
    if not has_chinese(said):
        return ""
    given = re.search(r"\[(.*)\]", line) if label == ACTION else None
    thought = next((MEANS[kind] for kind, one in THOUGHTS.items() if one.zh == said), "")
    english = key_in_english(given[1]) if given else thought or gloss(said)
    return "" if has_chinese(english) or "…" in english else f" ({english})"


def _line(line: str, y: float, newest: bool) -> list[str]:
    colour = WRITERS[writer_of(line)]
    rows = _rows(line)
    parts = [svg.rect(MARGIN, y, 5, LINE * len(rows) - 3, colour, 2)]
    for i, row in enumerate(rows):
        faint = row.startswith("(") and i == len(rows) - 1
        look = FAINT if faint else colour
        weight = 600 if newest and not faint else 400
        parts.append(svg.text(MARGIN + 14, y + 17 + LINE * i, row, SIZE, fill=look, weight=weight))
    return parts


def loop_picture() -> Picture:
    """The loop on one question: what the model reads and writes at each turn, and what the program cuts and adds."""
    parts = [svg.text(MARGIN, 28, "The loop, on “What is 12 + 7?”", 16, weight=600)]
    for x, name, does, colour in (
        (16, "model", "text → more text", WRITERS["model"]),
        (205, "program", "cuts, reads, appends", INK),
        (394, "tool", "str → str", WRITERS["tool"]),
    ):
        parts += [
            svg.rect(x, 88, 150, 62, "#ffffff", 8, colour),
            svg.text(x + 75, 114, name, 16, "middle", colour, 600),
            svg.text(x + 75, 136, does, 13, "middle", FAINT),
        ]
    parts += [
        _arrow(280, 88, 280, 66, False), _arrow(280, 66, 91, 66, False), _arrow(91, 66, 91, 86),
        svg.text(290, 62, "the whole transcript so far", 13, fill=FAINT),
        _arrow(168, 119, 203, 119), _arrow(357, 107, 392, 107), _arrow(392, 131, 357, 131),
        _number(1, 185, 66), _number(2, 185, 105), _number(3, 374, 93), _number(4, 374, 145),
    ]  # fmt: skip
    turns = (
        ("", 0, "Question: What is 12 + 7?", "user", "turn 1 starts with this"),
        ("turn 1", 2, "Action: calculate[12 + 7]", "model", "read: tool calculate, input 12 + 7"),
        ("", 2, "Observation: 20", "", "invented by the model: cut off"),
        ("", 2, "Answer: 20.", "", "cut off, too"),
        ("", 4, "Observation: 19", "tool", "what the tool returned: appended"),
        ("turn 2", 2, "Answer: 19.", "model", "no action, an answer: the end"),
    )
    y = 186
    for turn, number, line, who, note in turns:
        colour = WRITERS.get(who, COLOURS["wrong"])
        parts += [
            svg.text(MARGIN, y + 3, turn, 13, fill=FAINT, weight=600),
            svg.rect(94, y - 13, 5, 20, colour, 2),
            svg.text(106, y + 3, line, SIZE, fill=colour),
            svg.text(326, y + 3, note, 13, fill=FAINT if who else colour),
        ]
        if number:
            parts.append(_number(number, 76, y - 2))
        if not who:
            wide = svg.text_width(line, SIZE)
            parts.append(svg.line(104, y - 2, 108 + wide, y - 2, colour, 1.5))
        y += 29
    alt = (
        "Turn 1: the program gives the model the transcript, which is the question (1). The model writes in one go "
        "Action: calculate[12 + 7], Observation: 20, Answer: 20. (2). The program keeps the action and cuts off the "
        "other two lines, which the model invented. It gives 12 + 7 to the tool (3), and appends the tool's 19 as an "
        "observation (4). Turn 2: the model reads the whole transcript, with the 19, and writes Answer: 19. That is "
        "the end."
    )
    return Picture(svg.document(WIDTH, y, parts, alt), alt)


def _number(number: int, x: float, y: float) -> str:
    """The number of a step, on a disc."""
    disc = f'<circle cx="{x:g}" cy="{y:g}" r="9" fill="{FAINT}"/>'
    return disc + svg.text(x, y + 4, str(number), 12, "middle", "#ffffff", 600)


def _arrow(x1: float, y1: float, x2: float, y2: float, head: bool = True) -> str:
    """A line, with a head at its end."""
    drawn = svg.line(x1, y1, x2, y2, FAINT, 1.6)
    if not head:
        return drawn
    if x1 == x2:
        tip = f"{x2 - 5},{y2 - 7} {x2 + 5},{y2 - 7} {x2},{y2 + 1}"
    else:
        back = x2 - 7 if x2 > x1 else x2 + 7
        tip = f"{back},{y2 - 5} {back},{y2 + 5} {x2},{y2}"
    return drawn + f'<polygon points="{tip}" fill="{FAINT}"/>'


def digits_picture(rows: Sequence[tuple[str, Sequence[str]]]) -> Picture:
    """How texts with numbers are cut into tokens: (label, pieces) a row."""
    return rows_picture(
        [Row(label, pieces, f"{len(pieces)} tokens") for label, pieces in rows],
        "Numbers as the model reads them",
    )
