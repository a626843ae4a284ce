"""How well a model predicts: bits per byte on pages of the little web beside their exact floor, and on any text."""

import bz2
import lzma
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import ppo
from gptlab.engine.evaluate.baselines.byte_ngram import ORDER, ByteNgram
from gptlab.engine.model.batches import device_of, right_pad
from gptlab.engine.model.protocol import LanguageModel
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.pretrain import stream_loss
from gptlab.world.web import Page, Web

READ_BATCH = 64  # texts that are read at once
EVAL_SEED = 10**6  # of held-out pages and prompts: apart from every seed that a run trains on


@dataclass(frozen=True)
class PageBits:
    """How near a model comes to the floor that no model can pass, on whole pages.

    ratio and kinds are multiples of the floor: of all pages, and of each kind of page.
    """

    bits_per_byte: float
    floor_bits_per_byte: float
    ratio: float
    nats_per_token: float
    kinds: dict[str, float]


def page_sample(
    web: Web, tokenizer: Tokenizer, n: int, context: int, seed: int = EVAL_SEED
) -> list[Page]:
    """n held-out pages; the few that are longer than the context are passed over."""
    pages = web.pages(seed)
    found = []
    while len(found) < n:
        page = next(pages)
        if len(tokenizer.encode(page.text)) + 2 <= context:
            found.append(page)
    return found


@torch.no_grad()
def text_nats(model: LanguageModel, tokenizer: Tokenizer, texts: list[str]) -> Tensor:
    """−log p(text and its end) in nats, each text read from the start of a page.

    ->  (N,) float64

    Raises ValueError when a text is longer than the context.
    """
    end = tokenizer.special["endoftext"]
    context = model.config.context
    rows = [[end, *ids, end] for ids in tokenizer.encode_batch(texts)]
    longest = max(map(len, rows), default=0)
    if longest > context:
        raise ValueError(
            f"a text of {longest - 2} tokens and its two ends do not fit a context of {context}: split it"
        )
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    nats = torch.zeros(len(rows), dtype=torch.float64)
    for start in range(0, len(order), READ_BATCH):
        part = order[start : start + READ_BATCH]
        ids, keep = (x.to(device_of(model)) for x in right_pad([rows[i] for i in part]))  # (B, T)
        logprobs = ppo.token_log_probs(model(ids), ids)  # (B, T − 1)
        nats[part] = -logprobs.masked_fill(~keep[:, 1:], 0.0).double().sum(1).cpu()
    return nats


def exact_page_nats(web: Web, pages: list[Page]) -> Tensor:
    """−log P(page) in nats under the web's own probabilities: what no model can pass on average; (N,) float64."""
    return torch.tensor([-web.log_probability(p.text) for p in pages], dtype=torch.float64)


def page_bits_per_byte(
    model: LanguageModel,
    tokenizer: Tokenizer,
    web: Web,
    pages: list[Page],
    floor: Tensor | None = None,
) -> PageBits:
    """How near the model comes to the floor that no model can pass, on whole pages.

    bits_per_byte = Σ −log2 p(page) / Σ bytes; the floor is the same sum under the web's own probabilities, which
    `exact_page_nats` gives to anyone who measures several models.
    """
    nats = text_nats(model, tokenizer, [p.text for p in pages])
    floor = exact_page_nats(web, pages) if floor is None else floor
    n_bytes = sum(len(p.text.encode()) for p in pages)
    n_tokens = sum(len(ids) + 1 for ids in tokenizer.encode_batch([p.text for p in pages]))
    groups: dict[str, list[int]] = {}
    for i, page in enumerate(pages):
        groups.setdefault(page.kind, []).append(i)
    return PageBits(
        bits_per_byte=float(nats.sum()) / math.log(2) / n_bytes,
        floor_bits_per_byte=float(floor.sum()) / math.log(2) / n_bytes,
        ratio=float(nats.sum() / floor.sum()),
        nats_per_token=float(nats.sum()) / n_tokens,
        kinds={
            kind: float(nats[rows].sum() / floor[rows].sum())
            for kind, rows in sorted(groups.items())
        },
    )


def text_bits_per_byte(model: LanguageModel, tokenizer: Tokenizer, text: str) -> float:
    """Bits per byte of one long text, read in pieces of the model's context."""
    ids = tokenizer.encode(text)
    stream = torch.tensor([tokenizer.special["endoftext"], *ids])
    nats = stream_loss(model, stream, model.config.context) * len(ids)
    return nats / math.log(2) / len(text.encode())


def baseline_bits_per_byte(text: bytes, held_out: bytes) -> dict[str, float]:
    """Bits per byte on the held-out bytes, after the training text: of bz2, xz, and an n-gram model."""

    def extra(compress) -> float:
        return 8 * (len(compress(text + held_out)) - len(compress(text))) / max(1, len(held_out))

    return {
        "bz2": extra(lambda b: bz2.compress(b, 9)),
        "xz": extra(lambda b: lzma.compress(b, preset=9)),
        f"{ORDER}-gram": ByteNgram(text).bits_per_byte(held_out, text),
    }
