"""The model's shell: equal to transformers' GPT-2, fused equal to plain, and clear about bad input."""

import copy
import dataclasses
import json

import pytest
import torch
import transformers

from gptlab import ngram, transformer
from gptlab.blanks import registry
from gptlab.engine.config import GPTConfig, PPOConfig, RewardConfig, SFTConfig, TrainConfig
from gptlab.engine.model import fused
from gptlab.engine.model.fused import prove_equal, select_functions
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ValueModel

CONFIG = GPTConfig(vocab_size=53, context=13, n_layers=3, n_heads=2, d_model=12)
NAMES = {
    "ln_1.weight": "norm1.weight",
    "ln_1.bias": "norm1.bias",
    "ln_2.weight": "norm2.weight",
    "ln_2.bias": "norm2.bias",
    "attn.c_attn.weight": "attn.w_qkv",
    "attn.c_attn.bias": "attn.b_qkv",
    "attn.c_proj.weight": "attn.w_out",
    "attn.c_proj.bias": "attn.b_out",
    "mlp.c_fc.weight": "mlp.w_in",
    "mlp.c_fc.bias": "mlp.b_in",
    "mlp.c_proj.weight": "mlp.w_out",
    "mlp.c_proj.bias": "mlp.b_out",
}


def random_model(fused=False, dtype=torch.float32, config=CONFIG):
    """Weights large enough that every part of the model matters, biases included."""
    model = GPT(config, fused=fused, seed=1)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return model.to(dtype)


def hugging_face(model):
    """The same weights in transformers' GPT-2; its Conv1D is (in, out) too."""
    config = model.config
    hf = (
        transformers.GPT2LMHeadModel(
            transformers.GPT2Config(
                vocab_size=config.vocab_size,
                n_positions=config.context,
                n_embd=config.d_model,
                n_layer=config.n_layers,
                n_head=config.n_heads,
                resid_pdrop=0,
                embd_pdrop=0,
                attn_pdrop=0,
                bos_token_id=0,
                eos_token_id=None,
                attn_implementation="eager",
            )
        )
        .to(model.wte.dtype)
        .eval()
    )
    ours = model.state_dict()
    state = {"wte.weight": ours["wte"], "wpe.weight": ours["wpe"]}
    state |= {"ln_f.weight": ours["norm.weight"], "ln_f.bias": ours["norm.bias"]}
    for i in range(config.n_layers):
        state |= {f"h.{i}.{theirs}": ours[f"blocks.{i}.{name}"] for theirs, name in NAMES.items()}
    missing, unexpected = hf.transformer.load_state_dict(state, strict=False)
    assert not unexpected and not [name for name in missing if not name.endswith("attn.bias")]
    return hf


