"""A model that converses: its prompts, its probabilities, and those that are shipped."""

import pytest

from gptlab.engine import assistant
from gptlab.engine.model import shipped
from tests.support.toy_assistants import (
    TOKENIZER,
    untrained_chat,
)


@pytest.fixture
def real():
    return untrained_chat()


def test_assistant(real):
    p = real.probabilities(real.begin("ab"))
    assert p.shape == (TOKENIZER.vocab_size,) and float(p.sum()) == pytest.approx(1, abs=1e-5)
    assert real.begin("ab") == [
        TOKENIZER.special["user"],
        97,
        98,
        TOKENIZER.special["end"],
        TOKENIZER.special["assistant"],
    ]
    assert real.stop == TOKENIZER.special["end"] and real.text([97, real.stop]) == "a"
    assert real.n_parameters == sum(p.numel() for p in real.model.parameters())
    assert len(real.go_on(real.begin("ab"), max_new_tokens=100)) <= real.context - len(
        real.begin("ab")
    )


def test_shipped_models():
    with pytest.raises(ValueError, match="no shipped model 'reward'; there are base, sft, ppo_ptx"):
        assistant.shipped("reward")
    base, chat = assistant.shipped("base"), assistant.shipped()
    assert base is assistant.shipped("base") and not base.chats and chat.chats
    assert base.begin("x")[0] == base.stop == base.tokenizer.special["endoftext"]
    assert base.n_parameters == chat.n_parameters == shipped.record()["parameters"]
