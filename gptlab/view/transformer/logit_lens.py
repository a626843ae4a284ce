"""The logit lens: what the model would say if it had to speak after each layer; and the notes that its parts write.

The stream is a sum: token and position first, then one note of each part of each layer. Read through the model's
own last norm and head, it gives a prediction at every stage (nostalgebraist 2020).

B batch, T time, C width, H heads, V vocabulary. True = keep in every mask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.func import functional_call

from gptlab import attention, ngram, sampling, transformer
from gptlab.engine.assistant import Assistant, TooLong
from gptlab.view.attention.head_ablation import Switchboard
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, ROW, MARGIN, TOP, NAMES, MOST = (
    500,
    30,
    14,
    84,
    96,
    22,
)  # pixels; the last: tokens that fit a picture
MLP = "mlp"


@torch.no_grad()
def notes(model, ids: Sequence[int], off: Iterable[tuple] = ()) -> Tensor:
    """What each part writes into the stream; its sum is the stream before the last norm. -> (1 + 2·layers, T, C)

    First the token with its position, then attention and feed-forward network of each layer in turn.
    off  parts that write nothing: (layer, head), or (layer, "mlp")
    """
    n_heads, d_head, mask, written = (
        model.config.n_heads,
        model.config.d_head,
        attention.causal_mask(len(ids)),
        [],
    )

    def attend(a, x: Tensor) -> Tensor:
        written.append(
            attention.multi_head_attention(x, a.w_qkv, a.b_qkv, a.w_out, a.b_out, n_heads, mask)
        )
        return written[-1]

    def think(*given) -> Tensor:
        written.append(model.functions.feed_forward(*given))
        return written[-1]

    x = (model.wte[torch.as_tensor(ids)] + model.wpe[: len(ids)])[None]  # (1, T, C)
    written.append(x)
    functions = replace(model.functions, feed_forward=think)
    for layer, block in enumerate(model.blocks):
        cut = _cut(block, d_head, [part for at, part in off if at == layer])
        x = functional_call(block, cut, (x, attend, functions))
    return torch.cat(written)


def _cut(block, d_head: int, parts: list) -> dict[str, Tensor]:
    """The weights of a block in which these parts are silent: those by which they write become 0."""
    cut = {}
    for part in parts:
        if part == MLP:
            cut |= {
                name: torch.zeros_like(block.get_parameter(name))
                for name in ("mlp.w_out", "mlp.b_out")
            }
        else:
            weights = cut.setdefault("attn.w_out", block.attn.w_out.detach().clone())
            weights[part * d_head : (part + 1) * d_head] = 0.0
    return cut


@torch.no_grad()
def readings(model, ids: Sequence[int], off: Iterable[tuple] = ()) -> Tensor:
    """The next token's scores, read off the stream before the first layer and after each; -> (1 + layers, T, V)."""
    stream = notes(model, ids, off).cumsum(dim=0)[::2]  # after whole layers
    return transformer.layer_norm(stream, model.norm.weight, model.norm.bias) @ model.wte.T


def loss_by_layer(model, rows: Sequence[Sequence[int]], off: Iterable[tuple] = ()) -> list[float]:
    """The surprise at these texts, in nats per token, if each stage had to be the last."""
    off = list(off)
    scores = torch.cat([readings(model, ids, off)[:, :-1] for ids in rows], dim=1)
    targets = torch.cat([torch.tensor(ids[1:]) for ids in rows])
    return [float(ngram.cross_entropy(stage, targets)) for stage in scores]


def stages(model) -> list[str]:
    """Names of the places at which the stream is read."""
    return ["start", *(f"after L{n}" for n in range(model.config.n_layers))]


def lens_picture(assistant: Assistant, text: str, off: Iterable[tuple] = ()) -> tuple[str, str]:
    """The likeliest next token at every position and stage, as (SVG, description); what comes true is framed."""
    ids, off = assistant.begin(text), sorted(off, key=str)
    if len(ids) > MOST:
        raise TooLong(
            f"the text takes {len(ids)} tokens, and the picture holds {MOST}: make it shorter"
        )
    best = sampling.softmax(readings(assistant.model, ids, off)).max(dim=-1)
    columns, piece = (
        stages(assistant.model),
        lambda i: visible(assistant.tokenizer.decode_bytes([i])),
    )
    box = (WIDTH - 2 * MARGIN - NAMES) / len(columns)
    named = (
        ", ".join(f"L{layer} {part if part == MLP else f'head {part}'}" for layer, part in off)
        or "nothing"
    )
    parts = [
        svg.text(MARGIN, 28, "What would come next, asked after each layer", 15, weight=600),
        svg.text(
            MARGIN,
            48,
            svg.shorten(f"off: {named}", WIDTH - 2 * MARGIN, 13),
            13,
            fill=COLOURS["you"],
        ),
        svg.text(MARGIN, TOP - 10, "read so far", 12.5, fill=FAINT),
    ]
    parts += [
        svg.text(MARGIN + NAMES + (j + 0.5) * box, TOP - 10, name, 12.5, "middle", fill=FAINT)
        for j, name in enumerate(columns)
    ]
    said = []
    for t, i in enumerate(ids):
        y, coming = TOP + t * ROW, ids[t + 1] if t + 1 < len(ids) else None
        parts.append(
            svg.text(MARGIN + NAMES - 8, y + 20, svg.shorten(piece(i), NAMES - 8, 14), 14, "end")
        )
        for j in range(len(columns)):
            guess, p = int(best.indices[j, t]), float(best.values[j, t])
            parts += _box(MARGIN + NAMES + j * box, y, box, piece(guess), p, guess == coming)
            if t == len(ids) - 1:
                said.append(f"{columns[j]} {piece(guess)} {percent(p)}")
    foot = TOP + len(ids) * ROW + 18
    parts.append(
        svg.text(
            MARGIN,
            foot,
            "the darker, the surer · framed and bold: so the text went on",
            12.5,
            fill=FAINT,
        )
    )
    alt = f"After “{text}”, off: {named}. The likeliest next token: {', '.join(said)}."
    return svg.document(WIDTH, foot + MARGIN, parts, alt), alt


def _box(x: float, y: float, width: float, label: str, p: float, true: bool) -> list[str]:
    place = (x + 1.5, y + 1.5, width - 3, ROW - 3)
    return [
        svg.rect(*place, COLOURS["sft"], 3, opacity=0.62 * p),
        svg.rect(*place, "none", 3, stroke=COLOURS["floor"] if true else EDGE),
        svg.text(
            x + width / 2,
            y + 20,
            svg.shorten(label, width - 8, 13.5),
            13.5,
            "middle",
            weight=600 if true else 400,
        ),
    ]


def lens(assistant: Assistant, texts: Sequence[str], off: Iterable[tuple] = ()) -> None:
    """Show the lens; where nothing is live, the first text with these parts off."""
    off = list(off)
    show(
        *lens_picture(assistant, texts[0], off),
        Switchboard(assistant, texts, off, lens_picture, (MLP,)).box,
    )
