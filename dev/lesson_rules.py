"""The rules that every lesson keeps: `make_lessons.py` says what breaks them, tests/lessons/ holds them."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from wcwidth import wcswidth

from gptlab.blanks.registry import blanks

MOST_BYTES = 1_000_000
MOST_COLUMNS = 110  # a Chinese character has two columns
CHECK_TAG = "nbval-check-output"  # stands in a check cell's metadata: nbval compares what it prints
NAME = re.compile(r"(\d\d)([a-z]?)_[a-z0-9_]+\.ipynb")
WIDGET = "application/vnd.jupyter.widget-view+json"
_PATH = re.compile(
    r"(?<![\w:/.])/(?:home|root|work|tmp|Users|usr|opt|var|mnt|private)/|\b[A-Z]:\\\\?\w"
)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Limits:
    """How long a cell, a definition, and a whole notebook may be."""

    prose: int  # words of a cell; a Chinese character is half a word
    lines: int
    definition_lines: int
    cells: int
    words: int


LIMITS = Limits(prose=100, lines=20, definition_lines=15, cells=65, words=2400)


@dataclass(frozen=True)
class Place:
    """Which notebook it is: of what lesson, which part of it, and the blanks that the lesson's other parts hold."""

    number: int
    part: str
    elsewhere: tuple[str, ...]  # keys with a card or a check in another part, once for each
    last: bool  # no part comes after it

    @property
    def name(self) -> str:
        """As `start` calls it: 5 or "10b"."""
        return f'"{self.number}{self.part}"' if self.part else str(self.number)


def place_of(path: Path) -> Place:
    """Number and part from a notebook's name, the rest from the notebooks beside it."""
    match = NAME.fullmatch(path.name)
    assert match is not None
    beside = sorted(path.parent.glob(f"{match[1]}*.ipynb"))
    others = [one for one in beside if one.name != path.name and NAME.fullmatch(one.name)]
    keys = [key for one in others for key in {*carded_keys(_read(one)), *checked_keys(_read(one))}]
    return Place(int(match[1]), match[2], tuple(keys), not any(one > path for one in others))


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def faults(path: Path) -> list[str]:
    """Everything in a lesson's file that breaks a rule, one line each; none when all is well."""
    match = NAME.fullmatch(path.name)
    if not match:
        return [
            f"{path.name}: a lesson is called like 01_next_token.ipynb, a part 10b_judges.ipynb"
        ]
    where, text = place_of(path), path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    found = (
        [f"{len(text.encode()) / 1e6:.2f} MB, but at most 1 MB"]
        if len(text.encode()) > MOST_BYTES
        else []
    )
    for rule in (_frame, _sizes, _exercises, _outputs):
        found += rule(notebook, where)
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


def carded_keys(notebook: dict) -> list[str]:
    """The keys of the cards that a notebook shows."""
    text = "\n".join(map(source, code_cells(notebook)))
    return re.findall(r"lesson\.card\(\s*[\"']([\w.]+)[\"']", text)


def checked_keys(notebook: dict) -> list[str]:
    """The keys that a notebook checks."""
    return [key for key in map(checked_key, code_cells(notebook)) if key]


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


def _frame(notebook: dict, where: Place) -> list[str]:
    """Format, names of cells, first and last cell."""
    found, cells = [], code_cells(notebook)
    ids = [cell.get("id") for cell in notebook["cells"]]
    if notebook.get("nbformat") != 4 or None in ids or len(set(ids)) < len(ids):
        found.append("every cell needs an id of its own (nbformat 4.5)")
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel must be python3")
    if not notebook["cells"] or not re.match(r"#\s", source(notebook["cells"][0])):
        found.append("the first cell must be prose that begins with the title, # …")
    begin = ["from gptlab import start, check, hint", f"lesson = start({where.name})"]
    if not cells or [line for line in source(cells[0]).splitlines() if line.strip()] != begin:
        found.append(f"the first code cell must be: {'; '.join(begin)}")
    if not cells or source(cells[-1]).strip() != "lesson.summary()":
        found.append("the last code cell must be: lesson.summary()")
    count = len(notebook["cells"])
    if count > LIMITS.cells:
        found.append(f"{count} cells, but at most {LIMITS.cells}: make parts of it")
    n_words = sum(words(source(one)) for one in notebook["cells"] if one["cell_type"] == "markdown")
    if n_words > LIMITS.words:
        found.append(f"{n_words:.0f} words of prose, but at most {LIMITS.words}: make parts of it")
    return found


def _sizes(notebook: dict, where: Place) -> list[str]:
    """Short cells, short definitions."""
    found = []
    for place, cell in enumerate(notebook["cells"]):
        text = source(cell)
        if cell["cell_type"] == "markdown" and words(text) > LIMITS.prose:
            found.append(
                f"cell {place}: {words(text):.0f} words of prose, but at most {LIMITS.prose}"
            )
        if cell["cell_type"] != "code":
            continue
        n_lines = len(text.strip().splitlines())
        if n_lines > LIMITS.lines:
            found.append(f"cell {place}: {n_lines} lines of code, but at most {LIMITS.lines}")
        found += [
            f"cell {place}: a line of {columns(line)} columns, but at most {MOST_COLUMNS}: {line.strip()[:40]} …"
            for line in text.splitlines()
            if columns(line) > MOST_COLUMNS
        ]
        for node in ast.walk(tree(text)):
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and node.end_lineno - node.lineno >= LIMITS.definition_lines
            ):
                found.append(
                    f"cell {place}: {node.name} is defined in more than {LIMITS.definition_lines} lines"
                )
    return found


def tree(text: str) -> ast.Module:
    """The syntax tree of a code cell, without its magic lines."""
    return ast.parse(
        "\n".join(
            "pass" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines()
        )
    )


def _exercises(notebook: dict, where: Place) -> list[str]:
    """A card and a check for each blank of the lesson, in one of its parts; marks where they belong."""
    own = [entry.key for entry in blanks() if entry.lesson == where.number]
    carded, checks = carded_keys(notebook), checked_keys(notebook)
    found = []
    for key in own:
        here, there = key in {*carded, *checks}, key in where.elsewhere
        if here and there:
            found.append(f"{key} has a card or check in another part too")
        elif (carded.count(key), checks.count(key)) != (1, 1) and (
            here or (where.last and not there)
        ):
            found.append(
                f"{key} must have one card (has {carded.count(key)}) and one check cell (has {checks.count(key)})"
            )
    found += [
        f"{key} has a card or check here, but belongs to another lesson"
        for key in {*carded, *checks} - {*own}
    ]
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            found += [f"cell {place}: {fault}" for fault in _marks(cell)]
    return found


def _marks(cell: dict) -> list[str]:
    """Nothing for machines on the page; check cells carry a tag."""
    key, text = checked_key(cell), source(cell)
    found = []
    if re.search(r"^\s*#\s*NBVAL_", text, re.MULTILINE):
        found.append('no "# NBVAL" here: what is for machines stands in the metadata')
    tagged = CHECK_TAG in cell["metadata"].get("tags", [])
    if key and (text.strip() != f'check("{key}")' or not tagged):
        found.append(f'a check cell holds check("{key}") alone and has the tag {CHECK_TAG}')
    return found


def _outputs(notebook: dict, where: Place) -> list[str]:
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
        for node in tree(text).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return any(
        ast.unparse(call) in ("print", "check", "display")
        or ast.unparse(call).startswith("lesson.")
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
