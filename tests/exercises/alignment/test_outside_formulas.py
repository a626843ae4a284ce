"""The losses and advantages of lesson 14 against numbers from outside: TRL's own lines where it is installed.

TRL 0.11.4 cannot be imported beside the Transformers that this course tests with, so its functions are read out of
its files, without running anything else of it. Where it is not there, these tests are left out; the numbers below
were worked by hand, and the first two were compared with TRL 0.11.4 on the day they were written.
"""

import ast
import importlib.util
import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference


def _trl_file(name: str) -> str:
    found = importlib.util.find_spec("trl")
    if found is None or not found.submodule_search_locations:
        pytest.skip("trl is not installed")
    file = Path(found.submodule_search_locations[0]) / "trainer" / name
    if not file.exists():
        pytest.skip(f"this trl has no trainer/{name}")
    return file.read_text(encoding="utf-8")


def test_dpo_is_what_trl_computes():
    source = _trl_file("dpo_trainer.py")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == "dpo_loss":
            break
    else:
        pytest.skip("this trl has no function dpo_loss")
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    kinds = SimpleNamespace(value="other")
    names = {
        "F": F,
        "torch": torch,
        "FDivergenceType": SimpleNamespace(
            ALPHA_DIVERGENCE=SimpleNamespace(value="alpha"),
            JS_DIVERGENCE=SimpleNamespace(value="js"),
        ),
    }
    exec(compile(ast.Module([node], []), "trl", "exec"), names)
    trainer = SimpleNamespace(
        accelerator=SimpleNamespace(device="cpu"),
        reference_free=False,
        f_divergence_type=kinds.value,
        beta=0.1,
        label_smoothing=0.0,
        loss_type="sigmoid",
    )
    given = -30 * torch.rand(4, 16, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    losses, _, _ = names["dpo_loss"](trainer, *given)
    ours = reference("alignment.dpo_loss")(*given, 0.1)
    torch.testing.assert_close(ours, losses.mean())


def test_rloo_is_what_trl_computes():
    lines = _trl_file("rloo_trainer.py").splitlines()
    wanted = [line.strip() for line in lines if "args.rloo_k" in line and "rlhf_reward" in line]
    if len(wanted) != 2:
        pytest.skip("this trl writes RLOO in another way")
    rewards = torch.randn(5, 4, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    # TRL keeps the replies to a prompt along the first axis
    names = {"rlhf_reward": rewards.T.flatten(), "args": SimpleNamespace(rloo_k=4)}
    exec("\n".join(wanted), names)
    theirs = (names["rlhf_reward"] - names["baseline"]).T
    torch.testing.assert_close(reference("alignment.leave_one_out_advantages")(rewards), theirs)


def test_dpo_by_hand():
    # rewards 0.1·(−9 + 10) = 0.1 and 0.1·(−14 + 12) = −0.2, so −log σ(0.3)
    given = (torch.tensor([x], dtype=torch.float64) for x in (-9.0, -14.0, -10.0, -12.0))
    assert float(reference("alignment.dpo_loss")(*given, 0.1)) == pytest.approx(
        math.log(1 + math.exp(-0.3))
    )


def test_groups_by_hand():
    rewards = torch.tensor([1.0, 2.0, 6.0, 3.0], dtype=torch.float64)
    deviation = math.sqrt((4 + 1 + 9 + 0) / 3)
    wanted = torch.tensor([-2.0, -1.0, 3.0, 0.0], dtype=torch.float64) / (deviation + 1e-4)
    torch.testing.assert_close(reference("alignment.group_advantages")(rewards), wanted)
    others = torch.tensor([11 / 3, 10 / 3, 2.0, 3.0], dtype=torch.float64)
    torch.testing.assert_close(
        reference("alignment.leave_one_out_advantages")(rewards), rewards - others
    )


def test_kl_is_the_integral_on_the_card():
    n = 8
    u = (torch.arange(2_000_000, dtype=torch.float64) + 0.5) / 2_000_000
    density = n * u ** (n - 1)
    area = float((density * density.log()).mean())
    assert reference("alignment.best_of_n_kl")(n) == pytest.approx(area, abs=1e-6)
