"""Chains counted, passes timed."""

import torch

from gptlab.experiments import sequential_cost


def test_the_longest_chain():
    x = torch.ones(2, requires_grad=True)
    assert sequential_cost.longest_chain(x * 2) == 2  # the leaf's own node and the product
    assert sequential_cost.longest_chain((x * 2).exp() + x) == 4
    rnn, transformer = sequential_cost.make_model("RNN"), sequential_cost.make_model("Transformer")
    a, b, c = (sequential_cost.model_chain(rnn, n) for n in (8, 16, 24))
    assert b - a == c - b > 8 and sequential_cost.model_chain(
        transformer, 8
    ) == sequential_cost.model_chain(transformer, 24)


def test_the_chain_of_a_layer():
    layers = sequential_cost.make_layers()
    a, b, c = (sequential_cost.layer_chain(layers[sequential_cost.RECURRENT], n) for n in (3, 5, 7))
    assert b - a == c - b > 2
    few = [sequential_cost.layer_chain(layers[sequential_cost.BLOCK], n) for n in (3, 7)]
    assert few[0] == few[1] < 60


def test_seconds_of_models_and_of_layers():
    threads = torch.get_num_threads()
    models = {"GRU": sequential_cost.make_model("GRU")}
    took = sequential_cost.cpu_seconds(models, sequential_cost.random_text, (2, 8), rounds=2)
    assert set(took["GRU"]) == {2, 8} and min(took["GRU"].values()) > 0
    layers = sequential_cost.make_layers()
    took = sequential_cost.cpu_seconds(layers, sequential_cost.random_vectors, (2, 4), rounds=2)
    assert set(took) == set(layers)
    assert all(0 < s < 60 for by_length in took.values() for s in by_length.values())
    assert torch.get_num_threads() == threads
