"""What several parts say or use stands in one place: chat settings, stages, the running example, durations."""

import ast
import json
import re

import pytest

from gptlab.engine import chat_settings, stages
from gptlab.engine.run import presets
from gptlab.view import run_report
from gptlab.view.palette import COLOURS
from gptlab.world.questions import RUNNING_EXAMPLE, first_line, running_example, unmarked
from tests.support.paths import ROOT

TALKS = [  # what lets a chat model write, or says how it was made to
    *sorted((ROOT / "gptlab" / "cli").glob("*.py")),
    *sorted((ROOT / "gptlab" / "engine").glob("*.py")),
    *sorted((ROOT / "gptlab" / "engine" / "run").glob("*.py")),
    *sorted((ROOT / "gptlab" / "engine" / "evaluate").glob("*.py")),
    *sorted((ROOT / "gptlab" / "view" / "chat").glob("*.py")),
    *sorted((ROOT / "gptlab" / "view" / "sampling").glob("*.py")),
    ROOT / "gptlab" / "view" / "run_report.py",
]
PYTHON = [*sorted((ROOT / "gptlab").rglob("*.py")), *sorted((ROOT / "dev").rglob("*.py"))]


def constants(path):
    """The constants that a file's code names; f-strings count in parts, comments not at all."""
    tree = ast.parse(path.read_bytes())
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def names(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


@pytest.mark.parametrize(
    "value", [chat_settings.CHAT_TEMPERATURE, chat_settings.MAX_REPLY_TOKENS], ids=str
)
def test_a_chat_setting_is_a_number_in_one_module(value):
    found = [
        path
        for path in TALKS
        if any(type(c) is type(value) and c == value for c in constants(path))
    ]
    assert names(found) == ["gptlab/engine/chat_settings.py"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_running_example_is_written_once(lang):
    found = [
        path
        for path in PYTHON
        if any(isinstance(c, str) and RUNNING_EXAMPLE[lang] in c for c in constants(path))
    ]
    assert names(found) == ["gptlab/world/questions.py"]


def test_the_order_of_the_stages_is_written_once():
    def lists(path):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
                yield [getattr(item, "value", None) for item in node.elts]
            elif isinstance(node, ast.Dict):
                yield [getattr(key, "value", None) for key in node.keys]

    found = [
        path
        for path in PYTHON
        if any({"base", "sft", "ppo", "ppo_ptx"} <= set(x) for x in lists(path))
    ]
    # the palette gives each stage its colour
    assert names(found) == ["gptlab/engine/stages.py", "gptlab/view/palette.py"]
    assert set(stages.WRITING_STAGES) <= set(COLOURS)
    assert set(stages.SHIPPED_STAGES) < set(stages.STAGES)
    models = (ROOT / "gptlab" / "assets").glob("*/config.json")  # logs lie there too
    shipped = {path.parent.name for path in models}
    assert shipped == set(stages.SHIPPED_STAGES)


def test_a_question_becomes_the_first_line_of_a_page():
    assert first_line("Who", "en") == first_line("Who?", "en") == "Who?\n"
    assert first_line("谁", "zh") == first_line("谁？", "zh") == "谁？\n"
    assert running_example("zh") == first_line(RUNNING_EXAMPLE["zh"], "zh").strip()
    assert unmarked(running_example("en")) == RUNNING_EXAMPLE["en"]


def test_durations_are_those_that_were_measured():
    made = json.loads((ROOT / "gptlab" / "assets" / "made.json").read_text(encoding="utf-8"))
    assert presets.MINUTES["shipped"] == pytest.approx(made["seconds"] / 60, rel=0.1)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    seconds = int(re.search(r"(\d+) seconds of\s", readme)[1])
    assert presets.MINUTES["small"] == pytest.approx(seconds / 60, rel=0.1)
    minutes = int(re.search(r"preset `shipped`, (\d+) minutes", readme)[1])
    assert minutes == round(made["seconds"] / 60)


def test_the_report_has_no_colours_of_its_own():
    source = (ROOT / "gptlab" / "view" / "run_report.py").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9a-fA-F]{6}", source) and run_report.COLOURS is COLOURS
