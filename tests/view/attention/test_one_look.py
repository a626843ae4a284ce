"""One look drawn, a page as exercises, and self-attention in seven frames."""

import torch

from gptlab.view.attention import exercises_of_a_page, one_look, seven_frames

KEYS = torch.tensor([[2.0, 0.0], [1.4, 1.4], [0.0, 2.0]])
VALUES = torch.tensor([[4.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
NAMES = ["cat", "duck", "fish"]
MEANING = ("land, water", "legs, wings")
X = torch.tensor([[0.0, 2.0], [2.0, 0.0], [1.0, 1.0]])


def test_one_look_says_scores_shares_and_the_mixture():
    image, alt = one_look.look_picture(
        torch.tensor([1.0, 0.0]), KEYS, VALUES, "on land", NAMES, MEANING
    )
    assert "duck: score 1.4, share 33%" in alt and "(3.03, 0.652)" in alt
    assert ">3.03<" in image and ">59 %<" in image and "√D" not in image
    scaled = one_look.look_picture(
        torch.tensor([1.0, 0.0]), KEYS, VALUES, "a & b", NAMES, MEANING, scaled=True
    )
    assert "share 33%" not in scaled.alt and "√D" in scaled.image and "a &amp; b" in scaled.image


def test_short_numbers():
    assert [one_look.short(x) for x in (2.0, 1.4, -0.944, 0.05)] == ["2", "1.4", "−0.94", "0.05"]


def test_a_page_is_one_exercise_less_than_its_words():
    image, alt = exercises_of_a_page.exercises_picture(["the", "duck", "swims"])
    assert "2 exercises: the → duck; the duck → swims." in alt
    assert image.count("duck?") == 1 and "the?" not in image


def test_seven_frames_hold_what_torch_computes(capsys):
    w_q, w_k, w_v = torch.randn(3, 2, 2, generator=torch.Generator().manual_seed(0))
    steps = seven_frames.steps_of(X, w_q, w_k, w_v)
    q, k, v = X @ w_q, X @ w_k, X @ w_v
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(steps.out, expected, atol=1e-6)
    assert torch.allclose(steps.weights @ v, expected, atol=1e-6)
    assert torch.allclose(steps.weights.sum(-1), torch.ones(3))
    assert steps.masked[0, 1] == -torch.inf and steps.masked[2].isfinite().all()
    pictures = [seven_frames.frame_picture(steps, NAMES, n) for n in range(7)]
    assert all(f"{n + 1} of 7" in one.image for n, one in enumerate(pictures))
    assert "−∞" in pictures[4].image and "nan" not in "".join(one.image for one in pictures)
    seven_frames.seven_frames(X, w_q, w_k, w_v, NAMES)
    assert capsys.readouterr().out.startswith("Step 1 of 7")
