"""Blanks: which body runs, what is said when none does, and the learner's file kept safe."""

import importlib.util
import linecache
import os
import pickle
import subprocess
import sys
import traceback

import pytest
import torch

from gptlab.blanks import registry, source_scan
from gptlab.blanks.errors import CannotEdit, EmptyBlank, SolutionsMissing, UnknownBlank
from gptlab.course import progress, reset

ROOM = '''"""A room."""

from gptlab.blanks.registry import blank


@blank(lesson=3, minutes=5, difficulty=1)
def lower(x):
    """Double."""
    raise NotImplementedError


@blank(lesson=5, minutes=10, difficulty=2)
def upper(x, extra=1):
    """Double and add."""
    raise NotImplementedError("write me")


@blank(
    lesson=5,
    minutes=20,
    difficulty=3,
)
def hers(x):
    """Minus x."""
    return -x
'''
REFERENCE = """from gptlab.fakeroom import lower


def lower(x):  # noqa: F811
    return 2 * x


def hers(x):
    return 100 * x
"""
# `upper` calls the learner's `lower`, as every reference body calls what stands below it.
UPPER = """

def upper(x, extra=1):
    from gptlab.fakeroom import lower as learners_lower
    return learners_lower(x) + extra
"""


class Checkout:
    """A tiny checkout with one room, `fakeroom`."""

    def __init__(self, root):
        self.room = root / "gptlab" / "fakeroom.py"
        self.solutions = root / "solutions"
        self.room.parent.mkdir()
        self.solutions.mkdir()
        self.room.write_text(ROOM, encoding="utf-8")
        (self.solutions / "fakeroom.py").write_text(REFERENCE + UPPER, encoding="utf-8")

    def run(self, text=None):
        """Execute the room's file again, as autoreload does, into one lasting module."""
        if text is not None:
            self.room.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("gptlab.fakeroom", self.room)
        module = sys.modules.setdefault("gptlab.fakeroom", importlib.util.module_from_spec(spec))
        module.__file__ = str(self.room)
        exec(compile(self.room.read_bytes(), str(self.room), "exec"), module.__dict__)
        return module


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(registry.process_registry, "__dict__", vars(registry.Registry()))
    monkeypatch.setattr(source_scan, "PACKAGE", tmp_path / "gptlab")
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    monkeypatch.setenv("GPTLAB_SOLUTIONS", str(tmp_path / "solutions"))
    monkeypatch.delenv("GPTLAB_BORROW")
    yield Checkout(tmp_path)
    for name in ("gptlab.fakeroom", "_gptlab_solutions_fakeroom"):
        sys.modules.pop(name, None)


def test_states_before_and_after_the_import(checkout):
    states = {"fakeroom.lower": "empty", "fakeroom.upper": "empty", "fakeroom.hers": "yours"}
    assert registry.whose() == states
    checkout.run()
    assert registry.whose() == states
    assert registry.whose("fakeroom.hers") == "yours"


def test_wrapper_looks_like_the_function(checkout):
    room = checkout.run()
    assert room.upper.key == "fakeroom.upper"
    assert room.upper.__name__ == "upper" and room.upper.__doc__ == "Double and add."
    assert room.upper.__wrapped__ is registry.own_body("fakeroom.upper")
    assert pickle.loads(pickle.dumps(room.upper)) is room.upper


def test_listing(checkout):
    listed = registry.blanks()
    assert [entry.key for entry in listed] == ["fakeroom.lower", "fakeroom.upper", "fakeroom.hers"]
    assert [entry.line for entry in listed] == [6, 12, 18]
    hers = listed[-1]
    assert (hers.lesson, hers.minutes, hers.difficulty, hers.doc) == (5, 20, 3, "Minus x.")
    assert (hers.module, hers.name, hers.place) == ("fakeroom", "hers", "gptlab/fakeroom.py:18")
    assert {n: [e.name for e in group] for n, group in registry.by_lesson().items()} == {
        3: ["lower"],
        5: ["upper", "hers"],
    }
    checkout.run()
    assert registry.blanks() == listed


