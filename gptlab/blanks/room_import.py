"""Imports a room, which may fail or end the program, and says in one line why it could not be."""

import importlib
import traceback

from gptlab.blanks.source_scan import short_path


def why_not_imported(module: str, file: str) -> str | None:
    """None once a room is imported, else file, line and error in one line."""
    try:
        importlib.import_module(f"gptlab.{module}")
    except (Exception, SystemExit) as error:
        return f"{where(error, file)} cannot be imported: {in_words(error)}"
    return None


def in_words(error: BaseException) -> str:
    """An error's type and text; of a SystemExit, that it ended the program."""
    if isinstance(error, SystemExit):
        return "it ends the program (SystemExit)"
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def where(error: BaseException, file: str) -> str:
    """The file as a learner knows it, with the line in it where an error came up."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"{short_path(file)}:{error.lineno}"
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return f"{short_path(file)}:{lines[-1]}" if lines else short_path(file)
