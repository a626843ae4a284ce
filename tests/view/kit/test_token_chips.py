"""Text cut into pieces, drawn as chips."""

import xml.etree.ElementTree as ET

from gptlab.view.kit import token_chips
from tests.support.pictures import marked_in, within, words_in


def test_chips_wrap_and_stay_inside():
    _, height = token_chips.flow(["word"] * 40, 0, 400)
    assert height == 5 * (token_chips.HIGH + token_chips.GAP)  # nine of 43.6 pixels a line
    svg, said = token_chips.rows_picture(
        [token_chips.Row("one", ["a" * 200, b" b", "<|end|>"], "3 pieces", marked=[2])],
        "Title",
        ["foot"],
    )
    assert (
        within(svg)
        and marked_in(svg) == ["⟨end⟩"]
        and "␣b" in words_in(svg)
        and "foot" in words_in(svg)
    )
    assert said.startswith("Title. one (3 pieces): aaa") and said.endswith("| ␣b | ⟨end⟩. foot")


def test_chips_that_have_no_room_are_counted():
    parts, height = token_chips.flow([b"\xe7"] * 60, 0, 300, most_lines=2)
    shown = sum(">‹e7›<" in part for part in parts)
    assert f"… {60 - shown} more" in parts[-1] and height == 2 * (
        token_chips.HIGH + token_chips.GAP
    )
    assert (
        len(token_chips.flow(["a"], 0, 300, most_lines=1)[0]) == 2
    )  # the last piece needs no room for a remark


def test_the_same_piece_has_the_same_tint_and_cuts_stand_apart():
    assert token_chips.tint("山") == token_chips.tint("山".encode())
    near, far = (token_chips.flow(["a", "b"], 0, 300, cuts=cuts)[0][2] for cuts in ((), (1,)))
    x = [float(ET.fromstring(part).get("x")) for part in (near, far)]
    assert x[1] - x[0] == token_chips.CUT
