"""Seals a module for a hand-out: it runs as before, and shows no answer to somebody who opens the file.

It hides, it does not protect: whoever wants to can unpack it. Points rest on what stands in the rooms, which the
grader judges beside the unsealed course.
"""

import ast
import base64
import textwrap
import zlib

SEAL = '''\
"""{first}

Sealed for this hand-out, as it holds what you are to write. It runs as in the course: there you find its text.
"""
import base64
import zlib

_SEALED = (
{text}
)
exec(compile(zlib.decompress(base64.b85decode(_SEALED)), __file__, "exec", dont_inherit=True))
'''


def seal(text: str) -> str:
    """A module that does what the given one does, its text packed.

    Raises SyntaxError for what is no Python.
    """
    doc = ast.get_docstring(ast.parse(text)) or "A module of the course."
    first = doc.splitlines()[0].replace("\\", "\\\\").replace('"""', "'''")
    packed = base64.b85encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
    lines = (f"    {line!r}" for line in textwrap.wrap(packed, 96, break_on_hyphens=False))
    return SEAL.format(first=first, text="\n".join(lines))


def is_sealed(text: str) -> bool:
    """Whether a module is sealed."""
    return "\n_SEALED = (\n" in text
