"""The models that come with gptlab: their folder, and the record of how they were made."""

import json

from gptlab.blanks.source_scan import PACKAGE

FOLDER = PACKAGE / "assets"


def record() -> dict:
    """How the shipped models were made, and what was measured on them: the content of `made.json`."""
    return json.loads((FOLDER / "made.json").read_text(encoding="utf-8"))
