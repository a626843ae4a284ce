"""Training with bfloat16 products: near float32, float32 everywhere it counts, and the same every time."""

import pytest
import torch

from gptlab import transformer
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model import bf16, checkpoint, fused
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train import optimizers
from gptlab.engine.train.pretrain import PretrainingRun, pretrain, stream_loss

CONFIG = GPTConfig(vocab_size=53, context=13, n_layers=2, n_heads=3, d_model=96)
TRAIN = TrainConfig(steps=6, batch_size=5, warmup=2, muon_lr=0.02)
ROUNDING = 2.0**-8  # half the distance of neighbouring bfloat16 numbers, relative


def text(n=400):
    steps = torch.randint(1, 4, (n,), generator=torch.Generator().manual_seed(3))
    return steps.cumsum(0) % 53


def random_model(fused=True, seed=1):
    model, generator = GPT(CONFIG, fused=fused, seed=seed), torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return model


def far(ours, wanted):
    """The largest difference, as a share of the largest number."""
    ours, wanted = ours.detach(), wanted.detach()
    return float((ours - wanted).abs().max() / wanted.abs().max())


def draws(*shapes):
    generator = torch.Generator().manual_seed(7)
    return [torch.randn(shape, generator=generator, requires_grad=True) for shape in shapes]


def attention_case(n_heads=3, d=4, t=7):
    c = n_heads * d
    return draws((2, t, c), (c, 3 * c), (3 * c,), (c, c), (c,)), n_heads


def compare(ours, exact, inputs, tolerance=6 * ROUNDING):
    """Values and gradients of both agree to a few roundings, and are not the very same."""
    out, wanted = ours(*inputs), exact(*inputs)
    assert out.dtype == wanted.dtype == torch.float32 and out.shape == wanted.shape
    weights = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(9))
    slopes = torch.autograd.grad((out * weights).sum(), inputs)
    right = torch.autograd.grad((wanted * weights).sum(), inputs)
    for a, b in zip((out, *slopes), (wanted, *right), strict=True):
        assert a.dtype == torch.float32 and far(a, b) < tolerance
    assert not torch.equal(slopes[0], right[0])


def test_feed_forward():
    compare(
        bf16.feed_forward, transformer.feed_forward, draws((2, 3, 8), (8, 32), (32,), (32, 8), (8,))
    )


def test_causal_attention():
    inputs, n_heads = attention_case()
    compare(
        lambda *x: bf16.causal_attention(*x, n_heads),
        lambda *x: fused.causal_attention(*x, n_heads),
        inputs,
    )


def test_padded_attention():
    inputs, n_heads = attention_case()
    mask = torch.ones(7, 7).tril().bool().repeat(2, 1, 1, 1)  # (B, 1, T, T)
    mask[1, :, 3:, :2] = False
    compare(
        lambda *x: bf16.multi_head_attention(*x, n_heads, mask),
        lambda *x: fused.multi_head_attention(*x, n_heads, mask),
        inputs,
    )


def test_linear_cross_entropy(monkeypatch):
    monkeypatch.setattr(fused, "CHUNK", 4)
    targets = torch.tensor([0, -100, 4, 2, 2, 1, -100, -100, 3, 0, 4])
    compare(
        lambda h, w: bf16.linear_cross_entropy(h, w, targets),
        lambda h, w: torch.nn.functional.cross_entropy(h @ w.T, targets),
        draws((11, 3), (5, 3)),
    )


def test_newton_schulz_in_bf16():
    (matrices,) = draws((3, 8, 20))
    with torch.no_grad():
        ours = optimizers.newton_schulz(matrices, product=torch.bfloat16)
        singular = torch.linalg.svdvals(ours)
    assert (
        ours.dtype == torch.float32 and float(singular.min()) > 0.6 and float(singular.max()) < 1.3
    )


def test_the_models_loss_and_gradients():
    exact, model = random_model(), random_model().run_on("bf16")
    ids, targets = text()[:39].view(3, 13), text()[1:40].view(3, 13)
    losses = exact.loss(ids, targets), model.loss(ids, targets)
    assert far(losses[1], losses[0]) < ROUNDING and losses[0] != losses[1]
    for loss in losses:
        loss.backward()
    for (name, a), b in zip(model.named_parameters(), exact.parameters(), strict=True):
        assert a.grad.dtype == a.dtype == torch.float32
        assert float((a.grad - b.grad).norm() / b.grad.norm()) < 0.05, name


