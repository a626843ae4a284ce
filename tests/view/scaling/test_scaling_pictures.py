"""The pictures of lesson 10a: counts and numbers are those of the model that is drawn, and the slider moves."""

import pytest

from gptlab import scaling
from gptlab.experiments.scaling import isoflop, laws
from gptlab.experiments.scaling.gpt3 import MACHINES
from gptlab.experiments.scaling.laws import LossLaw
from gptlab.view.kit.style import to_svg
from gptlab.view.scaling import budget, ladder_curves, parameter_count, power_law, three_products

LAW = LossLaw(0.5, 60.0, 0.4, 900.0, 0.5)
RUNS = [
    {
        "n_parameters": n,
        "d_model": 8,
        "n_tokens": d,
        "seed": seed,
        "held_out": [
            (e, LAW.loss(n, e) + 0.2 * (e < d)) for e in (2**17, 2**18, 2**19, 2**20) if e <= d
        ],
        "curve": [(d // 4, 6.0), (d, LAW.loss(n, d))],
    }
    for n in (10_104, 21_744, 42_144, 85_600, 168_480)
    for d in (2**17, 2**18, 2**19, 2**20)
    for seed in (0, 1)
]
LOG = {"floor": 0.5, "runs": RUNS}


def test_every_number_of_a_tiny_gpt_is_a_square():
    image, alt = parameter_count.tiny_gpt_picture(2, 5, 3)
    n_squares = image.count(f'width="{parameter_count.CELL}"') - len(parameter_count.PARTS)
    assert n_squares == scaling.transformer_parameters(1, 2, 5, 3) == 94
    assert "w_qkv 2 × 6" in alt


@pytest.mark.parametrize("shape", [(12, 768, 50257, 1024), (3, 8, 11, 4)])
def test_the_shares_add_up_to_all_parameters(shape):
    assert sum(parameter_count.shares(*shape).values()) == scaling.transformer_parameters(*shape)


def test_the_three_products_are_torchs():
    x, w, grad_y = three_products.example()
    x, w = x.requires_grad_(), w.requires_grad_()
    (x @ w).backward(grad_y)
    image, alt = three_products.three_products_picture(x.detach(), w.detach(), grad_y)
    for grad in (w.grad, x.grad):
        assert str(grad.tolist()) in alt
    assert (
        f"{2 * w.numel()} operations" in image and "together" not in alt
    )  # the sum is the exercise


def test_ladder_pictures_are_drawn_and_say_what_came():
    runs = laws.points(LOG)
    target = [p for p in runs if (p.n_params, p.n_tokens) == (168_480, 2**20)]
    fitted = [p for p in runs if p.n_tokens == 2**20 and p.n_params < 168_480]
    drawn = [
        ladder_curves.training_picture(LOG, RUNS[0]),
        ladder_curves.law_picture(fitted, 0.5, (60.0, 0.4), target, (0.9, 1.1), 1.6),
        ladder_curves.isoflop_picture(isoflop.isoflops(runs, scaling.training_flops), 0.5),
        ladder_curves.schedule_picture(runs, laws.unmatched_points(LOG)),
        power_law.power_law_picture([1, 4, 16], [7.0, 4.0, 2.5], 1.0),
        budget.ratio_picture(),
    ]
    for picture in drawn:
        assert to_svg(*picture).startswith("<svg")
    assert "differs by +0.20 to +0.20 nats over 5 sizes" in drawn[3].alt
    assert "93 at 5.76e+23 operations" in drawn[5].alt and "GPT-3 1.7" in drawn[5].alt


def test_the_budget_slider_moves_and_says_the_price():
    slider = budget.BudgetSlider(budget.GPT3_FLOPS)
    first = slider.out.value
    assert "GPT-3" in first and "$4.7 million" in first
    slider.exponent.value = 20
    assert "GPT-3" not in slider.out.value.split("<p>")[0]
    cheaper = slider.out.value
    slider.machine.value = len(MACHINES) - 1
    slider.law.value = "Besiroglu's refit"
    assert slider.out.value != cheaper


@pytest.mark.parametrize(
    ("seconds", "said"), [(30, "30 seconds"), (7200, "2 hours"), (355 * 365 * 86400, "355 years")]
)
def test_durations(seconds, said):
    assert budget.duration(seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0.04, "$0.04"), (310, "$310"), (4.6e6, "$4.6 million"), (2.3e8, "$230 million")],
)
def test_prices(amount, said):
    assert budget.dollars(amount) == said


def test_counts():
    assert [budget.count(n) for n in (336e3, 24.5e9, 2.1e12)] == [
        "336 thousand",
        "24.5 billion",
        "2.1 trillion",
    ]
