"""A model that converses: its prompts, its probabilities, and those that are shipped."""

import pytest
import torch

from gptlab.engine import assistant
from gptlab.engine.model import checkpoint, shipped
from gptlab.engine.model.heads import RewardModel
from tests.support.toy_assistants import TOKENIZER, scripted_base, untrained_chat


@pytest.fixture
def real():
    return untrained_chat()


def test_an_assistant_by_its_numbers(real):
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


def message(role, content):
    return {"role": role, "content": content}


def test_a_conversation_is_trimmed_to_leave_room_for_the_reply(real):
    talk = [message("user", "abcd"), message("assistant", "ef"), message("user", "gh")]
    assert real.begin(talk) == [
        i
        for said in talk
        for i in (
            real.tokenizer.special[said["role"]],
            *real.tokenizer.encode(said["content"]),
            real.stop,
        )
    ] + [real.tokenizer.special["assistant"]]
    assert real.begin(talk, room=10) == real.begin("gh")
    with pytest.raises(assistant.TooLong, match="5 tokens, but the model looks at 24 and 20 are"):
        real.begin(talk, room=20)


def test_a_base_model_reads_the_last_message_alone():
    base = scripted_base()
    assert base.begin([message("user", "x"), message("user", "y")]) == base.begin("y")
    assert base.reply("x", max_new_tokens=2) == " ab"


def test_all_ways_to_write_write_the_same(real):
    prompts = ["abc", "a", "ab"]
    one_by_one = [real.reply(prompt, 9) for prompt in prompts]
    assert ["".join(real.stream(prompt, 9)) for prompt in prompts] == one_by_one
    assert [reply.text for reply in real.replies(prompts, 9, temperature=0.0)] == one_by_one


def test_a_stream_draws_with_the_generator_that_it_is_given(real):
    generator = torch.Generator().manual_seed(5)
    twice = ["".join(real.stream("a", 9, 1.0, generator=generator)) for _ in range(2)]
    assert twice[0] == "".join(real.stream("a", 9, 1.0, seed=5)) != twice[1]


@pytest.mark.parametrize(
    ("meta", "stage"),
    [
        ({"stage": "sft", "seed": 0}, "sft"),
        ({"stage": "base"}, "base"),
        ({"step": 8000, "train": {}}, "base"),  # as pretraining saves it
        ({}, "ppo_ptx"),
        ({"stage": "unheard of"}, "ppo_ptx"),
        ({"stage": 3}, "ppo_ptx"),
    ],
)
def test_whether_a_model_chats_is_read_from_its_checkpoint(tmp_path, real, meta, stage):
    assert assistant.stage_of(meta) == stage
    checkpoint.save(tmp_path / "model", real.model, real.tokenizer, meta=meta)
    assert assistant.Assistant.load(tmp_path / "model").chats is (stage != "base")


def test_what_writes_no_text_is_refused(tmp_path, real):
    checkpoint.save(tmp_path / "reward", RewardModel(real.model), real.tokenizer)
    checkpoint.save(tmp_path / "bare", real.model)
    for name, why in (("reward", "gives scores, no text"), ("bare", "no tokenizer")):
        with pytest.raises(checkpoint.CheckpointError, match=why):
            assistant.Assistant.load(tmp_path / name)