def test_evaluation_and_the_cache_stay_exact():
    exact, model, ids = (
        random_model().eval(),
        random_model().run_on("bf16"),
        text()[:26].view(2, 13),
    )
    assert not torch.equal(model(ids), exact(ids))
    assert torch.equal(
        model(ids, cache=model.new_cache(2, 13)), exact(ids, cache=exact.new_cache(2, 13))
    )
    assert stream_loss(model, text(), 13) == stream_loss(exact, text(), 13) and model.training
    assert torch.equal(model.eval()(ids), exact(ids))


def test_a_learners_other_function_runs_itself(monkeypatch):
    hers = transformer.feed_forward
    monkeypatch.setattr(transformer, "feed_forward", lambda *args: 1.01 * hers(*args))
    functions = bf16.with_bf16(fused.select_functions(True))
    assert functions.feed_forward is not bf16.feed_forward
    assert functions.causal_attention is bf16.causal_attention
    model = GPT(CONFIG).run_on("bf16")
    assert model._functions.get(training=True) == functions


def test_a_plain_model_stays_plain_in_every_precision():
    run = PretrainingRun(GPT(CONFIG), text(), TRAIN, "bf16")
    assert run.precision == "bf16" and run.model.runs_on == "plain"
    assert run.model._functions.get(training=True) == fused.ModelFunctions()


@pytest.mark.parametrize(("measured", "wanted"), [(1.29, "fp32"), (1.31, "bf16")])
def test_auto_asks_the_probe(monkeypatch, measured, wanted):
    monkeypatch.setattr(bf16, "speedup", lambda d_model: measured)
    assert bf16.resolve_precision("auto", torch.zeros(53, 96)) == wanted
    assert bf16.resolve_precision("auto", torch.zeros(53, 95)) == "fp32"
    assert bf16.resolve_precision("auto", torch.zeros(53, 96, dtype=torch.float64)) == "fp32"
    assert PretrainingRun(GPT(CONFIG, fused=True), text(), TRAIN, "auto").precision == wanted
    assert [bf16.resolve_precision(word, torch.zeros(53, 96)) for word in ("fp32", "bf16")] == [
        "fp32",
        "bf16",
    ]


def test_the_probe_measures_once_a_width():
    bf16.speedup.cache_clear()
    assert bf16.speedup(64) == bf16.speedup(64) > 0
    assert bf16.speedup.cache_info().misses == 1
    n_threads = torch.get_num_threads()
    assert bf16.speedup(32) > 0 and torch.get_num_threads() == n_threads


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="precision is 'fp16'; it is one of fp32, bf16, auto"):
        PretrainingRun(GPT(CONFIG), text(), TRAIN, "fp16")
    with pytest.raises(ValueError, match="runs on plain, fused, bf16 or auto, but not on 'fp16'"):
        GPT(CONFIG).run_on("fp16")


def train(**settings):
    model = GPT(CONFIG, fused=True)
    return pretrain(model, text(), TRAIN, **settings), model


def test_two_equal_runs_are_equal():
    (one, a), (two, b) = train(precision="bf16"), train(precision="bf16")
    assert one == two and all(
        torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True)
    )
    assert all(p.dtype == torch.float32 for p in a.parameters())
    exact, _ = train(precision="fp32")
    assert exact != one and abs(exact[-1]["loss"] - one[-1]["loss"]) < 0.02


@pytest.mark.parametrize(("first", "measured"), [("bf16", 0.5), ("fp32", 2.0)])
def test_auto_goes_on_in_the_checkpoints_precision(tmp_path, monkeypatch, first, measured):
    monkeypatch.setattr(bf16, "speedup", lambda d_model: measured)
    whole, _ = train(precision=first)
    left = iter([False, False, True])
    train(folder=tmp_path / "run", precision=first, stop=lambda: next(left))
    saved = checkpoint.load(tmp_path / "run")
    assert saved.meta["precision"] == first
    assert all(p.dtype == torch.float32 for p in saved.model.parameters())
    history, _ = train(folder=tmp_path / "run", resume=True, precision="auto")
    assert history == whole
