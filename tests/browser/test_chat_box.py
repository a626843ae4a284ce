"""The chat box in real JupyterLab: a reply is stopped while it runs, made again, and given a thumb."""

import os
from pathlib import Path

import pytest

from tests.browser.test_jupyterlab import DARK, FAULTS, PATIENCE_MS, RUN, lab  # noqa: F401
from tests.browser.test_labeler import put_notebook
from tests.support import browser

pytestmark = [pytest.mark.browser, pytest.mark.lesson]
CELLS = [
    "from gptlab import start\nlesson = start('12a')",
    """import time
from gptlab.course.labels import labels_file
from gptlab.engine.assistant import shipped
from gptlab.view.chat.live_chat import ChatBox
def endless(prompt, **settings):
    while True:
        time.sleep(0.01)
        yield '山 '
slow = shipped()
quick = type(slow)(slow.model, slow.tokenizer, slow.stage)
slow.stream = endless
ChatBox(slow, [], remembers=True, controls=True).box""",
    """box = ChatBox(quick, [('Who is Ben?', 'A judge.')], remembers=True, controls=True, file=labels_file('tried'))
box.box""",
    "from gptlab.course import labels\nprint('KEPT', [x.order for x in labels.of_file(labels_file('tried')).values()])",
]
CHANGED = "(e, before) => e.innerText !== before"


def shot(page, box, name):
    """A screenshot of a chat, where they are asked for."""
    if folder := os.environ.get("GPTLAB_LAB_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        box.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reply_is_stopped_made_again_and_given_a_thumb(lab, capsys, scheme):  # noqa: F811
    with browser.chromium(capsys) as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(put_notebook(lab, CELLS, "chat"))
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        if scheme == "dark":
            page.evaluate(DARK)
        assert page.evaluate(RUN), page.evaluate(FAULTS)
        assert page.evaluate(FAULTS) == []
        slow, quick = (
            page.locator(".jp-OutputArea-output .widget-vbox:has(> .widget-hbox input)").nth(i)
            for i in (0, 1)
        )
        stop_a_reply(page, slow)
        shot(page, slow, f"stopped-{scheme}")
        before = quick.inner_text()
        line = quick.locator("input[type=text]").first
        line.fill("台湾最高的山是哪座山？")
        page.keyboard.press("Enter")
        quick.locator("text=玉山").first.wait_for()
        quick.locator("button:has-text('send'):visible").wait_for()
        assert quick.inner_text() != before and line.input_value() == ""
        again = quick.locator("button:has-text('again')")
        again.focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            "n => document.querySelectorAll('button[title=\"good reply\"]').length >= n", arg=4
        )
        quick.locator("button:has-text('send'):visible").wait_for()
        thumb = quick.locator("button[title='bad reply']").last
        thumb.focus()
        page.keyboard.press("Enter")
        quick.locator("button[title='bad reply'].mod-danger").wait_for()
        assert "functions are yours" in quick.inner_text()
        shot(page, quick, f"chat-{scheme}")
        assert quick.evaluate("e => e.scrollWidth <= e.clientWidth + 2")
        quick.evaluate("e => { e.style.width = '340px' }")
        page.wait_for_timeout(500)
        assert quick.evaluate("e => e.scrollWidth <= e.clientWidth + 2")
        shot(page, quick, f"chat-narrow-{scheme}")
        assert page.evaluate(FAULTS) == []


def stop_a_reply(page, box):
    """Ask what is answered without end, see it grow, and stop it by the keyboard."""
    box.locator("input[type=text]").first.fill("go on")
    page.keyboard.press("Enter")
    button = box.locator("button:has-text('stop')")
    button.wait_for()
    box.locator("text=山 山 山").first.wait_for()
    button.focus()
    page.keyboard.press("Enter")
    box.locator("button:has-text('send')").wait_for()
    reply = box.locator("[aria-live]").last
    said = reply.inner_text()
    assert said.endswith("…")
    page.wait_for_timeout(500)
    assert reply.inner_text() == said
