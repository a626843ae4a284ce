"""Out to `transformers` and back: the same ids, logits and text; what cannot be exchanged is refused in one line."""

import functools
import json
import shutil

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import bpe
from gptlab.cli import main
from gptlab.engine import gpt2_folder
from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.exchange import folders, hub, tokenizers
from gptlab.engine.gpt2_folder import NotGPT2
from gptlab.engine.model import checkpoint, shipped
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.web import Web

PROMPTS = ["The capital of Peru is", "台湾最高的山是", "Once upon a time 有一天,", "1 + 2 = "]
TEXT = Web().text(20_000, seed=5, separator="\n") + "naïve café 😀\r\n\t x\u3000中文 <3 'tis 12,345"


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.load(shipped.FOLDER / "base" / "tokenizer.json")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The shipped base and chat models, as folders for transformers."""
    place = tmp_path_factory.mktemp("exported")
    for stage in ("base", "ppo_ptx"):
        folders.export(shipped.FOLDER / stage, place / stage)
    return place


@pytest.fixture(scope="module")
def transformers():
    return pytest.importorskip("transformers")


def lively(vocab_size, context):
    """A random model whose greedy text does not fall into a loop at once."""
    model = GPT(GPTConfig(vocab_size, context, n_layers=3, n_heads=2, d_model=48), seed=3).eval()
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.2 * torch.randn(p.shape, generator=generator))
    return model


def greedy(model, prompt, n):
    return generate_batch(model, [prompt], n, temperature=0)[0]


def their_greedy(peer, prompt, n):
    start = torch.tensor([prompt])
    settings = {"do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    out = peer.generate(
        start, attention_mask=torch.ones_like(start), min_new_tokens=n, max_new_tokens=n, **settings
    )
    return out[0, len(prompt) :].tolist()


@pytest.mark.parametrize("text", PROMPTS)
def test_transformers_writes_the_same_200_tokens(tmp_path, transformers, tokenizer, text):
    model = lively(tokenizer.vocab_size, context=256)
    checkpoint.save(tmp_path / "ours", model, tokenizer, meta={"stage": "base"})
    folders.export(tmp_path / "ours", tmp_path / "hf")
    peer = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "hf").eval()
    assert type(peer).__name__ == "GPT2LMHeadModel"
    prompt = [tokenizer.special["endoftext"], *tokenizer.encode(text)]
    wanted = greedy(model, prompt, 200)
    assert len(set(wanted)) > 20  # no loop that anything would repeat
    assert their_greedy(peer, prompt, 200) == wanted


@pytest.mark.parametrize("stage", ["base", "ppo_ptx"])
@torch.no_grad()
def test_the_shipped_models_write_the_same_to_the_end_of_their_context(
    exported, transformers, stage
):
    ours = Assistant.load(shipped.FOLDER / stage)
    peer = transformers.AutoModelForCausalLM.from_pretrained(exported / stage).eval()
    for text in PROMPTS:
        prompt = ours.begin(text)
        n = ours.context - len(prompt)
        assert their_greedy(peer, prompt, n) == greedy(ours.model, prompt, n)
        ids = torch.tensor([prompt])
        assert (ours.model(ids) - peer(ids).logits).abs().max() < 1e-5 * ours.model(ids).abs().max()
    same = ours.model.double(), peer.double()
    ids = torch.randint(ours.model.config.vocab_size, (2, ours.context))
    assert (same[0](ids) - same[1](ids).logits).abs().max() < 1e-5


def test_the_tokenizer_gives_equal_ids(exported, transformers, tokenizer):
    theirs = transformers.AutoTokenizer.from_pretrained(exported / "base", model_max_length=10**9)
    ids = tokenizer.encode(TEXT)
    assert theirs.encode(TEXT) == ids and len(set(ids)) > 500
    assert theirs.decode(ids) == TEXT
    assert theirs.convert_tokens_to_ids("<|end|>") == tokenizer.special["end"]


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("abé 的山是中台湾在,.1\n\t<|end>😀'sth"), max_size=60))
def test_equal_ids_for_any_text(text):
    ours, theirs = both_tokenizers()
    assert theirs.encode(text).ids == ours.encode(text)


@functools.cache
def both_tokenizers():
    """Ours, and the library's from what we write of it; without marks, which are marks there in any text."""
    library = pytest.importorskip("tokenizers")
    ours = Tokenizer.load(shipped.FOLDER / "base" / "tokenizer.json")
    said = tokenizers.to_json(ours) | {"added_tokens": []}
    return ours, library.Tokenizer.from_str(json.dumps(said))