def random_ids(*shape, seed=3):
    return torch.randint(CONFIG.vocab_size, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("fused", [False, True])
def test_logits_equal_transformers(fused):
    model, ids = random_model(fused), random_ids(4, 13)
    with torch.no_grad():
        wanted = hugging_face(model)(ids).logits
        assert torch.allclose(model(ids), wanted, rtol=1e-5, atol=1e-5)
    exact = random_model(fused, torch.float64)
    with torch.no_grad():
        wanted = hugging_face(exact)(ids).logits
        assert torch.allclose(exact(ids), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padded", [False, True])
def test_fused_equals_plain_and_its_gradients(padded):
    plain, fused = random_model(), random_model(fused=True)
    ids, targets, keep = random_ids(3, 7), random_ids(3, 7, seed=4), None
    if padded:
        keep = torch.tensor([[1] * 7, [0, 0] + [1] * 5, [0] * 6 + [1]]).bool()
        targets = targets.masked_fill(~keep, -100)
        assert torch.allclose(plain(ids, keep)[keep], fused(ids, keep)[keep], rtol=1e-5, atol=1e-5)
    else:
        assert torch.allclose(plain(ids), fused(ids), rtol=1e-5, atol=1e-5)
    losses = plain.loss(ids, targets, keep), fused.loss(ids, targets, keep)
    naive = torch.nn.functional.cross_entropy(plain(ids, keep).flatten(0, 1), targets.flatten())
    assert torch.allclose(losses[0], naive) and torch.allclose(losses[1], naive)
    losses[0].backward()
    losses[1].backward()
    for (name, a), b in zip(plain.named_parameters(), fused.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, rtol=1e-5, atol=1e-5), name


def test_chunked_cross_entropy_over_several_chunks(monkeypatch):
    monkeypatch.setattr(fused, "CHUNK", 4)
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(11, 3, dtype=torch.float64, generator=generator, requires_grad=True)
    weight = torch.randn(5, 3, dtype=torch.float64, generator=generator, requires_grad=True)
    targets = torch.tensor([0, -100, 4, 2, 2, 1, -100, -100, 3, 0, 4])
    assert torch.autograd.gradcheck(
        lambda h, w: fused.linear_cross_entropy(h, w, targets), (hidden, weight)
    )
    wanted = torch.nn.functional.cross_entropy(hidden @ weight.T, targets)
    assert torch.allclose(fused.linear_cross_entropy(hidden, weight, targets), wanted)
    huge = fused.linear_cross_entropy(hidden * 1e4, weight, targets)
    assert torch.allclose(huge, torch.nn.functional.cross_entropy(1e4 * hidden @ weight.T, targets))


def test_left_padding_changes_nothing():
    for is_fused in (False, True):
        model, ids = random_model(is_fused, torch.float64), random_ids(1, 5)
        single = model(ids)
        padded = torch.cat([random_ids(1, 4, seed=9), ids], dim=1)
        keep = torch.tensor([[False] * 4 + [True] * 5])
        positions = torch.tensor([[0, 0, 0, 0, 0, 1, 2, 3, 4]])
        assert torch.allclose(model(padded, keep, positions)[:, 4:], single, atol=1e-12)


def test_the_future_changes_nothing():
    for is_fused in (False, True):
        model, ids = random_model(is_fused, torch.float64), random_ids(2, 9)
        other = ids.clone()
        other[:, 5:] = (other[:, 5:] + 1) % CONFIG.vocab_size
        assert torch.allclose(model(ids)[:, :5], model(other)[:, :5], atol=1e-12)
        assert not torch.allclose(model(ids)[:, 5:], model(other)[:, 5:])


@pytest.mark.parametrize("fused", [False, True])
def test_cached_equals_uncached(fused):
    model, ids = random_model(fused, torch.float64), random_ids(2, 9)
    wanted, cache = model(ids), model.new_cache(2, 9)
    with torch.no_grad():
        parts = [model(part, cache=cache) for part in ids.split([4, 1, 3, 1], dim=1)]
    assert torch.allclose(torch.cat(parts, dim=1), wanted, atol=1e-12)


def test_proof_finds_every_fused_function_equal():
    assert all(prove_equal().values()) and len(prove_equal()) == 5


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        (
            "transformer.layer_norm",
            lambda x, weight, bias, eps=1e-5: (
                (x - x.mean(-1, True)) / (x.std(-1, keepdim=True) + eps) * weight + bias
            ),
        ),
        (
            "transformer.feed_forward",
            lambda x, a, b, c, d: torch.nn.functional.gelu(x @ a + b) @ c + d,
        ),
        (
            "ngram.cross_entropy",
            lambda logits, targets, ignore_index=-100: torch.nn.functional.cross_entropy(
                logits, targets, ignore_index=ignore_index, label_smoothing=0.01
            ),
        ),
    ],
)
def test_a_learners_other_function_runs_itself(monkeypatch, key, wrong):
    module = {"transformer": transformer, "ngram": ngram}[key.split(".")[0]]
    name = key.split(".")[1]
    monkeypatch.setattr(module, name, wrong)
    proven = prove_equal()
    assert not proven.pop(key) and all(proven.values())
    assert getattr(select_functions(True), name) is not getattr(fused, name)


def test_an_empty_function_is_not_proven(monkeypatch):
    def empty(*args):
        raise NotImplementedError

    monkeypatch.setattr(transformer, "layer_norm", empty)
    assert not prove_equal()["transformer.layer_norm"]


