"""Where 6·N·D comes from: one small matrix, its product forward and its two products backward, number by number."""

import torch
from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

CELL = 30  # pixels
MARGIN, WIDTH, ROW = 16, 500, 118
INPUT, WEIGHT, GRADIENT = COLOURS["neutral"], COLOURS["first"], COLOURS["second"]
RESULT = CYCLE[2]


def _matrix(
    x: float, middle: float, values: Tensor, name: str, tint: str
) -> tuple[list[str], float]:
    """A matrix of numbers, centred on a height, its name and shape above; returns its parts and its width."""
    rows, columns = values.shape
    top = middle - rows * CELL / 2
    parts = [svg.text(x, top - 7, f"{name}  {rows} × {columns}", 12, fill=FAINT)]
    for i in range(rows):
        for j in range(columns):
            parts.append(
                svg.rect(
                    x + j * CELL + 1, top + i * CELL + 1, CELL - 2, CELL - 2, tint, 3, opacity=0.22
                )
            )
            number = fixed_places(float(values[i, j]))
            parts.append(
                svg.text(x + (j + 0.5) * CELL, top + (i + 0.68) * CELL, number, 14, "middle", INK)
            )
    return parts, columns * CELL


def three_products_picture(x: Tensor, w: Tensor, grad_y: Tensor) -> Picture:
    """The products of one token, there and back; x (1, I), w (I, O), grad_y (1, O)."""
    y, grad_w, grad_x = x @ w, x.T @ grad_y, grad_y @ w.T
    n_weights = w.numel()
    lines = (
        ("forward", "y = x @ w", ("x", x, INPUT), ("w", w, WEIGHT), ("y", y, RESULT)),
        (
            "backward, for the step",
            "∂w = xᵀ @ ∂y",
            ("xᵀ", x.T, INPUT),
            ("∂y", grad_y, GRADIENT),
            ("∂w", grad_w, WEIGHT),
        ),
        (
            "backward, for the layer below",
            "∂x = ∂y @ wᵀ",
            ("∂y", grad_y, GRADIENT),
            ("wᵀ", w.T, WEIGHT),
            ("∂x", grad_x, RESULT),
        ),
    )
    title = f"One token, {n_weights} weights: three products"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    top = 44.0
    for when, formula, *matrices in lines:
        height = max(values.shape[0] for _, values, _ in matrices) * CELL
        middle = top + 44 + height / 2
        parts.append(svg.text(MARGIN, top + 14, f"{when}:  {formula}", 14, weight=600))
        at = float(MARGIN)
        for (name, values, tint), sign in zip(matrices, ("@", "=", ""), strict=True):
            drawn, width = _matrix(at, middle, values, name, tint)
            parts += drawn
            at += max(width, svg.text_width(f"{name}  1 × 1", 12)) + 8
            parts.append(svg.text(at + 4, middle + 5, sign, 15, "middle", FAINT))
            at += 18 if sign else 0
        counted = f"{n_weights} × and {n_weights} +"
        parts.append(svg.text(WIDTH - MARGIN, middle - 2, counted, 14, "end", weight=600))
        parts.append(
            svg.text(WIDTH - MARGIN, middle + 17, f"{2 * n_weights} operations", 13, "end", FAINT)
        )
        top += 44 + height + 14
    alt = (
        f"{title}. Forward {_said(x)} @ {_said(w)} = {_said(y)}. Backward: the gradient of w, "
        f"{_said(grad_w)}, and that of x, {_said(grad_x)}. Each product takes {n_weights} "
        f"multiplications and {n_weights} additions."
    )
    return Picture(svg.document(WIDTH, top + 4, parts, alt), alt)


def _said(values: Tensor) -> str:
    return str([[round(v, 2) for v in row] for row in values.tolist()])


def example() -> tuple[Tensor, Tensor, Tensor]:
    """The numbers of the lesson: x, w and the gradient that comes back to y."""
    x = torch.tensor([[1.0, 2.0]])
    w = torch.tensor([[1.0, 0.0, 3.0], [2.0, 1.0, 0.0]])
    return x, w, torch.tensor([[1.0, -1.0, 2.0]])
