"""Small models that converse: one whose next tokens are written down, and one that has learnt nothing."""

from typing import ClassVar

import torch

from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer

TOKENIZER = Tokenizer([(32, 97), (0xE7, 0x8E)])  # " a" and two thirds of 玉
STOP = TOKENIZER.special["endoftext"]
A, B, JADE, LESS = 256, 98, 257, 60  # " a", "b", half of 玉, "<"


class ScriptedModel:
    """A stand-in for a model: what comes next depends on the last token alone, and is written down here."""

    after: ClassVar = {JADE: {0x89: 1.0}, 0x89: {STOP: 1.0}, A: {B: 0.6, STOP: 0.4}}
    otherwise: ClassVar = {A: 0.5, JADE: 0.3, LESS: 0.15, 10: 0.05}

    def __init__(self, context=12):
        self.config = GPTConfig(
            vocab_size=TOKENIZER.vocab_size, context=context, n_layers=1, n_heads=1, d_model=8
        )
        self.calls = 0

    def __call__(self, ids):
        self.calls += 1
        p = torch.zeros(*ids.shape, TOKENIZER.vocab_size, dtype=torch.float64)
        for token, share in self.after.get(int(ids[0, -1]), self.otherwise).items():
            p[0, -1, token] = share
        return p.log()


class ScriptedAssistant(Assistant):
    """Goes on greedily, one forward pass a token, in place of the cached generation."""

    def go_on(self, ids, max_new_tokens=48, temperature=0.0, seed=0):
        new = []
        while len(new) < max_new_tokens and len(ids) + len(new) < self.context and STOP not in new:
            new.append(int(self.probabilities(ids + new).argmax()))
        return new


def scripted_base():
    """A base model that follows the script."""
    return ScriptedAssistant(ScriptedModel(), TOKENIZER)


def untrained_chat():
    """A chat model of the course's own kind that has learnt nothing."""
    config = GPTConfig(
        vocab_size=TOKENIZER.vocab_size, context=24, n_layers=1, n_heads=2, d_model=16
    )
    return Assistant(GPT(config, seed=3).eval(), TOKENIZER, stage="ppo_ptx")
