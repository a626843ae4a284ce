"""The pictures of lesson 08 say what they show, and its widgets move."""

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.zero_shot import cues, growth
from gptlab.experiments.zero_shot.tasks import Question, Scored
from gptlab.view.kit.style import to_svg
from gptlab.view.zero_shot import continuation_score, cue_words, initialization, option_scores
from gptlab.view.zero_shot import growth as growth_view
from gptlab.world.web import Web
from tests.support.pictures import words_in

ONE = Scored(
    Question("Who?", (" Ann.", " Bartholomew."), 1),
    torch.tensor([-2.0, -3.0]),
    torch.tensor([1, 4]),
    {"": torch.tensor([-1.0, -6.0])},
)


def test_a_continuation_is_added_up():
    svg, alt = continuation_score.score_picture(["a", "b", "c", "d"], 2, [-9.0, -1.25, -0.5])
    assert "together −1.75 nats" in alt and "c −1.25, d −0.50" in alt
    said = words_in(svg)
    assert "−1.75" in said and "by nobody" in said and "position 2" in said


def test_the_same_of_a_model():
    tokenizer = Tokenizer([])
    model = GPT(GPTConfig(tokenizer.vocab_size, 16, 1, 1, 8), seed=1).eval()
    picture = continuation_score.continuation_picture(model, tokenizer, [65, 66], [67, 68])
    logits = model(torch.tensor([[65, 66, 67, 68]]))[0].log_softmax(-1).detach()
    total = float(logits[1, 67] + logits[2, 68])
    assert f"together {total:.2f} nats".replace("-", "−") in picture.alt


def test_options_three_ways():
    _, alt = option_scores.options_picture(ONE)
    assert "raw: Ann. -2.00, Bartholomew. -3.00; chosen Ann., wrong" in alt
    assert "per token: Ann. -2.00, Bartholomew. -0.75; chosen Bartholomew., right" in alt
    assert "neutral: Ann. -1.00, Bartholomew. 3.00; chosen Bartholomew." in alt


def test_the_option_box_moves():
    other = Scored(Question("Where?", (" X.", " Y."), 0), ONE.scores, ONE.lengths, ONE.neutral)
    box = option_scores.OptionBox([ONE, other])
    seen = {box.out.value}
    box.way.value = option_scores.PER_TOKEN
    seen.add(box.out.value)
    box.question.value = 1
    seen.add(box.out.value)
    assert len(seen) == 3 and "Where?" in box.out.value


def test_accuracies_as_a_table():
    _, alt = option_scores.accuracy_picture({"a few": [ONE, ONE]})
    assert "a few: per token 100, neutral 100" in alt


def test_cues_as_table_and_lines():
    shares = {name: dict.fromkeys(cues.KINDS, 0.0) | {"tags": 0.5} for name in cues.CUES}
    assert '"=": tags 50' in cue_words.cue_table_picture(shares).alt
    svg, alt = cue_words.lines_picture("Lima.", {'"="': "玉山。", '"—"': ""})
    assert "Yushan." in words_in(svg) and "(nothing)" in words_in(svg) and "玉山" in alt


def test_the_cue_box_writes():
    tokenizer = Tokenizer([])
    model = GPT(GPTConfig(tokenizer.vocab_size, 160, 1, 1, 8), seed=1).eval()
    box = cue_words.CueBox(model, tokenizer, Web())
    before = box.out.value
    box.cue.value = '"="'
    box.write_again()
    assert box.seed == 2 and box.out.value != before


def test_growth_is_drawn_with_the_readers_own_run():
    rows = [
        {"size": size, "seed": seed, "step": step, "tokens": 1000 * step, "accuracy": accuracy}
        for size in growth.SIZES
        for seed in (0, 1)
        for step in (0, 10)
        for accuracy in [{task: {"raw": 0.2, "per token": 0.1 + step / 20 + seed / 10} for task in growth.CHANCE}]
    ]  # fmt: skip
    figure, alt = growth_view.growth_picture(rows, live=rows[:2])
    assert to_svg(figure, alt).startswith("<svg")
    assert "mood, 16 wide, 1 layer: 15%, 65%" in alt
    last = growth_view.means(rows, "16 wide, 1 layer", "sum", "per token")[1]
    assert last == pytest.approx((10000, 0.65, 0.6, 0.7))


def test_beginnings_are_drawn():
    figure, alt = initialization.stream_picture({"flat": [0.1, 0.2], "ours": [0.1, 0.1]})
    assert to_svg(figure, alt).startswith("<svg") and "flat: from 0.100 to 0.200" in alt
    run = {"first": 6.5, "last": 2.0, "curve": [6.5, 4.0, 2.0], "parameters": 5, "uniform": 6.6}
    figure, alt = initialization.curves_picture({"tied": run})
    assert to_svg(figure, alt).startswith("<svg") and "tied: first 6.50, last 2.00" in alt
