"""The labeler of lesson 12 in real JupyterLab: twenty pairs by keyboard, the page loaded anew midway, nothing lost."""

import json
import urllib.request

import pytest

from tests.browser.test_jupyterlab import DARK, FAULTS, PATIENCE_MS, RUN, TOKEN, lab  # noqa: F401
from tests.support import browser

pytestmark = [pytest.mark.browser, pytest.mark.lesson]
N_PAIRS = 20
CELLS = [
    "from gptlab import start\nlesson = start('12a')",
    f"""from gptlab.course.labels import labels_file
from gptlab.engine.assistant import shipped
from gptlab.experiments.reward.comparisons import Source, crowd_that_agrees
from gptlab.view.reward.labeler import Labeler
from gptlab.view.reward.pairs import labeler
from gptlab.world.web import Web
source = Source(Web(), shipped('sft'))
pairs = source.pairs({N_PAIRS}, seed=12)
crowd = crowd_that_agrees(0.726, pairs)
labeler(Labeler(pairs, labels_file('tried'), crowd))""",
    """from gptlab.view.reward.labeler import labels_of
made = labels_of(pairs, labels_file('tried'))
kept = [made[i] for i in sorted(made)]
print('MADE', [x.order[0] if x.order else x.kind for x in kept])""",
]
# what each key says of a pair
SAYS = {"1": 0, "2": 1, "ArrowLeft": 0, "ArrowRight": 1, "=": "tie", "s": "skipped"}
KEYS = ["1", "2", "ArrowLeft", "ArrowRight", "=", "s", "1", "ArrowRight", "2", "1"] * 2


def put_notebook(address, sources=CELLS, name="labeler"):
    """A notebook of these cells, made in the running JupyterLab; -> its address."""
    base = address.partition("/lab/")[0]
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    body = json.dumps({"type": "notebook", "format": "json", "content": notebook}).encode()
    request = urllib.request.Request(
        f"{base}/api/contents/lessons/{name}.ipynb?token={TOKEN}", body, method="PUT"
    )
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=60).close()
    return address % (name, f"{name}.ipynb")


def opened(page, address, own="gptlab-labeler"):
    """The notebook on the page, run to its end; -> the labeler, or the widget of that class."""
    page.goto(address)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    assert page.evaluate(RUN), page.evaluate(FAULTS)
    assert page.evaluate(FAULTS) == []
    box = page.locator(f".{own}")
    box.wait_for()
    return box


def press(page, keys, begun):
    """Keys one after the other, each when the last has been counted."""
    for n, key in enumerate(keys, start=begun + 1):
        page.keyboard.press(key)
        page.locator(f".gptlab-labeler >> text={n} of {N_PAIRS} labelled").wait_for()


def count(box):
    """How many pairs the widget says are labelled."""
    return int(box.inner_text().partition(f" of {N_PAIRS} labelled")[0].split()[-1])


def test_twenty_pairs_by_keyboard_and_the_page_loaded_anew_midway(lab, capsys):  # noqa: F811
    with browser.chromium(capsys) as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        address = put_notebook(lab)
        box = opened(page, address)
        assert count(box) == 0
        assert box.get_attribute("role") == "group" and "arrow left" in box.get_attribute(
            "aria-label"
        )
        box.focus()
        assert box.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        press(page, KEYS[:10], 0)
        page.keyboard.press("u")  # the tenth is taken back, and said again
        page.locator(f".gptlab-labeler >> text=9 of {N_PAIRS} labelled").wait_for()
        press(page, KEYS[9:10], 9)

        box = opened(page, address)  # the page anew, and the cells run again: the file has them all
        assert count(box) == 10
        box.focus()
        press(page, KEYS[10:], 10)
        assert "All are labelled" in box.inner_text()
        kinds = page.locator(".jp-Notebook .jp-Cell").evaluate_all(
            "cells => cells.map(e => e.classList.contains('jp-CodeCell'))"
        )
        assert kinds == [True] * len(CELLS)  # JupyterLab took none of the keys for its own
        assert page.evaluate(RUN), page.evaluate(FAULTS)
        said = page.locator(".jp-OutputArea-output >> text=MADE").inner_text()
        assert said.strip() == f"MADE {[SAYS[key] for key in KEYS]}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_labeler_fits_a_telephone(lab, capsys, scheme, tmp_path):  # noqa: F811
    with browser.chromium(capsys) as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        box = opened(page, put_notebook(lab))
        if scheme == "dark":
            page.evaluate(DARK)
        box.evaluate("e => { e.style.width = '340px' }")
        box.focus()
        page.wait_for_timeout(1000)
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth + 2")
        for button in box.locator("button").all():
            assert button.is_visible() and button.evaluate(
                "e => e.scrollWidth <= e.clientWidth + 2"
            )
        box.screenshot(path=tmp_path / f"labeler-{scheme}.png")
