"""Continuous batching: texts that are written together, and that join and leave between two steps.

Yu et al. 2022 (Orca), §3: the scheduler is asked after every token, and not after every batch. Each text draws with a
generator of its own, and its sums do not depend on what stands beside it, so it reads as if it were written alone.
V vocabulary, S capacity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from gptlab.engine.model import fused, generate
from gptlab.engine.model.fast.decode import decoder_for
from gptlab.engine.model.fast.ragged import RaggedDecoder, widths_alike
from gptlab.engine.model.gpt import GPT

CACHE_BYTES = 1 << 29  # the most that the keys and values of a batch may take
STOP, LENGTH, FAILED = "stop", "length", "failed"  # why a row ended


@dataclass(eq=False)
class Row:
    """One text that is being written: what it begins with, how it is drawn, how far it is.

    most  new tokens at most
    ends  tokens that end it; they are among `new` when they come
    seed  of its own generator
    """

    ids: Sequence[int]
    most: int
    ends: frozenset[int] = frozenset()
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    new: list[int] = field(default_factory=list)
    ended: str = ""  # "" = goes on; else STOP, LENGTH or FAILED
    error: Exception | None = None  # why it failed
    logits: Tensor | None = (
        None  # (V), what the next token is drawn from; after `step`, what the last one was
    )

    def __post_init__(self) -> None:
        self.generator = torch.Generator().manual_seed(self.seed)

    def draw(self) -> None:
        """Write the next token, as `generate.stream` would; a row whose scores are no numbers fails alone."""
        assert self.logits is not None, "a row joins a batch before it is drawn"
        try:
            scores = self.logits[None]
            token = generate.next_tokens(
                scores, self.temperature, self.top_k, self.top_p, self.generator
            )
        except ValueError as error:
            self.ended, self.error = FAILED, error
            return
        self.new.append(int(token))
        if self.new[-1] in self.ends:
            self.ended = STOP
        elif len(self.new) >= self.most:
            self.ended = LENGTH


class Places(Protocol):
    """Where rows keep their keys and values; a place holds one row at a time."""

    def read(self, place: int, ids: Sequence[int]) -> Tensor:
        """Begin a row there with these tokens; -> (V), logits after the last."""
        ...

    def go_on(self, tokens: dict[int, int]) -> dict[int, Tensor]:
        """One more token for the rows at some places; -> logits (V) of each."""
        ...


class Batch:
    """Writes up to `n_places` rows together, one token each a step.

    A model that runs on proven functions decodes all rows in one go (`Together`); where a learner's function differs
    from its fused counterpart, hers runs, row after row (`OneByOne`). Either way a text depends on its own row alone.

    model     a GPT in eval mode, whose weights do not change meanwhile
    n_places  fewer where the cache would take more than CACHE_BYTES
    """

    def __init__(self, model: GPT, n_places: int = 16) -> None:
        self.model = model
        self.n_places = max(1, min(n_places, CACHE_BYTES // bytes_of_a_place(model)))
        self.rows: dict[int, Row] = {}  # by place
        self._places = self._new_places()

    def _new_places(self) -> Places:
        with torch.inference_mode():
            proven = decoder_for(self.model, self.model.new_cache(1, 1)) is not None
            return Together(self.model, self.n_places) if proven else OneByOne(self.model)

    @property
    def n_free(self) -> int:
        """Places that nobody has."""
        return self.n_places - len(self.rows)

    @torch.inference_mode()
    def join(self, row: Row) -> None:
        """Read a row's beginning into a free place; its first token is drawn by the next step.

        Raises ValueError when it is empty, does not fit the context with its `most` new tokens, or asks for none,
        IndexError when no place is free. A batch whose join failed is as it was.
        """
        generate.check_room(self.model, [list(row.ids)], row.most)
        if row.most < 1:
            raise ValueError("a row writes at least 1 token, but is to write 0")
        free = [place for place in range(self.n_places) if place not in self.rows]
        if not free:
            raise IndexError(f"all {self.n_places} places of the batch are taken")
        row.logits = self._places.read(free[0], row.ids)  # the first: few rows need narrow products
        self.rows[free[0]] = row

    def leave(self, row: Row) -> None:
        """Free a row's place before it has ended; nothing happens where it has left already."""
        self.rows = {place: other for place, other in self.rows.items() if other is not row}

    @torch.inference_mode()
    def step(self) -> list[Row]:
        """Draw one token for every row; -> the rows that were drawn. Those that ended have left.

        A row's `logits` are, until the next step, those that its last token was drawn from.
        """
        self._compute()
        drawn = dict(self.rows)
        for row in drawn.values():
            row.draw()
        self.rows = {place: row for place, row in drawn.items() if not row.ended}
        return list(drawn.values())

    def _compute(self) -> None:
        """The logits of the rows that have drawn a token since the last time; who has just joined has them."""
        behind = {place: row.new[-1] for place, row in self.rows.items() if row.new}
        if behind:
            for place, logits in self._places.go_on(behind).items():
                self.rows[place].logits = logits

    def clear(self) -> list[Row]:
        """Take all rows out, with new places: what to do after an exception; -> the rows."""
        rows, self.rows = list(self.rows.values()), {}
        self._places = self._new_places()
        return rows