def test_a_function_that_has_changed_is_proven_again(monkeypatch):
    model = random_model(fused=True).train()
    proven = model.functions
    assert proven.layer_norm is fused.layer_norm and model.functions is proven
    monkeypatch.setattr(transformer, "layer_norm", lambda x, weight, bias: x * weight + bias)
    assert model.functions is proven  # nobody has told it
    registry.borrow("transformer.layer_norm")
    assert model.functions.layer_norm is not fused.layer_norm
    assert model.functions.feed_forward is fused.feed_forward
    own = dataclasses.replace(proven, layer_norm=torch.nn.functional.layer_norm)
    model.functions = own
    registry.borrow("transformer.layer_norm")
    assert model.functions is own  # what was given stays


def test_initialisation_follows_gpt2():
    config = GPTConfig(vocab_size=400, context=60, n_layers=2, n_heads=4, d_model=96)
    state = GPT(config, seed=0).state_dict()
    assert torch.equal(state["wte"], GPT(config, seed=0).wte)
    assert not torch.equal(state["wte"], GPT(config, seed=1).wte)
    assert abs(float(state["wte"].std()) - 0.02) < 5e-4
    assert abs(float(state["blocks.1.mlp.w_out"].std()) - 0.01) < 5e-4
    assert abs(float(state["blocks.1.attn.w_out"].std()) - 0.01) < 5e-4
    assert not state["blocks.0.attn.b_qkv"].any() and (state["blocks.0.norm1.weight"] == 1).all()
    assert sum(p.numel() for p in GPT(config).parameters()) == config.n_parameters


def test_scalar_heads():
    gpt, ids = random_model(), random_ids(2, 6)
    assert not ValueModel(copy.deepcopy(gpt))(ids).any()
    reward = RewardModel(gpt)
    scores = reward(ids, torch.ones(2, 6, dtype=torch.bool))
    assert scores.shape == (2, 6) and torch.allclose(
        scores, gpt.hidden(ids) @ reward.weight + reward.bias
    )


@pytest.mark.parametrize(
    ("ids", "keep", "message"),
    [
        ([[0, 53]], None, "token id 53 is outside a vocabulary of 53"),
        ([[0, -1]], None, "token id -1 is outside a vocabulary of 53"),
        ([[0] * 14], None, "14 tokens do not fit a context of 13"),
        ([[]], None, "not empty"),
        ([[1, 2, 3]], [[True]], r"keep is \(1, 1\), but ids need \(1, 3\)"),
    ],
)
def test_bad_input_says_both_numbers(ids, keep, message):
    with pytest.raises(ValueError, match=message):
        random_model()(torch.tensor(ids).long(), None if keep is None else torch.tensor(keep))


def test_a_full_cache_is_refused():
    model = random_model(fused=True)
    with pytest.raises(ValueError, match="5 tokens do not fit a cache of 4"):
        model(random_ids(1, 5), cache=model.new_cache(1, 4))


CONFIGS = [CONFIG, TrainConfig(), SFTConfig(), RewardConfig(), PPOConfig(target_kl=6.0)]


@pytest.mark.parametrize("config", CONFIGS)
def test_configurations_survive_json(config):
    cls = type(config)
    assert cls.from_json(config.to_json()) == config
    with pytest.raises(ValueError, match="unknown field 'depth'"):
        cls.from_dict(config.to_dict() | {"depth": 3})
    with pytest.raises(ValueError, match="not JSON"):
        cls.from_json("{")
    with pytest.raises(ValueError, match="expected named fields"):
        cls.from_json("[1]")
    assert len(dataclasses.fields(cls)) <= 12
    for name, value in config.to_dict().items():
        for bad in ("7", float("nan"), -1e9, True, [1]):
            if type(bad) is type(value):
                continue
            with pytest.raises(ValueError, match=name):
                cls.from_dict(json.loads(json.dumps(config.to_dict() | {name: bad})))


def test_configurations_refuse_what_cannot_be():
    for make in (
        lambda: GPTConfig(10, n_heads=3, d_model=128),
        lambda: GPTConfig(0),
        lambda: TrainConfig(steps=0),
        lambda: TrainConfig(lr=1e-3, min_lr=1e-2),
        lambda: TrainConfig(steps=10, warmup=10),
        lambda: SFTConfig(pretraining_mix=1.5),
        lambda: PPOConfig(minibatch=65),
        lambda: GPTConfig.from_dict({}),
    ):
        with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):  # one line
            make()
