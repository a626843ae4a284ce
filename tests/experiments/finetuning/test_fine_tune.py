"""Fine-tuning on a toy base: it learns, is measured as torch measures, and stops where it is told to."""

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.finetuning import fine_tune as tuning
from gptlab.experiments.finetuning.reading_position import accuracy, probabilities
from gptlab.experiments.finetuning.tasks import CHOICE, MOOD, SIMILARITY, TaskSource
from gptlab.finetuning import read_position
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def bench():
    tokenizer = Tokenizer([])
    config = GPTConfig(tokenizer.vocab_size, context=160, n_layers=1, n_heads=2, d_model=16)
    return tuning.Bench(GPT(config, seed=1), tokenizer, TaskSource(Web()))


@pytest.mark.parametrize("task", [MOOD, SIMILARITY, CHOICE], ids=lambda task: task.name)
def test_a_few_examples_are_learnt_by_heart(bench, task):
    few = bench.labelled(task, "labels", 6)
    model = bench.model(task)
    before, _ = tuning.measure(model, few)
    curve = tuning.fine_tune(model, few, few, weight=0.0, steps=60, lr=1e-2, every=30)
    assert curve.steps == [0, 30, 60] and curve.train_loss == pytest.approx(curve.validation_loss)
    assert curve.train_loss[0] == pytest.approx(before) and curve.train_loss[-1] < 0.5 * before


def test_the_same_seed_gives_the_same_tuning(bench):
    few = bench.labelled(MOOD, "labels", 20)
    ends = []
    for seed in (1, 1, 2):
        model = bench.model(MOOD, seed=0)
        tuning.fine_tune(model, few, steps=3, seed=seed)
        ends.append(model.weight.detach().clone())
    assert torch.equal(ends[0], ends[1]) and not torch.equal(ends[0], ends[2])


@torch.no_grad()
def test_what_is_measured_is_the_mean_over_examples(bench):
    data = bench.labelled(MOOD, "test", 7)
    model = bench.model(MOOD)
    model.weight.normal_(0, 3.0, generator=torch.Generator().manual_seed(0))
    scores = torch.cat([model([inputs])[0] for inputs in data.inputs])
    loss, right = tuning.measure(model, data, batch=3)
    assert loss == pytest.approx(float(F.cross_entropy(scores, data.labels)), rel=1e-4)
    assert right == pytest.approx(float((scores.argmax(1) == data.labels).float().mean()))


def test_a_training_ends_when_it_is_told_to(bench):
    few = bench.labelled(MOOD, "labels", 4)
    curve = tuning.fine_tune(
        bench.model(MOOD), few, few, steps=30, every=5, after=lambda measured: measured == 2
    )
    assert curve.steps == [0, 5, 10]


def test_the_best_step_is_that_of_the_lowest_validation_loss():
    curve = tuning.Curve(steps=[0, 5, 10], validation_loss=[0.7, 0.4, 0.9])
    assert curve.best == 1


def test_without_weight_the_texts_are_not_trained_on(bench):
    data = bench.labelled(MOOD, "labels", 3)
    model = bench.model(MOOD)
    alone = tuning.batch_loss(model, data, 0.0)
    both = tuning.batch_loss(model, data, 0.5)
    scores, text_loss = model(data.inputs)
    assert alone.item() == pytest.approx(F.cross_entropy(scores, data.labels).item(), rel=1e-5)
    assert both.item() == pytest.approx(alone.item() + 0.5 * text_loss.item(), rel=1e-5)


@torch.no_grad()
def test_read_at_the_last_column_an_answer_depends_on_its_neighbours(bench):
    model = bench.model(MOOD)
    model.weight.normal_(0, 3.0, generator=torch.Generator().manual_seed(0))
    data = bench.labelled(MOOD, "test", 12)
    rows = sorted((inputs[0] for inputs in data.inputs), key=len)
    short, long = rows[0], rows[-1]

    def last_column(ids, extract):
        return torch.full((len(ids),), ids.shape[1] - 1)

    for read, same in ((read_position, True), (last_column, False)):
        alone = probabilities(model, [short], read)[0]
        beside = probabilities(model, [short, long], read)[0]
        assert torch.allclose(alone, beside, atol=1e-4) == same
    _, expected = tuning.measure(model, data)
    assert accuracy(model, data, read_position, batch=5) == pytest.approx(expected)
