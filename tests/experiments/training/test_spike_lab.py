"""What the lesson on training measures, on fewer steps: the laboratory, accumulation and precision."""

import pytest
import torch

from gptlab import training
from gptlab.experiments.training import accumulation, precision
from gptlab.experiments.training.spike_lab import BROKEN, Recipe, SpikeLab


@pytest.fixture(scope="module")
def lab():
    return SpikeLab()


def test_a_run_learns_and_is_the_same_each_time(lab):
    recipe = Recipe(lr=0.01, warmup=5, clip=0.5)
    run, again = (lab.run(recipe, broken=(), steps=30) for _ in range(2))
    assert run.losses == again.losses and len(run.norms) == 30
    assert run.end < run.losses[0] - 0.8


def test_a_given_adam_takes_the_steps(lab):
    recipe = Recipe(lr=0.01, warmup=5)
    own = lab.run(recipe, broken=(), steps=8)
    given = lab.run(recipe, broken=(), steps=8, adam=training.adamw_step)
    assert given.losses == pytest.approx(own.losses, rel=1e-4)
    still = lab.run(recipe, broken=(), steps=8, adam=lambda p, grad, m, v, *settings: (p, m, v))
    assert still.losses[-1] > own.losses[-1] + 0.2


def test_broken_batches_are_broken(lab):
    batch = lab.batches(BROKEN, seed=0)
    x, y = batch(BROKEN[0])
    assert x.unique().tolist() == [1] and y.unique().tolist() == [2]
    assert len(batch(0)[0].unique()) > 20


def test_an_untrained_model_writes_words(lab):
    sentences = lab.write(lab.make_model(), n_sentences=2)
    assert len(sentences) == 2 and all(isinstance(sentence, str) for sentence in sentences)


def gradient(model, batches, weights):
    """Backward through one micro-batch after the other."""
    model.zero_grad(set_to_none=True)
    for batch, weight in zip(batches, weights, strict=True):
        (weight * accumulation.mean_loss(model, batch)).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


def test_the_share_of_known_pairs_is_low_before_training_and_higher_after(lab):
    untrained = lab.known_pairs(lab.make_model(), n_sentences=20)
    trained = lab.run(Recipe(warmup=10, clip=0.5), broken=(), steps=60).model
    assert untrained < 0.3 < lab.known_pairs(trained, n_sentences=20) <= 1.0


def test_weighted_micro_batches_give_the_whole_gradient(lab):
    model = lab.make_model().double()
    batch = accumulation.whole_batch(lab)
    parts = accumulation.in_micro_batches(batch)
    assert len({part.ids.shape for part in parts}) > 2
    right = gradient(model, [batch], [1.0])
    weights = training.accumulation_weights([part.labels for part in parts])
    assert (gradient(model, parts, weights) - right).norm() < 1e-12 * right.norm()
    assert (gradient(model, parts, [0.25] * 4) - right).norm() > 0.05 * right.norm()


def test_weights_in_bfloat16_stay_where_they_are(lab):
    short = {
        kind: precision.measure(lab, kind, steps=35) for kind in (precision.FP32, precision.PURE)
    }
    assert short[precision.FP32].unmoved < 0.01 < 0.1 < short[precision.PURE].unmoved
    assert 0 < short[precision.PURE].saved_mb < short[precision.FP32].saved_mb
