"""The house as it must stand: floors, sizes, agreement between stubs, references and docstrings."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gptlab.course.catalog import scan
from gptlab.course.shapes import GLOSSARY, parse_shapes

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gptlab"
ROOMS = ["ngram", "sampling", "bpe", "autograd", "neural_lm", "rnn", "attention", "transformer", "finetuning",
         "zero_shot", "training", "scaling", "instruct", "reward", "ppo", "alignment", "chat", "agents"]
FLOORS = ["course", "rooms", "engine", "view", "cli"]  # a floor imports itself and what stands left of it
NEVER_TORCH = {"course", "world"}
MODULES = sorted(PACKAGE.rglob("*.py"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.py"))
BLANKS = scan(PACKAGE)[0]


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
    """(module, name) of each import in a file; relative ones are made absolute."""
    package = ["gptlab", *path.relative_to(PACKAGE).parts[:-1]] if path.is_relative_to(PACKAGE) else []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def gptlab_imports(path):
    """The gptlab modules that a file imports, as tuples of parts below gptlab."""
    for module, name in imports_of(path):
        if module.split(".")[0] == "gptlab":
            parts = tuple(module.split(".")[1:])
            yield parts if parts or name is None else (name,)


def may_import(importer, imported):
    """The floors of the house."""
    above, below = floor_of(importer), floor_of(imported)
    if imported == ("__version__",) or above == "" or above == below != "rooms":
        return True
    if below == "world":
        return above in ("engine", "view", "cli")
    if above == "world":
        return False
    if above == "rooms":
        if below == "rooms":
            return ROOMS.index(imported[0]) < ROOMS.index(importer[0])
        return imported[:2] == ("course", "blanks")
    return above in FLOORS and below in FLOORS and FLOORS.index(below) < FLOORS.index(above)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_floors(path):
    wrong = [parts for parts in gptlab_imports(path) if not may_import(parts_of(path), parts)]
    assert not wrong, f"{name_of(path)} may not import {wrong}"


@pytest.mark.parametrize("path", [p for p in MODULES if floor_of(parts_of(p)) in NEVER_TORCH], ids=name_of)
def test_no_torch_below(path):
    if parts_of(path)[:2] == ("course", "checks"):
        return  # the checks compute with torch; nothing imports them before a check runs
    assert "torch" not in {module.split(".")[0] for module, _ in imports_of(path)}


@pytest.mark.parametrize(("importer", "imported", "allowed"), [
    (("sampling",), ("ngram",), True), (("ngram",), ("sampling",), False), (("bpe",), ("course", "blanks"), True),
    (("bpe",), ("course", "shapes"), False), (("bpe",), ("engine", "model"), False), (("bpe",), ("world",), False),
    (("engine", "model"), ("attention",), True), (("engine", "model"), ("view", "plots"), False),
    (("course", "blanks"), ("bpe",), False), (("world", "facts"), ("course", "blanks"), False),
    (("world", "pages"), ("world", "facts"), True), (("cli", "main"), ("view", "plots"), True),
    (("view", "plots"), ("world", "facts"), True), (("engine", "model"), ("borrow",), False),
    (("utils",), ("course", "blanks"), False)])
def test_the_floor_test_itself(importer, imported, allowed):
    assert may_import(importer, imported) is allowed


@pytest.mark.parametrize("path", MODULES + SOLUTIONS, ids=name_of)
def test_no_star_import_and_no_utils(path):
    assert "*" not in {name for _, name in imports_of(path)}
    assert path.stem not in ("utils", "util", "helpers", "misc")


@pytest.mark.parametrize("path", [p for p in MODULES + SOLUTIONS if p.suffix == ".py"], ids=name_of)
def test_sizes(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = node.body[0] if ast.get_docstring(node) is not None else None
            lines = node.end_lineno - node.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)
            assert lines <= 40, f"{node.name} has {lines} lines besides its docstring"


def functions_of(path):
    return {node.name: node for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)}


def function_of(entry):
    return functions_of(Path(entry.file))[entry.name]


def parameters_of(node):
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    return [argument.arg for argument in every if argument is not None]


def signature_of(node):
    return f"({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else None}"


@pytest.mark.parametrize("key", BLANKS)
def test_reference_has_the_same_signature_and_nothing_else_twice(key):
    entry = BLANKS[key]
    assert entry.module in ROOMS
    node = functions_of(ROOT / "solutions" / f"{entry.module}.py")[entry.name]
    assert signature_of(node) == signature_of(function_of(entry))
    assert not node.decorator_list


@pytest.mark.parametrize("path", SOLUTIONS, ids=name_of)
def test_solutions(path):
    functions = functions_of(path)
    room = {entry.name for entry in BLANKS.values() if entry.module == path.stem}
    assert room <= set(functions)
    for name, node in functions.items():
        assert ast.get_docstring(node) is None, f"{name} says twice what its stub says"
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        assert not used & room - {name}, f"{name} calls a reference, not the learner's: {used & room}"
    for parts in gptlab_imports(path):
        assert floor_of(parts) == "rooms" and ROOMS.index(parts[0]) <= ROOMS.index(path.stem), parts


@pytest.mark.parametrize("key", BLANKS)
def test_docstring(key):
    entry = BLANKS[key]
    assert entry.doc and entry.doc.splitlines()[0].endswith((".", "?")), "begin with one plain sentence"
    letters = parse_shapes(entry.doc, parameters_of(function_of(entry))).letters()
    assert letters <= set(GLOSSARY), f"not in the glossary: {letters - set(GLOSSARY)}"


def test_card():
    for entry in BLANKS.values():
        assert 0 <= entry.lesson <= 17 and 1 <= entry.minutes <= 60 and 1 <= entry.difficulty <= 5, entry.key


UNTOUCHED = """
import importlib, inspect, os, sys
os.environ.pop("GPTLAB_BORROW", None)
from gptlab.course.blanks import EmptyBlank, blanks
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


@pytest.mark.parametrize("module", ["gptlab", "gptlab.course.blanks", "gptlab.course.shapes"])
def test_light_imports(module):
    done = run_python(f"import sys, {module}; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)")
    assert done.returncode == 0, done.stderr