def test_old_copies_run_the_new_body(checkout):
    old = checkout.run(ROOM.replace("return -x", "return -x - 1")).hers
    assert old(4) == -5
    new = checkout.run(ROOM.replace("return -x", "return -x - 2")).hers
    assert old is not new and old(4) == new(4) == -6


def test_a_function_compiled_alone_gets_its_own_lines_back(checkout):
    """What IPython's autoreload does: the edited function alone, under the decorator's file name, from line 1."""
    room = checkout.run()
    checkout.room.write_text("\n\n" + ROOM.replace("return -x", "return -x - x"), encoding="utf-8")
    alone = "@blank(lesson=5, minutes=20, difficulty=3)\ndef hers(x):\n    return -x - x\n"
    exec(compile(alone, registry.__file__, "exec"), room.__dict__, {})
    code = registry.own_body("fakeroom.hers").__code__
    assert (code.co_filename, code.co_firstlineno) == (str(checkout.room), 25)
    assert room.hers(3) == -6 and registry.find("fakeroom.hers").place == "gptlab/fakeroom.py:20"


def test_empty_blank_says_all_in_one_line(checkout):
    room = checkout.run()
    with pytest.raises(EmptyBlank) as caught:
        room.upper(1)
    message = str(caught.value)
    assert isinstance(caught.value, NotImplementedError) and "\n" not in message
    for part in (
        "fakeroom.upper",
        "lesson 5",
        "gptlab/fakeroom.py:12",
        'hint("fakeroom.upper")',
        'borrow("fakeroom.upper")',
    ):
        assert part in message
    assert caught.value._render_traceback_() == [f"EmptyBlank: {message}"]
    assert "During handling" not in "".join(traceback.format_exception(caught.value))


def test_borrow_one_and_give_back(checkout):
    room = checkout.run()
    assert registry.borrow("fakeroom.lower") == ["fakeroom.lower"]
    assert room.lower(4) == 8 and registry.whose("fakeroom.lower") == "borrowed"
    registry.borrow("fakeroom.hers")
    assert room.hers(4) == 400
    assert registry.give_back("fakeroom.hers") == ["fakeroom.hers"]
    assert room.hers(4) == -4 and room.lower(4) == 8
    registry.give_back("all")
    assert registry.whose("fakeroom.lower") == "empty"
    with pytest.raises(EmptyBlank):
        room.lower(4)


def test_borrowed_body_calls_the_learners_lower_one(checkout):
    text = ROOM.replace(
        '"""Double."""\n    raise NotImplementedError', '"""Double."""\n    return 1000 * x'
    )
    room = checkout.run(text)
    registry.borrow("fakeroom.upper")
    assert room.upper(3, extra=7) == 3007


def test_borrow_a_lesson_and_all(checkout):
    room = checkout.run()
    assert registry.borrow(lesson=5) == ["fakeroom.upper", "fakeroom.hers"]
    assert set(registry.whose().values()) == {"borrowed", "empty"} and room.hers(4) == 400
    registry.borrow("all")
    assert set(registry.whose().values()) == {"borrowed"}


def test_borrow_before_a_lesson_leaves_hers_alone(checkout):
    room = checkout.run()
    assert registry.borrow(before=6) == ["fakeroom.lower", "fakeroom.upper"]
    assert room.lower(4) == 8 and room.hers(4) == -4
    checkout.run(
        ROOM.replace(
            '"""Double."""\n    raise NotImplementedError', '"""Double."""\n    return "mine"'
        )
    )
    assert room.lower(4) == "mine" and registry.whose("fakeroom.lower") == "yours"


def test_soft_borrowing_does_not_undo_what_was_asked_for(checkout):
    room = checkout.run()
    registry.borrow("fakeroom.hers")
    registry.borrow(before=6)
    assert room.hers(4) == 400
    registry.give_back("fakeroom.lower")
    assert registry.whose("fakeroom.lower") == "empty"


