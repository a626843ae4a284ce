"""What the functions of a view return."""

import ast

import pytest

from gptlab.view.kit.picture import Picture
from tests.support.paths import ROOT

VIEW = ROOT / "gptlab" / "view"


def functions_in(folder):
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef):
                yield path, node


def test_every_picture_comes_with_its_description():
    found = [
        f"{path.relative_to(VIEW)}: {node.name}"
        for path, node in functions_in(VIEW)
        if node.name.endswith("_picture")
        and (node.returns is None or ast.unparse(node.returns) != "Picture")
    ]
    assert not found, "return a Picture(image, alt)"


def test_a_picture_unpacks_in_the_order_that_show_takes():
    image, alt = Picture("<svg/>", "a dot")
    assert (image, alt) == ("<svg/>", "a dot")
    with pytest.raises(AttributeError):
        Picture("<svg/>", "a dot").alt = "two dots"
