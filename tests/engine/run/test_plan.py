"""How long a run takes is measured, and what fits into a time is chosen by the law."""

from dataclasses import replace

import pytest

from gptlab.engine.run import folder, plan, presets
from gptlab.engine.run.plan import Costs

COSTS = Costs(megabyte=1.0, step=0.3, sft=0.8, reward=0.4, ppo=1.5, ppo_ptx=2.0, reply=0.01)


def test_a_prediction_multiplies_out():
    small = presets.preset("small")
    seconds = plan.predict(small, COSTS)
    assert list(seconds) == ["corpus", "base", "sft", "reward", "ppo", "ppo_ptx", "measure"]
    assert seconds["base"] == pytest.approx(0.3 * 2100)
    assert seconds["sft"] == pytest.approx(0.8 * 2 * 84)  # 48 of 64 rows are demonstrations
    assert seconds["reward"] == pytest.approx(0.4 * 138 + 0.01 * 2 * (2200 + 250))
    assert (seconds["ppo"], seconds["ppo_ptx"]) == (60.0, 80.0)


@pytest.mark.parametrize("minutes", [6, 10, 20, 60])
def test_what_was_fitted_takes_the_time_and_half_of_it_is_pretraining(minutes):
    fitted = plan._fitted(presets.preset("small"), COSTS, 60 * minutes)
    seconds = plan.predict(fitted, COSTS)
    assert sum(seconds.values()) == pytest.approx(60 * minutes, rel=0.01)
    assert seconds["base"] > 0.44 * 60 * minutes
    n_bytes = fitted.pretrain.steps * plan.tokens_per_step(fitted) * plan.BYTES_PER_TOKEN
    assert fitted.corpus_mb == pytest.approx(n_bytes / 1e6, rel=0.02)


def test_too_short_is_refused():
    with pytest.raises(ValueError, match="minutes are too short for a run on this machine"):
        plan._fitted(presets.preset("small"), COSTS, 30)


def test_the_law_gives_more_time_to_more_parameters(monkeypatch):
    """With more time a wider model is chosen; what was chosen is the least of the law's figures."""
    width_s = {64: 0.06, 128: 0.22, 192: 0.5}
    monkeypatch.setattr(plan, "step_seconds", lambda shape, config: width_s[shape.d_model])
    monkeypatch.setattr(
        plan, "measure_costs", lambda of: replace(COSTS, step=width_s[of.model.d_model])
    )
    chosen = {m: plan.plan_for(m) for m in (6, 30, 2000)}
    widths = [one.preset.model.d_model for one in chosen.values()]
    assert widths == [64, 128, 192]
    for minutes, one in chosen.items():
        assert sum(one.seconds.values()) == pytest.approx(60 * minutes, rel=0.02)
        assert f"layers of width {one.preset.model.d_model}" in one.why
        assert one.preset.name == f"minutes-{minutes}"


@pytest.mark.slow
def test_costs_are_measured(monkeypatch):
    monkeypatch.setattr(plan, "PROBE_S", 0.0)
    costs = plan.measure_costs(presets.preset("tiny"))
    assert all(0 < seconds < 60 for seconds in vars(costs).values())
    assert costs.ppo_ptx > 0.5 * costs.ppo


@pytest.mark.parametrize("name", sorted(presets.PRESETS))
def test_a_preset_comes_back_as_it_was_saved(name, tmp_path):
    preset = presets.preset(name)
    assert presets.from_saved(preset.to_dict()) == preset
    assert folder.saved_preset(tmp_path) is None
    state = {"settings": {"preset": preset.to_dict()}, "done": {"corpus": 1.0}}
    (tmp_path / "run.json").write_bytes(folder.as_json(state))
    assert folder.saved_preset(tmp_path) == preset
    (tmp_path / "run.json").write_bytes(folder.as_json(state | {"done": {}}))
    assert folder.saved_preset(tmp_path) is None
