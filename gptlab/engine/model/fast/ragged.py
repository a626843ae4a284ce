"""A step of generation for rows of unequal length, which join and leave a batch at any time.

Each row writes into places of its own, and everybody's attention runs over the whole capacity, with what is not
written yet masked. So the sums of a row have the same terms in the same order whatever else is in the batch. What may
still differ is how the processor rounds a product of few rows: `widths_alike` finds out. B batch, H heads, D head
width, S capacity, V vocabulary.
"""

import torch
from torch import Tensor

from gptlab.engine.model import fused
from gptlab.engine.model.fast.decode import Decoder, Layer
from gptlab.engine.model.gpt import GPT

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # rows of the products that are tried


class RaggedDecoder(Decoder):
    """Steps over the first rows of caches that hold as many tokens of each row as `lengths` says.

    model   a GPT of which `decoder_for` gives a decoder
    caches  of `fused.new_cache`, one a layer, without anything but numbers in it; filled in place
    n_rows  B, the first rows of the caches; the others are left alone
    """

    def __init__(self, model: GPT, caches: list[fused.KVCache], n_rows: int) -> None:
        super().__init__(model, [_first_rows(one, n_rows) for one in caches], None)
        self.n_rows = n_rows
        self.beta = 1.0
        self.each = torch.arange(n_rows, device=model.wte.device)
        self.times = torch.arange(caches[0].k.shape[2], device=model.wte.device)
        self.all_seen = model.wte.new_zeros(n_rows, len(self.times))
        self.lengths = self.each

    def step_rows(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits after one more token a row, which is written behind those that the row has.

        tokens   (B,) int
        lengths  (B,) int, tokens of each row so far; all below S
        ->       (B, V) float
        """
        self.lengths = lengths
        x = torch.embedding(self.wte, tokens).add_(torch.embedding(self.wpe, lengths))  # (B, C)
        unwritten = self.times > lengths[:, None]  # (B, S)
        bias = self.all_seen.masked_fill(unwritten, float("-inf"))
        bias = bias.repeat_interleave(self.model.config.n_heads, 0)[:, None]  # (B·H, 1, S)
        for layer in self.layers:
            self._block(x, layer, 0, bias)
        return self.model.unembed(torch.layer_norm(x, self.width, *self.norm))

    def _remember(self, layer: Layer, at: int) -> tuple[Tensor, Tensor]:
        """Write each row's new keys and values at its own place; everything, masked or not."""
        by_row = layer.cache.permute(1, 3, 0, 2, 4)  # (B, S, 2, H, D)
        by_row[self.each, self.lengths] = self.room.kv.transpose(0, 1)  # (B, 2, H, D)
        return layer.keys, layer.values


def _first_rows(cache: fused.KVCache, n: int) -> fused.KVCache:
    assert cache.both is not None, "made by fused.new_cache"
    return fused.KVCache(cache.k[:n], cache.v[:n], both=cache.both[:, :n])


def _in_order(cache: fused.KVCache, rows: Tensor) -> fused.KVCache:
    """A cache of its own with some rows of another."""
    both = torch.stack([cache.k[rows], cache.v[rows]])
    return fused.KVCache(both[0], both[1], both=both)


@torch.no_grad()
def widths_alike(model: GPT, n_rows: int, seed: int = 0) -> list[int]:
    """The numbers of rows, up to `n_rows`, at which a row's logits are the same to the last bit wherever it stands.

    `n_rows` is always among them. A product of one row often goes another way through the processor than one of
    many, and rounds otherwise; which numbers agree differs from machine to machine, so they are tried with this
    model's own weights: random rows together, and the same rows moved round in batches of each width.
    """
    generator = torch.Generator().manual_seed(seed)
    config = model.config
    shape = (n_rows, config.n_heads, config.context, config.d_head)
    caches = [fused.new_cache(shape, model.wte) for _ in model.blocks]
    for one in caches:
        one.k.copy_(torch.randn(shape, generator=generator))
        one.v.copy_(torch.randn(shape, generator=generator))
    tokens = torch.randint(config.vocab_size, (n_rows,), generator=generator)
    lengths = torch.randint(config.context, (n_rows,), generator=generator)
    expected = RaggedDecoder(model, caches, n_rows).step_rows(tokens, lengths)
    alike = [
        w
        for w in WIDTHS
        if w < n_rows and _moved_rows_agree(model, caches, tokens, lengths, expected, w)
    ]
    return [*alike, n_rows]


def _moved_rows_agree(
    model: GPT, caches: list, tokens: Tensor, lengths: Tensor, expected: Tensor, width: int
) -> bool:
    """Whether every row gives the same logits in a batch of `width`, each time at another place of it."""
    n = len(tokens)
    for shift in range(0, n, max(1, width - 1)):
        order = torch.arange(shift, shift + width) % n
        moved = [_in_order(one, order) for one in caches]
        given = RaggedDecoder(model, moved, width).step_rows(tokens[order], lengths[order])
        if not torch.equal(given, expected[order]):
            return False
    return True
