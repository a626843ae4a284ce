"""What lessons use from 07 on: cells that wait by themselves, parts, guesses, patients."""

import json

import nbformat
import pytest

from dev import make_lessons as make
from gptlab.blanks import source_scan
from gptlab.course import guess_input, guesses, lesson, lesson_files, patient, prediction_card
from gptlab.course.guesses import Guess
from gptlab.course.waiting_cells import names_made
from tests.support.lesson_tree import empty_copy, notebook_of, said

# -- a small lesson in a real kernel -------------------------------------------------------------------------------

KEY = "attention.merge_heads"
WAITS = [("stdout", f"this cell waits for {KEY}\n")]
FIELD = (
    "[w for w in ipywidgets.widgets.widget._instances.values() if type(w) is ipywidgets.Text][-1]"
)
ILL = "def ill(t):\n    return torch.ones(t, t, dtype=torch.bool).triu()"
WELL = "def well(t):\n    return torch.ones(t, t, dtype=torch.bool).tril()"
EMPTY_INSIDE = "def merges(q, k, v, mask=None):\n    return merge_heads(q)"
CHECK = "attention.scaled_dot_product_attention"
SAMPLE = {  # a name for each cell: (its source, what it says when the blanks are empty; None: looked at below)
    "start": ('from gptlab import start, check, borrow\nlesson = start("5b")', None),
    "imports": (f"import ipywidgets, torch\nfrom gptlab.attention import {KEY[10:]}", []),
    "met": (
        "print('begun')\nx = torch.ones(2, 3, 4, 5)\na, (b, c) = merge_heads(x), (1, 2)",
        [("stdout", "begun\n" + WAITS[0][1])],
    ),
    "transitive": ("d = a + 1\nd", WAITS),
    "twice transitive": ("for e in d:\n    print(e)", WAITS),
    "inside a function": ("def f(t):\n    return merge_heads(t)", []),
    "called": ("f(x).shape", WAITS),
    "deep": ("sorted([x], key=f)", WAITS),
    "check": (f"check({KEY!r})", None),
    "guess": ("lesson.guess('steps', 'How many <steps>?', unit='steps')", None),
    "first": ("lesson.measured('other', 3)", [("stdout", "measured: 3\n")]),
    "typed": (f"field = {FIELD}\nfield.value = 'many'\nfield.value = '300'\nfield.value", None),
    "measured": (
        "lesson.measured('steps', torch.tensor(412))",
        [("stdout", "measured: 412 steps; your guess: 300 steps, 1.37 times too small\n")],
    ),
    "too late": ("field.value = '412'\nlesson.measured('steps', 412)", None),
    "card": ("lesson.predictions()", None),
    "patient": (f"{ILL}\nlesson.patient('attention.causal_mask', ill)", None),
    "mended": (
        f"{WELL}\nlesson.patient('attention.causal_mask', well)",
        [("stdout", "mended: well passes the check of attention.causal_mask\n")],
    ),
    "patient that waits": (f"{EMPTY_INSIDE}\nlesson.patient({CHECK!r}, merges)", WAITS),
    "summary": ("lesson.summary()", None),
    "written": (f"_ = borrow({KEY!r})\nprint(d)", None),
    "again": ("a = merge_heads(x)", []),
    "still": ("print(d)", None),
    "other": ("d = a[0, 0, :2]", []),
    "runs": ("print(d)", [("stdout", "tensor([1., 1.])\n")]),
}
FAILS = {"unknown": "print(unknown)", "zero": "1 / 0", "part": "start('5c')"}