def test_the_chat_template_is_lesson_11s(exported, transformers):
    ours = Assistant.load(shipped.FOLDER / "ppo_ptx")
    theirs = transformers.AutoTokenizer.from_pretrained(exported / "ppo_ptx")
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "台湾最高的山是哪座山"},
        {"role": "assistant", "content": "玉山。"},
        {"role": "user", "content": "And of Japan?"},
    ]
    got = theirs.apply_chat_template(said, add_generation_prompt=True, return_dict=False)
    assert list(got) == ours.begin(said)


@pytest.mark.parametrize("stage", ["base", "ppo_ptx"])
def test_out_and_back_nothing_has_changed(tmp_path, exported, stage):
    moved = folders.bring_in(exported / stage, tmp_path / "back")
    ours, again = checkpoint.load(shipped.FOLDER / stage), checkpoint.load(tmp_path / "back")
    assert moved.stage == again.meta["stage"] == stage
    assert again.tokenizer.to_json() == ours.tokenizer.to_json()
    assert again.model.config == ours.model.config
    for name, x in ours.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], x)


# -- in: a GPT-2 of transformers, with GPT-2's own numbering of the bytes ------------------------------------------


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, transformers):
    """A small random GPT-2 and a tokenizer in GPT-2's order, saved by transformers alone."""
    place = tmp_path_factory.mktemp("theirs")
    letters = gpt2_folder.byte_letters()
    merges = bpe.train_bpe(TEXT, 400)
    words = list(letters)
    for a, b in merges:
        words.append(words[a] + words[b])
    order = [
        *sorted(letters),
        *words[256:],
        "<|endoftext|>",
    ]  # sorted letters: as in GPT-2's vocab.json
    vocabulary = {word: i for i, word in enumerate(order)}
    pairs = [(words[a], words[b]) for a, b in merges]
    transformers.GPT2Tokenizer(vocab=vocabulary, merges=pairs).save_pretrained(place)
    torch.manual_seed(2)
    config = transformers.GPT2Config(
        vocab_size=len(order), n_positions=64, n_layer=2, n_head=2, n_embd=16,
        bos_token_id=len(order) - 1, eos_token_id=len(order) - 1,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape))
    model.save_pretrained(place)
    return place, vocabulary, pairs


@torch.no_grad()
def test_a_gpt2_of_transformers_comes_in(tmp_path, transformers, theirs):
    place, vocabulary, _ = theirs
    folders.bring_in(place, tmp_path / "ours")
    ours = Assistant.load(tmp_path / "ours")
    assert not ours.chats
    peer = transformers.AutoModelForCausalLM.from_pretrained(place).eval()
    their_tokenizer = transformers.AutoTokenizer.from_pretrained(place)
    _, order = tokenizers.read(place)
    for text in PROMPTS:
        ids = [vocabulary["<|endoftext|>"], *their_tokenizer.encode(text)]
        prompt = ours.begin(text)
        assert order[prompt].tolist() == ids  # the same tokens, numbered anew
        gap = ours.model(torch.tensor([prompt])) - peer(torch.tensor([ids])).logits[..., order]
        assert gap.abs().max() < 1e-5
        n = 64 - len(ids)
        assert order[greedy(ours.model, prompt, n)].tolist() == their_greedy(peer, ids, n)


def test_vocabulary_and_merges_say_the_same_as_one_file(tmp_path, theirs):
    place, vocabulary, pairs = theirs
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in pairs), ""]
    (tmp_path / "merges.txt").write_text("\n".join(lines), encoding="utf-8")
    one, two = tokenizers.read(place), tokenizers.read(tmp_path)
    assert one[0].to_json() == two[0].to_json() and torch.equal(one[1], two[1])


def test_the_command_line_brings_it_in_and_talks_to_it(tmp_path, monkeypatch, capsys, theirs):
    monkeypatch.chdir(tmp_path)
    assert main.main(["import", str(theirs[0]), "--out", "imported/tiny"]) == 0
    assert "gptlab chat --model imported/tiny" in capsys.readouterr().out
    words = ["--prompt", "The capital", "--max-new-tokens", "5"]
    assert main.main(["chat", "--model", "imported/tiny", *words]) == 0
    assert capsys.readouterr().out.strip()
    assert main.main(["export", "imported/tiny", "--to", "hf"]) == 0
    assert (tmp_path / "exported" / "tiny" / "model.safetensors").is_file()


# -- refused, in one line -------------------------------------------------------------------------------------------


