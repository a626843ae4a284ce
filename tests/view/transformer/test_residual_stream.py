"""The residual stream, drawn."""

import torch

from gptlab.experiments.transformer.superposition import Stored
from gptlab.view.transformer import residual_stream
from tests.support.pictures import words_in

NAMES = ["token + position", "L0 attention", "L0 MLP", "L1 attention", "L1 MLP"]


def test_an_attribution_is_drawn():
    shares = torch.tensor([0.5, -1.25, 0.1, 2.0, 0.3, -0.4])
    svg, alt = residual_stream.attribution_picture(shares, NAMES, "lead")
    assert "L1 MLP" in words_in(svg) and "last norm's bias −0.4" in alt
    assert "-" not in alt.split("sum")[0], "a minus sign is −"


def test_contributions_and_the_stream_are_drawn():
    contributions = torch.randn(5, 12, generator=torch.Generator().manual_seed(0))
    svg, alt = residual_stream.contribution_norms_picture(contributions, NAMES)
    assert alt.count("then") == 5 and "token + position" in words_in(svg)
    svg, alt = residual_stream.residual_stream_picture(3)
    assert words_in(svg).count("+ its output") == 6 and "layer 2" in alt


def test_directions_are_drawn_and_named_where_they_are_kept():
    found = Stored(torch.tensor([[1.0, 0.0], [0.0, -1.1], [0.1, 0.1]]), torch.zeros(3))
    svg, alt = residual_stream.directions_picture({0.05: found})
    assert "2 of 3 kept, 1 at 0°, 2 at 270°." in alt
    assert {"1", "2", "2 of 3 kept"} <= set(words_in(svg)) and "3" not in words_in(svg)
