"""The optimizers, the training loop and its progress lines."""

import io
import math
from pathlib import Path

import pytest
import torch

from gptlab import training
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.batches import TrainingDiverged
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train import optimizers, progress_bar
from gptlab.engine.train.pretrain import pretrain, stream_loss

CONFIG = GPTConfig(vocab_size=11, context=7, n_layers=2, n_heads=4, d_model=32)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def text(n=400):
    """A stream with a pattern: each token is the one before plus 1 or 2, modulo 11."""
    steps = torch.randint(1, 3, (n,), generator=torch.Generator().manual_seed(3))
    return steps.cumsum(0) % 11


# ---- AdamW


@pytest.mark.parametrize("fused", [True, False])
def test_adamw_equals_torch(fused):
    starts = {"w": draw(3, 5), "b": draw(4, seed=1)}
    ours = {name: torch.nn.Parameter(start.clone()) for name, start in starts.items()}
    theirs = {name: torch.nn.Parameter(start.clone()) for name, start in starts.items()}
    settings = {"betas": (0.8, 0.9), "eps": 1e-6}
    optimizer = optimizers.AdamW(
        {"w": ours["w"]}, {"b": ours["b"]}, weight_decay=0.3, fused=fused, **settings
    )
    judge = torch.optim.AdamW(
        [
            {"params": [theirs["w"]], "weight_decay": 0.3},
            {"params": [theirs["b"]], "weight_decay": 0.0},
        ],
        **settings,
    )
    for step in range(4):
        lr = 0.1 / (step + 1)
        for name in starts:
            ours[name].grad = draw(*starts[name].shape, seed=10 + step)
            theirs[name].grad = ours[name].grad.clone()
        for group in judge.param_groups:
            group["lr"] = lr
        optimizer.step(lr)
        judge.step()
    for name in starts:
        torch.testing.assert_close(ours[name], theirs[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("before", "after"), [(True, True), (False, True), (True, False)])
def test_adamw_goes_on_from_its_state_whichever_way_it_ran(before, after):
    whole, parts = torch.nn.Parameter(draw(3, 5)), torch.nn.Parameter(draw(3, 5))
    one, two = (
        optimizers.AdamW({"w": whole}, {}, fused=True),
        optimizers.AdamW({"w": parts}, {}, fused=before),
    )
    for step in range(5):
        if step == 2:
            state, two = two.state_dict(), optimizers.AdamW({"w": parts}, {}, fused=after)
            two.load_state_dict(state)
        whole.grad = draw(3, 5, seed=step)
        parts.grad = whole.grad.clone()
        one.step(0.1)
        two.step(0.1)
    torch.testing.assert_close(whole, parts, rtol=1e-10, atol=1e-12)


def test_adamw_refuses_a_state_of_another_model():
    state = optimizers.AdamW({"w": torch.nn.Parameter(draw(3, 5))}, {}, fused=False).state_dict()
    with pytest.raises(ValueError, match=r"\(3, 5\).*\(4, 5\)"):
        optimizers.AdamW({"w": torch.nn.Parameter(draw(4, 5))}, {}, fused=False).load_state_dict(
            state
        )
    with pytest.raises(ValueError, match="one side"):
        optimizers.AdamW({"v": torch.nn.Parameter(draw(3, 5))}, {}, fused=False).load_state_dict(
            state
        )


def no_bias_correction(param, grad, m, v, step, lr, betas, eps, weight_decay):
    m, v = betas[0] * m + (1 - betas[0]) * grad, betas[1] * v + (1 - betas[1]) * grad**2
    return param * (1 - lr * weight_decay) - lr * m / (v.sqrt() + eps), m, v


def coupled_decay(param, grad, m, v, step, lr, betas, eps, weight_decay):
    grad = grad + weight_decay * param
    m, v = betas[0] * m + (1 - betas[0]) * grad, betas[1] * v + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param - lr * m_hat / (v_hat.sqrt() + eps), m, v


def test_adamw_is_proven_only_when_it_is_right(monkeypatch):
    assert optimizers.learners_adamw_equals_torch()
    for wrong in (no_bias_correction, coupled_decay):
        monkeypatch.setattr(training, "adamw_step", wrong)
        assert not optimizers.learners_adamw_equals_torch()


def test_a_learner_s_own_adamw_is_the_one_that_runs(monkeypatch):
    def counts(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
        return param + 1, exp_avg + 2, exp_avg_sq + 3

    monkeypatch.setattr(training, "adamw_step", counts)
    parameter = torch.nn.Parameter(torch.zeros(3, 5))
    parameter.grad = torch.ones(3, 5)
    optimizer = optimizers.AdamW({"w": parameter}, {})
    optimizer.step(0.1)
    assert parameter.eq(1).all()
    assert optimizer.exp_avg["w"].eq(2).all() and optimizer.exp_avg_sq["w"].eq(3).all()


# ---- Muon


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (4, 9), (9, 4)])
def test_newton_schulz_brings_singular_values_near_one_and_keeps_the_vectors(rows, columns):
    matrices = draw(3, rows, columns)
    result = optimizers.newton_schulz(matrices)
    u, _, vt = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ result @ vt.mT  # diagonal when the singular vectors are kept
    values = torch.diagonal(inside, dim1=1, dim2=2)
    torch.testing.assert_close(inside, torch.diag_embed(values), rtol=0, atol=1e-9)
    assert values.min() > 0.5 and values.max() < 1.25


