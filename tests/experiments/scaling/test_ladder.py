"""The ladder of small models: its rungs, a rung that is really climbed, and the log that is shipped."""

import math

import pytest

from gptlab import scaling
from gptlab.engine.model import checkpoint
from gptlab.experiments.scaling import ladder
from gptlab.experiments.scaling.pair_table import pair_table_loss

pytestmark = pytest.mark.slow  # it trains


def test_sizes_and_lengths_double():
    sizes = [ladder.Rung(*shape, 2**17, 0).model_config.n_parameters for shape in ladder.SHAPES]
    for sequence in (sizes, ladder.LENGTHS):
        assert all(1.9 < b / a < 2.2 for a, b in zip(sequence, sequence[1:]))


def test_every_run_once_with_a_schedule_of_its_own():
    every = ladder.rungs()
    assert len(set(every)) == len(every) == len(ladder.SEEDS) * len(ladder.SHAPES) * 4
    rung = ladder.Rung(2, 24, 2**18, 0)
    steps = 2**18 // (ladder.BATCH * ladder.CONTEXT)
    assert rung.train_config().steps == steps
    assert rung.train_config(horizon=2**20).steps == 4 * steps


def test_a_rung_is_counted_as_the_learner_counts():
    for n_layers, d_model in ladder.SHAPES:
        rung = ladder.Rung(n_layers, d_model, 2**17, 0)
        counted = scaling.transformer_parameters(
            n_layers, d_model, ladder.VOCABULARY, ladder.CONTEXT
        )
        assert rung.model_config.n_parameters == counted


def test_a_table_of_pairs_beats_a_table_of_tokens_and_not_the_floor():
    ground = ladder.Ground()
    ground._streams = {0: ground.stream(0)[:200_000]}
    assert ground.floor < pair_table_loss(ground) < math.log(ladder.VOCABULARY) - 2


@pytest.mark.slow
def test_a_rung_learns_is_saved_and_measured(tmp_path):
    ground = ladder.Ground()
    rung = ladder.Rung(1, 8, 2**15, seed=5)
    model, entry = ladder.climb(rung, ground, precision="fp32")
    start, end = entry["curve"][0][1], entry["curve"][-1][1]
    assert start > math.log(ladder.VOCABULARY) - 0.5 > end > ground.floor
    assert entry["held_out"][-1] == (2**15, round(ground.loss(model), 5))
    again = ladder.climb(rung, ground, precision="fp32")[1]
    assert again["curve"] == entry["curve"]
    checkpoint.save(tmp_path / rung.name, model, ground.tokenizer, meta={"rung": rung.name})
    found = ladder.measure_rungs(
        tmp_path, lambda m, t: {"loss": round(ground.loss(m), 5)}, [rung, ladder.Rung(1, 8, 4, 0)]
    )
    assert found == {rung.name: {"loss": entry["held_out"][-1][1]}}


def test_the_shipped_log_says_how_it_was_made_and_lies_above_the_floor():
    log = ladder.read_log()
    assert {"command", "commit", "machine", "floor", "runs"} == set(log)
    names = [(r["n_layers"], r["d_model"], r["n_tokens"], r["seed"]) for r in log["runs"]]
    assert len(names) == len(set(names))
    assert all(run["held_out"][-1][0] == run["n_tokens"] for run in log["runs"])
    assert all(loss > log["floor"] for run in log["runs"] for _, loss in run["held_out"])
