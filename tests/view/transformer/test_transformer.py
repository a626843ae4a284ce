"""Lesson 06's pictures and widgets: the lens, the notes, masks, norm places, gaps, translations, turns."""

import dataclasses
import math
import xml.etree.ElementTree as ET

import pytest
import torch
import torch.nn.functional as F

from gptlab.engine.assistant import Assistant
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments import translation
from gptlab.interpret.attention_maps import logits_without
from gptlab.view.attention import head_ablation
from gptlab.view.kit.style import to_svg
from gptlab.view.transformer import (
    bert_vs_gpt,
    logit_lens,
    look_alike_functions,
    mask_explorer,
    pre_vs_post_norm,
    residual_stream,
    sequential_cost,
)
from gptlab.world.web import Web

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def assistant():
    """A small model that has learnt nothing, with every byte a token; its matrices are large, so that parts differ."""
    tokenizer = Tokenizer([])
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, context=40, n_layers=2, n_heads=3, d_model=12
    )
    model = GPT(config, seed=3)
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(20.0 if parameter.dim() == 2 else 1.0)
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=draw))
    return Assistant(model.eval(), tokenizer, chats=False, name="toy")


@pytest.fixture(scope="module")
def web():
    return Web()


def words_in(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{NS}text")]


# --- the stream


def test_notes_sum_to_what_the_model_reads(assistant):
    model, ids = assistant.model, assistant.begin("ab ca")
    written = logit_lens.notes(model, ids)
    assert written.shape == (5, len(ids), 12)
    torch.testing.assert_close(written[0], (model.wte[ids] + model.wpe[: len(ids)]).detach())
    total = written.sum(dim=0)
    hidden = F.layer_norm(total, (12,), model.norm.weight, model.norm.bias)
    torch.testing.assert_close(hidden, model.hidden(torch.tensor([ids]))[0])
    with torch.no_grad():
        logits = model(torch.tensor([ids]))[0]
    torch.testing.assert_close(logit_lens.readings(model, ids)[-1], logits)


def test_silent_parts_write_nothing(assistant):
    model, ids = assistant.model, assistant.begin("abc")
    before = {name: p.clone() for name, p in model.named_parameters()}
    off = [(1, "mlp"), (0, 2)]
    written = logit_lens.notes(model, ids, off)
    assert (written[4] == 0).all() and (written[1] != 0).any()
    with torch.no_grad():
        torch.testing.assert_close(
            logit_lens.readings(model, ids, [(0, 2), (1, 0)])[-1],
            logits_without(model, torch.tensor([ids]), [(0, 2), (1, 0)])[0],
        )
    everything = [(n, part) for n in range(2) for part in (0, 1, 2, "mlp")]
    silent = logit_lens.notes(model, ids, everything)
    for n, block in enumerate(model.blocks):
        torch.testing.assert_close(
            silent[1 + 2 * n], block.attn.b_out.expand(len(ids), -1).detach()
        )
        assert (silent[2 + 2 * n] == 0).all()
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())


def test_loss_by_layer_ends_at_the_models_own(assistant):
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
    losses = logit_lens.loss_by_layer(assistant.model, rows)
    assert len(losses) == 3 == len(logit_lens.stages(assistant.model))
    assert losses[-1] == pytest.approx(float(expected), rel=1e-4)


def test_shares_sum_to_the_lead(assistant):
    model, ids = assistant.model, assistant.begin("hello")
    written = logit_lens.notes(model, ids)[:, -1]
    parts = residual_stream.shares(model, written, 97, 98)
    with torch.no_grad():
        logits = model(torch.tensor([ids]))[0, -1]
    assert float(parts.sum()) == pytest.approx(float(logits[97] - logits[98]), rel=1e-3, abs=1e-4)
    names = residual_stream.authors(model)
    assert len(names) == len(written) == len(parts) - 1
    svg, alt = residual_stream.shares_picture(parts, names, "lead")
    assert (
        "L1 MLP" in words_in(svg)
        and "last norm's bias" in alt
        and "-" not in alt.replace("feed-forward", "").split("sum")[0]
    )
    svg, alt = residual_stream.lengths_picture(written, names)
    assert alt.count("then") == 5 and "token + position" in words_in(svg)
    svg, alt = residual_stream.notebook_picture(3)
    assert words_in(svg).count("+ a note") == 6 and "layer 2" in alt


