"""Cards laid out again from their docstrings: what they say is mended, and nothing else of the notebook is touched."""

import json

from dev import make_lessons
from tests.support.paths import ROOT


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_cards_are_laid_out_again(tmp_path):
    text = next((ROOT / "lessons").glob("12b_*.ipynb")).read_text(encoding="utf-8")
    assert "Ziegler et al. 2019" in text  # on the card of reward.normalize, and nowhere else
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("Ziegler et al. 2019", "somebody"), encoding="utf-8")
    for path in (good, bad):
        make_lessons.lay_out_cards(path)
    assert cells_of(bad) == cells_of(good)
