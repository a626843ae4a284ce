"""Lesson 05's pictures and widgets: weights got back from attention, heads switched off, arcs, the width slider, waves."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.interpret import attention_maps
from gptlab.view.attention import (
    arcs,
    attention_cost,
    head_ablation,
    head_count,
    head_split,
    sinusoidal_positions,
    softmax_scale,
)
from gptlab.view.kit.heatmap import heatmap_picture
from gptlab.view.kit.number_format import fixed_places, percent
from gptlab.view.kit.style import to_svg
from gptlab.world.facts import Facts

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def assistant():
    """A small model that has learnt nothing, with every byte a token; its matrices are large, so that heads differ."""
    tokenizer = Tokenizer([])
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, context=40, n_layers=2, n_heads=3, d_model=12
    )
    model = GPT(config, seed=3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(20.0 if parameter.dim() == 2 else 1.0)
    return Assistant(model.eval(), tokenizer, chats=False, name="toy")


def words_in(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text")]


# --- weights, and what heads do


@pytest.mark.parametrize("d", [2, 5, 7, 11])
def test_weights_come_back_from_attention_whatever_the_width(d):
    draw = torch.Generator().manual_seed(d)
    q, k = torch.randn(2, 3, 4, d, generator=draw), torch.randn(2, 3, 7, d, generator=draw)
    mask = torch.rand(4, 7, generator=draw) > 0.4
    mask[:, 0] = True
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(d)
    expected = scores.masked_fill(~mask, -torch.inf).softmax(-1)
    torch.testing.assert_close(attention_maps.weights_of(q, k, mask), expected)
    torch.testing.assert_close(attention_maps.weights_of(q, k), scores.softmax(-1))


def test_maps_are_those_of_the_first_layer_worked_out_by_torch(assistant):
    model, ids = assistant.model, assistant.begin("ab ca")
    maps = attention_maps.attention_maps(model, ids)
    t = len(ids)
    assert maps.shape == (2, 3, t, t)
    torch.testing.assert_close(maps.sum(-1), torch.ones(2, 3, t))
    assert (maps.triu(1) == 0).all()
    block = model.blocks[0]
    with torch.no_grad():
        x = F.layer_norm(
            model.wte[ids] + model.wpe[:t], (12,), block.norm1.weight, block.norm1.bias
        )
        qkv = x @ block.attn.w_qkv + block.attn.b_qkv
        for head in range(3):
            q, k = qkv[:, 4 * head : 4 * head + 4], qkv[:, 12 + 4 * head : 16 + 4 * head]
            hidden = torch.ones(t, t).triu(1).bool()
            expected = (q @ k.T / 2).masked_fill(hidden, -torch.inf).softmax(-1)
            torch.testing.assert_close(maps[0, head], expected)


def test_no_head_off_is_the_model_and_all_heads_off_is_its_mlps_alone(assistant):
    model, ids = assistant.model, torch.tensor([assistant.begin("abc")])
    before = {name: p.clone() for name, p in model.named_parameters()}
    with torch.no_grad():
        torch.testing.assert_close(attention_maps.logits_without(model, ids), model(ids))
        heads = attention_maps.heads_of(model)
        assert heads == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
        silent = attention_maps.logits_without(model, ids, heads)
        other = ids.clone()
        other[0, 1] = ids[0, 2]  # without a look, a token says nothing to those behind it
        torch.testing.assert_close(
            attention_maps.logits_without(model, other, heads)[0, 2:], silent[0, 2:]
        )
        one = attention_maps.logits_without(model, ids, [(1, 2)])
        assert not torch.allclose(one, model(ids)) and not torch.allclose(one, silent)
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())


def test_scores_of_heads():
    maps = torch.zeros(1, 2, 4, 4)
    maps[0, 0] = torch.eye(4).roll(-1, dims=1)  # looks at the token before; the first row elsewhere
    maps[0, 1, :, 0] = 1.0
    assert attention_maps.previous_token_score(maps).tolist() == [[1.0, 0.0]]


def test_loss_and_chance_without(assistant):
    rows = [assistant.begin("abca"), assistant.begin("cab")]
    with torch.no_grad():
        expected = torch.cat(
            [
                F.cross_entropy(
                    assistant.model(torch.tensor([r[:-1]]))[0],
                    torch.tensor(r[1:]),
                    reduction="none",
                )
                for r in rows
            ]
        ).mean()
    assert attention_maps.loss_without(assistant.model, rows) == pytest.approx(
        float(expected), rel=1e-5
    )
    facts = [f for f in Facts().known if f.relation == "capital"][:2]
    asked = attention_maps.fact_prompts(assistant, facts, "At {} is")
    for (ids, place, right), fact in zip(asked, facts):
        assert assistant.tokenizer.decode(ids[place]) == f" {fact.subject.name.en}"
        assert assistant.tokenizer.decode([right]) == " "
    with torch.no_grad():
        chances = [
            float(assistant.model(torch.tensor([ids]))[0, -1].softmax(-1)[right])
            for ids, _, right in asked
        ]
    assert attention_maps.chance_without(assistant.model, asked) == pytest.approx(
        sum(chances) / 2, rel=1e-5
    )
    names = attention_maps.name_score(assistant.model, asked)
    assert names.shape == (2, 3) and bool(((names > 0) & (names < 1)).all())
    with pytest.raises(ValueError, match="put a blank before"):
        attention_maps.fact_prompts(assistant, facts, "({})")


# --- pictures


def test_a_matrix_shows_its_numbers_and_what_is_none():
    table = torch.tensor([[0.25, 0.75, 0.0], [float("nan"), 0.5, -torch.inf]])
    svg, alt = heatmap_picture(table, ["a", "b"], ["x", "y", "z"], "weights", sums=True)
    assert {"0.25", "0.75", "0", "NaN", "0.50", "−∞", "1", "sum"} <= set(words_in(svg))
    assert alt == "weights. a: x 0.25, y 0.75; b: x NaN, y 0.50, z −∞"
    svg, _ = heatmap_picture(torch.tensor([[True, False]]), ["a"], ["x", "y"], "mask")
    assert {"✓", "·"} <= set(words_in(svg))
    assert [fixed_places(x) for x in (True, 0.0, 1.0, -0.5, -2.0)] == ["✓", "0", "1", "−0.50", "−2"]
    with pytest.raises(ValueError, match="2 rows and 2 columns"):
        heatmap_picture(table, ["a", "b"], ["x", "y"], "weights")


def test_a_cut_shows_every_number_twice():
    x = torch.arange(12.0).reshape(2, 6)
    heads = torch.stack([x[:, :2], x[:, 2:4], x[:, 4:]])
    svg, alt = head_split.cut_picture(x, heads)
    shown = words_in(svg)
    assert all(shown.count(str(n)) == 2 for n in range(12))
    assert "head 2: [[4, 5], [10, 11]]" in alt


def test_waves_and_likeness():
    angle = torch.arange(40.0)[:, None] / torch.tensor([1.0, 7.0, 50.0])
    table = torch.cat([angle.sin(), angle.cos()], dim=1)
    alike = sinusoidal_positions.likeness(table)
    expected = torch.stack([(n / torch.tensor([1.0, 7.0, 50.0])).cos().mean() for n in range(40)])
    torch.testing.assert_close(alike.float(), expected, atol=1e-5, rtol=0)
    for figure, alt in (
        sinusoidal_positions.waves_picture(table),
        sinusoidal_positions.likeness_picture({"waves": table, "other": table + 1}),
    ):
        assert to_svg(figure, alt).startswith("<svg") and alt
    assert to_svg(*sinusoidal_positions.waves_picture(table)) == to_svg(
        *sinusoidal_positions.waves_picture(table)
    )


def test_four_at_once_learns_and_is_drawn():
    assert head_count.share_right(4, steps=0) < 0.3
    assert head_count.share_right(4, steps=60) > head_count.share_right(4, steps=0) + 0.2
    svg, alt = head_count.heads_picture({1: [0.5, 0.7], 4: [1.0]})
    assert {"1 head", "4 heads", "60 %", "100 %"} <= set(words_in(svg))
    assert alt.endswith("1 head 60%, 4 heads 100%.")


def test_cost_is_counted_and_drawn():
    assert attention_cost.products(64) == 4 * attention_cost.products(32)
    figure, alt = attention_cost.cost_picture({128: 0.001, 256: 0.0035})
    assert to_svg(figure, alt).startswith("<svg") and "256 tokens 3.5 ms" in alt
    assert attention_cost.seconds(8, times=1) > 0


# --- the width slider


def test_sharpness_is_what_it_says():
    weights = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    torch.testing.assert_close(softmax_scale.choices_of(weights), torch.tensor([2.0, 1.0]))
    torch.testing.assert_close(softmax_scale.gradient_of(weights), torch.tensor([0.5, 0.0]))
    narrow, wide = softmax_scale.sharpness(1), softmax_scale.sharpness(256)
    assert wide.variance == pytest.approx(256, rel=0.15)
    assert wide.choices[0] < 2 < 4 < wide.choices[1] and wide.gradient[0] < wide.gradient[1]
    assert narrow.choices[0] == narrow.choices[1]
    assert to_svg(*softmax_scale.sharpness_curves([narrow, wide])).startswith("<svg")


def test_the_width_slider():
    slider = softmax_scale.ScaleSlider(d=4)
    first = slider.out.value
    slider.d.value = 256
    assert "D = 256" in slider.out.value and slider.out.value != first
    wide = slider.out.value
    slider.again.click()
    assert slider.out.value != wide


# --- arcs and switchboard


def test_arcs_follow_their_controls(assistant):
    made = arcs.Arcs(assistant, ["ab ca", "b"], layer=1, head=2)
    assert made.at.value == 5 and made.tokens == ["⟨endoftext⟩", "a", "b", "␣", "c", "a"]
    drawn = {made.out.value}
    for control, value in ((made.at, 2), (made.layer, 0), (made.head, 1)):
        control.value = value
        drawn.add(made.out.value)
    assert len(drawn) == 4
    expected = attention_maps.attention_maps(assistant.model, assistant.begin("ab ca"))[0, 1, 2]
    shares = [text for text in words_in(made.out.value) if "%" in text and "purple" not in text]
    assert shares == [percent(p) for p in expected[:3].tolist()]
    made.text.value = "b"
    assert made.at.value == 1 == made.at.max
    made.text.value = "x" * 39
    assert "alert" in made.out.value
    made.text.value = "b"
    assert "layer 0, head 1" in made.out.value


def test_all_heads_are_drawn(assistant):
    maps = attention_maps.attention_maps(assistant.model, assistant.begin("abc"))
    svg, alt = arcs.all_heads_picture(maps, ["⟨", "a", "b", "c"], marked=[(1, 2)])
    assert ET.fromstring(svg) is not None and "layer 1, head 2: c looks at" in alt


def test_the_switchboard(assistant):
    board = head_ablation.Switchboard(assistant, ["abc"], off=[(0, 1)])
    assert board.off == [(0, 1)] and "off: L0 head 1" in board.out.value
    board.switches[1, 2].value = False
    assert board.off == [(0, 1), (1, 2)] and "L1 head 2" in board.out.value
    board.all_on.click()
    assert board.off == [] and "off: none" in board.out.value
    board.text.value = ""
    assert "alert" in board.out.value
    svg, alt = head_ablation.switched_picture(assistant, "abc", [(0, 0)])
    whole, rest = (
        attention_maps.loss_without(assistant.model, [assistant.begin("abc")], off)
        for off in ((), [(0, 0)])
    )
    assert f"{whole:.2f} → {rest:.2f} nats" in alt and ET.fromstring(svg) is not None
