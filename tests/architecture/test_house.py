"""The house as it must stand: floors, sizes, agreement between stubs, references and docstrings."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from gptlab.blanks.shapes import GLOSSARY, parse_shapes
from gptlab.blanks.source_scan import scan
from tests.support.paths import ROOT

PACKAGE = ROOT / "gptlab"
ROOMS = [
    "ngram",
    "sampling",
    "bpe",
    "autograd",
    "neural_lm",
    "rnn",
    "attention",
    "transformer",
    "finetuning",
    "zero_shot",
    "training",
    "scaling",
    "instruct",
    "reward",
    "ppo",
    "alignment",
    "chat",
    "agents",
]
# A floor imports itself and what stands left of it; the little web stands on nothing, and only the engine and what is
# above it may look at it.
FLOORS = [
    "blanks",
    "rooms",
    "exercises",
    "course",
    "grading",
    "teaching",
    "engine",
    "server",
    "interpret",
    "agent_town",
    "experiments",
    "view",
    "cli",
]
ON_THE_WEB = FLOORS[FLOORS.index("engine") :]
MODULES = sorted(PACKAGE.rglob("*.py"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.py"))
BLANKS = scan(PACKAGE)[0]


def listed(offenders):
    """All offenders of a rule, one a line: whoever broke it in ten files reads ten lines."""
    return "\n".join(["", *offenders])


@functools.cache
def tree_of(path):
    """The syntax tree of a file, read once for all tests."""
    return ast.parse(path.read_bytes())


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def parts_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def floor_of(parts):
    """The floor that a module stands on: a sub-package, "rooms", or the entrance ("")."""
    if not parts or parts == ("__main__",):
        return ""
    return "rooms" if parts[0] in ROOMS else parts[0]


def imports_of(path):
    """(module, name) of each import in a file, those by `import_module` and `__import__` of a constant too.

    Relative imports are made absolute; of an f-string, the constant beginning is taken.
    """
    package = (
        ["gptlab", *path.relative_to(PACKAGE).parts[:-1]] if path.is_relative_to(PACKAGE) else []
    )
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and node.args
            and called_name(node) in ("import_module", "__import__")
        ):
            yield (text_of(node.args[0]), None)


def called_name(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def text_of(node):
    """The text of a constant, or of the constant that an f-string begins with; "" where there is none."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return (
        first.value.rstrip(".")
        if isinstance(first, ast.Constant) and isinstance(first.value, str)
        else ""
    )


NAMES = {parts_of(path) for path in MODULES}


def gptlab_imports(path):
    """The gptlab modules that a file imports, as tuples of parts below gptlab."""
    for module, name in imports_of(path):
        parts = tuple(module.split("."))
        if parts[0] == "gptlab" and (len(parts) > 1 or name):
            inner = (*parts[1:], name)
            yield inner if inner in NAMES or len(parts) == 1 else parts[1:]


def may_import(importer, imported):
    """The floors of the house."""
    above, below = floor_of(importer), floor_of(imported)
    if imported == ("__version__",) or above == "" or above == below != "rooms":
        return True
    if below == "world":
        return above in ON_THE_WEB
    if above == "rooms":
        if below == "rooms":
            return ROOMS.index(imported[0]) < ROOMS.index(importer[0])
        return imported == ("blanks",)
    return above in FLOORS and below in FLOORS and FLOORS.index(below) < FLOORS.index(above)


def test_floors():
    wrong = [
        f"{name_of(path)} may not import {'.'.join(['gptlab', *parts])}"
        for path in MODULES
        for parts in gptlab_imports(path)
        if not may_import(parts_of(path), parts)
    ]
    assert not wrong, listed(wrong)


