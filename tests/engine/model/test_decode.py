"""The quick step of generation gives what the model gives, and stands aside where the learner's functions differ."""

import pytest
import torch

from gptlab import attention, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import generate
from gptlab.engine.model.fast import decode
from gptlab.engine.model.fast.decode import decoder_for, prove_equal
from gptlab.engine.model.fused import ModelFunctions
from gptlab.engine.model.generate import generate_batch, stream
from tests.support.toy_models import untrained_gpt

SHAPE = GPTConfig(13, context=20, n_layers=3, n_heads=3, d_model=24)
RAGGED, EVEN = [[1], [2, 3, 4, 5], [6, 7]], [[1, 2], [3, 4], [5, 6]]


def gpt(way="fused", seed=0):
    return untrained_gpt(SHAPE, way, seed)


@pytest.fixture(autouse=True)
def new_proofs():
    decode._proofs.clear()
    yield
    decode._proofs.clear()


@pytest.fixture
def logits_seen(monkeypatch):
    """What every drawing of a token was made from."""
    seen, draw = [], generate.next_tokens

    def note(logits, *settings):
        seen.append(logits.clone())
        return draw(logits, *settings)

    monkeypatch.setattr(generate, "next_tokens", note)
    return seen


@pytest.mark.parametrize("prompts", [RAGGED, EVEN, [[3, 1, 2]]])
@pytest.mark.parametrize("way", ["fused", "bf16"])
def test_logits_are_the_plain_model_s_at_every_step(logits_seen, prompts, way):
    settings = {"temperature": 1.0, "stop_id": None}
    written, logits = {}, {}
    for one in ("plain", way):
        logits_seen.clear()
        generator = torch.Generator().manual_seed(5)
        written[one] = generate_batch(gpt(one), prompts, 12, generator=generator, **settings)
        logits[one] = torch.stack(logits_seen)
    assert decoder_for(gpt(way), gpt(way).new_cache(1, 3)) is not None
    assert written["plain"] == written[way]
    torch.testing.assert_close(logits[way], logits["plain"], rtol=0, atol=2e-5)


def test_a_stream_too(logits_seen):
    plain = list(stream(gpt("plain"), [3, 1, 2], 12, temperature=0))
    expected = torch.stack(logits_seen)
    logits_seen.clear()
    assert list(stream(gpt(), [3, 1, 2], 12, temperature=0)) == plain
    torch.testing.assert_close(torch.stack(logits_seen), expected, rtol=0, atol=2e-5)


def test_the_whole_context_can_be_filled():
    assert len(generate_batch(gpt(), [[1, 2, 3]], 17)[0]) == 17


def post_ln(x, attend, mlp, norm1, norm2):
    h = norm1(x + attend(x))
    return norm2(h + mlp(h))


def mixed_heads(x, n_heads):
    return x.unflatten(-1, (-1, n_heads)).transpose(-1, -2).transpose(1, 2)


def empty(*_, **__):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("module", "name", "body"),
    [
        (transformer, "pre_ln_block", post_ln),
        (transformer, "layer_norm", lambda x, w, b, eps=1e-5: x * w + b),
        (transformer, "feed_forward", lambda x, *w: x),
        (transformer, "feed_forward", empty),
        (attention, "split_heads", mixed_heads),
        (attention, "merge_heads", lambda x: x.flip(1).transpose(1, 2).flatten(2)),
    ],
)
def test_hers_runs_where_it_differs(monkeypatch, module, name, body):
    assert prove_equal()
    monkeypatch.setattr(module, name, body)
    if module is attention or body is post_ln:  # the others are fused's to prove
        assert not prove_equal()
    model = gpt()
    assert decoder_for(model, model.new_cache(2, 5)) is None


def test_a_model_whose_functions_were_set_runs_these():
    model = gpt()
    model.functions = ModelFunctions()
    assert decoder_for(model, model.new_cache(2, 5)) is None
    plain = gpt("plain")
    assert decoder_for(plain, plain.new_cache(2, 5)) is None


def test_ids_that_are_none_are_refused_as_ever(monkeypatch):
    monkeypatch.setattr(generate, "next_tokens", lambda logits, *_: logits.argmax(-1) * 0 + 13)
    with pytest.raises(ValueError, match="token id 13 is outside a vocabulary of 13"):
        generate_batch(gpt(), EVEN, 3)
