"""Rows that join and leave at any time are written as if each were alone, token for token and bit for bit."""

import random

import pytest
import torch

from gptlab import transformer
from gptlab.engine import batching
from gptlab.engine.batching import FAILED, LENGTH, STOP, Batch, OneByOne, Row, Together
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import fused, generate
from gptlab.engine.model.fast import decode, ragged
from tests.support.toy_models import untrained_gpt

SHAPE = GPTConfig(53, context=24, n_layers=3, n_heads=3, d_model=24)
SETTINGS = [
    {"temperature": 0.0},
    {"temperature": 1.3},
    {"temperature": 0.7, "top_p": 0.8},
    {"temperature": 1.0, "top_k": 5},
]


def gpt(way="fused", shape=SHAPE):
    return untrained_gpt(shape, way)


@pytest.fixture(autouse=True)
def new_proofs():
    decode._proofs.clear()
    yield
    decode._proofs.clear()


def make_rows(n, seed=0):
    rng = random.Random(seed)
    for i in range(n):
        ids = [rng.randrange(53) for _ in range(rng.randint(1, 14))]
        most = rng.randint(1, SHAPE.context - len(ids))
        yield Row(ids, most, frozenset([7, 11]), seed=i, **SETTINGS[i % len(SETTINGS)])


def alone(model, row):
    """What `generate.stream` writes, up to the first token that ends the row."""
    new = []
    settings = (row.temperature, row.top_k, row.top_p, torch.Generator().manual_seed(row.seed))
    for token in generate.stream(model, list(row.ids), row.most, None, *settings):
        new.append(token)
        if token in row.ends:
            break
    return new


def write(batch, row):
    """A row joins, and is written to its end, with all that are there."""
    batch.join(row)
    while batch.rows:
        batch.step()


def write_all(batch, rows, rng):
    """Rows join in order, some at a time, whenever there is room; -> the logits that each token was drawn from."""
    waiting, seen = list(rows), {id(row): [] for row in rows}
    while waiting or batch.rows:
        for _ in range(min(batch.n_free, len(waiting), rng.randint(0, 3))):
            batch.join(waiting.pop(0))
        for row in batch.step():
            seen[id(row)].append(row.logits.clone())
    return [torch.stack(seen[id(row)]) for row in rows]


@pytest.mark.parametrize("way", ["fused", "plain"])
def test_every_row_is_what_it_is_alone(way):
    model = gpt(way)
    batch = Batch(model, 6)
    assert type(batch._places) is (Together if way == "fused" else OneByOne)
    rows = list(make_rows(40))
    write_all(batch, rows, random.Random(1))
    assert [row.new for row in rows] == [alone(model, row) for row in rows]
    assert {row.ended for row in rows} == {STOP, LENGTH}
    assert all((row.ended == STOP) == (row.new[-1] in row.ends) for row in rows)
    assert batch.n_free == 6


def test_the_last_bit_does_not_depend_on_who_else_is_there():
    model = gpt()
    rows = list(make_rows(30))
    first = write_all(Batch(model, 9), rows, random.Random(1))
    again = list(make_rows(30))
    order = random.Random(2).sample(range(30), 30)
    second = write_all(Batch(model, 9), [again[i] for i in order], random.Random(3))
    assert all(torch.equal(first[i], second[order.index(i)]) for i in range(30))
    assert [row.new for row in rows] == [row.new for row in again]


def test_a_row_that_leaves_frees_its_place_and_disturbs_nobody():
    model = gpt()
    batch = Batch(model, 3)
    rows = list(make_rows(3))
    for row in rows:
        row.most, row.ends = 8, frozenset()
        batch.join(row)
    batch.step()
    with pytest.raises(IndexError, match="all 3 places"):
        batch.join(Row([1], 1))
    batch.leave(rows[1])
    batch.leave(rows[1])
    assert batch.n_free == 1
    late = Row([5, 6], 6, seed=9)
    batch.join(late)
    while batch.rows:
        batch.step()
    assert len(rows[1].new) == 1 and not rows[1].ended
    assert [row.new for row in (rows[0], rows[2], late)] == [
        alone(model, row) for row in (rows[0], rows[2], late)
    ]


