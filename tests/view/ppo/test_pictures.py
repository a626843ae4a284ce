"""The pictures of lesson 13: drawn inside their panels, and with the numbers of the functions that they explain."""

import pytest
import torch

from gptlab import ppo
from gptlab.experiments.ppo.clip import gain_and_push
from gptlab.experiments.ppo.details import ALL_ON
from gptlab.experiments.ppo.details_log import Log
from gptlab.experiments.ppo.lab import CURVES, Run
from gptlab.experiments.ppo.one_rollout import Episode
from gptlab.experiments.ppo.one_token import PROBS, REWARDS
from gptlab.view.kit.style import to_svg
from gptlab.view.ppo import bandit, clip, rollout, runs
from tests.support.pictures import within, words_in


def drawn(picture):
    image, alt = picture
    svg = image if isinstance(image, str) else to_svg(image, alt)
    assert svg.startswith("<svg") and alt
    if isinstance(image, str):
        assert within(svg)
    return svg


def test_the_bars_and_their_arrows():
    mean = sum(p * r for p, r in zip(PROBS, REWARDS, strict=True))
    push = [p * (r - mean) for p, r in zip(PROBS, REWARDS, strict=True)]
    said = words_in(drawn(bandit.bars_picture(push=push)))
    assert {"+0.65", "−0.51", "−0.14", "expected reward 0.70"} <= set(said)


def test_clouds_and_curves():
    clouds = {name: torch.randn(20, 3) for name in ("a", "b", "c")}
    drawn(bandit.cloud_picture(clouds, [0.1, 0.2, 0.3]))
    drawn(bandit.race_picture({"a": [[0.1, 0.5], [0.2, 0.9]], "b": [[0.3, 0.1]]}))
    drawn(bandit.reward_picture({"a": [0.0, 1.0]}, 2))
    drawn(rollout.estimators_picture(ppo.kl_estimates))
    drawn(rollout.spread_picture([torch.randn(1, 320)] * 3, 0.1))


def test_the_paper_example_is_what_the_functions_give():
    table = {name: torch.tensor([row]) for name, (_, row) in rollout.PAPER.items()}
    mask = torch.ones(1, 3).bool()
    k1, _, _ = ppo.kl_estimates(table["log π"], table["log π_ref"])
    torch.testing.assert_close(k1, table["k1"], atol=1e-6, rtol=0)
    rewards = ppo.token_rewards(
        torch.tensor([1.0]), table["log π"], table["log π_ref"], mask, beta=0.1
    )
    torch.testing.assert_close(rewards, table["reward"], atol=1e-6, rtol=0)
    for lam, name in ((0.0, "δ"), (0.5, "Â")):
        found, _ = ppo.gae(rewards, table["V"], mask, lam=lam)
        torch.testing.assert_close(found, table[name], atol=6e-3, rtol=0)


@pytest.mark.parametrize("n_rows", range(1, 8))
def test_the_table_row_by_row(n_rows):
    assert len(words_in(drawn(rollout.table_picture(n_rows)))) == 4 + 5 * n_rows


def test_other_pictures():
    drawn(rollout.models_picture())
    drawn(rollout.shift_picture())
    columns = {name: [0.1, -0.5] for name in ("log π", "log π_ref", "k1", "reward", "V", "Â")}
    episode = Episode("Who?", [b"Yu", "山".encode()[:2]], columns, -0.3)
    assert "‹e5 b1›" in words_in(drawn(rollout.episode_picture(episode)))
    assert episode.changed == pytest.approx(0.6)
    for lam in rollout.LAMBDAS:
        values = torch.tensor([rollout.CREDIT_V])
        rewards = torch.zeros_like(values)
        rewards[0, -1] = -1.0
        found, _ = ppo.gae(rewards, values, torch.ones_like(values).bool(), lam=lam)
        drawn(rollout._credit_picture(found[0].tolist(), lam, -1.0))


def test_the_clip_of_a_policy_loss():
    drawn(clip.clip_picture(ppo.policy_loss))
    said = clip.clip_table_picture().alt
    for ratio, advantage, gain, pushes in (
        (1.5, 1.0, 1.2, False),
        (0.7, 1.0, 0.7, True),
        (1.5, -1.0, -1.5, True),
        (0.7, -1.0, -0.8, False),
    ):
        found, push = gain_and_push(ppo.policy_loss, ratio, advantage)
        assert found == pytest.approx(gain) and (abs(push) > 1e-9) == pushes
        assert f"gain {gain:g}, {'yes' if pushes else 'no'}" in said


def make_run(name, seed, reward=0.5, lost=""):
    curves = {key: [0.1 * i for i in range(5)] for key in CURVES}
    return Run(
        name, seed, curves, {} if lost else {"reward": reward, "gold": 1.0}, ["a!", "不"], lost
    )


def test_runs_and_samples(capsys):
    details = {
        ALL_ON: [make_run(ALL_ON, s) for s in range(2)],
        "KL penalty": [make_run("KL penalty", s, 0.7) for s in range(2)],
        "ratio clip": [make_run("ratio clip", 0, lost="KL is 11 nats per token in round 3")],
    }
    rewards = {"x": make_run("x", 0)}
    log = Log(details, rewards, {"reward": 0.0}, ["a?", "谁？"], ["b", "c"], {})
    drawn(runs.training_picture(make_run(ALL_ON, 0), details[ALL_ON]))
    assert runs.difference_line(log, "KL penalty", "reward") == "+0.20 ± 0.00 (2 seeds)"
    assert runs.difference_line(log, "ratio clip", "reward") == "lost"
    runs.switchboard_widget(log)
    assert "Changed: β = 0" in capsys.readouterr().out
    assert (
        runs.samples_lines(log, "x", [0, 1], lambda text: "English")[-1]
        == "    after:  不   (English)"
    )
