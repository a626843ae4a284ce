"""The functions of fine-tuning: properties, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import finetuning

TEXT = st.lists(st.integers(10, 99), max_size=6)
START, DELIM, EXTRACT = 1, 2, 3


@given(a=TEXT, b=TEXT)
@settings(deadline=None)
def test_a_pair_can_be_taken_apart_again(a, b):
    ids = finetuning.entailment_input(a, b, START, DELIM, EXTRACT)
    middle = ids.index(DELIM)
    assert ids[0] == START and ids[1:middle] == a
    assert ids[middle + 1 : -1] == b and ids[-1] == EXTRACT


@given(a=TEXT, b=TEXT)
@settings(deadline=None)
def test_exchanged_texts_exchange_the_orders(a, b):
    one, other = finetuning.similarity_inputs(a, b, START, DELIM, EXTRACT)
    assert (other, one) == tuple(finetuning.similarity_inputs(b, a, START, DELIM, EXTRACT))
    assert one == finetuning.entailment_input(a, b, START, DELIM, EXTRACT)


@given(rows=st.lists(TEXT, min_size=1, max_size=5), padding=st.sampled_from([0, EXTRACT, 7]))
@settings(deadline=None)
def test_the_head_reads_each_row_at_its_own_end_whatever_the_padding(rows, padding):
    inputs = [finetuning.classification_input(row, START, EXTRACT) for row in rows]
    longest = max(map(len, inputs))
    table = torch.tensor([row + [padding] * (longest - len(row)) for row in inputs])
    expected = [len(row) - 1 for row in inputs]
    assert finetuning.read_position(table, EXTRACT).tolist() == expected


def test_a_row_without_an_extract_token_is_refused():
    with pytest.raises(ValueError, match=r"no extract token \(3\)"):
        finetuning.read_position(torch.tensor([[1, 5, 3], [1, 5, 6]]), EXTRACT)


def test_options_of_a_question_differ_only_after_the_delimiter():
    inputs = finetuning.multiple_choice_inputs([4], [5, 6], [[7], [8, 9]], START, DELIM, EXTRACT)
    beginnings = {tuple(ids[: ids.index(DELIM) + 1]) for ids in inputs}
    assert beginnings == {(START, 4, 5, 6, DELIM)} and len(inputs) == 2
