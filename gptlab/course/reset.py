"""Resets a blank: writes its stub back into the learner's file and keeps a backup; shows the reference."""

import ast
import io
import re
import tokenize
from datetime import datetime
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.broken_source import Piece, pieces
from gptlab.blanks.errors import CannotEdit
from gptlab.blanks.files import write_atomically
from gptlab.blanks.registry import find, mark_empty
from gptlab.blanks.solutions import Source, reference_source
from gptlab.blanks.source_scan import blank_in, first_line, is_stub, short_path


def reveal(key: str) -> Source:
    """The text of a blank's reference body; a notebook prints it.

    Raises UnknownBlank for a key that is none, SolutionsMissing where the references are not there.
    """
    return Source(reference_source(find(key).key))


def reset(key: str, undo: bool = False) -> Path | None:
    """Put a blank's stub back into the learner's file, keeping her signature and docstring.

    What she had written goes to `.gptlab/backup/` in the checkout; the path of that copy is returned,
    or None when there was nothing to put back. `undo=True` brings the newest copy back into the file; what
    stands there then is kept as a copy too.
    Raises UnknownBlank for a key that is none, CannotEdit (nothing is changed then) for a file that
    cannot be read or written, or for a function whose header or docstring is damaged.
    """
    entry = find(key)
    path = Path(entry.file).resolve()
    try:
        if undo:
            return _bring_back(key, entry.name, path)
        before = path.read_bytes()
        after, taken = with_stub(before, entry.name, short_path(path))
        if after == before:
            return None
        backup = _back_up(key, taken)
        write_atomically(path, after)
    except OSError as error:
        raise CannotEdit(
            f"cannot reset {key}: {error.strerror or error}; nothing was changed"
        ) from None
    mark_empty(key)
    return backup


def with_stub(text: bytes, name: str, shown: str) -> tuple[bytes, bytes]:
    """A file's bytes with one function's body replaced by the stub's, and the function as it was.

    Raises CannotEdit when that cannot be done without touching anything else.
    """
    _decoded(text, shown)
    tree = _tree(text)
    if tree is None:
        return _with_stub_by_lines(text, name, shown)
    node = _definition(tree, name)
    if node is None:
        raise CannotEdit(
            f"cannot reset {name}: {shown} defines no function of that name; nothing was changed"
        )
    lines = text.splitlines(keepends=True)
    first = first_line(node)
    last = _last_line(lines, node)
    ending = _line_ending(lines[last - 1])
    newline = _line_ending(lines[node.lineno - 1]) or b"\n"
    stub = _stub(lines, node, first, newline) + ending
    after = b"".join(lines[: first - 1]) + stub + b"".join(lines[last:])
    changed = _tree(after) or ast.Module([], [])
    same = [ast.dump(a) for a in tree.body if a is not node]
    new = _definition(changed, name)
    if (
        new is None
        or not is_stub(new)
        or same != [ast.dump(a) for a in changed.body if a is not new]
    ):
        raise CannotEdit(
            f"cannot reset {name} in {shown} without touching other lines; nothing was changed"
        )
    return after, b"".join(lines[first - 1 : last])


def _line_ending(line: bytes) -> bytes:
    """The characters that end a line; b"" where none do."""
    return line[len(line.rstrip(b"\r\n")) :]


def _tree(text: bytes) -> ast.Module | None:
    """The syntax tree of a file's bytes, None where they cannot be parsed."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _decoded(text: bytes, shown: str) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise CannotEdit(f"{shown} is not UTF-8 text; nothing was changed") from None


def _with_stub_by_lines(text: bytes, name: str, shown: str) -> tuple[bytes, bytes]:
    """The same for a file that cannot be parsed, with a function found by the structure of its lines."""
    piece = _piece(text, name, shown)
    if piece.stub is None:
        raise CannotEdit(
            f"{shown}:{piece.first}: the first lines or the docstring of {name} are damaged, so it cannot be made"
            f" empty. `git diff {shown}` shows what they were; nothing was changed"
        )
    taken = b"".join(piece.lines)
    after = _replaced(text, piece.first, piece.last, piece.stub)
    return (text if taken.rstrip() == piece.stub.rstrip() else after), taken


def _piece(text: bytes, name: str, shown: str) -> Piece:
    """The lines of a blank in a file that cannot be parsed."""
    for piece in reversed(pieces(text)):
        if piece.name == name:
            return piece
    raise CannotEdit(f"{shown} has no blank {name} that can be found; nothing was changed")


def _replaced(text: bytes, first: int, last: int, new: bytes) -> bytes:
    """A file's content with some lines, counted from 1, replaced; the last of them ends as it did."""
    lines = text.splitlines(keepends=True)
    ending = _line_ending(lines[last - 1])
    return b"".join(lines[: first - 1]) + new.rstrip(b"\r\n") + ending + b"".join(lines[last:])