@pytest.mark.parametrize(
    ("value", "borrowed"),
    [
        ("all", {"lower", "upper", "hers"}),
        ("3", {"lower"}),
        (" 3, fakeroom.hers,", {"lower", "hers"}),
        ("", set()),
    ],
)
def test_environment(checkout, monkeypatch, value, borrowed):
    monkeypatch.setenv("GPTLAB_BORROW", value)
    checkout.run()
    assert {
        key.partition(".")[2] for key, how in registry.whose().items() if how == "borrowed"
    } == borrowed
    registry.give_back("all")
    assert "borrowed" not in registry.whose().values()


@pytest.mark.parametrize(
    ("ask", "parts"),
    [
        (
            lambda: registry.borrow("fakeroom.uper"),
            ["'fakeroom.uper'", "did you mean fakeroom.upper"],
        ),
        (lambda: registry.borrow("upper"), ["did you mean fakeroom.upper"]),
        (lambda: registry.whose("zzz"), ["'zzz'", "gptlab blanks"]),
        (lambda: registry.borrow(lesson=9), ["lesson 9", "3, 5"]),
        (lambda: registry.give_back("fakeroom.herz"), ["fakeroom.hers"]),
        (lambda: reset.reset("fakeroom.lowe"), ["fakeroom.lower"]),
        (lambda: reset.reveal("fakeroom.lowe"), ["fakeroom.lower"]),
    ],
)
def test_unknown_names(checkout, ask, parts):
    with pytest.raises(UnknownBlank) as caught:
        ask()
    assert "\n" not in str(caught.value) and all(part in str(caught.value) for part in parts)


def test_unknown_name_in_the_environment(checkout, monkeypatch):
    room = checkout.run()
    monkeypatch.setenv("GPTLAB_BORROW", "fakeroom.uper")
    with pytest.raises(UnknownBlank, match="GPTLAB_BORROW=fakeroom.uper: .*fakeroom.upper"):
        room.hers(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "borrow takes one of"),
        ({"key": "all", "lesson": 5}, "borrow takes one of"),
        ({"lesson": "5"}, "lesson must be a lesson's number"),
        ({"before": True}, "before must be a lesson's number"),
    ],
)
def test_borrow_needs_one_good_argument(checkout, arguments, message):
    with pytest.raises(ValueError, match=message):
        registry.borrow(**arguments)


def test_without_solutions_everything_imports_and_borrowing_says_why(
    checkout, monkeypatch, tmp_path
):
    monkeypatch.setenv("GPTLAB_SOLUTIONS", str(tmp_path / "gone"))
    room = checkout.run()
    for ask in (
        lambda: registry.borrow("fakeroom.lower"),
        lambda: registry.borrow("all"),
        lambda: registry.borrow(before=6),
        lambda: reset.reveal("fakeroom.lower"),
    ):
        with pytest.raises(SolutionsMissing, match="no folder gone") as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert room.hers(4) == -4
    monkeypatch.setenv("GPTLAB_BORROW", "all")
    checkout.run()
    assert set(registry.whose().values()) == {"empty"}
    with pytest.raises(SolutionsMissing):
        room.hers(4)


def test_missing_reference_function(checkout):
    (checkout.solutions / "fakeroom.py").write_text("", encoding="utf-8")
    room = checkout.run()
    registry.borrow("fakeroom.lower")
    with pytest.raises(SolutionsMissing, match="no function"):
        room.lower(1)


