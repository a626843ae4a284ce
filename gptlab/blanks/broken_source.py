"""Finds the blanks in a file that cannot be parsed, by the structure of its lines."""

import ast
import functools
import re
from dataclasses import dataclass

_BLANK = re.compile(rb"@(blanks\.)?blank\(")
_DEFINITION = re.compile(rb"def\s+(\w+)")
_TOP = re.compile(rb"@|(async\s+def|def|class|import|from|if|for|while|try|with)\b|\w+\s*[=(.:]")
_QUOTES = re.compile(rb"\s*[rR]?(\"\"\"|''')")


@dataclass(frozen=True)
class Piece:
    """The lines of one blank, its decorator included."""

    name: str
    first: int  # line, counted from 1
    lines: tuple[bytes, ...]
    n_before_body: int  # lines of the decorator and the header; 0 where they cannot be told
    n_before_code: int  # the docstring's too; 0 where it does not end

    @property
    def last(self) -> int:
        """The last line, counted from 1."""
        return self.first + len(self.lines) - 1

    @property
    def stub(self) -> bytes | None:
        """The piece with a stub's body; None where the header or the docstring is itself damaged."""
        if not self.n_before_code:
            return None
        head = b"".join(self.lines[: self.n_before_code])
        newline = b"\r\n" if head.endswith(b"\r\n") else b"\n"
        return head + b"    raise NotImplementedError" + newline

    @property
    def node(self) -> tuple[ast.FunctionDef, bool] | None:
        """The definition, and whether it could be parsed as a whole; else its stub is parsed in its place."""
        for text, whole in ((b"".join(self.lines), True), (self.stub, False)):
            tree = _parsed(text)
            if tree is not None and isinstance(tree.body[0], ast.FunctionDef):
                ast.increment_lineno(tree, self.first - 1)
                return tree.body[0], whole
        return None


@functools.lru_cache(maxsize=16)
def pieces(text: bytes) -> tuple[Piece, ...]:
    """The blanks of a file's content, from the line of each decorator to the next top-level statement."""
    lines = text.splitlines(keepends=True)
    found = []
    for first, line in enumerate(lines):
        if not _BLANK.match(line):
            continue
        begins = next((i for i in range(first + 1, len(lines)) if _TOP.match(lines[i])), None)
        match = begins is not None and _DEFINITION.match(lines[begins])
        if not match:
            continue
        end = next((i for i in range(begins + 1, len(lines)) if _TOP.match(lines[i])), len(lines))
        while not lines[end - 1].strip() or lines[end - 1].startswith(b"#"):
            end -= 1
        own = tuple(lines[first:end])
        header = _header(own, begins - first + 1)
        found.append(Piece(match[1].decode(), first + 1, own, header, _docstring(own, header)))
    return tuple(found)


def _header(lines: tuple[bytes, ...], at_least: int) -> int:
    """How many lines come before a function's body; 0 where no number of them makes a header."""
    for n in range(at_least, len(lines) + 1):
        if _parsed(b"".join(lines[:n]) + b"    pass\n") is not None:
            return n
    return 0


def _docstring(lines: tuple[bytes, ...], header: int) -> int:
    """How many lines come before the code; 0 where the docstring does not end."""
    match = _QUOTES.match(lines[header]) if 0 < header < len(lines) else None
    if match is None:
        return header
    for n in range(header + 1, len(lines) + 1):
        rest = b"".join(lines[header:n])[match.end() :]
        if match[1] in rest:
            return n
    return 0


def _parsed(text: bytes | None) -> ast.Module | None:
    try:
        return None if text is None else ast.parse(text)
    except (SyntaxError, ValueError):
        return None