def spoilt(theirs, place, **said):
    shutil.copytree(theirs[0], place)
    path = place / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))
    return place


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"model_type": "llama"}, "model_type is 'llama'"),
        ({"activation_function": "relu"}, "activation_function is 'relu'"),
        ({"tie_word_embeddings": False}, "tie_word_embeddings is False"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised"),
        ({"n_embd": 32}, "config.json asks for"),
        ({"format": "gptlab-1"}, "a checkpoint of gptlab already"),
    ],
)
def test_what_our_gpt_is_not_is_refused(tmp_path, theirs, said, text):
    folder = spoilt(theirs, tmp_path / "odd", **said)
    with pytest.raises(NotGPT2) as caught:
        folders.bring_in(folder, tmp_path / "out")
    assert text in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_shards_are_read_together_and_a_missing_one_is_named(tmp_path, theirs, transformers):
    shutil.copytree(theirs[0], tmp_path / "cut")
    (tmp_path / "cut" / "model.safetensors").unlink()
    peer = transformers.AutoModelForCausalLM.from_pretrained(theirs[0])
    peer.save_pretrained(tmp_path / "cut", max_shard_size="15KB")
    shards = sorted((tmp_path / "cut").glob("model-*.safetensors"))
    assert len(shards) > 1
    folders.bring_in(tmp_path / "cut", tmp_path / "one")
    folders.bring_in(theirs[0], tmp_path / "two")
    one, two = checkpoint.load(tmp_path / "one"), checkpoint.load(tmp_path / "two")
    assert all(torch.equal(a, b) for a, b in zip(one.model.parameters(), two.model.parameters()))
    shards[0].unlink()
    with pytest.raises(NotGPT2, match=shards[0].name):
        folders.bring_in(tmp_path / "cut", tmp_path / "three")


def test_a_pickle_is_refused(tmp_path, theirs):
    folder = spoilt(theirs, tmp_path / "old")
    state = safetensors.torch.load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    with pytest.raises(NotGPT2, match="pickle.*save_pretrained"):
        folders.bring_in(folder, tmp_path / "out")


def test_whole_numbers_for_weights_are_refused(tmp_path, theirs):
    folder = spoilt(theirs, tmp_path / "int8")
    state = safetensors.torch.load_file(folder / "model.safetensors")
    state = {name: (10 * x).to(torch.int8) for name, x in state.items()}
    safetensors.torch.save_file(state, folder / "model.safetensors")
    with pytest.raises(NotGPT2, match="int8"):
        folders.bring_in(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"normalizer": {"type": "NFC"}}, "normalizer"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "ByteLevel"),
        ({"pre_tokenizer": None}, "no byte-level BPE"),
        ({"model": {"type": "Unigram", "vocab": []}}, "Unigram"),
        ({"added_tokens": [{"content": "[CLS]", "id": 0}]}, r"\[CLS\]"),
    ],
)
def test_other_tokenizers_are_refused(tmp_path, theirs, change, text):
    folder = spoilt(theirs, tmp_path / "odd")
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change))
    with pytest.raises(NotGPT2, match=text) as caught:
        folders.bring_in(folder, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_a_merge_without_its_token_is_refused(tmp_path, theirs):
    folder = spoilt(theirs, tmp_path / "odd")
    path = folder / "tokenizer.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["model"]["merges"] = said["model"]["merges"][:-1]
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(NotGPT2, match="no merge makes"):
        folders.bring_in(folder, tmp_path / "out")


def test_what_cannot_go_out_is_refused(tmp_path, tokenizer):
    model = GPT(GPTConfig(tokenizer.vocab_size, 8, 1, 1, 4))
    checkpoint.save(tmp_path / "reward", RewardModel(model, seed=0), tokenizer)
    checkpoint.save(tmp_path / "mute", model)
    checkpoint.save(tmp_path / "whole", model, tokenizer)
    with pytest.raises(folders.CannotExchange, match="a reward model gives scores"):
        folders.export(tmp_path / "reward", tmp_path / "out")
    with pytest.raises(folders.CannotExchange, match=r"no tokenizer\.json"):
        folders.export(tmp_path / "mute", tmp_path / "out")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letters.txt").write_text("dear")
    with pytest.raises(folders.CannotExchange, match="something is there already"):
        folders.export(tmp_path / "whole", tmp_path / "taken")
    assert (tmp_path / "taken" / "letters.txt").read_text() == "dear"


def test_without_a_network_the_hub_is_one_line(monkeypatch, capsys, tmp_path):
    library = pytest.importorskip("huggingface_hub")

    def offline(*_, **__):
        raise ConnectionError("no route to host\nand much more")

    monkeypatch.setattr(library, "snapshot_download", offline)
    monkeypatch.chdir(tmp_path)
    assert main.main(["import", "gpt2"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "gpt2: no such folder" in said and "the network" in said
    assert hub.find("./nowhere").name == "nowhere"  # a path is never looked up


def test_a_folder_that_is_not_there(capsys, tmp_path):
    assert main.main(["import", str(tmp_path / "nix")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "no such folder" in said