def shelve(folder, name, heading, *keys):
    cells = notebook_of(*(f'lesson.card("{key}", "why")' for key in keys))
    cells.cells.insert(0, nbformat.v4.new_markdown_cell(heading))
    nbformat.write(cells, folder / name)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The sample, run with empty blanks; -> what each cell said, by its name. An execute_reply of an error raises."""
    folder = tmp_path_factory.mktemp("sample")
    tree = empty_copy(folder / "course")
    for path in (tree / "lessons").glob("05*.ipynb"):
        path.unlink()
    shelve(tree / "lessons", "05a_look.ipynb", "# 05a · One look", "attention.causal_mask")
    shelve(tree / "lessons", "05b_heads.ipynb", "# 05b · Heads 頭", KEY, "attention.split_heads")
    cells = notebook_of(*(source for source, _ in SAMPLE.values()), *FAILS.values())
    errors = {"check", *FAILS}
    for name, cell in zip([*SAMPLE, *FAILS], cells.cells, strict=True):
        cell.metadata["tags"] = ["raises-exception"] if name in errors else []
    make.run(cells, tree / "lessons", make.environment(folder / "home", tree, borrow=""))
    found = dict(zip([*SAMPLE, *FAILS], map(said, cells.cells), strict=False))
    html = {
        name: "".join(o.data.get("text/html", "") for o in cell.outputs if "data" in o)
        for name, cell in zip([*SAMPLE, *FAILS], cells.cells, strict=False)
    }
    return found, html, folder


@pytest.mark.lesson
def test_a_sample_lesson_says_what_it_should(ran):
    found, _, _ = ran
    wrong = {
        name: (found[name], wanted)
        for name, (_, wanted) in SAMPLE.items()
        if wanted is not None and found[name] != wanted
    }
    assert not wrong
    assert found["start"][0][1].startswith("lesson 5b · Heads 頭: 2 functions to write, about ")
    assert [kind for kind, _ in found["check"]] == ["CheckFailed"]
    assert found["summary"][0][1].startswith("lesson 5b: 0 of 2 functions of this lesson are yours")


@pytest.mark.lesson
def test_cells_that_fail_for_another_reason_fail_as_ever(ran):
    found, _, _ = ran
    kinds = [found[name][-1][0] for name in FAILS]
    assert kinds == ["NameError", "ZeroDivisionError", "UnknownLesson"]
    assert "print(unknown)" in found["unknown"][0][1] and "Traceback" in found["zero"][0][1]
    assert "lesson 5 has no part c; it has 5a, 5b" in found["part"][0][1]


@pytest.mark.lesson
def test_a_name_is_waited_for_until_its_cell_has_run(ran):
    found, _, _ = ran
    line = f"this cell waits for d: run the cell that makes it again, {KEY} is written now\n"
    assert found["written"] == found["still"] == [("stdout", line)]


@pytest.mark.lesson
def test_a_guess_stays_once_it_was_measured(ran):
    found, html, folder = ran
    assert found["guess"] == [("shown", "Your guess first: How many <steps>? (in steps)")]
    assert "How many &lt;steps&gt;?" in html["guess"]
    assert found["typed"][-1][1] == "'300'"
    assert found["too late"] == [
        ("stdout", "measured: 412 steps; your guess: 300 steps, 1.37 times too small\n")
    ]
    assert found["card"][0][1].splitlines() == [
        "lesson 5b: 1 of 1 guess was right, numbers within a factor of two",
        "· How many <steps>? guess 300 steps, measured 412 steps  ✓ × 1.37",
    ]
    kept = json.loads((folder / "home" / "gptlab" / "guesses.json").read_text(encoding="utf-8"))
    assert kept["5b"]["steps"]["guess"] == 300 and kept["5b"]["other"]["measured"] == 3


@pytest.mark.lesson
def test_a_patient_is_ill_without_its_illness_being_named(ran):
    (said_here,) = ran[0]["patient"]
    given, wanted, came = said_here[1].splitlines()
    assert given.startswith("still ill: for ")
    assert wanted.lstrip().startswith("expected ") and came.lstrip().startswith("but got ")


# -- waiting cells -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, (b, *c) = 1, (2, 3)\nd += 1\ne: int = 2", {"a", "b", "c", "d", "e"}),
        ("import x.y, z as w\nfrom q import r", {"x", "w", "r"}),
        ("def f(p):\n    inner = 1\nclass C:\n    k = 1", {"f", "C"}),
        ("[i for i in range(3)]\nwith open(p) as g:\n    h = 1", {"g", "h"}),
        ("for i in x:\n    if i:\n        j = i", {"i", "j"}),
        ("x[0] = 1\nx.y = 2", set()),
        ("a = (", set()),
    ],
)
def test_the_names_that_a_cell_makes(text, names):
    assert names_made(text) == names


# -- parts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def parts(tmp_path, monkeypatch):
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    folder = tmp_path / "lessons"
    folder.mkdir()
    shelve(folder, "05b_heads.ipynb", "# 05b · Heads 頭", "attention.merge_heads")
    shelve(folder, "05a_look.ipynb", "# 05a · One look", "attention.causal_mask")
    shelve(folder, "06_whole.ipynb", "# 06 · Whole")
    shelve(folder, "04_before.ipynb", "# 04 · Before")
    return folder


def test_parts_are_found_in_order_with_their_titles_and_blanks(parts):
    assert list(lesson_files.notebooks()) == ["4", "5a", "5b", "6"]
    assert lesson_files.title("5b") == "Heads 頭" and lesson_files.title(5) == "One look"
    assert lesson_files.names_of(5) == ["5a", "5b"] and lesson_files.names_of(7) == []
    assert [one.key for one in lesson_files.blanks_of(5, "b")] == ["attention.merge_heads"]
    assert len(lesson_files.blanks_of(5)) == 7


def test_a_part_is_begun_by_its_name(parts):
    assert lesson_files.checked_lesson("5b") == lesson_files.checked_lesson("05b") == (5, "b")
    assert lesson_files.checked_lesson(5) == (5, "")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("5c", "lesson 5 has no part c; it has 5a, 5b"),
        ("6a", "lesson 6 has no part a; it has no parts"),
        ("99a", "there is no lesson '99a'; there are 0, 1"),
        ("b", "there is no lesson 'b'"),
    ],
)
def test_what_is_no_part_is_refused(parts, wanted, why):
    with pytest.raises(lesson_files.UnknownLesson, match=why):
        lesson_files.checked_lesson(wanted)


def test_a_lesson_with_parts_can_be_opened_whole(parts, monkeypatch, capsys):
    monkeypatch.setattr(lesson, "_seed_and_threads", lambda seed: None)
    assert len(lesson.start(5).blanks) == 7
    assert capsys.readouterr().out.startswith("lesson 5, parts 5a, 5b: 7 functions to write")
    assert lesson.start("5b").name == "5b"
    assert capsys.readouterr().out.startswith("lesson 5b · Heads 頭: 1 function to write")


def test_make_lessons_knows_parts(parts, monkeypatch):
    monkeypatch.setattr(make, "LESSONS", parts)
    names = lambda *wanted: [path.name[:3] for path in make.chosen(list(wanted))]  # noqa: E731
    assert names() == ["04_", "05a", "05b", "06_"] and names("5") == ["05a", "05b"]
    assert names("5b", "4") == ["04_", "05b"]
    with pytest.raises(SystemExit, match="there is no lesson 5c; there are 4, 5a, 5b, 6"):
        names("5c")


# -- guesses -------------------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("GPTLAB_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("300", "", 300),
        (" 2e-3 ", "", 0.002),
        ("1,000", "", 1000),
        ("12 345 678", "", 12345678),
        ("30 %", "%", 30),
        ("1/4", "", 0.25),
        ("-3", "", -3),
        ("300 steps", "steps", 300),
    ],
)
def test_numbers_as_people_write_them(text, unit, number):
    assert guesses.number_in(text, unit) == number


@pytest.mark.parametrize("text", ["", "many", "0,5", "1/0", "nan", "inf", "30 %", "1/2/3"])
def test_what_is_no_number_is_said(text):
    with pytest.raises(ValueError, match="write a number, such as 300"):
        guesses.number_in(text)


def test_a_guess_can_be_changed_until_it_was_measured(state):
    guesses.answer("5", "a", 2.0)
    assert guesses.answer("5", "a", 3.0).guess == 3
    guesses.keep("5", "a", measured=9.0)
    after = guesses.answer("5", "a", 9.0)
    assert (after.guess, after.late, after.factor, after.hit) == (3, False, 3, False)
    assert guesses.of("5") == {"a": after} and guesses.of("6") == {}


def test_a_guess_after_the_run_does_not_count(state):
    guesses.keep("5", "a", question="Q?", measured=9.0)
    assert guesses.answer("5", "a", 9.0).late
    shown = prediction_card.card("5", guesses.of_every_lesson())
    assert shown.text.splitlines() == [
        "lesson 5: nothing was measured after a guess yet",
        "· Q? guess 9, measured 9  guessed after the run",
    ]


@pytest.mark.parametrize(
    ("guess", "measured", "factor", "hit"),
    [
        (2.0, 4.0, 2, True),
        (4.0, 2.0, 2, True),
        (1.0, 2.1, 2.1, False),
        (0.0, 0.0, 1, True),
        (0.0, 3.0, None, False),
        (3.0, 0.0, None, False),
        (-1.0, 1.0, None, False),
        (-3.0, -2.0, 1.5, True),
        ("a", "a", None, True),
        ("a", "b", None, False),
    ],
)
def test_how_far_apart(guess, measured, factor, hit):
    one = Guess("Q?", "", guess, measured)
    assert (one.factor, one.hit) == (factor, hit)
    assert guesses.comparison(one).startswith("measured: ")


def test_the_card_of_guesses_counts_other_lessons_too(state):
    for name, key, guess, measured in [
        ("4", "a", 1.0, 1.0),
        ("5", "b", 1.0, 50.0),
        ("5", "c", "x", "x"),
    ]:
        guesses.keep(name, key, question=f"{key}?", guess=guess, measured=measured)
    shown = prediction_card.card("5", guesses.of_every_lesson())
    assert shown.text.splitlines() == [
        "lesson 5: 1 of 2 guesses were right, numbers within a factor of two",
        "in all lessons so far: 2 of 3 guesses were right, numbers within a factor of two",
        "furthest off: b? Where did that guess come from?",
        "· b? guess 1, measured 50  ✗ × 50",
        "· c? guess x, measured x  ✓",
    ]
    assert "no guess was made yet" in prediction_card.card("6", guesses.of_every_lesson()).text


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"5": 3}', '{"5": {"a": {"odd": 1}}}', '{"5": {"a": {"late": 1}}}']
)
def test_a_damaged_file_is_laid_aside_and_nothing_is_lost(state, capsys, text):
    state.mkdir()
    for number in (1, 2):
        guesses.guesses_file().write_text(text, encoding="utf-8")
        assert guesses.of("5") == {}
        (line,) = capsys.readouterr().out.splitlines()
        assert line.endswith(
            f"guesses.json is damaged: it is kept as guesses-damaged-{number}.json, and guesses begin anew"
        )
        assert (state / f"guesses-damaged-{number}.json").read_text(encoding="utf-8") == text
    assert guesses.answer("5", "a", 1.0).guess == 1 and guesses.of("5")["a"].guess == 1


def test_what_cannot_be_kept_is_said_in_one_line(state, capsys):
    state.write_text("a file where the folder should be")
    assert guesses.keep("5", "a", guess=1.0).guess == 1
    assert all("guess" in line for line in capsys.readouterr().out.splitlines())


def test_the_buttons_have_none_chosen(state):
    box = guess_input._widget("5", "a", "Which?", "", ["left", "right"])
    entry = box.children[1]
    assert entry.value is None and entry.options == ("left", "right")
    entry.value = "left"
    assert guesses.of("5")["a"].guess == "left" and "kept: left" in box.children[2].value
    guesses.keep("5", "a", measured="right")
    entry.value = "right"
    assert guesses.of("5")["a"].guess == "left" and entry.disabled
    again = guess_input._widget("5", "a", "Which?", "", ["left", "right"])
    assert again.children[1].value == "left" and again.children[1].disabled


def test_outside_a_notebook_a_question_is_printed(state, capsys):
    lesson.Lesson(5, "", ()).guess("a", "How many?", unit="steps")
    assert capsys.readouterr().out == "Your guess first: How many? (in steps)\n"


# -- patients ------------------------------------------------------------------------------------------------------


def raises(t):
    raise KeyboardInterrupt


def test_a_patient_never_raises():
    key = "attention.causal_mask"
    for function in (raises, lambda: 1, print):
        assert patient.examined(key, function).startswith("still ill: "), function
    assert patient.examined(key, None) == "not examined: None is no function"
    assert patient.examined("attention.no", raises).startswith("not examined: there is no blank")
