"""The rules that every lesson keeps: `make_lessons.py` says what breaks them, tests/lessons/ holds them."""

import ast
import json
import re
from pathlib import Path

from wcwidth import wcswidth

from gptlab.blanks.registry import blanks
from gptlab.blanks.source_scan import Blank
from gptlab.course.notebook_hooks import needed

MOST_BYTES = 1_000_000
MOST_LINES, MOST_COLUMNS, MOST_DEFINITION_LINES, MOST_WORDS = (
    12,
    110,
    5,
    80,
)  # a Chinese character: two columns, half a word
NAME = re.compile(r"(\d\d)_[a-z0-9_]+\.ipynb")
WIDGET = "application/vnd.jupyter.widget-view+json"
_PATH = re.compile(
    r"(?<![\w:/.])/(?:home|root|work|tmp|Users|usr|opt|var|mnt|private)/|\b[A-Z]:\\\\?\w"
)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def faults(path: Path) -> list[str]:
    """Everything in a lesson's file that breaks a rule, one line each; none when all is well."""
    match = NAME.fullmatch(path.name)
    if not match:
        return [f"{path.name}: a lesson is called like 01_next_token.ipynb"]
    number, text = int(match[1]), path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    found = (
        [f"{len(text.encode()) / 1e6:.2f} MB, but at most 1 MB"]
        if len(text.encode()) > MOST_BYTES
        else []
    )
    for rule in (_frame, _sizes, _exercises, _outputs):
        found += rule(notebook, number)
    return found


def source(cell: dict) -> str:
    """A cell's text, which the file keeps in lines."""
    return "".join(cell["source"])


