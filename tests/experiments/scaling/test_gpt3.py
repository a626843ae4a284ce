"""GPT-3's table, counted and paid for."""

import pytest

from gptlab import scaling
from gptlab.experiments.scaling import gpt3


@pytest.mark.parametrize("row", gpt3.TABLE, ids=lambda row: row.name)
def test_every_row_is_within_two_percent_of_the_paper(row):
    assert row.n_parameters == pytest.approx(row.n_printed, rel=0.02)
    assert row.flops == pytest.approx(row.flops_printed, rel=0.02)


def test_the_rows_that_the_paper_misprints():
    assert [row.name for row in gpt3.TABLE if not row.heads_fit] == ["1.3B", "13B"]
    mended = scaling.transformer_parameters(40, 5120, gpt3.VOCABULARY, gpt3.CONTEXT)
    assert mended == pytest.approx(12.850e9, rel=0.0005)


def test_the_cost_that_went_round_the_world():
    flops = scaling.training_flops(gpt3.TABLE[-1].n_parameters, gpt3.TOKENS)
    assert flops == pytest.approx(3.14e23, rel=0.002)
    assert flops / gpt3.PF_DAY == pytest.approx(3640, rel=0.002)
    v100 = gpt3.machine("V100")
    assert v100.years(flops) == pytest.approx(355, rel=0.005)
    assert v100.dollars(3.114e23) == pytest.approx(4.6e6, rel=0.01)  # Lambda's own figure


def test_a_thousand_a100_need_34_days():
    days = gpt3.machine("A100").years(3.14e23) * 365 / 1024
    assert days == pytest.approx(34, rel=0.02)
