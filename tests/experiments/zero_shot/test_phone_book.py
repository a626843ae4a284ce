"""The phone book: what is learnt by size, and that two metrics judge the same outputs."""

import pytest
import torch

from gptlab.experiments.zero_shot import phone_book


@pytest.mark.slow
def test_a_book_and_two_networks():
    book = phone_book.phone_book()
    assert book.shape == (phone_book.PEOPLE, 1 + phone_book.LENGTH)
    assert book[:, 0].unique().numel() == phone_book.PEOPLE and int(book[:, 1:].max()) == 9
    small, large = (phone_book.learn(width, book) for width in (4, 16))
    assert small.n_parameters < large.n_parameters
    assert small.token_accuracy < large.token_accuracy
    right = large.predicted == large.targets
    assert large.token_accuracy == pytest.approx(float(right.double().mean()))
    assert large.exact_match == pytest.approx(float(right.all(1).double().mean()))
    assert torch.equal(large.targets, book[:, 1:])
