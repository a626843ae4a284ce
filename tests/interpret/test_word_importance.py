"""Which words an answer hangs on: the gradient beside what nudging measures, and what taking a word away costs."""

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.experiments.rnn.recurrent_lm import WindowLM
from gptlab.interpret import word_importance

VOCABULARY = 9
IDS = torch.tensor([0, 3, 5, 3, 1])  # a word that comes twice
ANSWER, OTHERS = 2, (4, 6)
NUDGE = 1e-4


def models():
    config = GPTConfig(VOCABULARY, context=8, n_layers=1, n_heads=2, d_model=8)
    return {
        "RNN": RecurrentLM("RNN", VOCABULARY, 6, 10),
        "GRU": RecurrentLM("GRU", VOCABULARY, 6, 10),
        "window": WindowLM(VOCABULARY),
        "GPT": GPT(config, seed=1),
    }


@pytest.mark.parametrize("name", ["RNN", "GRU", "window"])
def test_each_place_has_its_own_gradient(name):
    model = models()[name].double()
    gradients = word_importance._word_gradients(model, IDS, ANSWER, OTHERS)
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
                ends.append(word_importance.lead_of(model(ids[None])[0, -1], ANSWER, OTHERS))
            table[free] = old
        slope = float(ends[0] - ends[1]) / (2 * NUDGE)
        assert float(gradients[place, 2]) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("name", ["RNN", "GRU", "window", "GPT"])
def test_shares_sum_to_one_and_no_parameter_keeps_a_gradient(name):
    model = models()[name]
    shares = word_importance.gradient_shares(model, IDS, ANSWER, OTHERS)
    assert len(shares) == len(IDS) and sum(shares) == pytest.approx(1.0)
    assert all(share > 0 for share in shares)
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("name", ["RNN", "GRU", "window", "GPT"])
def test_a_word_is_taken_away_by_the_average_vector(name):
    model = models()[name]
    lead, lost = word_importance.lead_lost(model, IDS, ANSWER, OTHERS)
    with torch.no_grad():
        whole = word_importance.lead_of(model(IDS[None])[0, -1], ANSWER, OTHERS)
        table = model.get_parameter("weights.0" if name == "window" else "wte")
        average = table.mean(0)
        kept = table[8].clone()
        table[8] = average  # word 8 is in no text here
        ids = IDS.clone()
        ids[1] = 8
        without = word_importance.lead_of(model(ids[None])[0, -1], ANSWER, OTHERS)
        table[8] = kept
    assert lead == pytest.approx(float(whole), abs=1e-5)
    assert lost[1] == pytest.approx(float(whole - without), abs=1e-5)
    assert len(lost) == len(IDS)


def test_the_lead_is_over_the_mean_of_the_others():
    logits = torch.tensor([0.0, 1.0, 5.0, 0.0, 2.0, 0.0, 4.0])
    assert float(word_importance.lead_of(logits, 2, (4, 6))) == 2.0