def test_reference_file_is_executed_once(checkout):
    with (checkout.solutions / "fakeroom.py").open("a", encoding="utf-8") as file:
        file.write("\nimport builtins\nbuiltins.times = getattr(builtins, 'times', 0) + 1\n")
    room = checkout.run()
    registry.borrow("all")
    room.lower(1), room.hers(1), room.upper(1)
    import builtins

    assert builtins.times == 1
    del builtins.times


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ("raise NotImplementedError", True),
        ("raise NotImplementedError()", True),
        ('"""Doc."""\n    raise NotImplementedError("lesson 5")', True),
        ('"""Doc."""\n    raise NotImplementedError(f"f of {x} is missing")', True),
        ("raise NotImplementedError from None", True),
        ("raise NotImplementedError\n    return x", True),
        ("return x", False),
        ("pass", False),
        ('"""Doc."""', False),
        ("y = x\n    raise NotImplementedError", False),
        ("if x:\n        raise NotImplementedError\n    return x", False),
        ("raise ValueError", False),
        ("raise NotImplementedError if x else ValueError", False),
        ("print(x)\n    raise NotImplementedError", False),
        ("pass\n    raise NotImplementedError", True),
        ('"""Doc."""\n    "Mine: to do."\n    raise NotImplementedError', True),
        ('"""Doc."""\n    ...\n    pass\n    raise NotImplementedError("x")', True),
        ("# mine: x + 1\n    raise NotImplementedError  # soon", True),
        ("...", False),
        ("pass; return x", False),
        ("import torch\n    raise NotImplementedError", False),
        ("del x\n    raise NotImplementedError", False),
        ("while True:\n        raise NotImplementedError", False),
        ('f"{x}"\n    raise NotImplementedError', False),
        ("def g():\n        raise NotImplementedError\n    return g", False),
        ("raise NotImplementedError.with_traceback(None)", False),
        ("return NotImplementedError", False),
        ("assert x\n    raise NotImplementedError", False),
    ],
)
def test_one_rule_says_what_is_empty(checkout, body, empty):
    """The notebook (what was executed), the command line (what is in the file) and `progress` give one answer."""
    header = "from gptlab.blanks.registry import blank\n\n"
    blank = f"@blank(lesson=1, minutes=1, difficulty=1)\ndef f(x):\n    {body}\n"
    checkout.room.write_text(header + blank, encoding="utf-8")
    state = "empty" if empty else "yours"
    assert registry.whose() == {"fakeroom.f": state}
    room = checkout.run()
    assert registry.whose() == {"fakeroom.f": state}
    assert progress.judge_blank(registry.find("fakeroom.f")).state.startswith("empty") is empty
    exec(compile(blank, registry.__file__, "exec"), room.__dict__, {})  # autoreload: alone
    assert registry.whose("fakeroom.f") == state
    if empty:
        with pytest.raises(EmptyBlank):
            room.f(1)


def test_a_function_without_source_counts_as_written(checkout):
    names = {"__name__": "gptlab.nowhere"}
    text = ROOM.replace("return -x", "return -7 * x")
    exec(compile(text, "<text>", "exec"), names)
    assert names["hers"](2) == -14
    assert registry.whose("nowhere.lower") == registry.whose("nowhere.hers") == "yours"
    assert registry.find("nowhere.lower").place == "<text>:6"
    with pytest.raises(NotImplementedError) as caught:
        names["lower"](1)
    assert caught.type is NotImplementedError


def test_a_function_of_a_notebook_cell_is_judged_by_its_cell(checkout):
    name, names = "<ipython-input-1>", {"__name__": "__main__"}
    linecache.cache[name] = (len(ROOM), None, ROOM.splitlines(keepends=True), name)
    exec(compile(ROOM, name, "exec"), names)
    assert registry.whose("__main__.lower") == "empty" and names["hers"](2) == -2


def test_a_function_that_is_no_longer_in_its_file_counts_as_written(checkout):
    room = checkout.run()
    alone = "@blank(lesson=5, minutes=20, difficulty=3)\ndef gone(x):\n    return x + 1\n"
    exec(compile(alone, "<text>", "exec"), room.__dict__)
    assert room.gone(1) == 2 and registry.whose("fakeroom.gone") == "yours"
    checkout.room.write_text("def oops(:\n", encoding="utf-8")  # and where the file cannot be read
    exec(compile(alone.replace("+ 1", "+ 2"), "<text>", "exec"), room.__dict__)
    assert room.gone(1) == 3 and registry.whose("fakeroom.gone") == "yours"


def test_the_version_grows_whenever_another_body_may_run(checkout):
    room = checkout.run()
    seen = [registry.version()]
    for change in (
        lambda: registry.borrow("fakeroom.hers"),
        lambda: registry.give_back("all"),
        lambda: reset.reset("fakeroom.hers"),
        registry.use_stand_ins,
        checkout.run,
    ):
        change()
        seen.append(registry.version())
    assert seen == sorted(set(seen))
    registry.borrow("all")
    now = registry.version()
    room.hers(1), registry.whose(), registry.blanks()
    assert registry.version() == now


