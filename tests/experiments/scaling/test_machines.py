"""What a machine does at most and what it did, and what others report: the arithmetic between them."""

import sys

import pytest
import torch

from gptlab import scaling
from gptlab.engine import gpt2_folder
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.experiments.scaling import reported, roofline, second_opinion


def test_the_roof_is_the_lower_of_two():
    machine = roofline.Machine("toy", 100.0, 20.0)
    assert machine.ridge == 5.0
    assert [machine.roof(i) for i in (0.5, 5.0, 50.0)] == [10.0, 100.0, 100.0]


def test_a_row_alone_reads_every_weight_for_two_operations(monkeypatch):
    monkeypatch.setattr(roofline, "HEAD", (400, 300))
    one, many = roofline.head_products((1, 512))
    assert one.flops == 2 * 300 * 400 and one.bytes == 4 * (300 + 300 * 400 + 400)
    assert one.intensity == pytest.approx(0.5, rel=0.02) and many.intensity > 40
    assert many.seconds / 512 < one.seconds  # together they are cheaper, on any machine


def test_this_machine_and_its_training_have_speeds():
    machine = roofline.this_machine()
    assert 1e8 < machine.bandwidth < 1e12 and 1e8 < machine.flops < 1e13
    rate = roofline.training_rate("fused", steps=1, batch=1)
    config = roofline.CONFIG
    share = scaling.model_flops_utilization(
        rate, config.n_parameters, config.n_layers, config.d_model, config.context, machine.flops
    )
    assert 0.001 < share < 2  # the peak is measured, so a lucky step may beat it


def test_reported_hours_mean_a_share_that_a_machine_can_have():
    for run in reported.PRETRAININGS:
        assert 0.1 < run.utilization < 0.6
        hours, _ = scaling.training_cost(
            run.n_params, run.n_tokens, run.peak, run.utilization, run.n_cards, 1.0
        )
        assert hours == pytest.approx(run.hours)
    totals = [sum(one.hours) for one in reported.DEEPSPEED_CHAT]
    assert totals == pytest.approx([2.2, 13.6, 9.0], abs=0.1)  # as the tables print them, rounded


def test_the_second_opinion_counts_from_the_prompt_on(tmp_path):
    pytest.importorskip("transformers")
    model = GPT(GPTConfig(40, 12, 1, 2, 8), seed=4).eval()
    gpt2_folder.write(tmp_path, model)
    ours = second_opinion.greedy_ids(model, [3, 1, 2], 9)
    assert len(ours) == 9 and second_opinion.transformers_ids(tmp_path, [3, 1, 2], 9) == ours


def test_without_transformers_there_is_no_second_opinion(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert second_opinion.transformers_ids(tmp_path, [1], 2) is None


def test_rates_leave_the_threads_as_they_were():
    before = torch.get_num_threads()
    roofline.training_rate("fused", steps=1, batch=1)
    assert torch.get_num_threads() == before