class Together:
    """Places in one cache, whose rows are decoded in one go.

    Products are taken over the first rows only, as few as hold everybody, in numbers that `widths_alike` found to
    round as the whole batch does.
    """

    def __init__(self, model: GPT, n_places: int) -> None:
        self.model = model
        config = model.config
        shape = (n_places, config.n_heads, config.context, config.d_head)
        self.caches = [fused.new_cache(shape, model.wte) for _ in model.blocks]
        widths = widths_alike(model, n_places)
        self.decoders = [RaggedDecoder(model, self.caches, width) for width in widths]
        self.lengths = torch.zeros(n_places, dtype=torch.long)
        self.tokens = torch.zeros(n_places, dtype=torch.long)

    def read(self, place: int, ids: Sequence[int]) -> Tensor:
        """The beginning is read by itself, and what it leaves is copied to its place."""
        own = self.model.new_cache(1, len(ids))
        hidden = self.model.hidden(torch.tensor([list(ids)]), cache=own)
        for one, new in zip(self.caches, own):
            one.k[place].zero_()  # what is not written yet is masked, but nan times 0 is nan
            one.v[place].zero_()
            one.k[place, :, : len(ids)] = new.k[0]
            one.v[place, :, : len(ids)] = new.v[0]
        self.lengths[place] = len(ids)
        return self.model.unembed(hidden[:, -1])[0]

    def go_on(self, tokens: dict[int, int]) -> dict[int, Tensor]:
        """Places that are not named compute too, and what comes of it is dropped."""
        places = list(tokens)
        self.tokens[places] = torch.tensor(list(tokens.values()))
        decoder = next(one for one in self.decoders if one.n_rows > max(places))
        n = decoder.n_rows
        logits = decoder.step_rows(self.tokens[:n], self.lengths[:n])  # (n, V)
        self.lengths[places] += 1
        return {place: logits[place] for place in places}


class OneByOne:
    """A cache for each row, filled by the learner's own functions."""

    def __init__(self, model: GPT) -> None:
        self.model = model
        self.caches: dict[int, list] = {}

    def read(self, place: int, ids: Sequence[int]) -> Tensor:
        """As `generate.stream` reads a prompt."""
        self.caches[place] = self.model.new_cache(1, self.model.config.context)
        return self._logits(place, list(ids))

    def go_on(self, tokens: dict[int, int]) -> dict[int, Tensor]:
        """One row after the other."""
        return {place: self._logits(place, [token]) for place, token in tokens.items()}

    def _logits(self, place: int, ids: list[int]) -> Tensor:
        hidden = self.model.hidden(torch.tensor([ids]), cache=self.caches[place])
        return self.model.unembed(hidden[:, -1])[0]


def bytes_of_a_place(model: GPT) -> int:
    """What the keys and values of one row take, filled to the context."""
    config = model.config
    return 2 * config.n_layers * config.context * config.d_model * model.wte.element_size()
