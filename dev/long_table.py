"""What the commands share that make a lesson's long table: their options, what a table says of itself, its clock.

A table is saved after every row, so that one that was stopped can be resumed where it was.
"""

import argparse
import hashlib
import time
from typing import Any

from gptlab.engine import hardware
from gptlab.engine.model.shipped import FOLDER


def options(
    command: str, about: str, same: str, arguments: list[str] | None = None, seeds: int = 3
) -> argparse.Namespace:
    """The options of one such command, `seeds` and `resume`.

    command  its name in `dev`
    about    what it does, in one sentence
    same     what must be the same for a row to be kept by --resume: the base, the models
    seeds    runs a setting, where nothing is said
    """
    parser = argparse.ArgumentParser(prog=f"python -m dev.{command}", description=about)
    parser.add_argument(
        "--seeds", type=int, default=seeds, help=f"runs a setting (default: {seeds})"
    )
    parser.add_argument(
        "--resume", action="store_true", help=f"keep the rows that were made from the same {same}"
    )
    return parser.parse_args(arguments)


def made_by(command: str, seeds: int, **more: Any) -> dict[str, Any]:
    """What a table says of itself: how it was made, of what commit, and whatever its command adds."""
    return {
        "command": f"python -m dev.{command} --seeds {seeds}",
        "seeds": list(range(seeds)),
        "commit": hardware.commit(),
        **more,
    }


def weights_sha256(stage: str) -> str:
    """Which weights the shipped model of a stage has."""
    return hashlib.sha256((FOLDER / stage / "model.safetensors").read_bytes()).hexdigest()


class Clock:
    """The computing that a table has taken, that of the kept rows counted in.

    seconds  of processor time that its kept rows took
    """

    def __init__(self, seconds: float = 0) -> None:
        self._started = time.process_time() - seconds

    def seconds(self) -> int:
        """All of it until now."""
        return round(time.process_time() - self._started)

    def say(self, row: object) -> None:
        """Show a row that was just made."""
        print(f"{self.seconds():6} s  {row}", flush=True)

    def on(self, made: dict[str, Any]) -> dict[str, Any]:
        """What a table says of itself, with the time that it took until now."""
        return made | {"cpu_seconds": self.seconds()}
