"""The map of the course as one drawing: what the model can do, stage by stage, and the lessons that build it.

The text stays text, in the reader's own fonts, and everything stands on a light panel as the lessons' figures do.
"""

from html import escape

from gptlab.view.palette import COLOURS, EDGE, FAINT, FONTS, INK, PANEL

STAGES = [  # what the model does by then, its colour, its lessons: number, name, the paper behind it
    (
        "It continues text",
        "文字接龍",
        "base",
        [
            (0, "What ChatGPT really does", ""),
            (1, "Next-token prediction", "Shannon 1948"),
            (2, "Tokenization", "Sennrich 2016"),
            (3, "Backpropagation", "Bengio 2003"),
            (4, "Recurrent networks", "Elman 1990"),
            (5, "Attention", "Vaswani 2017"),
            (6, "The Transformer", "Vaswani 2017"),
            (7, "GPT-1: fine-tune", "Radford 2018"),
            (8, "GPT-2: just ask", "Radford 2019"),
            (9, "Training at scale", "Rajbhandari 2020"),
            (10, "GPT-3: learn in the context", "Brown 2020"),
        ],
    ),
    ("It answers", "指令微調", "sft", [(11, "Instruction tuning", "Ouyang 2022")]),
    ("It learns what people prefer", "獎勵模型", "gold", [(12, "The reward model", "Ouyang 2022")]),
    (
        "It answers as people prefer",
        "強化學習",
        "ppo",
        [(13, "PPO", "Schulman 2017"), (14, "PPO-ptx, and ways around PPO", "Ouyang 2022")],
    ),
    (
        "You talk to it, and it acts",
        "對話與代理",
        "ppo_ptx",
        [
            (15, "ChatGPT: the conversation", "OpenAI 2022"),
            (16, "Agents: memory and tools", "Park 2023"),
            (17, "Your own, bigger", ""),
        ],
    ),
]
NAMES = {number: name for *_, lessons in STAGES for number, name, _ in lessons}
WIDTH, LINE_X, LESSON, STAGE = 360, 20, 21, 30  # the last two are the heights of a row


def draw(ready: set[int]) -> str:
    """The SVG of the map; a lesson in `ready` has a filled dot, one that is still to come an open one."""
    parts, y = [], 10
    for title, chinese, colour, lessons in STAGES:
        height = STAGE + LESSON * len(lessons)
        parts += _stage(y, height, title, chinese, COLOURS[colour])
        for row, lesson in enumerate(lessons):
            parts += _lesson(
                y + STAGE + LESSON * (row + 0.5), *lesson, COLOURS[colour], lesson[0] in ready
            )
        y += height + 10
    parts += _legend(y + 6)
    return _document(y + 26, parts)


def describe(ready: set[int]) -> str:
    """The same for those who cannot see it."""
    told = [
        f"{title}: lessons {lessons[0][0]} to {lessons[-1][0]}"
        if len(lessons) > 1
        else f"{title}: lesson {lessons[0][0]}"
        for title, _, _, lessons in STAGES
    ]
    there = (
        f"Ready to read: {', '.join(map(str, sorted(ready)))}."
        if ready
        else "No lesson is ready yet."
    )
    return f"The map of the course, from top to bottom. {'. '.join(told)}. {there}"


def _stage(y: float, height: float, title: str, chinese: str, colour: str) -> list[str]:
    """A stage's box, its heading and its stretch of the line."""
    return [
        f'<rect x="6" y="{y}" width="{WIDTH - 12}" height="{height}" rx="7" fill="{colour}" opacity="0.09"/>',
        f'<path d="M{LINE_X} {y + 12}V{y + height}" stroke="{colour}" stroke-width="3"/>',
        f'<rect x="{LINE_X - 6}" y="{y + 9}" width="12" height="12" rx="3" fill="{colour}"/>',
        _text(LINE_X + 16, y + 19.5, title, 13, weight=700),
        _text(WIDTH - 14, y + 19.5, chinese, 12, anchor="end", fill=FAINT, lang="zh-Hant"),
    ]


def _lesson(y: float, number: int, name: str, paper: str, colour: str, ready: bool) -> list[str]:
    """A lesson's row: dot, number, name, paper."""
    fill = colour if ready else PANEL
    return [
        f'<circle cx="{LINE_X}" cy="{y:g}" r="5" fill="{fill}" stroke="{colour}" stroke-width="2"/>',
        _text(LINE_X + 16, y + 4, f"{number:02d}", 11.5, fill=FAINT),
        _text(LINE_X + 37, y + 4, name, 12),
        _text(WIDTH - 14, y + 4, paper, 10.5, anchor="end", fill=FAINT),
    ]


def _legend(y: float) -> list[str]:
    """What the two kinds of dots mean."""
    return [
        f'<circle cx="{LINE_X}" cy="{y}" r="5" fill="{COLOURS["neutral"]}"/>',
        _text(LINE_X + 16, y + 4, "lesson ready", 10.5, fill=FAINT),
        f'<circle cx="140" cy="{y}" r="4" fill="{PANEL}" stroke="{COLOURS["neutral"]}" stroke-width="2"/>',
        _text(152, y + 4, "to come", 10.5, fill=FAINT),
    ]


def _text(
    x: float,
    y: float,
    content: str,
    size: float,
    anchor: str = "start",
    fill: str = INK,
    weight: int = 400,
    lang: str = "",
) -> str:
    said = f' lang="{lang}"' if lang else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}"{said}>{escape(content)}</text>'
    )


def _document(height: float, parts: list[str]) -> str:
    """The parts on their panel."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" '
        f'role="img" font-family="{FONTS}">'
    )
    panel = f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:g}" rx="8" fill="{PANEL}" stroke="{EDGE}"/>'
    return "\n".join([head, "<title>The map of the course</title>", panel, *parts, "</svg>"]) + "\n"
