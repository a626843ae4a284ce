"""What the tests that look at pages share: Chromium, a free port, and a skip that is heard."""

import contextlib
import importlib.util
import shutil
import socket
import sys

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def miss(capsys, reason):
    """Skip, and say so even where pytest is quiet."""
    with capsys.disabled():
        print(f"\nskipped: {reason}", file=sys.stderr)
    pytest.skip(reason)


@contextlib.contextmanager
def chromium(capsys):
    """Chromium, started; the test is skipped where it is not there."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next((found for name in names if (found := shutil.which(name))), None)
    if browser is None or importlib.util.find_spec("playwright") is None:
        miss(capsys, "no page was looked at: that takes Chromium and the package playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        yield started
        started.close()


def free_port():
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
