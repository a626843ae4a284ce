"""One distribution over the next token as a picture, for a cell of two lines."""

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.bars import bars_at, in_words, top_tokens
from gptlab.view.palette import COLOURS

COLUMN, WIDTH = 90, 480  # pixels: the texts of the tokens, the picture


def next_token_picture(
    probabilities: Tensor, tokenizer, title: str, n: int = 8, yours: bool = False
) -> tuple[str, str]:
    """(SVG, description) of the n likeliest next tokens, and of all others together.

    probabilities  (V) float
    yours          in the reader's colour
    """
    top = top_tokens(probabilities, tokenizer, n)
    labels, values = [label for _, label, _ in top], [p for _, _, p in top]
    rest, colour = max(0.0, 1 - sum(values)), COLOURS["you" if yours else "base"]
    parts, height = bars_at(
        labels, values, 40, WIDTH, colour, rest=rest if rest > 5e-4 else 0.0, column=COLUMN
    )
    said = in_words(labels, values, title)
    return svg.document(
        WIDTH, 40 + height + 10, [svg.text(14, 28, title, 15, weight=600), *parts], said
    ), said
