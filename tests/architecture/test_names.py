"""What a module takes from another module of the project is there: no name of last year in `dev/`."""

import ast
import importlib
import importlib.util

import pytest

from tests.support.paths import ROOT

FILES = sorted(
    path for folder in ("gptlab", "dev", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)


def modules_of(tree):
    """Names in a file that are modules of the project -> the module's full name."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for one in node.names:
                full = f"{node.module}.{one.name}"
                if node.module.split(".")[0] in ("gptlab", "dev") and is_module(full):
                    found[one.asname or one.name] = full
    return found


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def missing_names(text):
    """module.name for each attribute of a module of the project that it does not have."""
    tree = ast.parse(text)
    modules = modules_of(tree)
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return sorted(
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules.keys() - bound
        and not hasattr(importlib.import_module(modules[node.value.id]), node.attr)
    )


def test_every_name_of_another_module_is_there():
    missing = {
        path.relative_to(ROOT).as_posix(): names
        for path in FILES
        if (names := missing_names(path.read_text(encoding="utf-8")))
    }
    assert not missing, missing


@pytest.mark.parametrize("name", ["prepare_torch", "of_last_year"])
def test_a_name_that_is_gone_is_seen(name):
    text = f"from gptlab.engine import hardware\nhardware.{name}()"
    assert bool(missing_names(text)) == (name == "of_last_year")