def test_two_registries_know_nothing_of_each_other(checkout):
    checkout.run()  # the reference file imports the room
    one, other = registry.Registry(), registry.Registry()
    names = [{"__name__": "gptlab.fakeroom", "__file__": str(checkout.room)} for _ in range(2)]
    text = ROOM.replace("from gptlab.blanks.registry import blank", "")
    for own, space in zip((one, other), names, strict=True):
        exec(compile(text, str(checkout.room), "exec"), space | {"blank": own.blank}, space)
    one.borrow("fakeroom.hers")
    assert (one.whose("fakeroom.hers"), other.whose("fakeroom.hers")) == ("borrowed", "yours")
    assert (names[0]["hers"](3), names[1]["hers"](3)) == (300, -3)


def test_blanks_are_top_level():
    with pytest.raises(ValueError, match="top-level"):

        @registry.blank(lesson=1, minutes=1, difficulty=1)
        def inner():
            raise NotImplementedError


def test_compiles_without_a_graph_break_and_follows_every_change(checkout):
    text = (
        ROOM
        + '''

@blank(lesson=6, minutes=5, difficulty=1)
def both(x):
    """Two blanks."""
    return lower(x) + hers(x)
'''
    )
    room = checkout.run(text)
    registry.borrow("fakeroom.lower")
    torch._dynamo.reset()
    compiled = torch.compile(room.both, backend="eager", fullgraph=True)
    x = torch.tensor([1.0, 2.0, 3.0])
    assert torch.equal(compiled(x), x)
    registry.borrow("fakeroom.hers")
    assert torch.equal(compiled(x), 102 * x)
    registry.give_back("fakeroom.hers")
    checkout.run(text.replace("return -x", "return -5 * x"))
    assert torch.equal(compiled(x), -3 * x)


def test_a_call_costs_two_python_calls_more_than_the_body(checkout):
    room = checkout.run()
    room.hers(1)
    called = []
    sys.setprofile(
        lambda frame, event, _: called.append(frame.f_code.co_name) if event == "call" else None
    )
    try:
        room.hers(1)
    finally:
        sys.setprofile(None)
    assert called == ["call_body", "resolve_body", "hers"]


def test_reveal_is_the_reference_text(checkout):
    text = reset.reveal("fakeroom.hers")
    assert text == "def hers(x):\n    return 100 * x\n"

    class Printer:
        def text(self, shown):
            self.shown = shown

    printer = Printer()
    text._repr_pretty_(printer, False)
    assert printer.shown == text


STUB = '"""Minus x."""\n    raise NotImplementedError\n'


def test_reset_puts_the_stub_back_at_once(checkout):
    room = checkout.run()
    backup = reset.reset("fakeroom.hers")
    assert checkout.room.read_text("utf-8") == ROOM.replace('"""Minus x."""\n    return -x\n', STUB)
    assert backup.parent == source_scan.CHECKOUT / ".gptlab" / "backup" and backup.name.startswith(
        "fakeroom.hers."
    )
    assert backup.read_text("utf-8") == ROOM[ROOM.index("@blank(\n") :]
    assert registry.whose("fakeroom.hers") == "empty"
    with pytest.raises(EmptyBlank):
        room.hers(1)
    assert reset.reset("fakeroom.hers") is None
    assert [path.name for path in checkout.room.parent.iterdir() if path.name != "__pycache__"] == [
        "fakeroom.py"
    ]


def test_backups_are_never_overwritten(checkout):
    for number in range(5):
        checkout.room.write_text(ROOM.replace("return -x", f"return {number}"), encoding="utf-8")
        reset.reset("fakeroom.hers")
    kept = sorted((source_scan.CHECKOUT / ".gptlab" / "backup").iterdir())
    assert sorted(path.read_text("utf-8")[-2] for path in kept) == list("01234")


