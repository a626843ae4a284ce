"""Which model to talk to: the one that was named, the newest finished run, or the shipped one."""

import json
from pathlib import Path

from gptlab.blanks.source_scan import PACKAGE, short_path
from gptlab.engine import files
from gptlab.engine.stages import FINAL, SHIPPED_NAMES, WRITING_STAGES

SHIPPED = PACKAGE / "assets" / FINAL


class NoModel(ValueError):
    """There is nothing to talk to; the message is one line."""


def find_model(named: Path | None, runs: Path = Path("runs"), shipped: Path = SHIPPED) -> Path:
    """The checkpoint that was named (itself, or its run), else the newest finished run's, else the shipped one.

    named  a folder, a run in `runs`, or a model that comes with gptlab: base, sft, ppo_ptx; a folder comes first

    Raises NoModel when there is none.
    """
    if named is not None:
        return _inside(_by_name(named, runs, shipped))
    finished = [file for file in runs.glob("*/run.json") if _finished(file)]
    if finished:
        return max(finished, key=lambda file: file.stat().st_mtime).parent / FINAL
    if _is_checkpoint(shipped):
        return shipped
    raise NoModel("there is no model yet: build one with `gptlab run`, or name one with --model")


def _by_name(named: Path, runs: Path, shipped: Path) -> Path:
    """The folder that a name means; the name itself where nothing is called so."""
    if files.standing(named).is_dir():
        return named
    places = [runs / named]
    if str(named) in SHIPPED_NAMES:
        places.append(shipped.with_name(str(named)))
    return next((place for place in places if place.is_dir()), named)


def _inside(folder: Path) -> Path:
    """A checkpoint's folder, or the last model of a run."""
    if not files.standing(folder).is_dir():
        raise NoModel(
            f"{folder}: no such folder, run or model (with gptlab come {', '.join(SHIPPED_NAMES)})"
        )
    if _is_checkpoint(folder):
        return folder
    if _is_checkpoint(folder / FINAL):
        return folder / FINAL
    stages = [str(folder / stage) for stage in WRITING_STAGES if _is_checkpoint(folder / stage)]
    if stages:
        raise NoModel(
            f"{folder}: the run is not finished: go on with --resume, or choose --model {stages[-1]}"
        )
    raise NoModel(f"{folder}: holds neither a model nor a run")


def _is_checkpoint(folder: Path) -> bool:
    """Whether there is a model, or what a kill between two renames left of one."""
    return (files.standing(folder) / "config.json").is_file()


def _finished(file: Path) -> bool:
    try:
        done = json.loads(file.read_text(encoding="utf-8"))["done"]
        return FINAL in done and _is_checkpoint(file.parent / FINAL)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def name_of(folder: Path) -> str:
    """A model's folder as a person knows it."""
    return "the model that comes with gptlab" if folder == SHIPPED else short_path(folder)
