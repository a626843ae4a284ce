"""How a GPT begins: the stream's growth, and models with one thing changed."""

import math

import torch

from gptlab import transformer
from gptlab.experiments.zero_shot import initialization


def test_the_stream_grows_without_the_smaller_projections():
    flat = initialization.stream_sizes(lambda name, n_layers: 0.02, 24)
    ours = initialization.stream_sizes(transformer.gpt2_init_std, 24)
    assert len(flat) == len(ours) == 25 and flat[0] == ours[0]
    assert flat[-1] > 3 * flat[0] and ours[-1] < 1.5 * ours[0]


def test_beginnings_differ_in_what_they_say():
    models = initialization.beginnings(300, context=16)
    sizes = {name: sum(p.numel() for p in model.parameters()) for name, model in models.items()}
    assert sizes["untied"] - sizes["tied"] == 300 * 32
    assert sizes["embedding of size 1"] == sizes["tied"]
    assert abs(sizes["tied, wider"] - sizes["untied"]) < 0.25 * sizes["untied"]
    stream = torch.randint(300, (600,), generator=torch.Generator().manual_seed(0))
    runs = {
        name: initialization.short_training(model, stream, steps=12)
        for name, model in models.items()
    }
    for name in ("tied", "untied", "tied, wider"):
        assert abs(runs[name]["first"] - math.log(300)) < 0.1
    assert runs["embedding of size 1"]["first"] > 2 * math.log(300)
    assert runs["untied"]["last"] < runs["untied"]["first"] and len(runs["tied"]["curve"]) == 12


def test_an_untied_head_is_another_matrix():
    model = initialization.beginnings(300, context=16)["untied"].eval()
    ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        before = model(ids)
        model.lm_head.zero_()
        assert before.abs().max() > 0 and model(ids).abs().max() == 0