HEADER = "@blank(lesson=1, minutes=1, difficulty=1)\n"
CASES = {
    "nested": (
        'def f(x):\n    """D."""\n    def g(y):\n        return y\n    return g(x)\n\n\nNEXT = 1\n',
        'def f(x):\n    """D."""\n    raise NotImplementedError\n\n\nNEXT = 1\n',
    ),
    "decorated nested": (
        "def f(x):\n    @print\n    def g(y):\n        return y\n    return g\n",
        "def f(x):\n    raise NotImplementedError\n",
    ),
    "one line": (
        "def f(x): return x\nNEXT = 1\n",
        "def f(x):\n    raise NotImplementedError\nNEXT = 1\n",
    ),
    "one line and docstring": (
        'def f(x): "D."; return x\n',
        'def f(x):\n    "D."\n    raise NotImplementedError\n',
    ),
    "comments": (
        "def f(x):\n    return x  # so\n    # an old try\n\n# next section\nNEXT = 1\n",
        "def f(x):\n    raise NotImplementedError\n\n# next section\nNEXT = 1\n",
    ),
    "long signature": (
        "def f(\n    x: dict[str, int] = {'a': 1},  # (:\n    g=lambda y: y,\n) -> dict:\n"
        "    return x\n",
        "def f(\n    x: dict[str, int] = {'a': 1},  # (:\n    g=lambda y: y,\n) -> dict:\n"
        "    raise NotImplementedError\n",
    ),
    "tabs": (
        'def f(x):\n\t"""D."""\n\treturn x\n',
        'def f(x):\n\t"""D."""\n\traise NotImplementedError\n',
    ),
    "CRLF": (
        'def f(x):\r\n    """D.\r\n\r\n    E."""\r\n    return x\r\nNEXT = 1\r\n',
        'def f(x):\r\n    """D.\r\n\r\n    E."""\r\n    raise NotImplementedError\r\nNEXT = 1\r\n',
    ),
    "no newline at the end": (
        "def f(x):\n    return x",
        "def f(x):\n    raise NotImplementedError",
    ),
    "Chinese": (
        'def f(x: "数" = "山"): return "玉山"  # 山\n',
        'def f(x: "数" = "山"):\n    raise NotImplementedError\n',
    ),
    "text after a multi-line string": (
        'def f(x):\n    """玉\n    山"""; return """a\nb"""\nNEXT = 1\n',
        'def f(x):\n    """玉\n    山"""\n    raise NotImplementedError\nNEXT = 1\n',
    ),
    "same name twice": (
        "def f(x):\n    return x\n\ndef g():\n    f = 1\n    return f\n",
        "def f(x):\n    raise NotImplementedError\n\ndef g():\n    f = 1\n    return f\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_only_the_function_changes(case):
    written, expected = CASES[case]
    newline = "\r\n" if "\r\n" in written else "\n"
    header = HEADER.replace("\n", newline)
    before = f"# -*- coding: utf-8 -*-{newline}{header}"
    after, taken = reset.with_stub((before + written).encode(), "f", "room.py")
    assert after.decode() == before + expected
    assert taken.decode().startswith(header) and taken in (before + written).encode()
    assert reset.with_stub(after, "f", "room.py")[0] == after


BROKEN = {
    "a bracket": ("    return -x\n", "    y = (x\n    return -y\n"),
    "a quote": ("    return -x\n", "    return 'x\n"),
    "an indent": ("    return -x\n", "  return -x\n"),
    "another function": ("import", "import"),
    "a string without end": ("    return -x\n", '    return """x\n'),
}


@pytest.mark.parametrize("imported", [True, False])
@pytest.mark.parametrize("where", BROKEN)
def test_reset_mends_a_function_in_a_file_that_cannot_be_parsed(checkout, where, imported):
    if imported:
        checkout.run()
    more = "\n\ndef oops(:\n" if where == "another function" else ""
    broken = ROOM.replace(*BROKEN[where]) + more
    checkout.room.write_text(broken, encoding="utf-8")
    assert list(registry.broken_modules()) == ["fakeroom"]
    assert len(registry.whose()) == 3  # all still count
    backup = reset.reset("fakeroom.hers")
    expected = ROOM.replace('"""Minus x."""\n    return -x\n', STUB)
    assert checkout.room.read_text("utf-8") == expected + more
    assert backup.read_text("utf-8").rstrip() in broken
    if not more:
        assert not registry.broken_modules()
        assert reset.reset("fakeroom.hers", undo=True) == backup
        assert checkout.room.read_text("utf-8") == broken


@pytest.mark.parametrize(
    ("old", "new"), [('"""Minus x."""', '"""Minus x.'), ("def hers(x):", "def hers(x:")]
)
def test_a_damaged_header_is_left_alone(checkout, old, new):
    broken = ROOM.replace(old, new)
    checkout.room.write_text(broken, encoding="utf-8")
    with pytest.raises((CannotEdit, UnknownBlank), match=r"gptlab/fakeroom.py:\d+: ") as caught:
        reset.reset("fakeroom.hers")
    assert "\n" not in str(caught.value)
    assert checkout.room.read_text("utf-8") == broken


def test_undo_brings_the_newest_backup_back_and_loses_nothing(checkout):
    reset.reset("fakeroom.hers")
    later = checkout.room.read_text("utf-8").replace(
        STUB, STUB.replace("raise NotImplementedError", "return 5")
    )
    checkout.room.write_text(later, encoding="utf-8")
    reset.reset("fakeroom.hers", undo=True)
    assert checkout.room.read_text("utf-8") == ROOM
    reset.reset("fakeroom.hers", undo=True)  # what stood there was kept too
    assert checkout.room.read_text("utf-8") == later
    with pytest.raises(CannotEdit, match="no backup of fakeroom.lower"):
        reset.reset("fakeroom.lower", undo=True)


def test_what_can_be_filled_is_filled(checkout, tmp_path):
    checkout.run()
    other = checkout.room.with_name("otherroom.py")
    other.write_text(ROOM, encoding="utf-8")
    with pytest.raises(SolutionsMissing, match="no file solutions/otherroom.py"):
        registry.borrow(before=9)
    states = registry.whose()
    assert states["fakeroom.lower"] == "borrowed" and states["otherroom.lower"] == "empty"


def test_a_broken_file_not_yet_imported_is_named(checkout):
    checkout.room.write_text("def oops(:\n", encoding="utf-8")
    with pytest.raises(
        UnknownBlank,
        match=r"^gptlab/fakeroom.py:1.*until that is mended, fakeroom.hers cannot be found$",
    ):
        registry.whose("fakeroom.hers")


def test_a_file_in_another_encoding_is_named(checkout):
    checkout.room.write_text(ROOM, encoding="utf-16")
    said = registry.broken_modules()["fakeroom"]
    assert said == "gptlab/fakeroom.py:1: this is not UTF-8 text: save the file as UTF-8"
    with pytest.raises(UnknownBlank, match="save the file as UTF-8"):
        reset.reset("fakeroom.hers")


def test_a_spoilt_decorator_hides_no_other_blank(checkout):
    spoilt = ROOM.replace("lesson=3, minutes=5", "lesson=three")
    checkout.room.write_text(spoilt, encoding="utf-8")
    assert list(registry.whose()) == ["fakeroom.upper", "fakeroom.hers"]
    assert registry.broken_modules() == {
        "fakeroom": "gptlab/fakeroom.py:7: @blank needs lesson, minutes, difficulty as numbers"
    }


def test_a_failed_write_leaves_the_file_and_no_rubbish(checkout, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CannotEdit, match="No space left on device; nothing was changed"):
        reset.reset("fakeroom.hers")
    assert checkout.room.read_text("utf-8") == ROOM
    assert [path.name for path in checkout.room.parent.iterdir()] == ["fakeroom.py"]


def test_light_import():
    code = (
        "import sys, gptlab, gptlab.blanks.registry, gptlab.blanks.shapes;"
        "gptlab.whose(); sys.exit('torch' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
