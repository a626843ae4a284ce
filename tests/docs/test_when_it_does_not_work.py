"""The page "When it does not work": its code runs from top to bottom and shows what the text says."""

import math
import re

from tests.support.paths import ROOT

PAGE = (ROOT / "lessons" / "when_it_does_not_work.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_code_runs_and_shows_what_the_text_says(capsys):
    names = {}
    for block in CODE:
        exec(compile(block, "when_it_does_not_work.md", "exec"), names)
    said = capsys.readouterr().out
    assert "torch.Size([4, 8]) -> torch.Size([4, 8, 50])" in said
    first = float(re.search(r"first loss ([\d.]+)", said)[1])
    assert abs(first - math.log(names["V"])) < 0.5
    assert float(re.search(r"on one batch: ([\d.]+)", said)[1]) < 0.1
    assert "without a gradient: none" in said
    assert "positions that moved: [7]" in said
    assert float(re.search(r"largest difference (\S+)", said)[1]) < 1e-12
    by_rule, by_nudging = map(float, re.search(r"gradient (\S+), by nudging (\S+)", said).groups())
    assert math.isclose(by_rule, by_nudging, rel_tol=1e-6, abs_tol=1e-7)
    assert "not finite" not in said


def test_the_table_names_sections_that_are_there():
    sections = re.findall(r"^## (\d+ · .+)$", PAGE, re.MULTILINE)
    table = PAGE[: PAGE.index("```python")]
    named = re.findall(r"(\d+ · [^|,\n]+?)(?:,| \|)", table)
    assert len(named) == len(sections)
    for name in named:
        assert any(section.startswith(name) for section in sections), name
