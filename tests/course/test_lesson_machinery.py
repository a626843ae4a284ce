"""start(), cards, waiting cells, edits that run at once, and progress(): in a real kernel and outside of one."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import nbformat
import pytest

from dev import lesson_rules as rules
from dev import make_lessons as make
from gptlab.blanks import registry, source_scan
from gptlab.blanks.errors import UnknownBlank
from gptlab.course import exercise_card, lesson, lesson_files, progress
from tests.support.lesson_tree import ROOT, empty_copy, notebook_of, run, said


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return empty_copy(tmp_path_factory.mktemp("course"))


# -- edits that run at once ---------------------------------------------------------------------------------------

STUB = "    raise NotImplementedError"
RIGHT = "    b, h, t, d = x.shape\n    return x.transpose(1, 2).reshape(b, t, h * d)"
ZERO = "    b, h, t, d = x.shape\n    return x.new_zeros(b, t, h * d)"
HELPED = "    return _side_by_side(x, math.prod(x.shape[1::2]))"
HELPER = "\n\ndef _side_by_side(x, width):\n    return x.transpose(1, 2).reshape(x.shape[0], -1, width)\n"
PREPARE = """
import torch
from gptlab import borrow
from gptlab.course.lesson import fill_other_lessons
fill_other_lessons()
for name in ("causal_mask", "scaled_dot_product_attention", "split_heads", "multi_head_attention"):
    _ = borrow("attention." + name)
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
model, ids = GPT(GPTConfig(vocab_size=11, context=6, n_layers=1, n_heads=2, d_model=8)), torch.tensor([[1, 2, 3, 4]])
"""


def edit(tree, *pairs):
    """Replace texts in the learner's attention.py; a place that is not there is a fault of the test."""
    path = tree / "gptlab" / "attention.py"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    later = (
        path.stat().st_mtime_ns + 2_000_000_000
    )  # whatever the file system's clock can tell apart
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(later, later))


def body_of(tree, name, body):
    """Write a body where the stub of one blank stands."""
    path = tree / "gptlab" / "attention.py"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"def {name}(")
    at = text.index(STUB, start)
    edit(tree, (text[start:at] + STUB, text[start:at] + body))


def session(tree, home, steps):
    """Run cells in one kernel; a step is its source, or (an edit made before it, its source). -> what each said."""
    steps = [step if isinstance(step, tuple) else (lambda: None, step) for step in steps]
    cells = notebook_of(*(source for _, source in steps))
    run(tree, cells, home, each=lambda place, cell: steps[place][0]())
    return [said(cell) for cell in cells.cells]


