"""The lessons in real JupyterLab, in Chromium: run, looked at, and their widgets moved.

    GPTLAB_LAB_LESSONS="2 5" GPTLAB_LAB_SHOTS=shots python -m pytest tests/browser/test_jupyterlab.py

runs other lessons (or parts, 10b) than 00 and 01, and keeps a screenshot of each part of the page.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dev import make_lessons as make
from tests.support import browser
from tests.support.lesson_tree import LESSONS, ROOT

pytestmark = [pytest.mark.browser, pytest.mark.lesson]
TOKEN, WIDTH, HEIGHT = "lessons", 1400, 900
PATIENCE_MS, CHANGE_S = (
    600_000,
    20,
)  # a busy machine is no fault; what a widget shows after a touch comes soon
CHOSEN = os.environ.get("GPTLAB_LAB_LESSONS", "0 1").split()
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {
        "windowingMode": "none"
    },  # every cell is on the page, also those out of sight
}

RUN = """async () => {
  const app = window.jupyterapp; await app.restored;
  const panel = app.shell.currentWidget; await panel.context.ready; await panel.sessionContext.ready;
  const ran = await app.commands.execute('notebook:run-all-cells');
  await new Promise(resolve => setTimeout(resolve, 1500));
  return ran }"""

DARK = """async () => { await window.jupyterapp.restored;
  await window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'}) }"""

FAULTS = """() => {
  const outputs = [...document.querySelectorAll('.jp-Notebook .jp-OutputArea-output')];
  const short = e => e.innerText.trim().slice(0, 160);
  const found = [];
  for (const e of outputs) {
    const kind = e.dataset.mimeType || '';
    if (/error|stderr/.test(kind)) found.push(kind + ': ' + short(e));
    if (/<[\\w.]+ object at 0x|\\b[VH]Box\\(|<Figure size|<IPython\\./.test(e.innerText))
      found.push('raw repr: ' + short(e));
  }
  const wide = '.jp-Notebook .jp-OutputArea-output, .jp-Notebook .jp-MarkdownOutput, .cm-scroller';
  for (const e of document.querySelectorAll(wide))
    if (e.checkVisibility() && e.scrollWidth > e.clientWidth + 2)
      found.push(`scrolls sideways, ${e.scrollWidth} in ${e.clientWidth}: ` + short(e));
  for (const e of document.querySelectorAll('.jp-Notebook img'))
    if (!e.complete || !e.naturalWidth) found.push('an image that is not there: ' + e.alt.slice(0, 80));
    else if (!e.alt) found.push('an image without alt text');
  return found }"""

OUTPUT = ".jp-Notebook .jp-OutputArea-output"
WIDGETS = f"{OUTPUT} > .jupyter-widgets, {OUTPUT} .jupyter-widgets-view"
SHOWS = """box => [...box.querySelectorAll('svg, img, .widget-html-content, .jp-OutputArea-output, .widget-readout')]
  .map(e => e.tagName == 'IMG' ? e.src : e.innerHTML).join(' ')"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the lessons, everything borrowed; -> its address."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(
        ROOT / "lessons",
        home / "lessons",
        ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
    )
    for name, value in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    env = make.environment(home, ROOT)
    for name, folder in (
        ("JUPYTER_CONFIG_DIR", "config"),
        ("JUPYTER_DATA_DIR", "data"),
        ("JUPYTER_RUNTIME_DIR", "runtime"),
        ("JUPYTERLAB_SETTINGS_DIR", "settings"),
        ("JUPYTERLAB_WORKSPACES_DIR", "workspaces"),
    ):
        env[name] = str(home / folder)
    port = browser.free_port()
    with (home / "lab.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                "--ip=127.0.0.1",
                f"--port={port}",
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={TOKEN}",
                f"--ServerApp.root_dir={home}",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, home / "lab.log")
        yield f"http://127.0.0.1:{port}/lab/workspaces/%s/tree/lessons/%s?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(60)


def wait_for(address, server, log):
    """Until the server answers; its log is the error if it ends."""
    for _ in range(2400):
        assert server.poll() is None, Path(log).read_text(encoding="utf-8")[-3000:]
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("JupyterLab does not answer")


def slide(page, control):
    """One step of a slider, away from its end."""
    at_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
    control.focus()
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def choose(page, control):
    """The next line of a list."""
    control.focus()
    page.keyboard.press("ArrowDown")


def write(page, control):
    """A text, and Enter; one key where keys are asked for."""
    wants_a_key = any(c.isdecimal() for c in control.get_attribute("placeholder") or "")
    control.fill("1" if wants_a_key else "The longest river in Egypt is")
    page.keyboard.press("Enter")


def press(page, control):
    """A button."""
    control.focus()
    page.keyboard.press("Enter")


def pick(page, control):
    """One of several answers."""
    control.focus()
    page.keyboard.press("Space")


def is_chosen(path):
    """True for a notebook whose lesson, or whose part such as 10b, is to be run."""
    return bool({str(int(path.name[:2])), path.name[:3].lstrip("0")} & set(CHOSEN))


CONTROLS = (
    (".noUi-handle:visible", slide),
    ("select:visible", choose),
    ("input[type=text]:visible:enabled", write),
    ("input[type=radio]:visible:enabled", pick),
    ("button.widget-toggle-button:not(.mod-active):visible:enabled", press),
    ("button.widget-button:visible:enabled", press),
)


def move(page, box):
    """Move one control of each kind with the keyboard; -> {which: whether the widget then showed something else}."""
    changed = {}
    for selector, operate in CONTROLS:
        if control := next(iter(box.locator(selector).all()), None):
            before = box.evaluate(SHOWS)
            operate(page, control)
            deadline = time.monotonic() + CHANGE_S
            while not (new := box.evaluate(SHOWS) != before) and time.monotonic() < deadline:
                page.wait_for_timeout(100)
            changed[selector] = new
    return changed


def shots(page, name):
    """Screenshots of the whole page, screen by screen, where they are asked for."""
    if folder := os.environ.get("GPTLAB_LAB_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        panel = page.locator(".jp-WindowedPanel-outer").first
        for i in range(10**6):
            panel.evaluate("(e, y) => { e.scrollTop = y }", i * (HEIGHT - 120))
            page.wait_for_timeout(150)
            page.screenshot(path=Path(folder) / f"{name}-{i:03}.png")
            if panel.evaluate("e => e.scrollTop + e.clientHeight >= e.scrollHeight - 2"):
                return


@pytest.mark.parametrize(
    "path", [path for path in LESSONS if is_chosen(path)], ids=lambda path: path.stem
)
def test_a_lesson_in_jupyterlab(lab, capsys, path):
    with browser.chromium(capsys) as chromium:
        scheme = os.environ.get("GPTLAB_LAB_THEME", "light")
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(
            lab % (path.stem, path.name)
        )  # a workspace of its own, without the tabs of others
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        if scheme == "dark":
            page.evaluate(DARK)
        assert page.evaluate(RUN), page.evaluate(FAULTS)
        assert page.evaluate(FAULTS) == []
        boxes = [
            box
            for box in page.locator(WIDGETS).all()
            if box.evaluate("e => !e.parentElement.closest('.jupyter-widgets')")
        ]
        assert len(boxes) >= 2, "a lesson has two widgets at least"
        for n, box in enumerate(boxes):
            box.scroll_into_view_if_needed()
            changed = move(page, box)
            assert any(changed.values()) and changed.get(CONTROLS[0][0], True), (
                f"widget {n + 1} does not move: {changed}"
            )
        assert page.evaluate(FAULTS) == []
        shots(page, f"{path.stem}-{scheme}")
