"""How a continuation is scored: each token, the position that predicts it, whether it counts, and the sum."""

import torch

from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

MARGIN, ROW, GAP = 16, 34, 20  # pixels
LOGP, NAME = 84, 120  # widths of columns


def score_picture(pieces: list[str], n_prompt: int, logprobs: list[float]) -> Picture:
    """A row for each token, from the top down: its text, the position that predicts it, ln p, and the sum.

    pieces    visible texts of all tokens
    n_prompt  how many of them are the prompt
    logprobs  nats of the tokens after the first, in their order
    """
    top = MARGIN + 50
    right = MARGIN + 34 + NAME + 2 * GAP + 130
    parts = [
        svg.text(MARGIN, MARGIN + 14, "One option, scored", 15, weight=600),
        svg.text(MARGIN + 34, top - 10, "token", 12.5, fill=FAINT),
        svg.text(MARGIN + 34 + NAME + GAP, top - 10, "predicted at", 12.5, fill=FAINT),
        svg.text(right + LOGP, top - 10, "ln p", 12.5, "end", fill=FAINT),
        svg.text(right + LOGP + 74, top - 10, "mask", 12.5, "end", fill=FAINT),
    ]
    said = []
    for t, piece in enumerate(pieces):
        y, counts = top + t * ROW, t >= n_prompt
        colour = COLOURS["first"] if counts else COLOURS["neutral"]
        parts += [
            svg.text(MARGIN + 20, y + 21, str(t), 13, "end", fill=FAINT),
            svg.rect(
                MARGIN + 34, y + 2, NAME, ROW - 6, colour, 4, opacity=0.22 if counts else 0.12
            ),
            svg.text(MARGIN + 42, y + 21, svg.shorten(piece, NAME - 14, 15), 15),
            svg.text(
                right + LOGP + 74,
                y + 21,
                "True" if counts else "False",
                14,
                "end",
                fill=INK if counts else FAINT,
            ),
        ]
        if t == 0:
            parts.append(svg.text(MARGIN + 34 + NAME + GAP, y + 21, "by nobody", 14, fill=FAINT))
            continue
        number = f"{logprobs[t - 1]:.2f}".replace("-", "−")
        parts += [
            svg.text(
                MARGIN + 34 + NAME + GAP,
                y + 21,
                f"position {t - 1}",
                14,
                fill=INK if counts else FAINT,
            ),
            _up(MARGIN + 34 + NAME + GAP + 96, y, colour),
            svg.text(
                right + LOGP,
                y + 21,
                number,
                15,
                "end",
                fill=INK if counts else FAINT,
                weight=600 if counts else 400,
            ),
        ]
        if counts:
            said.append(f"{piece} {number}")
    foot = top + len(pieces) * ROW
    total = f"{sum(logprobs[n_prompt - 1 :]):.2f}".replace("-", "−")
    wide = right + LOGP + 74 + MARGIN
    parts += [
        svg.line(right, foot + 4, right + LOGP, foot + 4, INK, 1.2),
        svg.text(right - 8, foot + 26, "log p(option | prompt)", 14, "end"),
        svg.text(right + LOGP, foot + 26, total, 16, "end", weight=600, fill=COLOURS["first"]),
    ]
    alt = (
        f"{len(pieces)} tokens one under the other, {n_prompt} of the prompt and {len(said)} of the option. Token t is "
        f"predicted at position t − 1. Only the option's count: {', '.join(said)}; together {total} nats."
    )
    return Picture(svg.document(wide, foot + 44, parts, alt), alt)


def _up(x: float, y: float, colour: str) -> str:
    """An arrow from the row above into this one."""
    return (
        f'<path d="M {x:g} {y - 12:g} q 16 14 0 28 m 0 0 l 7 -1 m -7 1 l 1 -7" fill="none" '
        f'stroke="{colour}" stroke-width="1.6"/>'
    )


@torch.no_grad()
def continuation_picture(
    model: GPT, tokenizer: Tokenizer, prompt: list[int], option: list[int]
) -> Picture:
    """The same, of a real model and the ids of a prompt and an option."""
    ids = [*prompt, *option]
    logprobs = model(torch.tensor([ids]))[0].log_softmax(-1)
    of_tokens = [float(logprobs[t - 1, ids[t]]) for t in range(1, len(ids))]
    pieces = [visible(tokenizer.decode_bytes([i])) for i in ids]
    return score_picture(pieces, len(prompt), of_tokens)
