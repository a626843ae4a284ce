"""GPT-2 in Hugging Face's format: the same logits and the same text as `transformers`, on the rooms' functions."""

import json

import pytest
import safetensors.torch
import torch

from gptlab import sampling, zero_shot
from gptlab.engine import gpt2_folder
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.experiments.zero_shot import plain_gpt2

V, CONTEXT, LAYERS, HEADS, C = 97, 24, 3, 2, 16


def theirs(seed=0, **options):
    """A tiny GPT-2 of `transformers` with random weights, biases and norms too."""
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        vocab_size=V, n_positions=CONTEXT, n_layer=LAYERS, n_head=HEADS, n_embd=C,
        bos_token_id=None, eos_token_id=None, **options,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return model


def ids(*shape, seed=1):
    return torch.randint(V, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("safe", [True, False])
@torch.no_grad()
def test_a_folder_of_transformers_gives_its_logits_and_its_text(tmp_path, safe):
    peer = theirs()
    if safe:
        peer.save_pretrained(tmp_path)
    else:
        peer.config.save_pretrained(tmp_path)
        torch.save(peer.state_dict(), tmp_path / "pytorch_model.bin")
    model = gpt2_folder.read(tmp_path)
    given = ids(5, CONTEXT)
    assert (model(given) - peer(given).logits).abs().max() < 1e-5
    start = given[:3, :4]
    wanted = peer.generate(
        start, attention_mask=torch.ones_like(start), do_sample=False, max_new_tokens=18,
        pad_token_id=0,
    )  # fmt: skip
    assert torch.equal(sampling.generate(model, start, 18, temperature=0), wanted)


@torch.no_grad()
def test_in_double_precision_nothing_differs():
    peer = theirs(seed=3).double()
    model = GPT(GPTConfig(V, CONTEXT, LAYERS, HEADS, C), initialize=False).double()
    model.load_state_dict(zero_shot.load_gpt2_state(peer.state_dict()))
    given = ids(2, 19)
    assert (model.eval()(given) - peer(given).logits).abs().max() < 1e-12


@torch.no_grad()
def test_the_second_opinion_is_gpt2_too():
    peer = theirs(seed=4)
    given = ids(2, 19)
    said = plain_gpt2.logits(peer.state_dict(), given, HEADS)
    assert (said - peer(given).logits).abs().max() < 1e-5


@torch.no_grad()
def test_what_we_write_comes_back_and_transformers_reads_it(tmp_path):
    model = GPT(GPTConfig(V, CONTEXT, LAYERS, HEADS, C), seed=5).eval()
    gpt2_folder.write(tmp_path, model)
    again = gpt2_folder.read(tmp_path)
    assert again.config == model.config
    for name, x in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], x)
    transformers = pytest.importorskip("transformers")
    peer = transformers.GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    given = ids(2, 11)
    assert (model(given) - peer(given).logits).abs().max() < 1e-5


def folder(tmp_path, **said):
    """A folder of ours whose config says something else."""
    gpt2_folder.write(tmp_path, GPT(GPTConfig(V, CONTEXT, LAYERS, HEADS, C), seed=5))
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))
    return tmp_path


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"activation_function": "relu"}, "activation_function is 'relu'"),
        ({"layer_norm_epsilon": 1e-12}, "layer_norm_epsilon is 1e-12"),
        ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx is True"),
        ({"tie_word_embeddings": False}, "tie_word_embeddings is False"),
        ({"model_type": "llama"}, "model_type is 'llama'"),
        ({"n_inner": 17}, "n_inner is 17"),
        ({"n_head": 3}, "cannot be cut into 3"),
        ({"n_layer": None}, "n_layers must be a whole number"),
        ({"n_layer": 4}, "blocks.3.norm1.weight is None"),
        ({"n_layer": 2}, "but config.json asks for None"),
        ({"vocab_size": 98}, "wte is (97, 16), but config.json asks for (98, 16)"),
    ],
)
def test_what_our_gpt_is_not_is_refused_by_name(tmp_path, said, text):
    with pytest.raises(gpt2_folder.NotGPT2) as caught:
        gpt2_folder.read(folder(tmp_path, **said))
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_broken_folders_are_refused_in_one_line(tmp_path):
    with pytest.raises(gpt2_folder.NotGPT2, match="No such file"):
        gpt2_folder.read(tmp_path)
    whole = folder(tmp_path)
    state = safetensors.torch.load_file(whole / "model.safetensors")
    (whole / "model.safetensors").unlink()
    with pytest.raises(gpt2_folder.NotGPT2, match="neither"):
        gpt2_folder.read(whole)
    (whole / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(gpt2_folder.NotGPT2, match="damaged"):
        gpt2_folder.read(whole)
    state.pop("h.1.ln_2.bias")
    safetensors.torch.save_file(state, whole / "model.safetensors")
    with pytest.raises(gpt2_folder.NotGPT2, match=r"h\.1\.ln_2\.bias"):
        gpt2_folder.read(whole)
    (whole / "config.json").write_text("[]")
    with pytest.raises(gpt2_folder.NotGPT2, match="no named values"):
        gpt2_folder.read(whole)


def test_gpt2s_letters_for_bytes():
    letters = gpt2_folder.byte_letters()
    assert len(set(letters)) == 256
    assert (letters[ord("a")], letters[ord(" ")], letters[ord("\n")]) == ("a", "Ġ", "Ċ")


def test_the_tokenizer_of_a_folder(tmp_path):
    letters = gpt2_folder.byte_letters()
    merges = [("Ġ", "t"), ("Ġt", "h"), ("Ġth", "e"), ("h", "e")]
    tokens = [*letters, *("".join(merge) for merge in merges), "<|endoftext|>"]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    encoding = gpt2_folder.read_tokenizer(tmp_path)
    text = "the hen, the 中文 <|endoftext|>"
    found = encoding.encode_ordinary(text)
    assert encoding.decode(found) == text
    transformers = pytest.importorskip("transformers")
    pairs = [tuple(merge) for merge in merges]
    peer = transformers.GPT2Tokenizer(vocab=vocabulary, merges=pairs)
    plain = text.removesuffix("<|endoftext|>")
    assert encoding.encode_ordinary(plain) == peer.encode(plain)
    assert encoding.encode("<|endoftext|>", allowed_special="all") == [len(tokens) - 1]
    (tmp_path / "vocab.json").write_text(json.dumps({"☃": 0}), encoding="utf-8")
    with pytest.raises(gpt2_folder.NotGPT2, match="no vocabulary"):
        gpt2_folder.read_tokenizer(tmp_path)