def test_newton_schulz_is_near_the_svd_s_orthogonal_factor():
    matrices = draw(2, 16, 24)
    u, _, vt = torch.linalg.svd(matrices, full_matrices=False)
    distance = torch.linalg.matrix_norm(optimizers.newton_schulz(matrices) - u @ vt) / math.sqrt(16)
    assert distance.max() < 0.3  # the quintic leaves singular values between about 0.7 and 1.2


def test_newton_schulz_of_the_transpose_is_the_transpose_and_size_does_not_matter():
    matrices = draw(3, 4, 9)
    expected = optimizers.newton_schulz(matrices)
    torch.testing.assert_close(
        optimizers.newton_schulz(matrices.mT), expected.mT, rtol=1e-10, atol=1e-12
    )
    torch.testing.assert_close(
        optimizers.newton_schulz(1000 * matrices), expected, rtol=1e-5, atol=1e-5
    )
    torch.testing.assert_close(
        optimizers.newton_schulz(matrices[1:2]), expected[1:2], rtol=1e-10, atol=1e-12
    )


def test_newton_schulz_of_nothing_is_nothing():
    assert optimizers.newton_schulz(torch.zeros(2, 3, 4)).abs().max() == 0


def by_hand(parameter, grads, lr, weight_decay):
    """One matrix at a time, as the paper's text says it."""
    momentum = torch.zeros_like(parameter)
    for grad in grads:
        momentum = 0.95 * momentum + 0.05 * grad
        update = optimizers.newton_schulz((0.95 * momentum + 0.05 * grad)[None])[0]
        n_in, n_out = parameter.shape
        parameter = (
            parameter - lr * weight_decay * parameter - lr * max(1, n_out / n_in) ** 0.5 * update
        )
    return parameter


def test_muon_equals_one_matrix_at_a_time():
    shapes = {"a.w_qkv": (4, 12), "a.w_out": (4, 4), "a.w_in": (4, 9), "b.w_out": (9, 4)}
    matrices = {
        name: torch.nn.Parameter(draw(*shape, seed=len(name))) for name, shape in shapes.items()
    }
    before = {name: p.detach().clone() for name, p in matrices.items()}
    grads = {
        name: [draw(*shape, seed=20 + step) for step in range(3)] for name, shape in shapes.items()
    }
    optimizer = optimizers.Muon(matrices, weight_decay=0.3)
    for step in range(3):
        for name, p in matrices.items():
            p.grad = grads[name][step]
        optimizer.step(0.1)
    for name in ("a.w_out", "a.w_in", "b.w_out"):
        torch.testing.assert_close(
            matrices[name].detach(), by_hand(before[name], grads[name], 0.1, 0.3)
        )
    for third in range(3):  # queries, keys and values are matrices of their own
        columns = slice(4 * third, 4 * third + 4)
        expected = by_hand(
            before["a.w_qkv"][:, columns], [g[:, columns] for g in grads["a.w_qkv"]], 0.1, 0.3
        )
        torch.testing.assert_close(matrices["a.w_qkv"].detach()[:, columns], expected)