def circle(arrows):
    """The names along one circle of a graph {name: names that it points to}, or [] where there is none."""
    done, path = set(), []

    def walk(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for other in sorted(arrows.get(name, ())):
            if found := walk(other):
                return found
        done.add(path.pop())
        return []

    return next((found for name in sorted(arrows) if (found := walk(name))), [])


def arrows_in(folder, imports):
    """The arrows between what lies directly in a folder, from the (importer, imported) pairs of its modules.

    A package is one name in its parent; its own `__init__` is one more name inside it.
    """
    depth, arrows = len(folder), {}
    for importer, imported in imports:
        if importer[:depth] == folder == imported[:depth]:
            one, other = (
                parts[depth] if len(parts) > depth else "__init__" for parts in (importer, imported)
            )
            if one != other:
                arrows.setdefault(one, set()).add(other)
    return arrows


IMPORTS = [
    (parts_of(path), parts) for path in MODULES if parts_of(path) for parts in gptlab_imports(path)
]
FOLDERS = sorted({parts[:i] for parts in NAMES for i in range(1, len(parts))})


def test_no_circle():
    circles = {folder: circle(arrows_in(folder, IMPORTS)) for folder in FOLDERS}
    wrong = [
        f"gptlab/{'/'.join(folder)}: {' -> '.join(found)}"
        for folder, found in circles.items()
        if found
    ]
    assert not wrong, listed(wrong)


def test_the_circle_test_itself():
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    imports = [
        (("engine", "run", "measure"), ("engine", "run", "folder")),
        (("engine", "run", "folder"), ("engine", "train")),
    ]
    assert (
        circle(arrows_in(("engine",), imports))
        == circle(arrows_in(("engine", "run"), imports))
        == []
    )
    imports.append((("engine", "train", "ppo"), ("engine", "run", "measure")))
    assert circle(arrows_in(("engine",), imports)) == ["run", "train", "run"]
    assert arrows_in(("blanks",), [(("blanks",), ("blanks", "registry"))]) == {
        "__init__": {"registry"}
    }


def test_the_import_reader_itself(tmp_path):
    file = tmp_path / "odd.py"
    file.write_text(
        "import importlib\nfrom importlib import import_module\n"
        "def f(room):\n    import gptlab.engine.hardware\n    importlib.import_module('gptlab.autograd')\n"
        "    import_module(f'gptlab.exercises.{room}')\n    __import__('gptlab.view')\n    import_module(room)\n"
    )
    assert {("engine", "hardware"), ("autograd",), ("exercises",), ("view",)} == set(
        gptlab_imports(file)
    )


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        (("sampling",), ("ngram",), True),
        (("ngram",), ("sampling",), False),
        (("bpe",), ("blanks",), True),
        (("bpe",), ("blanks", "shapes"), False),
        (("bpe",), ("engine", "model"), False),
        (("bpe",), ("world",), False),
        (("engine", "model"), ("attention",), True),
        (("engine", "model"), ("view", "plots"), False),
        (("blanks", "registry"), ("bpe",), False),
        (("world", "facts"), ("blanks", "registry"), False),
        (("exercises", "bpe", "checks"), ("bpe",), True),
        (("exercises", "judge"), ("course", "progress"), False),
        (("exercises", "judge"), ("world", "facts"), False),
        (("course", "lesson"), ("engine", "model"), False),
        (("world", "pages"), ("world", "facts"), True),
        (("cli", "main"), ("view", "plots"), True),
        (("view", "plots"), ("world", "facts"), True),
        (("engine", "model"), ("borrow",), False),
        (("engine", "train"), ("experiments", "recall_game"), False),
        (("utils",), ("blanks", "registry"), False),
    ],
)
def test_the_floor_test_itself(importer, imported, allowed):
    assert may_import(importer, imported) is allowed


def test_experiments_train_interpret_looks_inside_and_view_draws():
    drawing = {"matplotlib", "ipywidgets", "IPython"}
    training = {"train_adam", "backward", "optim"}
    for path in MODULES:
        floor = floor_of(parts_of(path))
        libraries = {module.split(".")[0] for module, _ in imports_of(path)}
        words = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree_of(path))}
        if floor in ("experiments", "interpret"):
            assert not libraries & drawing, f"{name_of(path)} draws: that belongs to gptlab/view"
        if floor in ("view", "interpret"):
            assert not words & training, f"{name_of(path)} trains: see gptlab/experiments"


def test_an_experiment_is_short():
    """At most 200 lines: one readable file a finding."""
    files = [path for path in MODULES if floor_of(parts_of(path)) == "experiments"]
    lengths = {name_of(path): len(path.read_bytes().splitlines()) for path in files}
    assert {name: n for name, n in lengths.items() if n > 200} == {}


def test_known_mistakes_are_cut_by_blank():
    """At most 400 lines a module of wrong bodies, `mistakes_<blank>.py` where a room has more."""
    files = (PACKAGE / "exercises").glob("*/mistakes*.py")
    lengths = {name_of(path): len(path.read_bytes().splitlines()) for path in files}
    assert len(lengths) > 10
    assert {name: n for name, n in lengths.items() if n > 400} == {}


def test_no_star_import_and_no_utils():
    files = MODULES + SOLUTIONS
    stars = [name_of(path) for path in files if "*" in {name for _, name in imports_of(path)}]
    assert not stars, f"import *: {listed(stars)}"
    heaps = [name_of(path) for path in files if path.stem in ("utils", "util", "helpers", "misc")]
    assert not heaps, f"a name that says nothing: {listed(heaps)}"


def statements(node):
    """How much a piece of code says, however it is laid out; docstrings are not counted."""
    inner = [one for one in ast.walk(node) if isinstance(one, ast.stmt)]
    return sum(not is_text(one) for one in inner)


def is_text(node):
    """True for a docstring, or any other text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def too_large(path):
    """What is larger than it may be in a file, a line each."""
    tree = tree_of(path)
    if statements(tree) > 220:
        yield f"{name_of(path)}: {statements(tree)} statements, two modules in one"
    learners = path in SOLUTIONS or floor_of(parts_of(path)) == "rooms"
    if learners and len(path.read_bytes().splitlines()) > 300:
        yield f"{name_of(path)}: what a learner opens must not be long"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and statements(node) > 32:
            yield f"{name_of(path)}: {node.name} does too much at once ({statements(node)})"


def test_sizes():
    wrong = [line for path in MODULES + SOLUTIONS for line in too_large(path)]
    assert not wrong, listed(wrong)


def test_no_folder_is_a_heap():
    """No flat folder of more than 15 modules, the rooms themselves apart: they are the learner's shelf."""
    folders = {path.parent for path in MODULES if path.parent != PACKAGE}
    sizes = {name_of(folder): len(list(folder.glob("*.py"))) for folder in folders}
    assert {name: n for name, n in sizes.items() if n > 16} == {}, "15 and an __init__"


