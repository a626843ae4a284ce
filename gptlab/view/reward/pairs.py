"""Pairs of replies as pictures: the labeler as a still, from a pair to a loss, and where a model disagrees with her."""

import math
from collections.abc import Callable, Sequence

import torch

from gptlab.course.labels import RANKED, SKIPPED, TIE, Label
from gptlab.experiments.reward.comparisons import Replied
from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, frames_html
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK
from gptlab.view.reward.labeler import Chooser, Labeler, last_said
from gptlab.world.gloss import gloss, has_chinese

WIDTH, MARGIN, LINE = 520, 14, 20  # pixels
FIRST, SECOND = COLOURS["first"], COLOURS["second"]


def reply_card(
    x: float, y: float, width: float, head: str, reply: str, edge: str, foot: str = ""
) -> tuple[list[str], float]:
    """One reply in a box: its number, its text, its English; (parts, height)."""
    lines = svg.wrapped(reply, width - 24)
    english = svg.wrapped(gloss(reply), 1.16 * (width - 24)) if has_chinese(reply) else []
    height = 30 + LINE * len(lines) + 17 * len(english) + (22 if foot else 0) + 6
    parts = [
        svg.rect(x, y, width, height, "#ffffff", 7, edge),
        svg.text(x + 12, y + 21, head, 14, weight=600, fill=INK if edge == EDGE else edge),
    ]
    at = y + 21
    for line in lines:
        at += LINE
        parts.append(svg.text(x + 12, at, line, 14))
    for line in english:
        at += 17
        parts.append(svg.text(x + 12, at, line, 12.5, fill=FAINT))
    if foot:
        parts.append(svg.text(x + 12, y + height - 9, foot, 13.5, weight=600, fill=edge))
    return parts, height


def quoted(said: str) -> str:
    """A text in quotation marks, with its English where it is Chinese."""
    return f"“{said}”" + (f" ({gloss(said)})" if has_chinese(said) else "")


def numbered(replies: Sequence[str]) -> str:
    """Replies in words, for an alt text."""
    return "; ".join(f"reply {i + 1}: {quoted(reply)}" for i, reply in enumerate(replies))


def stacked_cards(
    heads: Sequence[str], replies: Sequence[str], y: float, chosen: int | None = None
) -> tuple[list[str], float]:
    """Replies below each other, the chosen one in her colour; (parts, where the next thing begins)."""
    parts = []
    for i, (head, reply) in enumerate(zip(heads, replies, strict=True)):
        edge = COLOURS["you"] if i == chosen else EDGE
        drawn, height = reply_card(MARGIN, y, WIDTH - 2 * MARGIN, head, reply, edge)
        parts += drawn
        y += height + 8
    return parts, y


def told_lines(told: str, y: float) -> tuple[list[str], float]:
    """What follows from a choice, as faint lines; (parts, where the last one stands)."""
    parts = []
    for line in svg.wrapped(told[0].upper() + told[1:], 1.1 * (WIDTH - 2 * MARGIN)):
        y += 18
        parts.append(svg.text(MARGIN, y, line, 13.5, fill=FAINT))
    return parts, y


def question_lines(text: str, y: float) -> tuple[list[str], float]:
    """A question with its English; (parts, where the next thing begins)."""
    parts = [svg.text(MARGIN, y + 16, svg.shorten(text, WIDTH - 2 * MARGIN, 15), 15, weight=600)]
    if not has_chinese(text):
        return parts, y + 26
    return [*parts, svg.text(MARGIN, y + 34, gloss(text), 12.5, fill=FAINT)], y + 42


def label_picture(
    one: Replied, label: Label, others: Sequence[Sequence[Sequence[int]]], place: int
) -> Picture:
    """One pair, what was chosen, what the simulated labelers say, and what becomes of the label."""
    parts, y = question_lines(one.question.text, 10)
    chosen = label.order[0] if label.kind == RANKED else None
    heads = [
        f"{i + 1}" + (" · your choice" if i == chosen else "") for i in range(len(one.replies))
    ]
    cards, y = stacked_cards(heads, one.replies, y, chosen)
    kept = {
        RANKED: f"kept: chosen = reply {(chosen or 0) + 1}, rejected = reply {2 - (chosen or 0)}",
        TIE: "kept as a tie, which is not trained on",
        SKIPPED: "skipped",
    }[label.kind]
    told = last_said(one, others, place)
    lines, y = told_lines(told, y)
    parts += cards + lines
    parts.append(svg.text(MARGIN, y + 22, kept, 14, weight=600, fill=COLOURS["you"]))
    alt = f"{quoted(one.question.text)} {numbered(one.replies)}. {kept}. {told}"
    return Picture(svg.document(WIDTH, y + 36, parts, alt), alt)


def labeler(widget: Labeler, shown: int = 3) -> None:
    """Show the labeler; where nothing is live, the first pairs with every answer that one can give."""
    if widget.k > 2:
        show(*ranked_picture(widget.items[0], widget.others), widget.box)
        return

    def draw(pair: int, label: Label) -> Picture:
        return label_picture(widget.items[pair], label, widget.others, pair)

    show_choices(widget, "The labeler", ("Pair", "Better"), shown, draw)