@pytest.mark.lesson
def test_an_edit_runs_at_once_also_inside_a_model(tree, tmp_path):
    place = "gptlab/attention.py:"
    got = session(
        tree,
        tmp_path,
        [
            "from gptlab import start, check\nlesson = start(5)",
            PREPARE,
            "model(ids)",
            "from gptlab.attention import merge_heads\ncheck('attention.merge_heads')",
            (
                lambda: body_of(tree, "merge_heads", RIGHT),
                "first = model(ids)\nprint('ran')",
            ),
            "check('attention.merge_heads')",
            (
                lambda: edit(tree, (RIGHT, ZERO)),
                "print(torch.equal(model(ids), first), merge_heads(torch.ones(1, 2, 3, 4)).sum())",
            ),
            (
                lambda: edit(
                    tree,
                    (ZERO, HELPED),
                    ("import torch\n", f"import math\n\nimport torch\n{HELPER}"),
                ),
                "print(torch.equal(model(ids), first))",
            ),
            (lambda: edit(tree, (HELPED, HELPED + ")")), "print(torch.equal(model(ids), first))"),
            "check('attention.merge_heads')",
            (lambda: edit(tree, (HELPED + ")", HELPED)), "check('attention.merge_heads')"),
            (lambda: edit(tree, ("import math\n", "import math\nmath.pie\n")), "print('on')"),
            "print('no news')",
            (lambda: edit(tree, ("math.pie\n", "")), "check('attention.merge_heads')"),
            "lesson = start(5)\n"
            "print(str(get_ipython().events.callbacks['pre_run_cell']).count('say_failures'))",
        ],
    )
    passes = [("stdout", "✓ attention.merge_heads passes its check\n")]
    assert got[2] == [("stdout", "this cell waits for attention.merge_heads\n")]
    assert [kind for kind, _ in got[3]] == ["CheckFailed"] and got[3][0][1].startswith(
        "○ attention.merge_heads (lesson 5)"
    )
    assert got[4] == [("stdout", "ran\n")]
    *first, (_, folded) = got[5]
    assert first == passes and folded.startswith("<details><summary>your function beside the ")
    yours, reference = re.findall("<pre[^>]*>(.*?)</pre>", folded, re.DOTALL)
    assert yours.endswith(RIGHT) and "@blank" not in yours and '"""' not in yours
    assert reference.startswith("def merge_heads(x") and "raise" not in reference
    assert got[6] == [("stdout", "False tensor(0.)\n")] and got[7] == [("stdout", "True\n")]
    why, *rest = got[8][0][1].splitlines()
    assert why.startswith(place) and "unmatched ')'" in why and rest == ["True"]
    assert (
        got[9][0][0] == "CheckFailed"
        and "cannot be checked before this is mended: " + place in got[9][0][1]
    )
    assert got[10][:-1] == passes
    why, *rest = got[11][0][1].splitlines()
    assert why.startswith(place) and "AttributeError" in why and rest == ["on"]
    assert got[12] == [("stdout", "no news\n")]  # it is said once
    assert got[13][:-1] == passes
    assert got[14][0][1].endswith("\n1\n")
    assert all(text.count("\n") == 0 for cell in (got[3], got[9]) for _, text in cell)


@pytest.mark.lesson
def test_what_is_no_longer_in_the_file_does_not_pass(tmp_path):
    tree = empty_copy(tmp_path / "course")
    body_of(tree, "merge_heads", RIGHT)
    wrong_and_broken = [(RIGHT, ZERO), ("import torch\n", "import nosuchmodule\nimport torch\n")]
    got = session(
        tree,
        tmp_path,
        [
            "from gptlab import start, check\nlesson = start(5)",
            "check('attention.merge_heads')",
            (lambda: edit(tree, *wrong_and_broken), "check('attention.merge_heads')"),
            "check('attention.merge_heads')",
            (lambda: edit(tree, ("import nosuchmodule\n", "")), "check('attention.merge_heads')"),
        ],
    )
    assert got[1][0] == ("stdout", "✓ attention.merge_heads passes its check\n")
    for cell in (got[2][-1], got[3][0]):
        assert cell[0] == "CheckFailed"
        assert "✗ attention.merge_heads cannot be checked before this is mended" in cell[1]
        assert "gptlab/attention.py:" in cell[1] and "ModuleNotFoundError" in cell[1]
    assert got[4][0][0] == "CheckFailed" and "expected" in got[4][0][1], got


@pytest.mark.lesson
def test_with_everything_borrowed_no_cell_waits(tree, tmp_path):
    cells = notebook_of(
        "from gptlab import start, check\nlesson = start(1)",
        "from gptlab.sampling import append_token\nprint(append_token([1], 2))",
        "check('ngram.perplexity')",
        "lesson.summary()",
    )
    run(tree, cells, tmp_path, borrow="all")
    got = [said(cell) for cell in cells.cells]
    assert "borrowed: every function of the course" in got[0][0][1]
    assert got[1] == [("stdout", "[1, 2]\n")] and got[2] == [
        ("stdout", "✓ ngram.perplexity passes its check\n")
    ]
    assert got[3][0][1].startswith(
        "lesson 1: 0 of 9 functions of this lesson are yours\n○ ngram.bigram_counts "
    )


# -- start, outside a notebook ------------------------------------------------------------------------------------

