"""Where a model's guesses come from: one turn of its training in four steps, and its guesses after many turns."""

from collections.abc import Mapping

from torch import Tensor

from gptlab.experiments.sampling.first_turns import Turn
from gptlab.view.kit import svg
from gptlab.view.kit.bars import ROW, bars_at, top_tokens, visible
from gptlab.view.kit.number_format import fixed_places, percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import GAP, HIGH, INSIDE, SIZE, chip, tint
from gptlab.view.kit.wires import arrow, bent_arrow, box
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

WIDTH = 520
LEFT, STEP = 16, 42  # left edges: of the steps' numbers, of what they show
RIGHT = WIDTH - 54  # right edge of the steps; beside it runs the arrow back to the first
LABELS = 78  # width of the tokens' names
OTHERS = 3  # bars of tokens that did not come
HEAD = 26  # from a step's sentence to what it shows
FIGURES = 74  # width of the numbers at the bars' ends


def turn_picture(turn: Turn, tokenizer) -> Picture:
    """One turn, in four steps from above to below: text, guess, the token that came, parameters and the new guess."""
    came = visible(tokenizer.decode_bytes([turn.came]))
    bars = _shown_tokens(turn, tokenizer)
    longest = max(p for _, before, after, _ in bars for p in (before, after))
    y, parts = 16.0, []
    first = y
    parts += _sentence(1, y, "Take some text, and cover its next token")
    chips, end = _chips(turn.pieces, y + HEAD)
    parts += [*chips, *_covered(end, y + HEAD)]
    y += HEAD + HIGH + 30
    parts += [
        _down(y - 24),
        *_sentence(2, y, f"The model guesses; here {len(bars)} of {len(turn.before):,} tokens"),
    ]
    parts += _bars([(label, p, right) for label, p, _, right in bars], y + HEAD, longest)
    y += HEAD + len(bars) * ROW + 30
    parts += [_down(y - 24), *_sentence(3, y, "Uncover it: its bar should have been longest")]
    wide = svg.text_width(came, SIZE) + 2 * INSIDE
    parts += _green_chip(came, STEP, y + HEAD, wide)
    y += HEAD + HIGH + 30
    parts += [_down(y - 24), *_sentence(4, y, "Change every parameter a little, so that it grows")]
    parts += _parameters(turn, y + HEAD)
    y += HEAD + 60
    parts.append(svg.text(STEP, y + 12, "the same text, guessed again:", 13, fill=FAINT))
    y += 20
    parts += _bars([(label, p, right) for label, _, p, right in bars], y, longest)
    y += len(bars) * ROW + 20
    parts += _back(y - 20, first)
    listed = [", ".join(f"{label} {_small(row[side])}" for label, *row in bars) for side in (0, 1)]
    text = "".join(visible(piece).replace("␣", " ") for piece in turn.pieces)
    alt = (
        f"One turn of training in four steps. 1: the text “{text}”, its next token covered. "
        f"2: the new model's guess: {listed[0]}. 3: uncovered: {came}. "
        f"4: all {turn.n_parameters:,} parameters change a little, such as {_changes(turn)[0]}; "
        f"then the guess is {listed[1]}. An arrow leads back to step 1: again, with other text."
    )
    return Picture(svg.document(WIDTH, y, parts, alt), alt)


def _shown_tokens(turn: Turn, tokenizer) -> list[tuple[str, float, float, bool]]:
    """(token, before, after, whether it came): the token that came, and the likeliest others."""
    likeliest = [i for i, _, _ in top_tokens(turn.before, tokenizer, OTHERS + 1) if i != turn.came]
    chosen = [turn.came, *likeliest[:OTHERS]]
    return [
        (
            visible(tokenizer.decode_bytes([i])),
            float(turn.before[i]),
            float(turn.after[i]),
            i == turn.came,
        )
        for i in chosen
    ]


def _sentence(number: int, y: float, said: str) -> list[str]:
    """A step's number in a disc, and what it does."""
    return [
        f'<circle cx="{LEFT + 9:g}" cy="{y + 10:g}" r="10" fill="{INK}"/>',
        svg.text(LEFT + 9, y + 15, str(number), 13, "middle", PANEL, 700),
        svg.text(STEP, y + 15, said, 15, weight=600),
    ]


def _chips(pieces: list[bytes], y: float) -> tuple[list[str], float]:
    """The text's tokens in a row, and where the row ends."""
    parts, x = [], float(STEP)
    for piece in pieces:
        label = visible(piece)
        wide = svg.text_width(label, SIZE) + 2 * INSIDE
        parts += chip(label, x, y, wide, tint(piece))
        x += wide + GAP
    return parts, x


