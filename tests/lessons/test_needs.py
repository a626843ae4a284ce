"""Lesson 03's cells say which blanks they need."""

import ast
import json

from gptlab.course.notebook_hooks import needed
from tests.support.lesson_tree import LESSONS


def test_cells_need_what_their_variables_need():
    path = next(p for p in LESSONS if p.name.startswith("03_"))
    cells = [
        "".join(c["source"])
        for c in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if c["cell_type"] == "code"
    ]
    made: dict[str, set[str]] = {}
    for text in cells:
        needs, tree = set(needed(text.splitlines())), ast.parse(text)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        inside = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        lacks = {
            node.id: made.get(node.id, set()) - needs
            for node in names
            if node.id not in stored | inside
        }
        assert not any(lacks.values()), f"{lacks}\n{text}"
        made |= dict.fromkeys(stored, needs)
