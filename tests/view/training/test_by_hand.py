"""The numbers in the pictures of a training step are those of the functions that they explain."""

import pytest
import torch

from gptlab import training
from gptlab.view.kit.style import to_svg
from gptlab.view.training import by_hand
from tests.support.pictures import within, words_in


def test_adams_rows_are_adams():
    rows = by_hand.adam_rows()
    place, m, v = (torch.zeros(1, dtype=torch.float64) for _ in range(3))
    for t, g in enumerate(by_hand.GRADIENTS):
        before = place
        grad = torch.tensor([g], dtype=torch.float64)
        place, m, v = training.adamw_step(place, grad, m, v, t + 1, 1.0, by_hand.BETAS, 0.0, 0.0)
        assert float(before - place) == pytest.approx(rows["m̂ / √v̂"][t])
        assert (float(m), float(v)) == pytest.approx((rows["m"][t], rows["v"][t]))


def test_the_schedules_numbers():
    rates = [training.cosine_schedule(step, 4, 12, 1.0, 0.2) for step in range(15)]
    assert ", ".join(f"{rate:.2f}" for rate in rates) in by_hand.schedule_picture().alt


def test_the_clipped_gradient():
    grads = [torch.tensor([4.8]), torch.tensor([1.4])]
    assert float(training.clip_by_global_norm(grads, 2.5)) == pytest.approx(5.0)
    assert torch.cat(grads).tolist() == pytest.approx([2.4, 0.7], abs=1e-5)


def test_the_means():
    labels = [torch.arange(1, len(losses) + 1)[None] for losses in by_hand.MICRO]
    weights = training.accumulation_weights(labels)
    means = [sum(losses) / len(losses) for losses in by_hand.MICRO]
    assert sum(w * x for w, x in zip(weights, means, strict=True)) == pytest.approx(3.0)
    assert "all four tokens is 3," in by_hand.accumulation_picture().alt


@pytest.mark.parametrize(
    "name", ["batch", "adam", "schedule", "clipping", "accumulation", "sharing"]
)
def test_all_are_drawn(name):
    image, alt = getattr(by_hand, f"{name}_picture")()
    svg = image if isinstance(image, str) else to_svg(image, alt)
    assert svg.startswith("<svg") and alt
    if isinstance(image, str):
        assert within(svg) and len(words_in(svg)) > 5
