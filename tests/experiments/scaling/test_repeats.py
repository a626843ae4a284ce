"""Pages that repeat, networks of attention alone, and what switching heads off does."""

import pytest
import torch

from gptlab import scaling
from gptlab.experiments.scaling import fed_repeats, repeats


def test_pages_repeat_after_their_period():
    ids, periods = repeats.repeating_pages(30, torch.Generator().manual_seed(0))
    assert ids.shape == (30, repeats.CONTEXT) and int(ids.max()) < len(repeats.LETTERS)
    assert repeats.SHORTEST <= int(periods.min()) < int(periods.max()) <= repeats.LONGEST
    for page, period in zip(ids, periods.tolist()):
        assert torch.equal(page[period:], page[:-period])
    marked = repeats.is_repeat(periods)
    assert marked.shape == (30, repeats.CONTEXT - 1)
    assert not marked[0, int(periods[0]) - 1] and marked[0, int(periods[0])]


def test_counting_pairs_predicts_repeats_only():
    new, repeated = repeats.ideal_losses(32)
    assert repeated < 0.6 < 3.0 < new


@pytest.mark.parametrize("name", list(repeats.KINDS))
def test_networks_are_causal_and_silent_heads_say_nothing(name):
    layers, smeared = repeats.KINDS[name]
    model = repeats.AttentionOnly(layers, smeared, seed=3)
    assert len(model.heads) == 4 * layers
    ids, _ = repeats.held_out(2)
    later = ids.clone()
    later[:, 20:] = (later[:, 20:] + 1) % len(repeats.LETTERS)
    assert torch.allclose(model(ids)[:, :20], model(later)[:, :20], atol=1e-5)
    maps = model.attention_maps(ids[0])
    assert maps.shape == (layers, 4, repeats.CONTEXT, repeats.CONTEXT)
    assert torch.allclose(maps.sum(-1), torch.ones(1), atol=1e-5)
    earlier = ids.clone()
    earlier[:, :20] = (earlier[:, :20] + 1) % len(repeats.LETTERS)
    silent = [model(page, model.heads)[:, 20:] for page in (ids, earlier)]
    heard = [model(page)[:, 20:] for page in (ids, earlier)]
    assert torch.allclose(*silent, atol=1e-6) and not torch.allclose(*heard, atol=1e-2)


def test_a_short_training_is_recorded():
    run = repeats.train(repeats.TWO, steps=20, every=10)
    assert run.steps == [0, 10, 20] and len(run.on_repeats) == 3
    assert run.on_repeats[-1] < run.on_repeats[0]
    assert repeats.head_scores(run.model, scaling.induction_score, 2).shape == (2, 4)
    assert repeats.repeat_loss_without(run.model, []) == pytest.approx(run.on_repeats[-1], abs=1e-5)
    assert len(repeats.continued(run.model, "abc", 5)) == 5


@pytest.mark.slow
def test_two_layers_copy_and_one_does_not():
    two, one, smeared = (
        repeats.train(name, steps)
        for name, steps in ((repeats.TWO, 450), (repeats.ONE, 300), (repeats.SMEARED, 300))
    )
    assert two.on_repeats[-1] < 0.6 < smeared.on_repeats[-1] + 0.3
    assert smeared.on_repeats[-1] < 0.8 and one.on_repeats[-1] > 2.0
    induction = repeats.head_scores(two.model, scaling.induction_score)
    assert float(induction[1].max()) > 0.5 > 0.2 > float(induction[0].max())
    text = "qfzbkmwpatqfz"
    assert repeats.continued(two.model, text, 6) == "bkmwpa"
    layer_1 = [(1, head) for head in range(4)]
    assert repeats.repeat_loss_without(two.model, layer_1) > two.on_repeats[-1] + 2


def test_batches_for_the_shipped_model():
    stream = torch.arange(500)
    ids = fed_repeats.batch(stream, list(range(300, 364)), torch.Generator().manual_seed(0))
    assert ids.shape == (fed_repeats.REPEATING + fed_repeats.WEB, fed_repeats.ROW)
    web = ids[fed_repeats.REPEATING :]
    assert bool((web.diff(dim=1) == 1).all())
    for row in ids[: fed_repeats.REPEATING]:
        assert any(
            torch.equal(row[p:], row[:-p])
            for p in range(fed_repeats.SHORTEST, fed_repeats.LONGEST + 1)
        )


def test_the_log_of_the_fed_model():
    log = fed_repeats.read_log()
    assert [row["update"] for row in log["rows"]] == list(fed_repeats.LOOK_AT)
    first, last = log["rows"][0], log["rows"][-1]
    best = [max(map(max, row["drawn"]["scores"])) for row in (first, last)]
    assert best[0] < 1.2 * first["drawn"]["chance"] and best[1] > 0.5
