"""Where references are not there, torch's own functions run the shipped model, and give what the references give."""

import importlib
import shutil
import subprocess
import sys
from copy import deepcopy

import pytest
import torch

from dev import make_lessons as make
from gptlab.blanks import registry
from gptlab.engine.model import torch_stand_ins
from tests.support.lesson_tree import empty_copy

OFFERED = sorted(torch_stand_ins.BODIES)


def draw(*shape):
    return torch.randn(
        *shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64
    )


X, Q = draw(2, 5, 12), draw(2, 3, 4, 6)
WEIGHTS = draw(12, 36), draw(36), draw(12, 12), draw(12)
CACHE, SPECIAL = (
    (draw(2, 3, 7, 6), draw(2, 3, 7, 5)),
    {"system": 1, "user": 2, "assistant": 3, "end": 4},
)
KEEP = torch.tensor([[False, False, True, True, True, True, True], [True] * 7])
TALK = [{"role": "user", "content": "so it is"}, {"role": "assistant", "content": "yes"}]
INPUTS = {
    "attention.causal_mask": [(5,), (1,)],
    "attention.scaled_dot_product_attention": [
        (Q, Q + 1, Q - 1),
        (Q, Q + 1, Q - 1, torch.ones(4, 4, dtype=torch.bool).tril()),
    ],
    "attention.split_heads": [(X, 3)],
    "attention.merge_heads": [(Q,)],
    "attention.multi_head_attention": [
        (X, *WEIGHTS, 3),
        (X, *WEIGHTS, 3, torch.ones(5, 5, dtype=torch.bool).tril()),
    ],
    "transformer.layer_norm": [(X, draw(12), draw(12))],
    "transformer.gelu": [(X,)],
    "transformer.feed_forward": [(X, draw(12, 48), draw(48), draw(48, 12), draw(12))],
    "transformer.pre_ln_block": [(X, torch.sin, torch.cos, torch.tanh, torch.exp)],
    "transformer.gpt2_init_std": [
        (name, 8) for name in ("wte", "blocks.3.attn.w_out", "blocks.0.mlp.w_out", "h.attn.w_qkv")
    ],
    "chat.append_kv": [(CACHE, draw(2, 3, 2, 6), draw(2, 3, 2, 5)), (None, *CACHE)],
    "chat.attend_cached": [(Q, CACHE), (draw(2, 3, 1, 6), CACHE), (Q, CACHE, KEEP)],
    "chat.whole_characters": [("a山".encode()[:n],) for n in range(5)] + [(b"\xff\x80",)],
    "chat.trim_history": [([TALK[0]], 99, len)],
    "instruct.render_chat": [
        (TALK, lambda text: [len(w) for w in text.split()], SPECIAL),
        (TALK[:1], lambda text: [9], SPECIAL, True),
    ],
    "instruct.sft_loss": [
        (
            draw(2, 4, 5),
            torch.tensor([[0, 4, 2, 1], [3, 3, 0, 2]]),
            torch.tensor([[True, False, True, True]] * 2),
        )
    ],
    "sampling.sample_next": [(draw(3, 8), 0)],
    "ngram.cross_entropy": [(draw(6, 5), torch.tensor([0, 4, 2, -100, 1, 3]))],
    "training.get_batch": [(torch.arange(5), 3, 4, None)],  # a single start
    "training.adamw_step": [
        (
            draw(4, 3),
            draw(3, 4).T,
            draw(4, 3) / 9,
            draw(4, 3) ** 2,
            step,
            0.01,
            (0.9, 0.95),
            1e-8,
            0.1,
        )
        for step in (1, 7)
    ],
    "training.cosine_schedule": [(step, 4, 20, 1e-3, 1e-4) for step in (0, 3, 4, 11, 19, 20, 25)],
    "training.clip_by_global_norm": [([draw(2, 3), draw(4)], 0.5), ([draw(2)], 99.0)],
    "ppo.token_log_probs": [(draw(2, 4, 5), torch.tensor([[0, 4, 2, 1], [3, 3, 0, 2]]))],
    "reward.last_token_index": [
        (KEEP,),
        (torch.tensor([[True, True, False], [True, False, True]]),),
    ],
    "reward.normalize": [(draw(4), 0.5, 2.0)],
}


def test_every_stand_in_is_tried():
    assert sorted(INPUTS) == OFFERED


@pytest.mark.parametrize("key", OFFERED)
def test_a_stand_in_gives_what_the_reference_gives(key):
    room, name = key.split(".")
    reference = getattr(importlib.import_module(f"gptlab.{room}"), name)  # GPTLAB_BORROW=all
    for arguments in INPUTS[key]:
        ours = torch_stand_ins.BODIES[key](*deepcopy(arguments))
        theirs = reference(*deepcopy(arguments))  # one of them writes into its arguments
        if key in ("chat.trim_history", "chat.whole_characters"):
            assert ours == theirs
        else:
            torch.testing.assert_close(ours, theirs, check_dtype=False)


def test_sampling_draws_what_is_likely():
    logits = torch.tensor([[0.0, 1.0, 3.0]]).expand(20_000, 3)
    drawn = torch_stand_ins.BODIES["sampling.sample_next"](
        logits, 2.0, generator=torch.Generator().manual_seed(0)
    )
    shares = torch.bincount(drawn, minlength=3) / len(drawn)
    torch.testing.assert_close(shares, (logits[0] / 2).softmax(dim=-1), atol=0.015, rtol=0)


def test_chat_without_solutions_and_with_nothing_written(tmp_path):
    tree = empty_copy(tmp_path / "tree")
    shutil.rmtree(tree / "solutions")
    done = subprocess.run(
        [sys.executable, "-m", "gptlab", "chat", "--prompt", "台湾最高的山是哪座山？"],
        cwd=tree,
        env=make.environment(tmp_path, tree, borrow=""),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0 and "玉山" in done.stdout, done.stderr
    assert (
        f"0 of {len(registry.blanks())} functions are yours" in done.stderr
        and "torch's own functions stand in" in done.stderr
    )


CALLS = """
import torch
from gptlab import attention, whose
from gptlab.blanks import registry
from gptlab.course import lesson
from gptlab.engine.model import torch_stand_ins
registry.process_registry.open_lesson = 6
assert "attention.causal_mask" in lesson.fill_other_lessons()
assert attention.causal_mask(3).sum() == 6 and whose("attention.causal_mask") == "empty"
from gptlab import transformer
try:
    transformer.gelu(torch.ones(2))
except registry.EmptyBlank as error:
    print(error)
"""


def test_the_lesson_that_was_started_keeps_its_blanks(tmp_path):
    tree = empty_copy(tmp_path / "tree")
    shutil.rmtree(tree / "solutions")
    done = subprocess.run(
        [sys.executable, "-c", CALLS],
        cwd=tree,
        env=make.environment(tmp_path, tree, borrow=""),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("transformer.gelu (lesson 6) is still empty")
