"""A timeline of the papers: what each added, the size of its model, and its training data."""

import math
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import with_unit
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH = 520  # pixels
TOP = 68
ROW = 82
LEFT = 66  # of the scale of sizes
RIGHT = 490
SCALE = (6, 12)  # from 10^6 to 10^12 parameters


@dataclass(frozen=True)
class Paper:
    """One step on the way; `size` is None where it was never published."""

    year: str
    name: str
    idea: str
    data: str
    size: float | None
    size_text: str
    source: str


PAPERS = (
    Paper(
        "2003",
        "Neural language model",
        "words become vectors that a network learns",
        "about 14 M words of news",
        4e6,
        "millions",
        "Bengio et al. 2003: abstract for the size, Section 4 for the data",
    ),
    Paper(
        "2017",
        "Transformer",
        "every token looks at every other: attention",
        "4.5 M pairs of sentences",
        65e6,
        "65 M",
        "Vaswani et al. 2017, Table 3 (base model) and Section 5.1",
    ),
    Paper(
        "2018",
        "GPT-1",
        "first learn to go on with text, then a task",
        "more than 7,000 books",
        117e6,
        "117 M",
        "Radford et al. 2018, Section 4.1; the size as GPT-2's paper gives it, Table 2",
    ),
    Paper(
        "2019",
        "GPT-2",
        "the task can stand in the text itself",
        "8 M web pages, 40 GB",
        1.542e9,
        "1.5 B",
        "Radford et al. 2019, Table 2 and Section 2.1",
    ),
    Paper(
        "2020",
        "GPT-3",
        "larger still: it learns from examples in the prompt",
        "300 B tokens",
        175e9,
        "175 B",
        "Brown et al. 2020, Table 2.1",
    ),
    Paper(
        "2022",
        "InstructGPT",
        "people show and rank replies; PPO learns from it",
        "13 k demonstrations, 33 k ranked prompts",
        1.3e9,
        "1.3 B to 175 B",
        "Ouyang et al. 2022, Table 6 (training prompts) and Section 3",
    ),
    Paper(
        "2022",
        "ChatGPT",
        "the same, trained on conversations",
        "not published",
        None,
        "not published",
        "OpenAI, Introducing ChatGPT, 30 November 2022",
    ),
)


def timeline(n_parameters: int, n_tokens: int) -> Picture:
    """The papers from 2003 to 2022, and the course's own model below them."""
    ours = Paper(
        "now",
        "yours",
        "all of it, on one small computer",
        f"{with_unit(n_tokens)} tokens of the little web",
        n_parameters,
        with_unit(n_parameters),
        "",
    )
    papers = [*PAPERS, ours]
    height = TOP + len(papers) * ROW + 2
    parts = [
        svg.text(14, 28, "From neural language models to ChatGPT", 16, weight=700),
        svg.text(14, 51, "size", 12.5, fill=FAINT),
    ]
    for power, label in ((6, "1 M"), (8, "100 M"), (10, "10 B"), (12, "1 T parameters")):
        parts += [
            svg.line(_x(10**power), TOP - 10, _x(10**power), height - 14, "#eceae3"),
            svg.text(
                _x(10**power), TOP - 17, label, 12.5, "end" if power == 12 else "middle", fill=FAINT
            ),
        ]
    for i, paper in enumerate(papers):
        parts += _row(paper, TOP + i * ROW, COLOURS["you"] if paper is ours else COLOURS["first"])
    alt = _describe(papers)
    return Picture(svg.document(WIDTH, height, parts, alt), alt)


def _row(paper: Paper, y: float, colour: str) -> list[str]:
    """Year, name and size; the idea; the data; and the size once more as a place on the scale."""
    parts = [
        svg.text(14, y + 18, paper.year, 14, fill=FAINT, weight=600),
        svg.text(66, y + 18, paper.name, 16, weight=700, fill=colour),
        svg.text(RIGHT, y + 18, paper.size_text, 14, "end", weight=600),
        svg.text(66, y + 37, paper.idea, 14),
        svg.text(66, y + 55, f"data: {paper.data}", 13, fill=FAINT),
        svg.line(LEFT, y + 66, RIGHT, y + 66, EDGE, 1),
    ]
    if paper.size is None:
        return parts
    ends = sorted({_x(paper.size), _x(175e9) if "to 175 B" in paper.size_text else _x(paper.size)})
    return [
        *parts,
        svg.line(ends[0], y + 66, ends[-1], y + 66, colour, 4),
        *(f'<circle cx="{x:g}" cy="{y + 66:g}" r="6" fill="{colour}"/>' for x in ends),
    ]


def _x(size: float) -> float:
    """Where a size stands on the scale, which grows by the same length for each factor of ten."""
    low, high = SCALE
    return LEFT + (math.log10(size) - low) / (high - low) * (RIGHT - LEFT)


def _describe(papers: list[Paper]) -> str:
    rows = "; ".join(
        f"{p.year} {p.name}: {p.idea}; parameters: {p.size_text}; data: {p.data}" for p in papers
    )
    scale = "The scale of parameters runs from 1 million to 1 trillion; each mark is 100 times the last."
    return f"A timeline. {rows}. {scale}"


def sources() -> str:
    """Where each figure of the timeline comes from, a line each."""
    return "\n".join(f"{p.year}  {p.name:<21} {p.source}" for p in PAPERS)
