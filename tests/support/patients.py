"""The patients of the lessons: wrong bodies in plain sight, which the checks must reject and name."""

import ast
import json

from dev import lesson_rules as rules


def patients_of(path):
    """(key, function) for each `lesson.patient(...)` of a notebook, without a kernel.

    The notebook's imports and definitions are executed, in order, and nothing else.
    """
    names, found = {}, []
    for cell in rules.code_cells(json.loads(path.read_text(encoding="utf-8"))):
        for node in rules.tree(rules.source(cell)).body:
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
                exec(compile(ast.Module([node], []), path.name, "exec"), names)
            found += [
                (ast.literal_eval(call.args[0]), names[call.args[1].id])
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "lesson.patient"
            ]
    return found
