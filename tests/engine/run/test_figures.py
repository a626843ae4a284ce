"""A run's figures: the same names in run.json and report.json, whether the run is finished or not."""

import json

from gptlab.engine.run import presets
from gptlab.engine.run.figures import Figures, OwnText, RewardFigures
from gptlab.engine.run.folder import RunFolder


def test_figures_of_a_run_that_has_not_begun():
    assert Figures().to_dict() == {} and Figures.from_dict({}) == Figures()


def test_figures_of_a_run_on_its_way_are_read_again():
    figures = Figures(tokens=5, parameters=7, history={"base": [2.0, 1.0]})
    figures.own_text = OwnText(3, 1, {"bz2": 2.0})
    figures.reward_model = RewardFigures(0.75)
    values = json.loads(json.dumps(figures.to_dict()))
    assert list(values) == ["own_text", "tokens", "parameters", "history", "reward_model"]
    assert values["own_text"] == {"bytes": 3, "held_out_bytes": 1, "yardsticks": {"bz2": 2.0}}
    assert Figures.from_dict(values) == figures


def test_an_unfinished_run_of_the_version_before_goes_on(tmp_path):
    """Its run.json: the model as `vocab_size` and `shape`, the figures as plain names."""
    tiny = presets.preset("tiny")
    settings = {"preset": tiny.to_dict(), "seed": 2, "texts": []}
    assert settings["preset"]["vocab_size"] == 1024
    assert settings["preset"]["shape"] == [128, 2, 2, 64] and "model" not in settings["preset"]
    figures = {"tokens": 642207, "parameters": 173824, "history": {"base": [6.9, 1.9]}}
    state = {"settings": settings, "done": {"corpus": 1.8, "base": 12.0}, "figures": figures}
    (tmp_path / "run.json").write_text(json.dumps(state | {"seconds": 14.5}))
    run = RunFolder(tmp_path, tiny, seed=2, resume=True)
    assert run.done == {"corpus": 1.8, "base": 12.0} and run.seconds >= 14.5
    assert run.figures == Figures(tokens=642207, parameters=173824, history={"base": [6.9, 1.9]})
    assert json.loads((tmp_path / "run.json").read_text())["figures"] == figures
