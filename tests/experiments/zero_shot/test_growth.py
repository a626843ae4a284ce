"""Growth: the record is whole and says how it was made; a run asks at the steps that were named."""

import pytest

from gptlab.experiments.zero_shot import growth
from gptlab.world.web import Web


def test_the_record_has_every_size_seed_and_step():
    record = growth.record()
    found = {(row["size"], row["seed"], row["step"]) for row in record["rows"]}
    assert found == {
        (size, seed, step)
        for size in growth.SIZES
        for seed in record["seeds"]
        for step in growth.LOOK_AT
    }
    assert record["command"].startswith("python -m dev.zero_shot_growth")
    assert len(record["commit"]) == 40 and len(record["seeds"]) >= 3


def test_what_the_lesson_says_of_the_record():
    """The largest size learns moods and facts without ever being taught; sums it does not."""
    rows = growth.record()["rows"]

    def mean(size, task, step):
        shares = [
            row["accuracy"][task]["per token"]
            for row in rows
            if row["size"] == size and row["step"] == step
        ]
        return sum(shares) / len(shares)

    largest, smallest = "64 wide, 2 layers", "16 wide, 1 layer"
    assert mean(largest, "mood", 800) > 0.9 > 0.6 > mean(smallest, "mood", 800)
    assert mean(largest, "fact", 800) > mean(smallest, "fact", 800) + 0.15
    assert abs(mean(largest, "sum", 800) - growth.CHANCE["sum"]) < 0.12


@pytest.mark.slow
def test_a_run_asks_on_the_way():
    place = growth.corner(Web())
    rows = growth.grow("16 wide, 1 layer", place, seed=3, look_at=(0, 30))
    assert [row["step"] for row in rows] == [0, 30]
    assert rows[1]["loss"] < 5 and rows[1]["tokens"] == 30 * 16 * 128
    assert set(rows[0]["accuracy"]) == set(growth.CHANCE)
    again = growth.grow("16 wide, 1 layer", place, seed=3, look_at=(0, 30))
    assert again == rows
