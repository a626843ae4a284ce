"""The pictures of few-shot: what they say, and that nothing leaves the panel."""

from gptlab.experiments.zero_shot.few_shot import OTHER, RIGHT, Share
from gptlab.view.kit.style import to_svg
from gptlab.view.zero_shot import few_shot
from tests.support.pictures import within, words_in


def test_a_prompt_in_its_parts():
    svg, alt = few_shot.prompt_picture([("hot", "cold"), ("big", "small")], "up")
    words = words_in(svg)
    assert words.count("␣->␣") == 2 and words.count("␣->") == 1 and words.count("⏎") == 2
    assert {"hot", "cold", "up", "example 2", "open line"} <= set(words) and within(svg)
    assert "2-shot" in alt and "hot -> cold" in alt


def test_evidence_beside_the_model():
    shares = [{"dogs": 0.64, "狗": 0.36}, {"dogs": 1.0, "狗": 0.0}]
    svg, alt = few_shot.evidence_picture(["dog ->", "cat -> cats\ndog ->"], shares, shares, "dog")
    assert "dog␣->" in words_in(svg) and within(svg)
    assert "dogs: 64 %" in alt.replace("\u202f", " ").replace("\xa0", " ")


def test_curves_over_k_and_size():
    shares = {RIGHT: {0: Share(5, 10), 1: Share(9, 10)}, OTHER: {1: Share(0, 10)}}
    figure, alt = few_shot.shots_picture(shares, {0: 0.5, 1: 1.0}, "Capital?")
    assert "90 % at K = 1" in alt and RIGHT in to_svg(figure, alt)
    rows = {f"{RIGHT}, K = {k}": [k, 10] for k in (0, 1, 4)}
    models = {name: {"n_parameters": n, "places": rows} for name, n in (("a", 100), ("b", 1000))}
    figure, alt = few_shot.by_size_picture(models)
    assert "K = 4: 40, 40 %" in alt and "100, 1,000 parameters" in alt
    figure, alt = few_shot.two_metrics_picture([10, 100], [0.5, 1.0], [0.0, 1.0], 8, "Two")
    assert "10 parameters: 50% of the tokens, 0% of the answers" in alt
    assert "exact match" in to_svg(figure, alt)
