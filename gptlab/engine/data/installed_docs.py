"""The documentation of the installed packages: real text that is on every disk, for when there is no network.

Docstrings of the modules, .rst and .md files, and the description that each package was published with. Nothing of
it is copied into the course: it is read where it lies, in the order of the names, so that the same versions give the
same text.
"""

import ast
import importlib.metadata
import inspect
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution

TRAINING = (  # what JupyterLab, matplotlib and torch bring along
    "anyio",
    "babel",
    "bleach",
    "httpx",
    "ipykernel",
    "ipython",
    "jedi",
    "jinja2",
    "jsonschema",
    "jupyter_client",
    "jupyter_server",
    "matplotlib",
    "mpmath",
    "nbconvert",
    "networkx",
    "numpy",
    "packaging",
    "parso",
    "psutil",
    "pygments",
    "pyzmq",
    "requests",
    "tqdm",
    "traitlets",
    "urllib3",
)
HELD_OUT = ("pillow", "prompt_toolkit", "tornado")  # whole packages, by other authors
SUFFIXES = (".rst", ".md")
PASSED_OVER = (
    "license",
    "licence",
    "copying",
    "copyright",
    "authors",
    "notice",
    "/tests/",
    "/testing/",
)
LEAST = 200  # characters of a document
LONG = 60  # characters from which on a paragraph counts as said before


@dataclass(frozen=True)
class Document:
    """All documentation in one file of one package."""

    package: str
    name: str  # of the file, as the package lists it
    text: str


def documents(packages: Iterable[str] = TRAINING + HELD_OUT) -> list[Document]:
    """The documents of these packages, those that are installed, each paragraph only where it is first said.

    Raises ValueError when none of them is installed.
    """
    packages = sorted(packages)
    said: set[str] = set()
    found = []
    for package, distribution in ((name, _distribution(name)) for name in packages):
        for name, text in _texts(distribution) if distribution else ():
            new = _only_new(text, said)
            if len(new) >= LEAST:
                found.append(Document(package, name, new))
    if not found:
        raise ValueError(f"none of {', '.join(packages)} is installed with documentation")
    return found


def split_by_package(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """(training, held out): the packages in HELD_OUT are held out, with all their files."""
    documents = list(documents)
    return (
        [one for one in documents if one.package not in HELD_OUT],
        [one for one in documents if one.package in HELD_OUT],
    )


def joined(documents: Iterable[Document]) -> str:
    """The documents as one text."""
    return "\n\n".join(one.text for one in documents)


def _distribution(package: str) -> Distribution | None:
    try:
        return importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _texts(distribution: Distribution) -> Iterator[tuple[str, str]]:
    """(name, text) of everything in a package that is documentation, in the order of the names."""
    yield (
        "METADATA",
        distribution.metadata.get("Description") or str(distribution.metadata.get_payload() or ""),
    )
    for file in sorted(distribution.files or [], key=str):
        name = "/" + str(file).lower()
        is_source = name.endswith(".py")
        if not (is_source or name.endswith(SUFFIXES)) or any(p in name for p in PASSED_OVER):
            continue
        try:
            text = file.locate().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield str(file), _docstrings(text) if is_source else text


def _docstrings(source: str) -> str:
    """The docstrings of a module, of its classes and of its functions, in the order of their lines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other people's escape sequences
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    nodes.sort(key=lambda node: getattr(node, "lineno", 0))
    return "\n\n".join(filter(None, (ast.get_docstring(node) for node in nodes)))


def _only_new(text: str, said: set[str]) -> str:
    """The text without long paragraphs that stand in `said`, which grows by the others."""
    kept = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        key = " ".join(paragraph.split())
        if len(key) >= LONG:
            if key in said:
                continue
            said.add(key)
        kept.append(paragraph.rstrip())
    return "\n\n".join(part for part in kept if part.strip())
