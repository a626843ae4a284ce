"""The gradient of a prediction for each word's vector, beside what nudging the vectors measures."""

import pytest
import torch

from gptlab.blanks import registry
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.experiments.rnn.recurrent_lm import WindowLM
from gptlab.interpret import gradient_by_word

VOCABULARY = 9
IDS = torch.tensor([0, 3, 5, 3, 1])  # a word that comes twice
NUDGE = 1e-4


def models():
    config = GPTConfig(VOCABULARY, context=8, n_layers=1, n_heads=2, d_model=8)
    return {
        "RNN": RecurrentLM("RNN", VOCABULARY, 6, 10),
        "GRU": RecurrentLM("GRU", VOCABULARY, 6, 10),
        "window": WindowLM(VOCABULARY),
        "GPT": GPT(config, seed=1),
    }


@pytest.fixture(autouse=True)
def _borrowed():
    registry.borrow("all")
    yield
    registry.give_back("all")


@pytest.mark.parametrize("name", ["RNN", "GRU", "window"])
def test_each_place_has_its_own_gradient(name):
    model = models()[name].double()
    gradients = gradient_by_word._word_gradients(model, IDS, 2)
    table = model.get_parameter("weights.0" if name == "window" else "wte")
    for place in (0, 1, 3):
        with torch.no_grad():  # a vector of its own for this place, one number of it nudged
            ids = IDS.clone()
            free = VOCABULARY - 1
            old = table[free].clone()
            table[free] = table[IDS[place]]
            ids[place] = free
            ends = []
            for side in (1, -1):
                table[free, 2] = table[IDS[place], 2] + side * NUDGE
                ends.append(model(ids[None])[0, -1].log_softmax(-1)[2])
            table[free] = old
        slope = float(ends[0] - ends[1]) / (2 * NUDGE)
        assert float(gradients[place, 2]) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("name", ["RNN", "GRU", "window", "GPT"])
def test_shares_sum_to_one_and_no_parameter_keeps_a_gradient(name):
    model = models()[name]
    shares = gradient_by_word.gradient_by_word(model, IDS, 2)
    assert len(shares) == len(IDS) and sum(shares) == pytest.approx(1.0)
    assert all(share > 0 for share in shares)
    assert all(parameter.grad is None for parameter in model.parameters())
