"""Configurations: every field is read by the course, and a configuration comes back from its JSON as it was."""

import ast
import dataclasses

import pytest

from gptlab.engine import config
from tests.support.paths import ROOT

STAGES = [
    config.GPTConfig,
    config.TrainConfig,
    config.SFTConfig,
    config.RewardConfig,
    config.PPOConfig,
]
FIELDS = [(cls, field.name) for cls in STAGES for field in dataclasses.fields(cls)]
# The names by which a module holds a configuration; what is read from one of them is read from that class.
HOLDERS = {
    config.GPTConfig: ("gptlab/engine/model", "gptlab/engine/train"),
    config.TrainConfig: ("gptlab/engine/train/pretrain.py",),
    config.SFTConfig: ("gptlab/engine/train/sft.py",),
    config.RewardConfig: ("gptlab/engine/train/reward_model.py",),
    config.PPOConfig: ("gptlab/engine/train/ppo.py", "gptlab/engine/train/rollout.py"),
}


def attributes_read(path):
    """The names of attributes that are read from something called config."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if holder == "config":
                yield node.attr


def read_by(cls):
    """What the stage's modules read from their configuration, and what the properties read that they ask for."""
    files = [
        path
        for place in HOLDERS[cls]
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    names = {name for path in files for name in attributes_read(path)}
    for name, member in vars(cls).items():
        if isinstance(member, property) and name in names:
            names |= set(member.fget.__code__.co_names)
    return names


@pytest.mark.parametrize(("cls", "field"), FIELDS, ids=lambda x: getattr(x, "__name__", x))
def test_every_field_is_read(cls, field):
    assert field in read_by(cls), f"nothing reads {cls.__name__}.{field}"


@pytest.mark.parametrize("cls", STAGES, ids=lambda cls: cls.__name__)
def test_a_configuration_comes_back_from_its_json(cls):
    made = cls(vocab_size=300) if cls is config.GPTConfig else cls(seed=3)
    assert cls.from_json(made.to_json()) == made
