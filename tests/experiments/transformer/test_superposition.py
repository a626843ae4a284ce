"""Five features in two channels: how many are kept depends on how often they are there."""

import pytest
import torch

from gptlab.experiments.transformer import superposition


@pytest.fixture(scope="module")
def stored():
    return superposition.train([1.0, 0.3, 0.05])


def test_the_rarer_the_features_the_more_of_them_are_kept(stored):
    assert [found.kept for found in stored.values()] == [2, 4, 5]


def test_always_there_they_stand_at_right_angles(stored):
    kept = stored[1.0].directions[:2]
    assert abs(torch.cosine_similarity(kept[0], kept[1], dim=0)) < 0.1


def test_rare_ones_share_the_circle(stored):
    right, up = stored[0.05].directions.T
    angles = torch.atan2(up, right).rad2deg().sort().values
    between = torch.cat([angles.diff(), angles[:1] + 360 - angles[-1:]])
    assert torch.all((between - 72).abs() < 12), between


def test_the_loss_is_that_of_a_loop():
    generator = torch.Generator().manual_seed(3)
    x = superposition.draw(torch.tensor([0.5, 1.0]), 7, generator)
    w = torch.randn(2, 3, superposition.N_FEATURES, superposition.N_CHANNELS, generator=generator)
    b = torch.randn(2, 3, 1, superposition.N_FEATURES, generator=generator)
    expected = torch.zeros(2, 3)
    for d in range(2):
        for s in range(3):
            for features in x[d, 0]:
                back = torch.relu(w[d, s] @ (w[d, s].T @ features) + b[d, s, 0])
                for i, (true, came) in enumerate(zip(features, back)):
                    expected[d, s] += superposition.IMPORTANCE**i * (true - came) ** 2 / 7
    assert torch.allclose(superposition.losses(x, w, b), expected, rtol=1e-4)


def test_features_are_there_as_often_as_said():
    x = superposition.draw(torch.tensor([0.05, 1.0]), 20_000, torch.Generator().manual_seed(0))
    assert (x > 0).float().mean((1, 2, 3)).tolist() == pytest.approx([0.05, 1.0], abs=0.005)


def test_a_feature_alone_comes_back_and_the_others_stay_silent(stored):
    found = stored[0.05]
    for i in range(superposition.N_FEATURES):
        features = [float(j == i) for j in range(superposition.N_FEATURES)]
        assert max(found.overlap(features)[:i] + found.overlap(features)[i + 1 :]) > 0.2
        back = found.given_back(features)
        assert back == pytest.approx(features, abs=0.25)
        x = torch.tensor(features) @ found.directions
        assert found.overlap(features) == pytest.approx((found.directions @ x).tolist(), abs=1e-5)
