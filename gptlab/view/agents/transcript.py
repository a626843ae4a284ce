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
    thought = next((one.en for one in THOUGHTS.values() if one.zh == said), "")
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
    """The loop: the model writes, the program cuts and reads, the tool answers, the transcript grows."""
    boxes = {
        "model": (16, 92, 150, "model", "text → more text", WRITERS["model"]),
        "program": (205, 92, 150, "program", "cuts, reads, appends", INK),
        "tool": (394, 92, 150, "tool", "str → str", WRITERS["tool"]),
    }
    parts = [
        svg.text(MARGIN, 28, "One turn of the loop, for “What is 12 + 7?”", 16, weight=600),
        svg.text(280, 60, "the whole transcript goes back in, each time", 14, "middle", FAINT),
        _arrow(280, 92, 280, 72, False), _arrow(280, 72, 91, 72, False), _arrow(91, 72, 91, 90),
        _arrow(168, 112, 203, 112), _arrow(357, 112, 392, 112), _arrow(392, 132, 357, 132),
    ]  # fmt: skip
    for x, y, wide, name, does, colour in boxes.values():
        parts += [
            svg.rect(x, y, wide, 62, "#ffffff", 8, colour),
            svg.text(x + wide / 2, y + 26, name, 16, "middle", colour, 600),
            svg.text(x + wide / 2, y + 48, does, 13, "middle", FAINT),
        ]
    told = [
        ("Question: What is 12 + 7?", "user", ""),
        ("Action: calculate[12 + 7]", "model", "the model has to stop here"),
        ("Observation: 20", "", "invented by the model: cut off, never read"),
        ("Observation: 19", "tool", "what the tool returned"),
        ("Answer: 19.", "model", "the end"),
    ]
    y = 186
    for line, who, note in told:
        colour = WRITERS.get(who, COLOURS["wrong"])
        parts += [
            svg.rect(MARGIN, y - 13, 5, 20, colour, 2),
            svg.text(MARGIN + 14, y + 3, line, SIZE, fill=colour),
            svg.text(262, y + 3, note, 13, fill=COLOURS["wrong"] if not who else FAINT),
        ]
        if not who:
            parts.append(svg.line(MARGIN + 12, y - 2, 168, y - 2, COLOURS["wrong"], 1.5))
        y += 29
    alt = (
        "The program gives the model the whole transcript. The model writes on, up to an action such as "
        "calculate[12 + 7]. The program cuts off whatever the model wrote after it, here an invented observation, "
        "20. It gives the input to the tool, appends the tool's 19 as an observation, and gives everything to the "
        "model again, which now answers 19."
    )
    return Picture(svg.document(WIDTH, y, parts, alt), alt)


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
