"""Tokens that training never met."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch

from gptlab.experiments.bpe.undertrained_tokens import cosine_to_token
from gptlab.view.bpe.undertrained_tokens import undertrained_tokens_picture
from tests.support.pictures import NS, words_in


def test_untrained_tokens_are_those_that_look_like_an_impossible_byte():
    generator = torch.Generator().manual_seed(5)
    vectors = torch.randn(300, 7, generator=generator, dtype=torch.float64)
    vectors[[40, 270]] = vectors[0xFF] * torch.tensor([[2.0], [0.5]])
    alike = cosine_to_token(vectors)
    a, b = vectors[3], vectors[0xFF]
    assert alike[3] == pytest.approx(
        float(a @ b) / math.sqrt(float(a @ a) * float(b @ b)), rel=1e-5
    )
    assert (alike > 0.99).nonzero().flatten().tolist() == [40, 255, 270]
    counts = torch.full((300,), 5)
    counts[[40, 255, 7]] = 0
    svg, said = undertrained_tokens_picture(counts, vectors)
    assert (
        "Of 300 tokens 3 never occur" in said and "2 of their vectors, and 1 of the others'" in said
    )
    paths = [p.get("d").count("M") for p in ET.fromstring(svg).iter(f"{NS}path")]
    assert paths == [3, 297] and "3 tokens" in words_in(svg)
