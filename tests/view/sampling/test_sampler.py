"""Lesson 00's widgets, driven without a browser: a walk through a model, its pictures, the chat, the limit, the timeline."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch

from gptlab.engine import assistant
from gptlab.engine.assistant import Speaker
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import shipped
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view import timeline
from gptlab.view.chat import chat_box
from gptlab.view.sampling import sampler, token_limit, token_walk

NS = "{http://www.w3.org/2000/svg}"
TOKENIZER = Tokenizer([(32, 97), (0xE7, 0x8E)])  # " a" and two thirds of 玉
STOP = TOKENIZER.special["endoftext"]
A, B, JADE, LESS = 256, 98, 257, 60  # " a", "b", half of 玉, "<"


class Known:
    """A stand-in for a model: what comes next depends on the last token alone, and is written down here."""

    after = {JADE: {0x89: 1.0}, 0x89: {STOP: 1.0}, A: {B: 0.6, STOP: 0.4}}
    otherwise = {A: 0.5, JADE: 0.3, LESS: 0.15, 10: 0.05}

    def __init__(self, context=12):
        self.config = GPTConfig(
            vocab_size=TOKENIZER.vocab_size, context=context, n_layers=1, n_heads=1, d_model=8
        )
        self.calls = 0

    def __call__(self, ids):
        self.calls += 1
        p = torch.zeros(*ids.shape, TOKENIZER.vocab_size, dtype=torch.float64)
        for token, share in self.after.get(int(ids[0, -1]), self.otherwise).items():
            p[0, -1, token] = share
        return p.log()


class KnownSpeaker(Speaker):
    """Goes on greedily, one forward pass a token, in place of the cached generation."""

    def go_on(self, ids, max_new_tokens=48, temperature=0.0, seed=0):
        new = []
        while len(new) < max_new_tokens and len(ids) + len(new) < self.context and STOP not in new:
            new.append(int(self.probabilities(ids + new).argmax()))
        return new


@pytest.fixture
def base():
    return KnownSpeaker(Known(), TOKENIZER, chats=False, name="base model")


@pytest.fixture
def real():
    config = GPTConfig(
        vocab_size=TOKENIZER.vocab_size, context=24, n_layers=1, n_heads=2, d_model=16
    )
    return Speaker(
        GPT(config, seed=3).eval(), TOKENIZER, chats=True, name="chat model", stage="ppo_ptx"
    )


def texts(picture):
    return [t.text or "" for t in ET.fromstring(picture).iter(f"{NS}text")]


def labels(column):
    return [b.description for b in column.buttons if not b.disabled]


# the walk


def test_candidates_are_the_likeliest_in_order(base):
    found = token_walk.Walk(base, "x").candidates(3)
    assert [(s.id, s.label) for s in found] == [(A, "␣a"), (JADE, "‹e7 8e›"), (LESS, "<")]
    assert [s.probability for s in found] == pytest.approx([0.5, 0.3, 0.15])


def test_a_walk_to_the_stop_token(base):
    w = token_walk.Walk(base, "x")
    w.pick(JADE)
    assert w.text == "‹e7 8e›" and not w.stopped
    w.pick(0x89)
    assert w.text == "玉"
    w.pick(STOP)
    assert w.stopped and w.text == "玉" and w.candidates() == []
    assert w.ids == [STOP, ord("x"), JADE, 0x89, STOP]
    w.pick(A)
    w.let_it_pick()
    w.finish()
    assert len(w.steps) == 3


def test_undo_brings_the_same_candidates_and_computes_nothing(base):
    w = token_walk.Walk(base, "x")
    before, other = w.candidates(), list(w.ids)
    w.pick(A)
    inside = w.candidates()
    w.undo()
    calls = base.model.calls
    assert w.candidates() == before and w.ids == other and base.model.calls == calls
    w.pick(JADE)
    assert w.candidates() != inside  # not what stood at this length before
    w.restart()
    w.undo()
    assert w.steps == [] and w.candidates() == before


def test_an_unlikely_token_can_be_picked_too(base):
    w = token_walk.Walk(base, "x")
    w.pick(65)
    assert w.steps[0].probability == 0 and w.text == "A"


def test_it_ends_where_the_context_does(base):
    w = token_walk.Walk(base, "x" * 9)
    w.pick(B)
    w.pick(B)
    assert w.full and not w.stopped and w.candidates() == []
    with pytest.raises(assistant.TooLong, match="12 tokens, but the model looks at 12"):
        token_walk.Walk(base, "x" * 11)


def test_let_it_pick_draws_with_the_models_probabilities(base):
    w, n = token_walk.Walk(base, "x", seed=5), 3000
    counts = dict.fromkeys(Known.otherwise, 0)
    for _ in range(n):
        w.let_it_pick()
        counts[w.steps[0].id] += 1
        w.undo()
    for token, p in Known.otherwise.items():
        assert abs(counts[token] / n - p) < 4 * math.sqrt(p * (1 - p) / n), token


def test_finishing_is_the_same_for_the_same_seed(base):
    ends = []
    for seed in (1, 1, 2, 3, 4, 5):
        w = token_walk.Walk(base, "x", seed)
        w.finish()
        assert w.stopped or w.full
        ends.append(w.ids)
    assert ends[0] == ends[1] and len({tuple(e) for e in ends}) > 1


# pictures


def test_path_picture_takes_the_ranks_that_it_was_given(base):
    picture, alt = token_walk.path_picture(base, "x", [1, 1, 3, 1], n=2)
    shown = texts(picture)
    assert (
        shown[:3] == ["1", "x …", "␣a"]
        and "50 % ◀" in shown
        and "60 % ◀" in shown
        and shown[-1] == "x ab< a …"
    )
    assert (
        "choice 2: b 60 %, ⟨endoftext⟩ 40 %; picked b" in alt
        and "choice 3" in alt
        and "picked <" in alt
    )


def test_path_picture_shows_no_choice_where_there_is_none(base):
    picture, alt = token_walk.path_picture(base, "x", [2, 1, 1, 1], n=2)
    assert (
        texts(picture)[-1] == "x玉" and "choice 2" not in alt
    )  # half of 玉 leaves nothing to choose, up to the stop token
    assert "picked ‹e7 8e›" in alt and alt.endswith("So far: “玉”.")


def test_endings_agree_with_a_loop(real):
    for step, ending in token_walk.endings(real, "ab", n=4, most=6):
        ids, new = real.begin("ab") + [step.id], [step.id]
        while len(new) < 7 and new[-1] != real.stop:
            new.append(int(real.model(torch.tensor([ids]))[0, -1].argmax()))
            ids.append(new[-1])
        assert ending == token_walk.readable(real, new)


def test_fork_picture(base):
    picture, alt = token_walk.fork_picture(base, "x", n=3)
    shown = texts(picture)
    assert shown[0] == "x …" and {"␣a", "‹e7 8e›", "<", "50 %", "玉"} <= set(shown)
    assert "‹e7 8e› (30 %) leads to “玉”" in alt


def test_kinds_picture_counts_all(monkeypatch, base):
    found = {
        "answer": 120,
        "question": 60,
        "exam": 20,
        "other": 0,
        "examples": {"answer": "？\n玉山。"},
    }
    monkeypatch.setattr(token_walk.evaluate, "continuations", lambda *_: found)
    picture, alt = token_walk.kinds_picture(base, "x", 200)
    assert {"60 %", "30 %", "10 %", "0 %", "？⏎玉山。"} <= set(texts(picture)) and alt.startswith(
        "200 continuations of “x”"
    )


# the widget


def test_buttons_pick(base):
    column = sampler.Column(token_walk.Walk(base, "x"))
    assert labels(column)[:4] == ["1   ␣a", "2   ‹e7 8e›", "3   <", "4   ⏎"]
    assert "50 %" in column.bars[0].value and "50 %" in column.buttons[0].tooltip
    column.buttons[1].click()
    assert column.walk.text == "‹e7 8e›" and labels(column)[0] == "1   ‹89›"
    column.buttons[0].click()
    column.buttons[0].click()
    assert (
        column.walk.stopped and labels(column) == [] and column.let.disabled and column.end.disabled
    )
    assert "stop token" in column.state.value and "3 tokens" in column.state.value
    column.back.click()
    assert not column.walk.stopped and labels(column) and not column.let.disabled
    column.again.click()
    assert column.walk.steps == [] and column.back.disabled and column.again.disabled


def test_keys(base):
    column = sampler.Column(token_walk.Walk(base, "x"))
    for keys, length in (
        ("2", 1),
        ("1", 2),
        ("u", 1),
        ("r", 0),
        ("21", 2),
        ("9xq ", 2),
        ("U", 1),
        ("R0", 1),
        ("f", None),
    ):
        column.keys.value = keys
        assert column.keys.value == "" and length in (None, len(column.walk.steps)), keys
    assert column.walk.stopped or column.walk.full


def test_what_stands_in_a_text_is_not_taken_for_html(base):
    column = sampler.Column(token_walk.Walk(base, "<i>x"))
    column.keys.value = "3"
    assert "&lt;i&gt;x" in column.text.value and "<i>" not in column.text.value
    assert ">&lt;</span>" in column.text.value


def test_models_one_by_one_and_side_by_side(base, real):
    box = sampler.Sampler([base, real], prompts=("x", "山"))
    shown = lambda: [c.box.layout.display != "none" for c in box.columns]  # noqa: E731
    assert shown() == [True, False]
    box.which.value = "chat model"
    assert shown() == [False, True]
    box.which.value = "side by side"
    assert shown() == [True, True]
    assert (
        len(sampler.Sampler([base], prompts=("x",)).box.children) == len(box.box.children) - 1
    )  # nothing to choose from


def test_prompts_of_ones_own_and_back(base, real):
    box = sampler.Sampler([base, real], prompts=("x", "山"))
    box.columns[0].buttons[0].click()
    box.own.value = "  my own "
    assert [c.walk.prompt for c in box.columns] == ["my own"] * 2 and box.columns[
        0
    ].walk.steps == []
    assert box.examples.value is None
    box.examples.value = "x"
    assert box.columns[1].walk.prompt == "x" and box.own.value == ""
    box.own.value = "   "
    assert box.columns[0].walk.prompt == "x"


def test_a_prompt_that_is_too_long_is_refused_in_one_line(base, real):
    box = sampler.Sampler([base, real], prompts=("x",))
    box.own.value = "y" * 40
    assert "make it shorter" in box.note.value and [c.walk.prompt for c in box.columns] == [
        "x",
        "x",
    ]
    box.own.value = "y"
    assert box.note.value == "" and box.columns[0].walk.prompt == "y"


@pytest.mark.parametrize("call", [
    lambda s: sampler.be_the_sampler([s], prompts=("x",)), lambda s: token_limit.cut_off(s, "x"), lambda s: chat_box.chat_box(s, ["x"]),
])  # fmt: skip
def test_each_is_one_bundle_of_widget_and_picture(monkeypatch, real, call):
    shown = []
    for module in (sampler, token_limit, chat_box):
        monkeypatch.setattr(
            module, "show", lambda picture, alt, widget: shown.append((picture, alt, widget))
        )
    call(real)
    ((picture, alt, widget),) = shown
    assert ET.fromstring(picture).get("aria-label") == alt and len(alt) > 40
    assert "application/vnd.jupyter.widget-view+json" in widget._repr_mimebundle_()


# the limit


@pytest.mark.parametrize(
    ("limit", "tokens", "reason"),
    [(1, 1, "length"), (2, 2, "length"), (3, 3, "stop"), (4, 3, "stop")],
)
def test_who_ended_it(base, limit, tokens, reason):
    cut, by = token_limit.ended_by(base, [JADE, 0x89, STOP], limit)
    assert (len(cut), by) == (tokens, reason)


def test_the_slider_cuts_the_reply_off(base):
    box = token_limit.CutOff(base, "x<y", [JADE, 0x89, STOP])
    assert (box.limit.min, box.limit.max) == (1, 5)
    box.limit.value = 1
    assert (
        'finish_reason = "length"' in box.text.value
        and "‹e7 8e›" in box.text.value
        and "x&lt;y" in box.text.value
    )
    box.limit.value = 5
    assert (
        'finish_reason = "stop"' in box.text.value
        and "玉" in box.text.value
        and "after 3 tokens" in box.text.value
    )


def test_picture_of_limits(base):
    picture, alt = token_limit.limits_picture(base, "x", [JADE, 0x89, STOP])
    shown = texts(picture)
    assert [t for t in shown if t.isdigit()] == ["1", "2", "3"]
    assert shown.count("the limit") == 2 and shown.count("the model") == 1 and "玉 ⟨end⟩" in shown
    assert "limit 2: “玉”, ended by the limit" in alt


# the chat


def test_a_chat(real):
    box = chat_box.ChatBox(real, [("a", "b")])
    box.line.value = "ab"
    assert len(box.turns) == 2 and box.turns[1][0] == "ab" and box.line.value == ""
    box.line.value = "ab"  # the same question once more
    box.send.click()  # with nothing in the line
    assert len(box.turns) == 3
    box.line.value = "<b>" * 30
    assert "make it shorter" in box.turns[-1][1] and "<b>" not in box.log.value
    box.clear.click()
    assert box.turns == []


def test_the_reply_of_a_chat_is_what_the_stream_gives(real):
    said = "".join(real.stream("ab", temperature=0.0, max_new_tokens=9))
    assert said == real.reply("ab", max_new_tokens=9)


def test_chat_picture_wraps_and_keeps_every_character(real):
    question, reply = (
        "Where does Emma live, and with whom, and since when? " * 2,
        "台湾最高的山是哪座山" * 8,
    )
    picture, alt = chat_box.chat_picture(real, [(question, reply)])
    shown = texts(picture)
    assert (
        " ".join(shown[: -6 or None]).split()[0] == "Where"
        and "".join(t for t in shown if t[0] > "\u4e00") == reply
    )
    assert question in alt and reply in alt
    width = float(ET.fromstring(picture).get("width"))
    for box in list(ET.fromstring(picture).iter(f"{NS}rect"))[1:]:
        assert 0 <= float(box.get("x")) and float(box.get("x")) + float(box.get("width")) <= width


# models and timeline


def test_speaker(real):
    p = real.probabilities(real.begin("ab"))
    assert p.shape == (TOKENIZER.vocab_size,) and float(p.sum()) == pytest.approx(1, abs=1e-5)
    assert real.begin("ab") == [
        TOKENIZER.special["user"],
        97,
        98,
        TOKENIZER.special["end"],
        TOKENIZER.special["assistant"],
    ]
    assert real.stop == TOKENIZER.special["end"] and real.text([97, real.stop]) == "a"
    assert real.n_parameters == sum(p.numel() for p in real.model.parameters())
    assert len(real.go_on(real.begin("ab"), max_new_tokens=100)) <= real.context - len(
        real.begin("ab")
    )


def test_shipped_models():
    with pytest.raises(ValueError, match="no shipped model 'reward'; there are base, sft, ppo_ptx"):
        assistant.shipped("reward")
    base, chat = assistant.shipped("base"), assistant.shipped()
    assert base is assistant.shipped("base") and not base.chats and chat.chats
    assert base.begin("x")[0] == base.stop == base.tokenizer.special["endoftext"]
    assert base.n_parameters == chat.n_parameters == shipped.record()["parameters"]


def test_the_timeline_stands_where_the_sizes_are():
    picture, alt = timeline.timeline(10**6, 11_900_000)
    dots = [float(c.get("cx")) for c in ET.fromstring(picture).iter(f"{NS}circle")]
    step = (timeline.RIGHT - timeline.LEFT) / 6  # pixels for a power of ten
    sizes = [4e6, 65e6, 117e6, 1.542e9, 175e9, 1.3e9, 175e9, 1e6]
    assert dots == pytest.approx(
        [timeline.LEFT + math.log10(s / 1e6) * step for s in sizes], abs=0.1
    )
    shown = texts(picture)
    assert {
        "175 B",
        "1.3 B to 175 B",
        "not published",
        "1 M",
        "data: 11.9 M tokens of the little web",
    } <= set(shown)
    assert all(p.name in shown and p.idea in shown and p.idea in alt for p in timeline.PAPERS)


def test_every_figure_of_the_timeline_has_a_source():
    lines = timeline.sources().splitlines()
    assert len(lines) == len(timeline.PAPERS) == 7
    assert all(p.source and p.source in line for p, line in zip(timeline.PAPERS, lines))
    years = [int(p.year) for p in timeline.PAPERS]
    assert years == sorted(years)
