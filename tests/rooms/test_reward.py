"""The reward model's functions: properties, relations and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import reward
from tests.support.tensors import normal


@given(
    rows=st.lists(
        st.lists(st.booleans(), min_size=6, max_size=6).filter(any), min_size=1, max_size=5
    )
)
@settings(deadline=None)
def test_last_token_index_property(rows):
    expected = [max(t for t, keep in enumerate(row) if keep) for row in rows]
    assert reward.last_token_index(torch.tensor(rows)).tolist() == expected


def test_ranking_loss_of_two_is_the_pairwise_loss():
    chosen, rejected = normal(7, seed=1), normal(7, seed=2)
    pairs = torch.stack([chosen, rejected], dim=-1)
    assert torch.allclose(
        reward.ranking_loss(pairs), reward.pairwise_loss(chosen, rejected), atol=1e-15
    )


def test_refusals():
    with pytest.raises(ValueError, match="1.*2"):
        reward.ranking_loss(torch.zeros(3, 1))
    with pytest.raises(ValueError, match="3.*2"):
        reward.agreement([1, 2, 3], [1, 2])
