"""One round of BPE drawn: the pairs of a text, or of pieces that come several times, and the merge."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import HIGH, MARGIN, WIDTH, chip, tint
from gptlab.view.palette import COLOURS, FAINT, INK

STEP = 58  # pixels from one token to the next
WIDE = 34  # a token's own width
BAR = 22  # pixels for one occurrence
ROW = 25
Piece = tuple[bytes, ...]


def round_picture(text: str) -> Picture:
    """A text as bytes, its pairs of neighbours with their counts, and the text after one merge.

    text  short enough for one line

    Raises ValueError when no pair occurs twice.
    """
    tokens = _bytes_of(text)
    counts = Counter(pairwise(tokens))
    best = _best(counts)
    title = f"One round, on “{text}”"
    parts = [
        svg.text(MARGIN, 30, title, 16, weight=600),
        _step(1, "a token for each byte; count every pair of neighbours", 58),
        *_row(tokens, 68),
        *_brackets(tokens, best, 68 + HIGH + 22),
    ]
    y = 68 + HIGH + 54
    parts += _bars({pair: str(n) for pair, n in counts.items()}, counts, best, y)
    y += len(counts) * ROW + 24
    merged = _merged(tokens, best)
    parts += [
        _step(2, f"the most frequent one, {_name(best)}, becomes token 256", y),
        *_row(merged, y + 10, made=best[0] + best[1]),
    ]
    alt = (
        f"{title}: {len(tokens)} tokens, {_listed(tokens)}. Pairs: {_told(counts)}. "
        f"{_name(best)} becomes token 256: {len(merged)} tokens, {_listed(merged)}."
    )
    return Picture(svg.document(WIDTH, y + HIGH + 34 + MARGIN, parts, alt), alt)


def pieces_picture(times: Mapping[str, int]) -> Picture:
    """Pieces with how often each comes, their pairs counted that often, and the pieces after one merge.

    times  how often the text holds each piece

    Raises ValueError when no pair occurs twice.
    """
    pieces = {_bytes_of(text): n for text, n in times.items()}
    counts: Counter = Counter()
    sums: dict[tuple[bytes, bytes], str] = {}
    for piece, n in pieces.items():
        for pair in pairwise(piece):
            counts[pair] += n
            sums[pair] = f"{sums[pair]} + {n}" if pair in sums else str(n)
    best = _best(counts)
    sums = {pair: s if s.isdigit() else f"{s} = {counts[pair]}" for pair, s in sums.items()}
    title = "One round, on pieces that come several times"
    parts = [
        svg.text(MARGIN, 30, title, 16, weight=600),
        _step(1, "cut; write down each different piece, and its count", 58),
    ]
    y = 68.0
    for piece, n in pieces.items():
        parts += [
            *_row(piece, y),
            svg.text(WIDTH - MARGIN, y + 18, f"× {n}", 15, "end", weight=600),
        ]
        y += HIGH + 22
    parts += [_step(2, "a pair counts as often as its piece comes", y + 18)]
    shown = dict(sorted(sums.items(), key=lambda item: (-counts[item[0]], item[0])))
    parts += _bars(shown, counts, best, y + 28)
    y += 28 + len(shown) * ROW + 24
    parts.append(_step(3, f"{_name(best)} is merged within each piece, never across two", y))
    y += 10
    after = {_merged(piece, best): n for piece, n in pieces.items()}
    for piece in after:
        parts += _row(piece, y, made=best[0] + best[1])
        y += HIGH + 22
    alt = (
        f"{title}: {'; '.join(f'{_listed(piece)}, {n} times' for piece, n in pieces.items())}. "
        f"Pairs: {_told(counts)}. {_name(best)} is merged: {'; '.join(map(_listed, after))}."
    )
    return Picture(svg.document(WIDTH, y + MARGIN, parts, alt), alt)


def _bytes_of(text: str) -> Piece:
    return tuple(bytes([byte]) for byte in text.encode())


def _best(counts: Mapping[tuple[bytes, bytes], int]) -> tuple[bytes, bytes]:
    """The most frequent pair, of several the smallest."""
    best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
    if best is None or counts[best] < 2:
        raise ValueError("no pair occurs twice, so there is nothing to merge: give a longer text")
    return best


def _merged(tokens: Sequence[bytes], pair: tuple[bytes, bytes]) -> Piece:
    """The tokens with the pair joined, from left to right."""
    merged: list[bytes] = []
    free = False  # whether the last token may still be the first half of a pair
    for token in tokens:
        if free and (merged[-1], token) == pair:
            merged[-1] += token
            free = False
        else:
            merged.append(token)
            free = True
    return tuple(merged)


def _name(pair: tuple[bytes, bytes]) -> str:
    return "·".join(visible(token) for token in pair)


def _listed(tokens: Sequence[bytes]) -> str:
    return " | ".join(map(visible, tokens))


def _told(counts: Mapping[tuple[bytes, bytes], int]) -> str:
    return ", ".join(f"{_name(pair)} {n} times" for pair, n in counts.items())


def _step(number: int, what: str, y: float) -> str:
    return svg.text(MARGIN, y, f"{number} · {what}", 14, fill=FAINT, weight=600)


def _row(tokens: Sequence[bytes], y: float, made: bytes = b"") -> list[str]:
    """Tokens at equal distances, the number of each below it; the token that was made is marked."""
    parts = []
    for i, token in enumerate(tokens):
        x = MARGIN + i * STEP
        number = "256" if token == made else str(token[0])
        parts += [
            *chip(visible(token), x, y, WIDE, tint(token), token == made),
            svg.text(x + WIDE / 2, y + HIGH + 14, number, 12, "middle", fill=FAINT),
        ]
    return parts


def _brackets(tokens: Sequence[bytes], best: tuple[bytes, bytes], y: float) -> list[str]:
    """A line from each token to its neighbour, and which pair they are."""
    parts = []
    for i, pair in enumerate(pairwise(tokens)):
        left = MARGIN + WIDE / 2 + i * STEP
        colour = COLOURS["you"] if pair == best else FAINT
        parts += [
            svg.line(left + 4, y, left + STEP - 4, y, colour, 2),
            svg.text(left + STEP / 2, y + 16, _name(pair), 13, "middle", fill=colour),
        ]
    return parts


def _bars(
    labels: Mapping[tuple[bytes, bytes], str],
    counts: Mapping[tuple[bytes, bytes], int],
    best: tuple[bytes, bytes],
    y: float,
) -> list[str]:
    """A bar for each pair, with what its count is made of."""
    parts = []
    for k, (pair, label) in enumerate(labels.items()):
        top = y + k * ROW
        colour = COLOURS["you" if pair == best else "neutral"]
        weight = 600 if pair == best else 400
        parts += [
            svg.text(MARGIN + 60, top + 16, _name(pair), 14, "end", weight=weight),
            svg.rect(MARGIN + 70, top + 4, counts[pair] * BAR, 15, colour, radius=2),
            svg.text(
                MARGIN + 80 + counts[pair] * BAR, top + 16, label, 14, fill=INK, weight=weight
            ),
        ]
    return parts
