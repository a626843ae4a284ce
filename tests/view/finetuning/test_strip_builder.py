"""The widget: pieces are clicked into order, and the network says what it makes of them."""

import pytest
import torch

from gptlab.experiments.finetuning.fine_tune import Bench
from gptlab.experiments.finetuning.tasks import CHOICE, MOOD, SIMILARITY, TASKS, TaskSource, arrange
from gptlab.view.finetuning import strip_builder as builder
from gptlab.world.web import Web
from tests.support.loud_assistant import loud_assistant
from tests.support.pictures import words_in


@pytest.fixture(scope="module")
def bench():
    toy = loud_assistant()
    long = toy.model
    long.wpe = torch.nn.Parameter(torch.randn(200, 12, generator=torch.Generator().manual_seed(1)))
    object.__setattr__(long.config, "context", 200)
    return Bench(long, toy.tokenizer, TaskSource(Web()))


@pytest.fixture(scope="module")
def models(bench):
    made = {task.name: bench.model(task) for task in TASKS.values()}
    for model in made.values():
        with torch.no_grad():
            model.weight.normal_(0, 2.0, generator=torch.Generator().manual_seed(2))
    return made


@pytest.fixture(scope="module")
def examples(bench):
    return {task.name: bench.source.draw(task, "test", 2) for task in TASKS.values()}


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_the_paper_s_order_is_asked_as_the_lesson_arranges_it(bench, models, examples, task):
    example = examples[task.name][0]
    strips = builder.inputs_of(task.name, example, builder.PARTS[task.name])
    said = builder.verdict(bench, models[task.name], task.name, strips)
    with torch.no_grad():
        scores, _ = models[task.name]([arrange(task, example, bench.tokenizer, bench.special)])
    assert said.probabilities == pytest.approx(scores[0].softmax(-1).tolist(), abs=1e-5)


def test_another_order_is_another_answer_and_no_extract_token_is_none(bench, models, examples):
    example = examples[MOOD.name][0]

    def ask(*order):
        strips = builder.inputs_of(MOOD.name, example, order)
        return builder.verdict(bench, models[MOOD.name], MOOD.name, strips)

    assert ask("start", "text", "extract") != ask("extract", "start", "text")
    assert "no extract token" in ask("start", "text").why_not
    assert "click" in ask().why_not


def test_texts_trade_places_in_the_second_order(examples):
    example = examples[SIMILARITY.name][0]
    one, other = builder.inputs_of(SIMILARITY.name, example, builder.PARTS[SIMILARITY.name])
    assert (one[1].label, one[3].label) == (other[3].label, other[1].label) == example.texts
    assert (one[1].kind, other[1].kind) == ("first", "second")


def test_buttons_build_a_strip(bench, models, examples):
    shown = builder.StripBuilder(bench, models, examples)
    shown.task.value = CHOICE.name
    buttons = {button.description: button for button in shown.pieces.children}
    assert set(buttons) == {*builder.PARTS[CHOICE.name], "take back", "clear"}
    for name in builder.PARTS[CHOICE.name]:
        buttons[name].click()
    words = words_in(shown.out.value)
    assert words.count("⟨s⟩") == words.count("⟨e⟩") == 3 and sum("%" in word for word in words) == 3
    buttons["option"].click()
    assert shown.order == list(builder.PARTS[CHOICE.name])
    buttons["take back"].click()
    assert "no extract token" in shown.out.value
    first = shown.out.value
    shown.example.value = 1
    assert shown.out.value != first
    buttons["clear"].click()
    assert shown.order == [] and "click the pieces" in shown.out.value


def test_all_tasks_in_one_still(bench, models, examples):
    image, alt = builder.all_arrangements_picture(bench, models, examples)
    assert words_in(image).count("⟨e⟩") == 7 and all(task in alt for task in TASKS)


def test_long_texts_are_cut_to_fit(examples):
    for task in TASKS.values():
        for example in examples[task.name]:
            for pieces in builder.inputs_of(task.name, example, builder.PARTS[task.name]):
                widths = builder._fitting(pieces)
                assert sum(widths) + 4 * len(widths) <= builder.WIDTH - 2 * builder.MARGIN
