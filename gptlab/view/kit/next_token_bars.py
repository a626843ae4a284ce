"""One distribution over the next token as bars, for a cell of two lines."""

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.bars import bars_at, describe, top_tokens
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

COLUMN = 90  # pixels: the texts of the tokens
WIDTH = 480  # of the picture
LEAST_REST = 5e-4  # probability below which the other tokens get no bar


def next_token_picture(
    probabilities: Tensor, tokenizer, title: str, n: int = 8, yours: bool = False
) -> Picture:
    """Bars for the n likeliest next tokens, and one for all others together.

    probabilities  (V) float
    yours          in the reader's colour
    """
    top = top_tokens(probabilities, tokenizer, n)
    labels = [label for _, label, _ in top]
    values = [p for _, _, p in top]
    rest = 1 - sum(values)
    colour = COLOURS["you" if yours else "base"]
    parts, height = bars_at(
        labels, values, 40, WIDTH, colour, rest=rest if rest > LEAST_REST else 0.0, column=COLUMN
    )
    heading = svg.text(14, 28, title, 15, weight=600)
    alt = describe(labels, values, title)
    return Picture(svg.document(WIDTH, 40 + height + 10, [heading, *parts], alt), alt)
