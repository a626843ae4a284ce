"""What a text costs in tokens, in two languages."""

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.bpe import (
    token_cost,
)
from tests.support.pictures import within, words_in

TOKENIZERS = {"bytes": Tokenizer([]), "few": Tokenizer([(0xE5, 0xB1), (256, 0xB1)])}


def test_the_cost_is_counted_in_both_languages():
    svg, said = token_cost.token_cost_picture(("hill", "山"), TOKENIZERS)
    shown = words_in(svg)
    assert [x for x in shown if x.endswith("×")] == ["0.75 ×", "0.25 ×"] and within(svg)
    assert "中文: 3 tokens" in shown and "中文: 1 tokens" in shown
    assert "few: English 4 tokens (h | i | l | l), 中文 1 tokens (山), 0.25 ×" in said
    assert token_cost.ratio((4, 0)) == token_cost.ratio((0, 3)) == ""
    assert token_cost.ratio((10, 19)) == "1.9 ×"


def test_the_cost_follows_the_boxes():
    live = token_cost.TokenCost(TOKENIZERS, [("hill", "山"), ("two hills", "山山")])
    live.examples.value = 1
    assert [box.value for box in live.texts] == [
        "two hills",
        "山山",
    ] and "中文: 2 tokens" in words_in(live.out.value)
    live.texts[1].value = ""
    assert not any(x.startswith("中文:") for x in words_in(live.out.value))
    live.texts[0].value = ""
    assert "type a text" in words_in(live.out.value)
    live.texts[0].value = "<" * 400
    assert "first 300" in live.note.value and "English: 300 tokens" in words_in(live.out.value)


def test_the_cost_without_a_notebook(capsys):
    token_cost.token_cost(TOKENIZERS, [("hill", "山")])
    assert capsys.readouterr().out.startswith(
        "What a text costs. English: 4 characters, 4 bytes; 中文: 1 characters, 3 bytes."
    )
