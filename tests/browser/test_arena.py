"""The arena of lesson 15 in real JupyterLab: votes by keyboard, blind until then, kept when the page is loaded anew."""

import pytest

from tests.browser.test_jupyterlab import FAULTS, PATIENCE_MS, RUN, lab  # noqa: F401
from tests.browser.test_labeler import opened, put_notebook
from tests.support import browser

pytestmark = [pytest.mark.browser, pytest.mark.lesson]
N_GAMES = 8
NAMES = ("base model", "SFT", "chat model")
CELLS = [
    "from gptlab import start\nlesson = start('15c')",
    f"""from gptlab.course.labels import labels_file
from gptlab.experiments.chat.arena import blind_games, fill_pool, players
from gptlab.view.chat.arena import Arena, arena
from gptlab.world.web import Web
pool = fill_pool(players()[:3], Web(), 12)
blind = blind_games(pool, {N_GAMES}, seed=7)
arena(Arena(pool, blind, labels_file('arena-tried')))""",
    """from gptlab.view.chat.arena import votes_in
print('VOTES', [game.outcome for game in votes_in(pool, blind, labels_file('arena-tried'))])""",
]
SAYS = {"1": 1.0, "2": 0.0, "ArrowLeft": 1.0, "ArrowRight": 0.0, "=": 0.5}
KEYS = ["1", "2", "ArrowLeft", "ArrowRight", "=", "1", "s", "2"]


def press(page, keys, begun):
    """Keys one after the other, each when the last has been counted."""
    for n, key in enumerate(keys, start=begun + 1):
        page.keyboard.press(key)
        page.locator(f".gptlab-arena >> text={n} of {N_GAMES} judged").wait_for()


def test_votes_by_keyboard_blind_and_resumed(lab, capsys, tmp_path):  # noqa: F811
    with browser.chromium(capsys) as chromium:
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        address = put_notebook(lab, CELLS, "arena")
        box = opened(page, address, "gptlab-arena")
        assert f"0 of {N_GAMES} judged" in box.inner_text()
        assert not any(name in box.inner_text() for name in NAMES)
        assert "Arena." in box.get_attribute("aria-label")
        box.focus()
        press(page, KEYS[:4], 0)
        assert "reply 1 is by" in box.inner_text() and "Your ratings so far" in box.inner_text()
        page.keyboard.press("u")
        page.locator(f".gptlab-arena >> text=3 of {N_GAMES} judged").wait_for()
        press(page, KEYS[3:4], 3)

        box = opened(page, address, "gptlab-arena")
        assert f"4 of {N_GAMES} judged" in box.inner_text()
        box.focus()
        press(page, KEYS[4:], 4)
        assert "All are judged" in box.inner_text()
        assert page.evaluate(RUN), page.evaluate(FAULTS)
        said = page.locator(".jp-OutputArea-output >> text=VOTES").inner_text()
        assert said.strip() == f"VOTES {[SAYS[key] for key in KEYS if key in SAYS]}"
        box.evaluate("e => { e.style.width = '340px' }")
        page.wait_for_timeout(500)
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth + 2")
        box.screenshot(path=tmp_path / "arena.png")
