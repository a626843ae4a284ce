"""One colour, one meaning: the colours of the stages of training are used for the stages alone."""

import ast
import re

from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK, PANEL, STAGES
from tests.support.paths import ROOT

# Where a stage is named by hand; everywhere else its colour is looked up by the stage of a model.
ABOUT_STAGES = {
    "agents/accuracy.py",  # the base model by heart, and the SFT model with a tool
    "agents/retrieval.py",  # the SFT model reads and answers
    "agents/transcript.py",  # what the SFT model wrote
    "alignment/by_hand.py",  # the reference is the SFT model
    "alignment/tradeoffs.py",  # PPO and PPO-ptx beside each other
    "chat/elo.py",  # the stages play against each other
    "instruct/chat_tokens.py",  # the base model, and after SFT
    "ppo/runs.py",  # runs of PPO
    "finetuning/curves.py",  # what is pretrained is the base model
    "kit/next_token_bars.py",  # the base model's distribution, or the reader's own
    "kit/style.py",  # an example
    "scaling/own_text.py",  # base models, trained on a text
    "ngram/shannon_game.py",  # the base model plays
    "zero_shot/few_shot.py",  # what the base model writes
}
SOURCES = [*(ROOT / "gptlab").rglob("*.py"), *(ROOT / "dev").rglob("*.py")]


def stages_named(source):
    """The stages whose colour is asked for by a constant: COLOURS["sft"]."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("COLOURS"):
            constants = [n.value for n in ast.walk(node.slice) if isinstance(n, ast.Constant)]
            yield from (name for name in constants if name in STAGES)


def test_no_other_meaning_has_a_stages_colour():
    stages = {COLOURS[name] for name in STAGES}
    others = [colour for name, colour in COLOURS.items() if name not in STAGES]
    assert len(stages) == len(STAGES)
    assert not stages & {*others, *CYCLE, INK, FAINT, EDGE, PANEL}


def test_a_stages_colour_is_asked_for_where_it_is_about_that_stage():
    view = ROOT / "gptlab" / "view"
    found = {
        path.relative_to(view).as_posix()
        for path in view.rglob("*.py")
        if list(stages_named(path.read_text(encoding="utf-8")))
    }
    assert found <= ABOUT_STAGES, "take COLOURS['first'], 'second', 'wrong', 'neutral' or CYCLE"


def test_no_colour_of_the_palette_is_written_out_elsewhere():
    named = re.compile("|".join({*COLOURS.values(), *CYCLE}), re.IGNORECASE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if path.name != "palette.py" and named.search(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_the_stage_reader_itself():
    assert list(stages_named('COLOURS["sft"] + palette.COLOURS["you" if x else "base"]')) == [
        "sft",
        "base",
    ]
    assert not list(stages_named('COLOURS[model.stage] + COLOURS["first"] + FIGURES["base"]'))
