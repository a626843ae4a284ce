"""Frames: every combination is drawn, one is visible, and the ids of two of them do not meet."""

import re

import pytest

from gptlab.view.kit.frames import Choice, frames_html, show_frames
from gptlab.view.kit.picture import Picture

CHOICES = [Choice("size", ("small", "large"), 1), Choice("colour", ("red", "green", "blue"))]


def draw(size, colour):
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg"><g id="{size}{colour}"/></svg>',
        f"{size} and {colour}",
    )


def test_every_combination_is_drawn_and_the_first_is_shown():
    html = frames_html(CHOICES, draw)
    assert html.count("<img ") == 6 and html.count('type="radio"') == 5
    assert html.count('display:block"') == 1 and 'style="display:block"><img alt="1 and 0"' in html
    assert html.count(" checked") == 2 and html.count("<label ") == 5


def test_a_rule_for_every_frame():
    html = frames_html(CHOICES, draw)
    own = re.match(r'<div class="(\w+)">', html)[1]
    for i in range(2):
        for j in range(3):
            assert (
                f"#{own}-0-{i}:checked~#{own}-1-{j}:checked~.{own}-{i}-{j}{{display:block" in html
            )


def test_other_pictures_get_other_ids():
    other = frames_html(CHOICES, lambda i, j: draw(j, i))
    assert not set(re.findall(r'id="(\S+)"', other)) & set(
        re.findall(r'id="(\S+)"', frames_html(CHOICES, draw))
    )


def test_without_a_notebook_the_description_is_printed(capsys):
    show_frames(CHOICES, draw)
    assert capsys.readouterr().out == "1 and 0\n"


@pytest.mark.parametrize("name", ["a < b", '"quoted"'])
def test_names_are_escaped(name):
    html = frames_html([Choice(name, (name, "x"))], lambda i: draw(i, 0))
    assert name not in re.sub(r"base64,[^\"]*", "", html)