def test_the_lens_picture_and_its_widget(assistant):
    svg, alt = logit_lens.lens_picture(assistant, "abc", [(0, 1), (1, "mlp")])
    assert {"start", "after L0", "after L1", "off: L0 head 1, L1 mlp"} <= set(words_in(svg))
    assert "“abc”" in alt and alt.count("%") == 3
    shown = head_ablation.Switchboard(
        assistant, ["abc", "b"], [(1, "mlp")], logit_lens.lens_picture, [logit_lens.MLP]
    )
    assert len(shown.switches) == 8 and shown.off == [(1, "mlp")]
    first = shown.out.value
    shown.switches[0, 0].value = False
    assert shown.off == [(0, 0), (1, "mlp")] and shown.out.value != first
    shown.switch_all_on()
    assert shown.off == [] and "off: nothing" in shown.out.value
    shown.text.value = "x" * 30
    assert "make it shorter" in shown.out.value
    shown.text.value = ""
    assert 'role="alert"' in shown.out.value


# --- functions that look alike


def test_the_other_gelu_and_the_other_norm_are_what_they_say():
    x = torch.randn(3, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(look_alike_functions.gelu_erf(x), F.gelu(x))
    ones, zeros = torch.ones(8).double(), torch.zeros(8).double()
    shrunk = F.layer_norm(x, (8,), eps=0.0) * math.sqrt(7 / 8)
    torch.testing.assert_close(
        look_alike_functions.layer_norm_std(x, ones, zeros), shrunk, rtol=1e-4, atol=1e-5
    )
    corner = look_alike_functions.layer_norm_std(
        torch.tensor([1.0, 0, 0, 0]), torch.ones(4), torch.zeros(4)
    )
    assert float(corner[0]) == pytest.approx(1.5, abs=1e-4)


def test_run_with_changes_nothing_for_good(assistant):
    rows, own = [assistant.begin("abcab")], assistant.model.functions
    nats, change = look_alike_functions.run_with(assistant.model, rows)
    assert change == 0 and assistant.model.functions is own
    other, moved = look_alike_functions.run_with(
        assistant.model, rows, layer_norm=look_alike_functions.layer_norm_std
    )
    assert moved > 0 and other != nats and assistant.model.functions is own
    with pytest.raises(ZeroDivisionError):
        look_alike_functions.run_with(assistant.model, rows, layer_norm=lambda *_: 1 / 0)
    assert assistant.model.functions is own
    same = dataclasses.replace(own)
    assert look_alike_functions.run_with(assistant.model, rows, feed_forward=same.feed_forward)[
        0
    ] == pytest.approx(nats)


def test_pictures_of_the_bend():
    for figure, alt in (look_alike_functions.gelu_picture(), look_alike_functions.forms_picture()):
        assert to_svg(figure, alt).startswith("<svg")
    assert "0.000473" in look_alike_functions.forms_picture()[1]


# --- where the norm stands


def test_gradients_and_curves(web):
    lines = pre_vs_post_norm.Sentences(web, n=300)
    assert lines.ids.shape == lines.keep.shape and bool((lines.ids[:, 0] == 0).all())
    counts = torch.bincount(lines.ids[:, 1:][lines.keep[:, 1:]]).double()
    p = counts[counts > 0] / counts.sum()
    assert lines.frequencies_only() == pytest.approx(
        float(torch.distributions.Categorical(p).entropy()), rel=1e-6
    )
    sizes = {
        name: {
            d: pre_vs_post_norm.gradients(lines, d, name == pre_vs_post_norm.POST, seeds=(1,))
            for d in (1, 3)
        }
        for name in (pre_vs_post_norm.PRE, pre_vs_post_norm.POST)
    }
    assert [len(layers) for layers in sizes[pre_vs_post_norm.PRE].values()] == [1, 3]
    figure, alt = pre_vs_post_norm.gradients_picture(sizes)
    assert "3 layers" in alt and to_svg(figure, alt) == to_svg(
        *pre_vs_post_norm.gradients_picture(sizes)
    )
    runs = {
        pre_vs_post_norm.PRE: pre_vs_post_norm.curve(lines, False, depth=1, steps=12),
        pre_vs_post_norm.POST: [5.0] * 12,
    }
    assert runs[pre_vs_post_norm.PRE] == pre_vs_post_norm.curve(lines, False, depth=1, steps=12)
    assert runs[pre_vs_post_norm.PRE][-1] < runs[pre_vs_post_norm.PRE][0]
    assert "ends at 5.00" in pre_vs_post_norm.curves_picture(runs, 4.0, "t")[1]


def test_slopes_and_means():
    assert pre_vs_post_norm.log_slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)
    assert pre_vs_post_norm.log_slope([1, 2, 4], [5, 5, 5]) == pytest.approx(0)
    assert pre_vs_post_norm.smooth([4, 2, 6], 2) == [4, 3, 4]