def test_every_parameter_is_sorted_once():
    model = GPT(CONFIG)
    matrices, embeddings, vectors = optimizers.split_parameters(model)
    assert {name.rpartition(".")[2] for name in matrices} == {"w_qkv", "w_out", "w_in"}
    assert len(matrices) == 4 * CONFIG.n_layers and len(embeddings) == 2
    assert all(p.ndim == 1 for p in vectors.values())
    assert sum(map(len, (matrices, embeddings, vectors))) == len(list(model.parameters()))


# ---- the loop


@pytest.mark.parametrize("muon_lr", [0.0, 0.02])
def test_training_learns_a_pattern(muon_lr):
    model = GPT(CONFIG, fused=True)
    config = TrainConfig(steps=120, batch_size=8, lr=5e-3, min_lr=5e-4, warmup=10, muon_lr=muon_lr)
    before = stream_loss(model, text(), 7)
    history = pretrain(model, text(), config)
    assert before > 2.0
    assert stream_loss(model, text(), 7) < 1.0  # two equally likely followers cost ln 2 = 0.69
    assert [row["step"] for row in history] == list(range(120))
    assert history[0]["lr"] == pytest.approx(5e-4)
    assert max(row["lr"] for row in history) == pytest.approx(5e-3)


def test_one_adamw_step_equals_torch_s():
    model, judge_model = GPT(CONFIG), GPT(CONFIG)
    config = TrainConfig(
        steps=1, batch_size=3, lr=1e-2, warmup=0, weight_decay=0.5, clip=0.1, seed=5
    )
    pretrain(model, text(), config)
    x, y = training.get_batch(text(), 3, 7, torch.Generator().manual_seed(5))
    torch.nn.functional.cross_entropy(judge_model(x).flatten(0, 1), y.flatten()).backward()
    torch.nn.utils.clip_grad_norm_(judge_model.parameters(), 0.1)
    named = dict(judge_model.named_parameters())
    decayed = [p for name, p in named.items() if p.ndim == 2 and name not in ("wte", "wpe")]
    plain = [p for name, p in named.items() if p.ndim == 1 or name in ("wte", "wpe")]
    groups = [{"params": decayed, "weight_decay": 0.5}, {"params": plain, "weight_decay": 0.0}]
    torch.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.95)).step()
    for name, p in model.named_parameters():
        # Adam's first step is lr·sign(g): where g is all but 0 the rounding of two programs decides
        torch.testing.assert_close(p, named[name], rtol=1e-3, atol=2e-4, msg=name)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    def losses(seed):
        config = TrainConfig(steps=5, batch_size=3, warmup=2, seed=seed)
        return [row["loss"] for row in pretrain(GPT(CONFIG), text(), config)]

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_stop_ends_the_run_after_the_step_at_hand():
    answers = iter([False, False, True])
    config = TrainConfig(steps=50, batch_size=3, warmup=2)
    history = pretrain(GPT(CONFIG), text(), config, stop=lambda: next(answers))
    assert len(history) == 3


def test_reports_hold_what_a_bar_needs():
    reports = []
    pretrain(
        GPT(CONFIG), text(), TrainConfig(steps=13, batch_size=3, warmup=2), report=reports.append
    )
    assert [r["step"] for r in reports] == [0, 10, 12]
    assert all(r["total"] == 13 and r["tokens_per_s"] > 0 for r in reports)
    assert reports[-1]["seconds_left"] == 0


def test_short_or_flat_text_is_refused():
    with pytest.raises(ValueError, match=r"more than 7 tokens.*\(7,\)"):
        pretrain(GPT(CONFIG), text(7), TrainConfig(steps=3, warmup=0))
    with pytest.raises(ValueError, match="stream"):
        pretrain(GPT(CONFIG), text().reshape(2, 200), TrainConfig(steps=3, warmup=0))
    with pytest.raises(ValueError, match="folder"):
        pretrain(GPT(CONFIG), text(), TrainConfig(steps=3, warmup=0), resume=True)


# ---- divergence


def test_a_loss_that_is_no_number_stops_before_the_step():
    model = GPT(CONFIG)
    with torch.no_grad():
        model.wte[4] = float("nan")
    before = model.blocks[0].mlp.w_in.clone()
    with pytest.raises(
        TrainingDiverged, match=r"step 0: the loss is nan; lr was .*: try lr=0.001"
    ) as caught:
        pretrain(model, text(), TrainConfig(steps=3, warmup=0))
    assert "\n" not in str(caught.value)
    assert torch.equal(model.blocks[0].mlp.w_in, before)