def _bring_back(key: str, name: str, path: Path) -> Path | None:
    """Put the newest backup of a blank back; returns where it is, None when it stands in the file already."""
    kept = sorted((source_scan.CHECKOUT / ".gptlab" / "backup").glob(f"{key}.*.py"))
    if not kept:
        raise CannotEdit(f"there is no backup of {key}; nothing was changed")
    text = path.read_bytes()
    shown = short_path(path)
    first, last, empty = _place(text, name, shown)
    old = b"".join(text.splitlines(keepends=True)[first - 1 : last])
    new = kept[-1].read_bytes()
    if old.rstrip() == new.rstrip():
        return None
    if not empty:
        _back_up(key, old)
    write_atomically(path, _replaced(text, first, last, new))
    return kept[-1]


def _place(text: bytes, name: str, shown: str) -> tuple[int, int, bool]:
    """The first and last line of a function, and whether it is empty."""
    _decoded(text, shown)
    tree = _tree(text)
    if tree is None:
        piece = _piece(text, name, shown)
        empty = b"".join(piece.lines).rstrip() == (piece.stub or b"").rstrip()
        return piece.first, piece.last, empty
    node = _definition(tree, name)
    if node is None:
        raise CannotEdit(f"{shown} defines no function {name}; nothing was changed")
    last = _last_line(text.splitlines(keepends=True), node)
    return first_line(node), last, is_stub(node)


def _definition(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The top-level function of that name: the last that is a blank, else the last."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return blank_in(tree, name) or (found[-1] if found else None)


def _last_line(lines: list[bytes], node: ast.FunctionDef) -> int:
    """The function's last line, the indented comments below its last statement included."""
    last = node.end_lineno
    assert last is not None  # ast.parse sets it
    for number in range(last, len(lines)):
        line = lines[number]
        if line.strip() and not re.match(rb"[ \t]+#", line):
            break
        if line.strip():
            last = number + 1
    return last


def _stub(lines: list[bytes], node: ast.FunctionDef, first: int, newline: bytes) -> bytes:
    """Decorators, signature and docstring as they stand, then the line that makes it a blank."""
    end_line, end_column = _header_end(lines, node)
    header = b"".join(lines[first - 1 : end_line - 1]) + lines[end_line - 1][:end_column]
    begin = node.body[0]
    indent = b"    "
    if begin.lineno > end_line:
        line = lines[first_line(begin) - 1]
        indent = line[: len(line) - len(line.lstrip(b" \t"))]
    if ast.get_docstring(node, clean=False) is not None:
        assert (
            begin.end_lineno is not None and begin.end_col_offset is not None
        )  # ast.parse sets both
        if begin.lineno == end_line:
            header += newline + indent
            start_line, start_column = begin.lineno, begin.col_offset
        else:
            start_line, start_column = end_line, end_column
        between = b"".join(lines[start_line - 1 : begin.end_lineno])
        cut = len(lines[begin.end_lineno - 1]) - begin.end_col_offset
        header += between[start_column : len(between) - cut]
    return header + newline + indent + b"raise NotImplementedError"


def _header_end(lines: list[bytes], node: ast.FunctionDef) -> tuple[int, int]:
    """Line (from 1) and byte column just behind the colon that ends a function's header."""
    text = b"".join(lines[node.lineno - 1 : node.end_lineno]).decode("utf-8")
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                row, column = token.end
                return node.lineno + row - 1, len(token.line[:column].encode("utf-8"))
    raise CannotEdit(f"cannot find where the header of {node.name} ends; nothing was changed")


def _back_up(key: str, taken: bytes) -> Path:
    """Keep the learner's text under a name that no earlier backup has."""
    folder = source_scan.CHECKOUT / ".gptlab" / "backup"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    for number in range(1000):
        backup = folder / (f"{key}.{stamp}.py" if number == 0 else f"{key}.{stamp}-{number}.py")
        try:
            with backup.open("xb") as file:
                file.write(taken)
            return backup
        except FileExistsError:
            continue
    raise CannotEdit(
        f"cannot find a free name for a backup in {short_path(folder)}; nothing was changed"
    )
