"""The spike lab's frames and curves, and ZeRO's bars."""

import pytest

from gptlab import scaling
from gptlab.experiments.training.spike_lab import BROKEN, STEPS, Run
from gptlab.view.kit.style import to_svg
from gptlab.view.training import spike_lab, zero_memory
from tests.support.pictures import within, words_in


@pytest.fixture(scope="module")
def run():
    losses = [6.0 - 0.02 * i for i in range(STEPS)]
    losses[BROKEN[0] : BROKEN[-1] + 1] = [12.0, 11.0, 9.0]
    return Run(losses, [1.0] * STEPS, None)


def test_a_run_is_drawn_inside_its_picture(run):
    svg, alt = spike_lab.run_picture(run, "a title")
    assert within(svg) and "a title" in words_in(svg)
    assert f"ends at {run.end:.2f}" in alt and f"{run.damage:+.2f}" in alt


def test_damage_is_measured_around_the_broken_steps(run):
    assert run.damage == pytest.approx(-0.02 * 10.5)  # this run fell on as if nothing had happened


def test_curves_are_drawn(run):
    runs = {"one": run, "other": run}
    assert to_svg(*spike_lab.spike_picture(runs)).startswith("<svg")


def test_the_widget_draws_every_run(run, capsys):
    grid = {
        (lr, warmup, clip): run
        for lr in spike_lab.LEARNING_RATES
        for warmup in spike_lab.WARMUPS
        for clip in spike_lab.CLIPS
    }
    spike_lab.spike_lab_widget(grid)
    assert "learning rate 0.01, warm-up 30, clipping at 0.5" in capsys.readouterr().out


@pytest.mark.parametrize("model", range(4))
@pytest.mark.parametrize("devices", range(4))
def test_memory_bars_stay_inside(model, devices):
    svg, alt = zero_memory.memory_picture(scaling.zero_memory_bytes, model, devices)
    assert within(svg) and alt.count("GB") == 5


def test_the_papers_figure(capsys):
    zero_memory.memory_widget(scaling.zero_memory_bytes)
    said = capsys.readouterr().out
    assert "stage 0 120 GB, stage 1 31.4 GB, stage 2 16.6 GB, stage 3 1.88 GB" in said
