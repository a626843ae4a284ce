"""How long a run takes is measured, and what fits into a time is chosen by the law."""

from dataclasses import replace

import pytest

from gptlab.engine.run import folder, pipeline, plan, presets
from gptlab.engine.run.plan import Costs

COSTS = Costs(megabyte=1.0, step=0.3, sft=0.8, reward=0.4, ppo=1.5, ppo_ptx=2.0, reply=0.001)


def test_a_prediction_multiplies_out():
    small = presets.preset("small")
    seconds = plan.predict(small, COSTS)
    assert list(seconds) == ["corpus", "base", "sft", "reward", "ppo", "ppo_ptx", "measure"]
    assert seconds["base"] == pytest.approx(0.3 * 2100)
    assert seconds["sft"] == pytest.approx(0.8 * 2 * 84)  # 48 of 64 rows are demonstrations
    assert seconds["reward"] == pytest.approx(
        0.4 * 413 + 0.001 * 2 * (2200 + 250)
    )  # 2200 + 4400 rankings, 16 an update
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


@pytest.mark.parametrize("seconds", [60.0, 250.0, 400.0, 2000.0])
def test_what_follows_pretraining_is_fitted_to_the_time_that_is_left(monkeypatch, seconds):
    monkeypatch.setattr(plan, "measure_costs", lambda of: COSTS)
    small = presets.preset("small")
    after = plan.fit_rest(small, seconds)
    parts = plan.predict(after, COSTS)
    taken = sum(parts.values()) - parts["corpus"] - parts["base"]
    least = plan.predict(plan._scaled(small, 0.0), COSTS)
    if seconds == 60.0:  # too little for anything: the least that can be done is done
        assert after.ppo.rounds == 10 and taken > seconds
    elif seconds == 2000.0:  # never more than MOST
        assert after.ppo.rounds == plan.MOST * small.ppo.rounds
    else:
        assert sum(least.values()) - least["corpus"] - least["base"] < taken <= seconds
        assert taken > 0.93 * seconds
    assert (after.pretrain, after.model) == (small.pretrain, small.model)


def test_only_a_preset_chosen_by_time_has_minutes():
    assert [presets.preset(name).minutes for name in presets.PRESETS] == [0.0] * len(
        presets.PRESETS
    )
    assert replace(presets.preset("small"), name="minutes-7.5").minutes == 7.5


@pytest.mark.parametrize(("done", "changed"), [({}, True), ({"sft": 1.0}, False)])
def test_a_run_by_time_is_fitted_once_after_pretraining(monkeypatch, tmp_path, done, changed):
    by_time = replace(presets.preset("tiny"), name="minutes-9")
    asked = []

    def fit(preset, seconds):
        asked.append(seconds)
        return replace(preset, n_demonstrations=777)

    monkeypatch.setattr(plan, "fit_rest", fit)
    monkeypatch.setattr(pipeline.hardware, "seconds_since_start", lambda: 100.0)
    with folder.RunFolder(tmp_path, by_time, log=lambda text: None) as run:
        run.done |= {"corpus": 1.0, "base": 1.0} | done
        pipeline._fit_rest(run)
        assert asked == ([440.0] if changed else [])
        assert run.preset.n_demonstrations == (777 if changed else by_time.n_demonstrations)
        run.save()
    assert folder.saved_preset(tmp_path) == run.preset
    with folder.RunFolder(tmp_path, run.preset, resume=True, log=lambda text: None) as again:
        assert again.preset == run.preset


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