def _covered(x: float, y: float) -> list[str]:
    return [
        f'<rect x="{x:g}" y="{y:g}" width="58" height="{HIGH}" rx="4" fill="none" '
        f'stroke="{COLOURS["right"]}" stroke-width="1.6" stroke-dasharray="4 3"/>',
        svg.text(x + 29, y + 17.5, "?", SIZE, "middle", COLOURS["right"], 700),
    ]


def _green_chip(label: str, x: float, y: float, wide: float) -> list[str]:
    return [
        svg.rect(x, y, wide, HIGH, COLOURS["right"], 4),
        svg.text(x + wide / 2, y + 17.5, label, SIZE, "middle", "#ffffff", 600),
    ]


def _bars(rows: list[tuple[str, float, bool]], y: float, longest: float) -> list[str]:
    """Bars on a scale of their own: the longest of the whole picture fills the row."""
    left = STEP + LABELS + 8
    room = RIGHT - left - FIGURES
    parts = []
    for i, (label, p, right) in enumerate(rows):
        top = y + i * ROW
        colour = COLOURS["right" if right else "neutral"]
        length = max(1.5, room * p / longest)
        weight = 600 if right else 400
        parts += [
            svg.text(left - 8, top + 18, svg.shorten(label, LABELS), SIZE, "end", weight=weight),
            svg.rect(left, top + 4, length, ROW - 8, colour, radius=2),
            svg.text(left + length + 8, top + 18, _small(p), 13),
        ]
    return parts


def _parameters(turn: Turn, y: float) -> list[str]:
    """A few of the numbers before and after, and how many more there are."""
    wide, parts = 116, []
    changes = _changes(turn)
    for i, change in enumerate(changes):
        x = STEP + i * (wide + 6)
        parts += [
            svg.rect(x, y, wide, 26, PANEL, 4, stroke=EDGE),
            svg.text(x + wide / 2, y + 18, change, 13, "middle"),
        ]
    more = turn.n_parameters - len(changes)
    return [*parts, svg.text(STEP, y + 44, f"and {more:,} more", 13, fill=FAINT)]


def _changes(turn: Turn) -> list[str]:
    return [f"{fixed_places(old, 3)} → {fixed_places(new, 3)}" for old, new in turn.parameters]


def _down(y: float) -> str:
    """From one step to the next."""
    return arrow(LEFT + 9, y - 6, LEFT + 9, y + 20)


def _back(low: float, high: float) -> list[str]:
    """From the last step up to the first: the turn is taken again."""
    x = WIDTH - 34
    middle = (low + high) / 2
    label = svg.text(0, 0, "again, with other text", 14, "middle", FAINT, 600)
    return [
        bent_arrow([(RIGHT - 6, low), (x, low), (x, high + 12), (RIGHT - 6, high + 12)]),
        f'<g transform="translate({x + 20:g} {middle:g}) rotate(-90)">{label}</g>',
    ]


def _small(p: float) -> str:
    """A probability that may be far below 1 %, with two digits."""
    return f"{100 * p:.2f} %" if p < 0.0095 else percent(p)


def learning_picture(
    guesses: Mapping[int, Tensor], tokenizer, text: str, came: str, n: int = 3
) -> Picture:
    """The guess after so many turns, one below the other: the likeliest tokens, and the one that came.

    guesses  {turns: (V) float}
    """
    right = tokenizer.encode(came)[0]
    parts = [svg.text(14, 30, f"{text} …", 15, weight=600)]
    y, described = 46.0, []
    for turns, probabilities in guesses.items():
        heading = f"after {turns:,} turns" if turns else "before the first turn"
        shown = [(i, p) for i, _, p in top_tokens(probabilities, tokenizer, n)]
        if right not in dict(shown):
            shown.append((right, float(probabilities[right])))
        labels = [visible(tokenizer.decode_bytes([i])) for i, _ in shown]
        parts.append(svg.text(14, y + 14, heading, 14, fill=FAINT, weight=600))
        parts += _guess_bars(shown, labels, y + 20, right)
        y += 20 + len(shown) * ROW + 12
        listed = ", ".join(f"{label} {_small(p)}" for label, (_, p) in zip(labels, shown))
        described.append(f"{heading}: {listed}")
    alt = f"How “{text}” goes on, by turns of training. {'; '.join(described)}."
    return Picture(svg.document(480, y + 4, parts, alt), alt)


def _guess_bars(
    shown: list[tuple[int, float]], labels: list[str], y: float, right: int
) -> list[str]:
    """Bars of probabilities, where a full row is 1; green for the token that came."""
    parts = []
    for i, ((token, p), label) in enumerate(zip(shown, labels)):
        colour = COLOURS["right" if token == right else "neutral"]
        drawn, _ = bars_at([label], [p], y + i * ROW, 480, colour, column=90)
        parts += drawn
    return parts