# --- who sees whom


def test_masks_of_the_three_kinds():
    everybody, backwards, both = (mask_explorer.mask_of(kind.name) for kind in mask_explorer.KINDS)
    assert everybody.all() and torch.equal(backwards, torch.ones(5, 5).tril().bool())
    assert both[:3, :3].all() and not both[:3, 3:].any() and both[3:, :3].all()
    assert torch.equal(both[3:, 3:], torch.ones(4, 4).tril().bool())


@pytest.mark.parametrize("kind", [kind.name for kind in mask_explorer.KINDS])
def test_who_sees_picture(kind):
    words, mask = mask_explorer.words_of(kind), mask_explorer.mask_of(kind)
    for at in range(len(words)):
        svg, alt = mask_explorer.sees_picture(kind, at)
        assert words_in(svg).count("✓") == int(mask.sum()) and f"{words[at]} sees" in alt
        assert f"sees {int(mask[at].sum())} of {len(words)}" in " ".join(words_in(svg))


def test_who_sees_widget():
    shown = mask_explorer.WhoSees()
    first = shown.out.value
    shown.kind.value = "encoder–decoder"
    assert shown.out.value != first and len(shown.word.options) == 7 and shown.word.value == 1
    shown.word.value = 6
    assert "游泳 sees 7 of 7" in shown.out.value
    shown.kind.value = "decoder"
    assert "duck sees 2 of 5: The, duck" in shown.out.value
    svg, alt = mask_explorer.all_kinds_picture()
    assert {"encoder", "decoder", "encoder–decoder", "BERT", "GPT"} <= set(
        words_in(svg)
    ) and "backwards" in alt


# --- BERT and GPT


@pytest.fixture(scope="module")
def data(web):
    return bert_vs_gpt.Gaps(web, n_facts=6)


def test_gaps_are_cut_and_kept(data):
    assert len(data.train) == 24 and len(data.new) == 12 and sum(gap.early for gap in data.new) == 6
    assert not {gap.words for gap in data.train} & {gap.words for gap in data.new}
    for gap in data.train + data.new:
        country, answer = gap.fact.subject.name.en, gap.fact.answer.en
        assert gap.words[gap.place] == answer and gap.words[0] == bert_vs_gpt.START
        assert gap.early == (gap.words.index(answer) < gap.words.index(country))
    assert data.text(data.encode(data.train[0].words)).endswith(".")
    assert data.vocabulary[:2] == [bert_vs_gpt.START, bert_vs_gpt.MASK] and len(
        set(data.vocabulary)
    ) == len(data.vocabulary)