def functions_of(path):
    return {node.name: node for node in tree_of(path).body if isinstance(node, ast.FunctionDef)}


def function_of(entry):
    return functions_of(Path(entry.file))[entry.name]


def parameters_of(node):
    every = [
        *node.args.posonlyargs,
        *node.args.args,
        *node.args.kwonlyargs,
        node.args.vararg,
        node.args.kwarg,
    ]
    return [argument.arg for argument in every if argument is not None]


def signature_of(node):
    return f"({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else None}"


def reference_faults(entry):
    """What is wrong between a stub and its reference, a line each."""
    if entry.module not in ROOMS:
        yield f"{entry.key}: {entry.module} is no room"
        return
    node = functions_of(ROOT / "solutions" / f"{entry.module}.py").get(entry.name)
    if node is None:
        yield f"{entry.key} has no reference"
        return
    if signature_of(node) != signature_of(function_of(entry)):
        yield f"{entry.key}: {signature_of(node)} in solutions/, {signature_of(function_of(entry))}"
    if node.decorator_list:
        yield f"{entry.key}: its reference has a decorator"


def test_references_have_the_same_signature_and_nothing_else_twice():
    wrong = [line for entry in BLANKS.values() for line in reference_faults(entry)]
    assert not wrong, listed(wrong)


def solution_faults(path):
    """What a file of references may not hold: a docstring, a call of another reference, a higher room."""
    room = {entry.name for entry in BLANKS.values() if entry.module == path.stem}
    for name, node in functions_of(path).items():
        if ast.get_docstring(node) is not None:
            yield f"{name_of(path)}: {name} says twice what its stub says"
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        if others := used & room - {name}:
            yield f"{name_of(path)}: {name} calls a reference, not the learner's: {others}"
    for parts in gptlab_imports(path):
        if floor_of(parts) != "rooms" or ROOMS.index(parts[0]) > ROOMS.index(path.stem):
            yield f"{name_of(path)} imports {'.'.join(parts)}"


def test_solutions():
    wrong = [line for path in SOLUTIONS for line in solution_faults(path)]
    assert not wrong, listed(wrong)


def docstring_faults(entry):
    """What is wrong in the docstring and on the card of a blank, a line each."""
    if not entry.doc or not entry.doc.splitlines()[0].endswith((".", "?")):
        yield f"{entry.key}: begin with one plain sentence"
        return
    try:
        letters = parse_shapes(entry.doc, parameters_of(function_of(entry))).letters()
    except ValueError as error:
        yield f"{entry.key}: {error}"
        return
    if unknown := letters - set(GLOSSARY):
        yield f"{entry.key}: not in the glossary: {unknown}"


def test_docstrings():
    wrong = [line for entry in BLANKS.values() for line in docstring_faults(entry)]
    assert not wrong, listed(wrong)


def test_cards():
    wrong = [
        entry.key
        for entry in BLANKS.values()
        if not (0 <= entry.lesson <= 17 and 1 <= entry.minutes <= 60 and 1 <= entry.difficulty <= 5)
    ]
    assert not wrong, listed(wrong)


UNTOUCHED = """
import importlib, inspect, os, sys
os.environ.pop("GPTLAB_BORROW", None)
from gptlab.blanks.registry import EmptyBlank, blanks
for entry in blanks():
    if not entry.empty:
        continue
    function = getattr(importlib.import_module("gptlab." + entry.module), entry.name)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    try:
        function(*[None] * len([p for p in needed if p.kind is not p.KEYWORD_ONLY]),
                 **{p.name: None for p in needed if p.kind is p.KEYWORD_ONLY})
    except EmptyBlank as error:
        if f"(lesson {entry.lesson})" not in str(error) or entry.place not in str(error):
            sys.exit(f"{entry.key}: {error}")
    else:
        sys.exit(f"{entry.key} did not raise")
"""


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_an_untouched_blank_raises_naming_its_lesson():
    done = run_python(UNTOUCHED)
    assert done.returncode == 0, done.stderr


LIGHT = [
    "gptlab",
    "gptlab.cli.main",
    *sorted(
        {
            ".".join(["gptlab", *parts_of(path)])
            for path in MODULES
            if parts_of(path)[:1] in (("blanks",), ("world",), ("course",))
        }
    ),
]


def test_no_torch_when_imported():
    """What starts a lesson, a command or a page of the little web must not wait for torch."""
    code = (
        "import importlib, sys\n"
        f"for name in {LIGHT}:\n    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules and 'numpy' not in sys.modules, name\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