def code_cells(notebook: dict) -> list[dict]:
    """The cells that run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def checked_key(cell: dict) -> str | None:
    """The key of the blank that a cell checks, or None where it checks none."""
    match = re.search(r"^check\(\s*[\"']([\w.]+)[\"']\s*\)", source(cell), re.MULTILINE)
    return match[1] if match and cell["cell_type"] == "code" else None


def words(text: str) -> float:
    """Words that are read in a prose cell: markup, addresses and code blocks are none, a formula is one,
    a Chinese character is half of one."""
    text = re.sub(r"```.*?```|<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$", " formula ", text, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>|https?://\S+", " ", text)
    return len(_HAN.findall(text)) / 2 + len(re.findall(r"\w[\w'’.,/-]*", _HAN.sub(" ", text)))


def columns(line: str) -> int:
    """How wide a line of code is; a Chinese character is as wide as two letters."""
    return wcswidth(line)


def _frame(notebook: dict, number: int) -> list[str]:
    """Format, names of cells, first and last cell."""
    found, cells = [], code_cells(notebook)
    ids = [cell.get("id") for cell in notebook["cells"]]
    if notebook.get("nbformat") != 4 or None in ids or len(set(ids)) < len(ids):
        found.append("every cell needs an id of its own (nbformat 4.5)")
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel must be python3")
    if not notebook["cells"] or not re.match(r"#\s", source(notebook["cells"][0])):
        found.append("the first cell must be prose that begins with the title, # …")
    begin = ["from gptlab import start, check, hint", f"lesson = start({number})"]
    if not cells or [line for line in source(cells[0]).splitlines() if line.strip()] != begin:
        found.append(f"the first code cell must be: {'; '.join(begin)}")
    if not cells or source(cells[-1]).strip() != "lesson.summary()":
        found.append("the last code cell must be: lesson.summary()")
    return found


def _sizes(notebook: dict, number: int) -> list[str]:
    """Short cells, short definitions."""
    found = []
    for place, cell in enumerate(notebook["cells"]):
        text = source(cell)
        if cell["cell_type"] == "markdown" and words(text) > MOST_WORDS:
            found.append(
                f"cell {place}: {words(text):.0f} words of prose, but at most {MOST_WORDS}"
            )
        if cell["cell_type"] != "code":
            continue
        lines = [line for line in text.strip().splitlines() if not re.match(r"#\s*needs:", line)]
        if len(lines) > MOST_LINES:
            found.append(f"cell {place}: {len(lines)} lines of code, but at most {MOST_LINES}")
        found += [
            f"cell {place}: a line of {columns(line)} columns, but at most {MOST_COLUMNS}: {line.strip()[:40]} …"
            for line in text.splitlines()
            if columns(line) > MOST_COLUMNS
        ]
        for node in ast.walk(_tree(text)):
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and node.end_lineno - node.lineno >= MOST_DEFINITION_LINES
            ):
                found.append(
                    f"cell {place}: {node.name} is defined in more than {MOST_DEFINITION_LINES} lines"
                )
    return found


def _tree(text: str) -> ast.Module:
    """The syntax tree of a code cell, without its magic lines."""
    return ast.parse(
        "\n".join(
            "pass" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines()
        )
    )


def _exercises(notebook: dict, number: int) -> list[str]:
    """A card and a check for each blank of the lesson; needs that exist."""
    own = [entry.key for entry in blanks() if entry.lesson == number]
    every = {entry.key: entry for entry in blanks()}
    cells = code_cells(notebook)
    carded = re.findall(r"lesson\.card\(\s*[\"']([\w.]+)[\"']", "\n".join(map(source, cells)))
    checks = [key for key in map(checked_key, cells) if key]
    found = [
        f"{key} must have one card (has {carded.count(key)}) and one check cell (has {checks.count(key)})"
        for key in own
        if carded.count(key) != 1 or checks.count(key) != 1
    ]
    found += [
        f"{key} has a card or check here, but belongs to another lesson"
        for key in {*carded, *checks} - {*own}
    ]
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        key, text = checked_key(cell), source(cell)
        if key and text.strip().splitlines() != ["# NBVAL_CHECK_OUTPUT", f'check("{key}")']:
            found.append(
                f'cell {place}: a check cell holds "# NBVAL_CHECK_OUTPUT" and check("{key}"), nothing else'
            )
        found += [
            f"cell {place}: # needs: {_wrong_need(name, every, number)}"
            for name in needed(text.splitlines())
            if _wrong_need(name, every, number)
        ]
    return found


def _wrong_need(key: str, every: dict[str, Blank], number: int) -> str:
    """What is wrong with one key of a `# needs:` line, "" when nothing is."""
    if key not in every:
        return f"{key} is no blank"
    return "" if every[key].lesson == number else f"{key} belongs to lesson {every[key].lesson}"


def _outputs(notebook: dict, number: int) -> list[str]:
    """Everything was run, in order, and what came is fit to be read."""
    cells = code_cells(notebook)
    if [cell.get("execution_count") for cell in cells] != list(range(1, len(cells) + 1)):
        return ["the outputs are not those of one run from top to bottom: run `make lessons`"]
    found = (
        ["the state of widgets is kept: run `make lessons`"]
        if "widgets" in notebook["metadata"]
        else []
    )
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            outputs = cell["outputs"]
            if not outputs and _prints(source(cell)):
                found.append(f"cell {place}: prints something, but no output is kept")
            found += [f"cell {place}: {fault}" for fault in map(_output_fault, outputs) if fault]
    return found


def _prints(text: str) -> bool:
    """True when a statement of the cell itself calls what always shows something."""
    calls = [
        node.value.func
        for node in _tree(text).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return any(
        ast.unparse(call) in ("print", "check", "display", "lesson.card", "lesson.summary")
        for call in calls
    )


def _output_fault(output: dict) -> str:
    """What is wrong with one output, "" when nothing is."""
    if output["output_type"] == "error":
        return f"ends in an error: {output['ename']}"
    if output.get("name") == "stderr":
        return f"writes to stderr: {''.join(output['text'])[:60]!r}"
    bundle = output.get("data", {})
    if WIDGET in bundle:
        return "the view of a widget is kept: run `make lessons`"
    text = "".join(output.get("text", "")) + "".join(
        "".join(face) if isinstance(face, (str, list)) else json.dumps(face)
        for kind, face in bundle.items()
        if not kind.startswith("image/png")
    )
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    if _PATH.search(text):
        return f"shows a path of this machine: …{text[_PATH.search(text).start() :][:40]!r}"
    if re.search(r" at 0x[0-9a-f]{6,}", text):
        return "shows a raw object at an address"
    return "shows terminal colours" if "\x1b[" in text else ""