def test_a_gradient_that_is_no_number_stops_before_the_step(monkeypatch):
    monkeypatch.setattr(
        training, "clip_by_global_norm", lambda grads, max_norm: torch.tensor(float("inf"))
    )
    with pytest.raises(TrainingDiverged, match="norm is inf"):
        pretrain(GPT(CONFIG), text(), TrainConfig(steps=3, warmup=0))


def test_a_loss_that_runs_away_is_noticed_after_warmup():
    config = TrainConfig(steps=60, batch_size=4, lr=9.0, min_lr=9.0, warmup=2, weight_decay=0.0)
    with pytest.raises(TrainingDiverged, match=r"began at 2\.\d\d"):
        pretrain(GPT(CONFIG), text(), config)


# ---- evaluation


@pytest.mark.parametrize("n", [2, 7, 8, 9, 40])
def test_stream_loss_is_the_mean_over_every_token_but_the_first(n):
    model, ids = GPT(CONFIG, seed=2), text(n)
    total = 0.0
    for start in range(0, n - 1, 7):
        piece = ids[start : min(start + 8, n)]
        logprobs = model(piece[None, :-1])[0].log_softmax(-1)
        total -= sum(float(logprobs[t, piece[t + 1]].detach()) for t in range(len(piece) - 1))
    assert stream_loss(model, ids, context=7, batch_size=2) == pytest.approx(
        total / (n - 1), rel=1e-5
    )


def test_stream_loss_leaves_the_mode_and_refuses_an_empty_stream():
    model = GPT(CONFIG).train()
    stream_loss(model, text(20), 7)
    assert model.training
    with pytest.raises(ValueError, match="at least 2"):
        stream_loss(model, text(1), 7)


# ---- progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def reports(n):
    for step in range(n):
        yield {
            "step": step,
            "total": n,
            "loss": 3.0 - step,
            "tokens_per_s": 20_321.0,
            "seconds_left": 75.4,
        }


def test_plain_lines_come_at_most_every_ten_seconds():
    out, now = io.StringIO(), iter([0.0, 4.0, 9.9, 10.0, 12.0, 20.0, 21.0])
    show = progress_bar.bar("pretrain", stream=out, clock=lambda: next(now))
    for report in reports(7):
        show(report)
    lines = out.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["1/7", "4/7", "6/7", "7/7"]
    assert lines[0] == "pretrain 1/7 loss 3.000, 20.3k tokens/s, 1:15 left"


def test_plain_lines_do_not_lose_the_last_report_of_a_loop_that_ends_early():
    out = io.StringIO()
    with progress_bar.bar("x", stream=out, clock=lambda: 0.0) as show:
        for report in list(reports(9))[:3]:
            show(report)
    assert [line.split()[1] for line in out.getvalue().splitlines()] == ["1/9", "3/9"]


def test_a_terminal_gets_one_line_that_moves():
    out = Terminal()
    show = progress_bar.bar("pretrain", stream=out)
    for report in reports(5):
        show(report)
    assert out.getvalue().count("\n") == 1 and "\r" in out.getvalue()
    last = out.getvalue().rstrip("\n").split("\r")[-1]
    assert "100%" in last and "5/5" in last and "loss -1.000" in last


def test_quiet_is_quiet():
    out = Terminal()
    with progress_bar.bar(quiet=True, stream=out) as show:
        show({"step": 0, "total": 1, "loss": 1.0})
    assert out.getvalue() == ""


def test_follow_passes_reports_through():
    out = io.StringIO()
    assert list(progress_bar.follow(reports(3), stream=out)) == list(reports(3))
    assert "3/3" in out.getvalue()


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0:00"), (59.6, "1:00"), (75, "1:15"), (3661, "1:01:01")]
)
def test_clock_time(seconds, expected):
    assert progress_bar.clock_time(seconds) == expected


def test_progress_needs_no_torch():
    import ast

    tree = ast.parse(Path(progress_bar.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name.split(".")[0] in ("torch", "gptlab") for name in imported)