def show_choices(
    widget: Chooser,
    name: str,
    questions: tuple[str, str],
    shown: int,
    draw: Callable[[int, Label], Picture],
) -> None:
    """Show a widget that asks which of two replies is better; where nothing is live, the first ones with every answer.

    questions  what one chooses there: the pair, and the answer
    shown      how many of the pairs
    draw       draw(pair, label), a pair once it has been labelled
    """
    from IPython import get_ipython
    from IPython.display import display

    def frame(pair: int, answer: int) -> Picture:
        one = widget.items[pair]
        kind, order = ((RANKED, (0, 1)), (RANKED, (1, 0)), (TIE, ()))[answer]
        return draw(pair, Label(one.question.text, one.replies, kind, order))

    choices = [
        Choice(questions[0], tuple(str(i + 1) for i in range(min(shown, len(widget.items))))),
        Choice(questions[1], ("reply 1", "reply 2", "a tie"), first=1),
    ]
    first = frame(0, 1)
    if get_ipython() is None:
        print(first.alt)
        return
    live = widget.box._repr_mimebundle_()
    views = {kind: view for kind, view in live.items() if kind != "text/plain"}
    views |= {
        "text/html": frames_html(choices, frame),
        "image/svg+xml": first.image,
        "text/plain": f"{name}. {first.alt}",
    }
    display(views, raw=True)


def ranked_picture(one: Replied, others: Sequence[Sequence[Sequence[int]]]) -> Picture:
    """One question with more than two replies, and how the simulated labelers and gold rank them."""
    parts, y = question_lines(one.question.text, 10)
    heads = [str(i + 1) for i in range(len(one.replies))]
    cards, y = stacked_cards(heads, one.replies, y)
    told = last_said(one, others, 0)
    lines, y = told_lines(told, y)
    parts += cards + lines
    alt = f"The labeler with several replies. {quoted(one.question.text)} {numbered(one.replies)}. {told}"
    return Picture(svg.document(WIDTH, y + 16, parts, alt), alt)


def loss_picture(
    question: str, replies: Sequence[str], rewards: Sequence[float], title: str = ""
) -> Picture:
    """From a chosen and a rejected reply to a loss: two readings by one network, a difference, σ, −log."""
    chosen, rejected = rewards
    gap = chosen - rejected
    p = 1 / (1 + math.exp(-gap))
    parts, y = question_lines(question, 10)
    half = (WIDTH - 3 * MARGIN) / 2
    heads = ("chosen", "rejected")
    bottoms = []
    for i, reply in enumerate(replies):
        x = MARGIN + i * (half + MARGIN)
        colour = (FIRST, SECOND)[i]
        drawn, height = reply_card(x, y, half, heads[i], reply, colour)
        parts += drawn
        bottoms.append(y + height)
    net = max(bottoms) + 22
    for i, value in enumerate(rewards):
        middle = MARGIN + i * (half + MARGIN) + half / 2
        parts.append(svg.line(middle, bottoms[i], middle, net, INK, 1.4))
        parts.append(svg.line(middle, net + 34, middle, net + 52, INK, 1.4))
        parts.append(
            svg.text(
                middle, net + 70, f"r = {_number(value)}", 16, "middle", (FIRST, SECOND)[i], 600
            )
        )
    parts.append(svg.rect(MARGIN + 60, net, WIDTH - 2 * MARGIN - 120, 34, "#ffffff", 7, FAINT))
    parts.append(svg.text(WIDTH / 2, net + 22, "the same network reads both", 14, "middle"))
    y = net + 84
    steps = [
        ("difference", f"{_number(chosen)} − {_bracketed(rejected)} = {_number(gap)}"),
        ("σ: share who choose it", f"1 / (1 + e^{_bracketed(-gap)}) = {p:.2f}"),
        ("−log: loss", f"−ln {p:.2f} = {-math.log(max(p, 1e-12)):.2f} nats"),
    ]
    for name, value in steps:
        parts.append(svg.text(WIDTH / 2 - 20, y + 18, name, 14, "end", FAINT))
        parts.append(svg.text(WIDTH / 2, y + 18, value, 15, weight=600))
        y += 26
    alt = (
        f"{title + ': ' if title else ''}“{question}” Chosen: “{replies[0]}”, reward {chosen:.2f}. Rejected: "
        f"“{replies[1]}”, reward {rejected:.2f}. Difference {gap:.2f}, sigmoid {p:.2f}, loss "
        f"{-math.log(max(p, 1e-12)):.2f} nats."
    )
    return Picture(svg.document(WIDTH, y + 14, parts, alt), alt)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _bracketed(value: float) -> str:
    return f"({_number(value)})" if value < 0 else _number(value)


def disagreements_picture(
    items: Sequence[Replied], labels: Sequence[Label], given: torch.Tensor, most: int = 4
) -> Picture:
    """The pairs on which a model is surest that her choice is the worse one; `given` is its σ for the first reply."""
    rows = []
    for one, label, p in zip(items, labels, given.tolist(), strict=True):
        if label.kind == RANKED:
            mine = p if label.order[0] == 0 else 1 - p
            if mine < 0.5:
                rows.append((mine, one, label))
    rows.sort(key=lambda row: row[0])
    said = f"It disagrees on {len(rows)} of {sum(label.kind == RANKED for label in labels)} choices"
    parts = [svg.text(MARGIN, 28, f"{said}; here are the surest", 15.5, weight=600)]
    y = 38.0
    told = []
    for mine, one, label in rows[:most]:
        drawn, y = question_lines(one.question.text, y + 4)
        parts += drawn
        for i in label.order:
            hers = i == label.order[0]
            share = mine if hers else 1 - mine
            who = "chosen by the label" if hers else "the model prefers"
            head = f"{who} · the model gives it {share:.0%}"
            edge = COLOURS["you"] if hers else FAINT
            card, height = reply_card(MARGIN, y, WIDTH - 2 * MARGIN, head, one.replies[i], edge)
            parts += card
            y += height + 6
            told.append(f"{head}: {quoted(one.replies[i])}")
        y += 6
    alt = f"{said}. " + "; ".join(told) + "."
    return Picture(svg.document(WIDTH, y + 8, parts, alt), alt)
