"""Writers: the rows that one would write, whatever the number of workers, and the generator left as one leaves it."""

import pytest
import torch

from gptlab import sampling
from gptlab.engine import writers as module
from gptlab.engine.model.fast import draw
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.writers import Writers
from tests.engine.model.test_decode import gpt

RAGGED = [[1 + i % 9] * (1 + i % 4) for i in range(41)]


@pytest.fixture(autouse=True)
def parts_of_ten(monkeypatch):
    monkeypatch.setattr(module, "LEAST_ROWS", 10)
    draw._proofs.clear()
    yield
    draw._proofs.clear()


def generators(n):
    return [torch.Generator().manual_seed(3) for _ in range(n)]


@pytest.mark.parametrize("temperature", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("stop", [None, 4])
def test_the_rows_of_one(temperature, stop):
    model = gpt()
    alone, *others = generators(4)
    expected = generate_batch(model, RAGGED, 12, stop, temperature, generator=alone)
    for n, way, generator in zip((1, 2, 3), ("processes", "processes", "threads"), others):
        with Writers(model, n, way) as writers:
            assert writers.write(RAGGED, 12, stop, temperature, generator) == expected
            assert torch.equal(generator.get_state(), alone.get_state())
            if n > 1:
                assert writers.workers._team


def test_the_usual_generator():
    model = gpt()
    torch.manual_seed(5)
    expected = generate_batch(model, RAGGED, 9), torch.rand(1)
    torch.manual_seed(5)
    with Writers(model, 2) as writers:
        assert (writers.write(RAGGED, 9), torch.rand(1)) == expected


def test_where_she_draws_otherwise_nothing_is_shared_out(monkeypatch):
    def multinomial(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
        chances = torch.softmax(logits / temperature, dim=-1)
        return torch.multinomial(chances, 1, generator=generator)[:, 0]

    monkeypatch.setattr(sampling, "sample_next", multinomial)
    model, (one, other) = gpt(), generators(2)
    with Writers(model, 2) as writers:
        written = writers.write(RAGGED, 9, None, 1.0, one)
        assert written == generate_batch(model, RAGGED, 9, generator=other)
        assert not writers.workers._team


def test_few_rows_no_rows_and_no_tokens():
    model = gpt()
    with Writers(model, 2) as writers:
        assert writers.write([], 5) == [] and writers.write(RAGGED, 0) == [[]] * len(RAGGED)
        assert writers.write(RAGGED[:15], 5, temperature=0) == generate_batch(
            model, RAGGED[:15], 5, temperature=0
        )
        assert not writers.workers._team


def test_errors_are_the_same():
    model = gpt()
    with Writers(model, 2) as writers:
        with pytest.raises(ValueError, match="do not fit a context of 20"):
            writers.write(RAGGED, 18)
        with pytest.raises(ValueError, match="empty"):
            writers.write([*RAGGED, []], 3)
        with torch.no_grad():
            model.norm.weight.fill_(float("nan"))
        with pytest.raises(ValueError, match="scores are no numbers"):
            writers.write(RAGGED, 3)
