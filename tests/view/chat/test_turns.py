"""The pictures of turns and of messages to be trimmed."""

import xml.etree.ElementTree as ET

from gptlab.view.chat.turns import TRIM_EXAMPLE, Reading, blocks_picture, turns_picture
from tests.support.pictures import NS, words_in


def inside(picture):
    """Whether every box is within the picture's width."""
    root = ET.fromstring(picture)
    width = float(root.get("width"))
    boxes = list(root.iter(f"{NS}rect"))
    return all(float(b.get("x")) + float(b.get("width")) <= width for b in boxes if b.get("x"))


def test_each_turn_says_what_is_read_and_what_is_written():
    read = [("<|user|>", "user"), (b" word", "user")] * 30
    picture, alt = turns_picture([Reading(read, [(b"Yes", "assistant"), ("<|end|>", "assistant")])])
    assert "turn 1: reads 60 tokens, writes 2" in alt and "“Yes”" in alt
    assert "turn 1: reads 60 tokens, writes 2" in " ".join(words_in(picture)) and inside(picture)


def test_the_blocks_show_all_tokens_and_the_budget():
    picture, alt = blocks_picture(budget=22)
    total = sum(block.cost for block in TRIM_EXAMPLE)
    assert f"{total} tokens; the budget is 22" in alt and inside(picture)
    assert all(block.text in alt for block in TRIM_EXAMPLE)


def test_the_paper_example_is_what_the_reference_keeps():
    from gptlab.blanks.registry import reference

    messages = [{"role": b.role, "content": b.text} for b in TRIM_EXAMPLE]
    costs = {b.text: b.cost for b in TRIM_EXAMPLE}

    def kept(budget):
        found = reference("chat.trim_history")(messages, budget, costs.__getitem__)
        return [m["content"] for m in found]

    assert kept(22) == [TRIM_EXAMPLE[i].text for i in (0, 3, 4, 5)]
    assert kept(16) == [TRIM_EXAMPLE[i].text for i in (0, 5)]