SCRIPT = """
import random, torch
from gptlab import start
lesson = start({number}, seed=7)
first = torch.rand(3).tolist() + [random.random()]
start({number}, seed=7)
assert first == torch.rand(3).tolist() + [random.random()]
from gptlab.blanks.registry import whose
from gptlab.course.lesson import fill_other_lessons
states = whose()
print(sorted(key for key in states if states[key] == "borrowed"))
fill_other_lessons()
print(sorted(key for key, state in whose().items() if state == "empty"))
"""


def script(tree, code, **environment):
    clean = {k: v for k, v in os.environ.items() if k not in ("GPTLAB_BORROW", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        capture_output=True,
        encoding="utf-8",
        env=clean | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"} | environment,
    )


def test_start_borrows_what_comes_before_and_leaves_the_lesson_alone(tree):
    done = script(tree, SCRIPT.format(number=2))
    assert not done.stderr
    *lines, borrowed, empty = done.stdout.splitlines()
    assert lines[:2] == lines[2:] and len(lines) == 4  # the same text for the same state
    by_lesson = {
        n: sorted(entry.key for entry in entries) for n, entries in registry.by_lesson().items()
    }
    assert eval(borrowed) == sorted(by_lesson[0] + by_lesson[1])
    assert eval(empty) == by_lesson[2]
    assert "borrowed until you write them: 10 functions of earlier lessons" in lines[1]


def test_start_without_references(tree, tmp_path):
    done = script(
        tree,
        "from gptlab import start; start(1); print('went on')",
        GPTLAB_SOLUTIONS=str(tmp_path / "gone"),
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and lines[2] == "went on" and not done.stderr
    assert lines[1].startswith(
        "still empty from earlier lessons, so write first: sampling.append_token (there is no folder"
    )


def test_start_fills_what_it_can(tree, tmp_path):
    shutil.copytree(tree / "solutions", tmp_path / "some")
    (tmp_path / "some" / "ngram.py").unlink()
    code = "from gptlab import start, whose; start(2); print(whose('sampling.softmax'))"
    done = script(tree, code, GPTLAB_SOLUTIONS=str(tmp_path / "some"))
    _, said, softmax = done.stdout.splitlines()
    assert softmax == "borrowed" and not done.stderr
    assert "ngram.bigram_counts, " in said and "there is no file" in said
    assert said.endswith("others are borrowed")


@pytest.mark.parametrize("number", [99, -1, "1", True, None])
def test_a_wrong_number_is_refused_in_one_line(number):
    with pytest.raises(
        lesson_files.UnknownLesson, match=f"there is no lesson {number!r}; there are 0, 1, 2"
    ) as caught:
        lesson.start(number)
    assert "\n" not in str(caught.value)


def test_start_says_which_file_cannot_be_read(tmp_path):
    tree = empty_copy(tmp_path)
    with (tree / "gptlab" / "ngram.py").open("a", encoding="utf-8") as file:
        file.write("\ndef (:\n")
    done = script(tree, "from gptlab import start; start(1)")
    assert (
        done.stdout.splitlines()[-1].startswith("ngram cannot be read: gptlab/ngram.py:")
        and not done.stderr
    )


def test_what_start_says(monkeypatch, capsys):
    monkeypatch.setattr(lesson, "_seed_and_threads", lambda seed: None)
    lesson.start(1)
    first, second = capsys.readouterr().out.splitlines()
    count, minutes = (
        len(registry.by_lesson()[1]),
        sum(entry.minutes for entry in registry.by_lesson()[1]),
    )
    assert first.startswith("lesson 1") and first.endswith(
        f": {count} functions to write, about {minutes} minutes"
    )
    assert second == "borrowed: every function of the course, so that each cell shows what it does"


# -- cards --------------------------------------------------------------------------------------------------------


class Balanced(HTMLParser):
    """Every tag is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("entry", registry.blanks(), ids=lambda entry: entry.key)
def test_every_blank_has_a_card(entry):
    shown = lesson.Lesson(entry.lesson, "", (entry,)).card(entry.key, "Why <this> & `that`")
    bundle = shown._repr_mimebundle_()
    page = Balanced()
    page.feed(bundle["text/html"])
    assert not page.open
    assert page.links == [
        f"../gptlab/{entry.module}.py#line={entry.line - 1}"
    ]  # JupyterLab counts lines from 0
    assert (
        ROOT / "lessons" / page.links[0].partition("#")[0]
    ).resolve() == source_scan.PACKAGE / f"{entry.module}.py"
    assert "Why &lt;this&gt; &amp; <code>that</code>" in bundle["text/html"]
    for text in (f"about {entry.minutes} min", f"def {entry.name}(", "●" * entry.difficulty):
        assert text in bundle["text/plain"] and text in bundle["text/html"]
    bare = exercise_card.card(replace(entry, doc=""), "Why").text
    for word in ("yours", "borrowed", "empty"):  # it must stay true for every reader
        assert f" {word}" not in bare
    assert all(len(line) <= 120 for line in bundle["text/plain"].splitlines())


def test_a_card_says_what_else_the_docstring_asks_for():
    doc = """Do a thing.

        y = x                                   Someone 2000

    Two sentences
    of one paragraph. In order:
    1. first
    2. then

    x   (T) float
    ->  (T) float

    Example: 1 -> 1

    Raises ValueError.
    """
    assert exercise_card.notes_of(inspect.cleandoc(doc)) == [
        "Two sentences of one paragraph. In order:\n1. first\n2. then"
    ]


@pytest.mark.parametrize(
    ("doc", "wanted"),
    [
        (
            "Say.\n\n    y = x          Someone 2020, eq. 1\n\nx  (T) float",
            [("y = x", "Someone 2020, eq. 1")],
        ),
        (
            "Say.\n\n    a = b\n    c = d    e = f\n\nMore.\n\n    not this",
            [("a = b", ""), ("c = d    e = f", "")],
        ),
        (
            "Say.\n\n    do: this\n                 Someone 2016, alg. 1\n",
            [("do: this", ""), ("", "Someone 2016, alg. 1")],
        ),
        ("Say.\n\nNo equation.", []),
        ("", []),
    ],
)
def test_the_equation_of_a_docstring(doc, wanted):
    assert exercise_card.equation_of(doc) == wanted


@pytest.mark.parametrize(
    ("doc", "shapes", "example"),
    [
        (
            "Say.\n\n    y = x\n\nx  (T) float\nm  (T) bool, True = keep\n-> (T) float\n\nMore.",
            ["x  (T) float", "m  (T) bool, True = keep", "-> (T) float"],
            [],
        ),
        ("Say.\n\nExample: f([1]) -> [2]", [], ["example", "    f([1]) → [2]"]),
        (
            "Say.\n\nExample:\n    x = [1, 2]\n    f(x) -> 3\n\n->  () float",
            ["->  () float"],
            ["example", "    x = [1, 2]", "    f(x) → 3"],
        ),
        ("Say.\n\nx is said  in prose.", [], []),
        ("", [], []),
    ],
)
def test_shape_lines_and_example_of_a_docstring(doc, shapes, example):
    assert exercise_card.shape_lines_of(doc) == shapes
    assert exercise_card.example_of(doc) == example
    assert exercise_card.equation_of(doc) == ([("y = x", "")] if "y = x" in doc else [])


def test_long_lines_of_a_card_are_folded_below_their_column():
    doc = "Say.\n\nlogits  (B, T) float, " + "word " * 20 + "\n->      (B) float"
    first, *below, last = exercise_card.shape_lines_of(doc)
    assert first.startswith("logits  (B, T)") and last == "->      (B) float"
    assert below and all(line.startswith(" " * 8) and len(line) <= 66 for line in below)


@pytest.mark.parametrize("entry", registry.blanks(), ids=lambda entry: entry.key)
def test_a_card_shows_each_shape_line(entry):
    shown = " ".join(exercise_card.card(entry, "why").text.split())
    for line in entry.doc.splitlines():
        if line.startswith("->") or re.match(r"\w+  +\(", line):
            assert " ".join(line.split()) in shown


def test_a_card_of_another_lesson_is_refused():
    with pytest.raises(
        UnknownBlank, match="attention.causal_mask belongs to lesson 5, and this is lesson 1"
    ):
        lesson.Lesson(1, "", ()).card("attention.causal_mask", "why")
    with pytest.raises(UnknownBlank, match="did you mean sampling.softmax"):
        lesson.Lesson(1, "", ()).card("sampling.sofmax", "why")


def test_the_summary_of_a_lesson():
    first, second, third = registry.by_lesson()[1][:3]
    shown = exercise_card.summary(
        1, [(first, "yours"), (second, "borrowed"), (third, "empty")], ["yours"] * 2 + ["empty"] * 5
    )
    lines = [" ".join(line.split()) for line in shown.text.splitlines()]
    assert lines == [
        "lesson 1: 1 of 3 functions of this lesson are yours, 2 of 7 of the whole course",
        f"✓ {first.key} yours",
        f"○ {second.key} borrowed",
        f"· {third.key} empty",
    ]
    assert str(shown) == shown.text and first.key in shown.html
    assert exercise_card.summary("3a", [], ["empty"]).text == "lesson 3a: nothing to write"


# -- the lessons' files, progress --------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    (tmp_path / "lessons").mkdir()
    return tmp_path


def shelve(checkout, name, *prose):
    cells = [nbformat.v4.new_markdown_cell(text) for text in prose]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), checkout / "lessons" / name)


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 01 · Next-token prediction (文字接龍)", "Next-token prediction (文字接龍)"),
        ("# Lesson 1: Counting", "Counting"),
        ("text before\n\n#   1. Counting 2 things ", "Counting 2 things"),
        ("# 2003 was the year", "2003 was the year"),
        ("## no title", ""),
    ],
)
def test_titles_come_from_the_first_heading(checkout, heading, title):
    shelve(checkout, "01_next.ipynb", heading)
    assert (
        lesson_files.title(1) == title
        and list(lesson_files.notebooks()) == ["1"]
        and lesson_files.title(2) == ""
    )


def test_a_damaged_notebook_has_no_title(checkout):
    (checkout / "lessons" / "07_odd.ipynb").write_text("{", encoding="utf-8")
    (checkout / "lessons" / "7_odd.ipynb").write_text("{}", encoding="utf-8")
    assert (
        lesson_files.title(7) == ""
        and list(lesson_files.notebooks()) == ["7"]
        and 7 in lesson_files.lesson_numbers()
    )


def judged(state, minutes=5):
    return progress.BlankProgress(
        source_scan.Blank("m.f", 1, minutes, 1, "", "", 1, state == "empty"), state, ""
    )


@pytest.mark.parametrize(
    ("states", "bar"),
    [
        (["empty"] * 9, "············"),
        (["passes"] * 9, "████████████"),
        (["fails"] * 5, "▒▒▒▒▒▒▒▒▒▒▒▒"),
        (["passes"] + ["empty"] * 20, "█···········"),
        (["passes"] * 11 + ["fails"], "███████████▒"),
        (["passes"] * 40 + ["fails"], "███████████▒"),
        (["passes", "fails", "empty", "empty"], "███▒▒▒······"),
    ],
)
def test_bars(states, bar):
    assert progress.bar(progress.LessonProgress(1, "t", tuple(map(judged, states)))) == bar


def test_the_table_of_progress():
    rows = [
        progress.LessonProgress(0, "聊天 a", (judged("passes"),)),
        progress.LessonProgress(1, "counting", (judged("fails"), judged("empty"))),
        progress.LessonProgress(17, "your own", ()),
    ]
    assert progress.table(rows).splitlines() == [
        " 0  聊天 a    ████████████  1 of 1 pass",
        " 1  counting  ▒▒▒▒▒▒······  0 of 2 pass, 1 written but not right yet",
        "",
        "1 of 3 functions pass their checks; about 10 minutes are left",
    ]


JUDGE = """
from gptlab import progress
from gptlab.course.progress import course_progress
states = {blank.entry.key: blank.state for row in course_progress() for blank in row.blanks}
print([f"{key} {state}" for key, state in states.items() if state != "empty"])
import sys; print("torch" in sys.modules)
"""


@pytest.mark.slow
def test_progress_judges_what_she_wrote_and_nothing_else(tmp_path):
    tree = empty_copy(tmp_path)
    code = "import sys; from gptlab import progress; print(progress()); sys.exit('torch' in sys.modules)"
    done = script(tree, code)
    assert done.returncode == 0 and "functions pass their checks" in done.stdout, (
        done.stderr
    )  # fast: nothing is imported
    path = tree / "gptlab" / "ngram.py"
    text = path.read_text(encoding="utf-8")
    right, wrong = (
        "    return loss.exp() if isinstance(loss, Tensor) else math.exp(loss)",
        "    return counts / counts.sum()",
    )
    for name, body in (("perplexity", right), ("bigram_probabilities", wrong)):
        start = text.index(f"def {name}(")
        text = text[:start] + text[start:].replace(STUB, body, 1)
    path.write_text(text.replace("import torch", "import math\nimport torch", 1), encoding="utf-8")
    for borrow in ("", "all"):  # what is borrowed does not count
        done = script(tree, JUDGE, GPTLAB_BORROW=borrow)
        assert eval(done.stdout.splitlines()[0]) == [
            "ngram.bigram_probabilities fails",
            "ngram.perplexity passes",
        ], done.stderr


# -- make.py ------------------------------------------------------------------------------------------------------


def lesson_zero(*extra):
    """A small lesson 0 that keeps every rule."""
    sources = [
        "from gptlab import start, check, hint\nlesson = start(0)",
        'lesson.card("sampling.append_token", "Everything is made of it.")',
        'check("sampling.append_token")',
        *extra,
        "lesson.summary()",
    ]
    made = notebook_of(*sources)
    made.cells[2].metadata = {"tags": [rules.CHECK_TAG]}
    made.cells.insert(0, nbformat.v4.new_markdown_cell("# 00 · What it really does"))
    for number, cell in enumerate(made.cells):
        cell.id = f"cell-{number}"
    made.metadata = nbformat.from_dict(make.METADATA)
    return made


WIDGET = """
import ipywidgets
from IPython.display import display
from gptlab.view.kit.show import show
show("<svg xmlns='http://www.w3.org/2000/svg'/>", "a picture", ipywidgets.IntSlider(3))
"""


@pytest.mark.lesson
def test_make_writes_the_same_file_each_time(tmp_path):
    path = tmp_path / "00_zero.ipynb"
    nbformat.write(lesson_zero(WIDGET.strip(), "import random\nrandom.random()"), path)
    assert any("run `make lessons`" in fault for fault in rules.faults(path))  # not run yet
    took = make.make(path)
    first = path.read_bytes()
    make.make(path)
    assert path.read_bytes() == first and took.seconds > 0 and took.peak_mb > 10
    assert rules.faults(path) == []
    kept = json.loads(first)
    outputs = [
        output
        for cell in kept["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
    ]
    assert "widgets" not in kept["metadata"] and not any(
        make.WIDGET in output.get("data", {}) for output in outputs
    )
    assert [cell["id"] for cell in kept["cells"]] == [f"cell-{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("undefined_name", "NameError"),
        ("import os\nos._exit(1)", "died"),
        ("print(('x' * 99 + '\\n') * 11_500)", "at most 1 MB; the largest output"),
        ("import ipywidgets\nipywidgets.IntSlider(3)", "a widget without a picture"),
    ],
)
@pytest.mark.lesson
def test_make_refuses_and_leaves_the_file_alone(tmp_path, source, why):
    path = tmp_path / "00_zero.ipynb"
    nbformat.write(notebook_of(source), path)
    before = path.read_bytes()
    with pytest.raises(make.Refused, match=why):
        make.make(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
