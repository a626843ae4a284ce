"""The widget of lesson 11 draws what is typed, whatever it is."""

import pytest

from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.instruct.token_lab import own_picture, token_lab


@pytest.fixture(scope="module")
def models():
    tokenizer = Tokenizer([])
    config = GPTConfig(tokenizer.vocab_size, context=64, n_layers=1, n_heads=2, d_model=16)
    return {
        name: Assistant(GPT(config, seed=seed).eval(), tokenizer, "sft")
        for seed, name in enumerate(("before", "after SFT"))
    }


@pytest.mark.parametrize(
    ("question", "reply"), [("Who?", "Ben."), ("", ""), ("x" * 500, "玉山。"), ("<|end|>", "<b>&")]
)
def test_any_text_gives_a_picture(models, question, reply):
    picture = own_picture(models, question, reply)
    assert "before" in picture.image and picture.alt


def test_without_a_notebook_the_widget_says_what_it_shows(models, capsys):
    token_lab(models, "Who?", "Ben.")
    assert "What this reply costs" in capsys.readouterr().out
