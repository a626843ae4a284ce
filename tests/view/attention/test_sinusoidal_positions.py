"""Waves, and how alike positions are."""

import torch

from gptlab.view.attention import sinusoidal_positions
from gptlab.view.kit.style import to_svg


def test_waves_and_similarity():
    angle = torch.arange(40.0)[:, None] / torch.tensor([1.0, 7.0, 50.0])
    table = torch.cat([angle.sin(), angle.cos()], dim=1)
    alike = sinusoidal_positions.cosine_by_distance(table)
    expected = torch.stack([(n / torch.tensor([1.0, 7.0, 50.0])).cos().mean() for n in range(40)])
    torch.testing.assert_close(alike.float(), expected, atol=1e-5, rtol=0)
    for figure, alt in (
        sinusoidal_positions.waves_picture(table),
        sinusoidal_positions.similarity_picture({"waves": table, "other": table + 1}),
    ):
        assert to_svg(figure, alt).startswith("<svg") and alt
    assert to_svg(*sinusoidal_positions.waves_picture(table)) == to_svg(
        *sinusoidal_positions.waves_picture(table)
    )
