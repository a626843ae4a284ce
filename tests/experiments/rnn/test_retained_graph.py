"""A state carried with its history: refused, kept or cut."""

import pytest

from gptlab.experiments.rnn import retained_graph


def test_the_state_with_its_history_is_refused_kept_or_cut():
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        retained_graph.train_batches(2)
    kept = retained_graph.train_batches(4, retain=True)
    cut = retained_graph.train_batches(4, detach=True)
    grows = [b.operations - a.operations for a, b in zip(kept, kept[1:])]
    assert len(set(grows)) == 1 and grows[0] > retained_graph.STEPS
    held = [b.numbers_kept - a.numbers_kept for a, b in zip(kept, kept[1:])]
    assert len(set(held)) == 1 and held[0] > retained_graph.STEPS * retained_graph.BATCH
    assert len({cost.operations for cost in cut}) == 1
    assert {cost.numbers_kept for cost in cut} == {0}


def test_the_slowdown_takes_the_fastest_of_each_end():
    run = [retained_graph.BatchCost(seconds, 0, 0) for seconds in (9, 2, 5, 8, 6, 9)]
    assert retained_graph.slowdown(run, n=2) == 3