def test_a_gpt_reads_what_stands_before_the_gap_and_a_bert_both_sides(data):
    gap = next(g for g in data.new if not g.early)
    other = dataclasses.replace(gap, words=(*gap.words[: gap.place + 1], "Many"))
    for causal in (True, False):
        model = data.reader(causal)
        same = torch.equal(
            bert_vs_gpt.chances(model, data, gap), bert_vs_gpt.chances(model, data, other)
        )
        assert same == causal
        assert float(bert_vs_gpt.chances(model, data, gap).sum()) == pytest.approx(1, abs=1e-5)
        swapped = dataclasses.replace(
            gap, words=(*gap.words[: gap.place], "Many", *gap.words[gap.place + 1 :])
        )
        assert torch.equal(
            bert_vs_gpt.chances(model, data, gap), bert_vs_gpt.chances(model, data, swapped)
        ), "the answer is hidden"


def test_both_learn_and_write(data):
    for causal in (True, False):
        model = data.reader(causal)
        losses = bert_vs_gpt.learn(model, data, steps=25)
        assert losses[-1] < losses[0] and not model.training
        for at_once in (False, True):
            texts = bert_vs_gpt.written(model, data, 5, at_once)
            assert texts == bert_vs_gpt.written(model, data, 5, at_once) and len(texts) == 5
            assert all(
                words[0] == bert_vs_gpt.START and len(words) <= data.ids.shape[1] for words in texts
            )
        assert 0 <= bert_vs_gpt.share_right(model, data, True) <= 1
    assert bert_vs_gpt.share_true([data.train[0].words, data.train[0].words[:-1]], data) == 0.5


def test_pairs_picture():
    svg, alt = bert_vs_gpt.pairs_picture(
        {"late": {"GPT": 0.9, "BERT": 0.5}, "early": {"GPT": 0.0, "BERT": 1.0}}, "Shares"
    )
    assert {"GPT", "BERT", "90 %", "0 %", "100 %"} <= set(words_in(svg)) and alt.startswith(
        "Shares. late: GPT 90 %"
    )


# --- the translator


def test_claims_and_translator(web):
    claims = translation.Claims(web, n_pairs=150, n_new=10)
    assert len(claims.new) == 10 and not set(claims.new) & set(claims.train)
    source, keep, target = claims.batch(claims.new)
    assert bool((target[:, 0] == 1).all()) and claims.signs[:2] == [
        translation.STOP,
        translation.START,
    ]
    assert claims.text(target[0, 1:].tolist()) == "".join(claims.chinese(claims.new[0]))
    assert [claims.words[i] for i in source[0][keep[0]].tolist()] == claims.english(claims.new[0])
    model = claims.translator()
    losses = translation.learn(model, claims, steps=20)
    assert losses[-1] < losses[0] and translation.share_right(model, claims, blind=True) <= 0.2
    sentence = " ".join(claims.english(claims.new[0]))
    weights, signs, words = translation.looks(model, claims, sentence)
    assert weights.shape == (len(signs), len(words))
    torch.testing.assert_close(weights.sum(-1), torch.ones(len(signs)))
    assert "".join(signs).startswith(translation.say(model, claims, sentence))
    assert translation.encoder_decoder.cross_attention.__name__ == "cross_attention", "put back"
    with pytest.raises(KeyError):
        translation.say(model, claims, "An elephant.")


# --- steps that wait


def test_products_are_counted():
    readers = sequential_cost.readers()
    assert [sequential_cost.products(readers[sequential_cost.RECURRENT], t) for t in (3, 7)] == [
        6,
        14,
    ]  # two a step
    few = [sequential_cost.products(readers[sequential_cost.BLOCK], t) for t in (3, 7)]
    assert few[0] == few[1] <= 6
    threads = torch.get_num_threads()
    found = sequential_cost.seconds(readers, (2, 4), rounds=2)
    assert set(found) == set(readers) and all(
        0 < s < 60 for by_length in found.values() for s in by_length.values()
    )
    assert torch.get_num_threads() == threads
    took = {name: {t: t * 1e-4 for t in (2, 4)} for name in readers}
    figure, alt = sequential_cost.turns_picture(took)
    assert alt.count("slope 1.00") == 2 and to_svg(figure, alt).startswith("<svg")