def test_the_whole_context_can_be_filled_and_not_more():
    model = gpt()
    batch = Batch(model, 2)
    for _ in range(2):  # a place that was filled is used again
        row = Row([1, 2, 3], 21, temperature=0.0)
        write(batch, row)
        assert row.new == alone(model, row) and len(row.new) == 21
    for wrong in (Row([1, 2, 3], 22), Row([], 3), Row([1], 0), Row([1], -1), Row([53], 1)):
        with pytest.raises(ValueError, match=r"do not fit|empty|at least|outside"):
            batch.join(wrong)
    assert batch.n_free == 2


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_row_without_numbers_fails_alone(monkeypatch, temperature):
    model = gpt()
    batch = Batch(model, 4)
    good, bad = Row([1, 2], 5, temperature=0.0), Row([3], 5, temperature=temperature)
    batch.join(good)
    batch.join(bad)
    batch.step()
    go_on = batch._places.go_on
    monkeypatch.setattr(
        batch._places,
        "go_on",
        lambda tokens: {p: x * float("nan") if p == 1 else x for p, x in go_on(tokens).items()},
    )
    while batch.rows:
        batch.step()
    assert bad.ended == FAILED and "no numbers" in str(bad.error)
    assert good.ended == LENGTH and good.new == alone(model, good)


@pytest.mark.parametrize("way", ["fused", "plain"])
def test_what_a_failed_row_leaves_in_its_place_fails_nobody_else(way):
    model = gpt(way)
    with torch.no_grad():
        model.wpe[15] = float("nan")  # only a long row comes to it
    batch = Batch(model, 1)
    long, short = Row([3] * 14, 6, temperature=0.0), Row([5, 6], 8, temperature=0.0)
    write(batch, long)
    write(batch, short)
    assert long.ended == FAILED
    assert short.ended == LENGTH and short.new == alone(model, short)


def test_hers_runs_where_it_differs(monkeypatch):
    monkeypatch.setattr(transformer, "layer_norm", lambda x, w, b, eps=1e-5: x * w + b)
    model = gpt()
    batch = Batch(model, 4)
    assert type(batch._places) is OneByOne
    row = Row([1, 2, 3], 9, temperature=0.0)
    write(batch, row)
    assert row.new == alone(model, row)


def test_after_an_exception_the_batch_can_be_cleared(monkeypatch):
    model = gpt()
    batch = Batch(model, 2)
    batch.join(Row([1, 2], 5))
    batch.step()
    monkeypatch.setattr(batch._places, "go_on", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        batch.step()
    assert len(batch.clear()) == 1 and batch.n_free == 2
    row = Row([4], 6, temperature=0.0)
    write(batch, row)
    assert row.new == alone(model, row)


def test_widths_that_round_otherwise_are_not_used(monkeypatch):
    model = gpt()
    with torch.inference_mode():
        assert ragged.widths_alike(model, 6)[-1] == 6
        honest = ragged.RaggedDecoder.step_rows

        def odd(self, tokens, lengths):
            logits = honest(self, tokens, lengths)
            return logits + 1e-7 if self.n_rows < 4 else logits

        monkeypatch.setattr(ragged.RaggedDecoder, "step_rows", odd)
        assert not {1, 2} & set(ragged.widths_alike(model, 6))


def test_a_cache_that_would_be_too_large_has_fewer_places(monkeypatch):
    model = gpt()
    cache = fused.new_cache((1, 3, 24, 8), model.wte)
    assert batching.bytes_of_a_place(model) == 3 * cache.both.numel() * 4
    monkeypatch.setattr(batching, "CACHE_BYTES", 5 * batching.bytes_of_a_place(model) + 1)
    assert Batch(model, 16).n_places == 5
    monkeypatch.setattr(batching, "CACHE_BYTES", 1)
    assert Batch(model, 16).n_places == 1
