"""The folder of a run: its settings, the figures and models of its stages so far, and how it is opened again."""

import functools
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch

from gptlab.blanks.files import write_atomically
from gptlab.engine.assistant import Assistant
from gptlab.engine.data import corpus
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ScalarHeadModel
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.run.figures import Figures
from gptlab.engine.run.lock import FolderInUse, FolderLock
from gptlab.engine.run.presets import Preset, from_saved
from gptlab.engine.train import progress_bar
from gptlab.world.web import Web

WORLD_SEED = 0  # every run lives in the same world; seeds change pages, order and weights


class RunError(ValueError):
    """A run cannot start or go on; the message is one line."""


class RunFolder:
    """One run on the disk: `run.json` with settings, finished stages and figures, and a folder for each model.

    `figures` collects everything that the report will say.
    """

    def __init__(
        self,
        out: str | Path,
        preset: Preset,
        seed: int = 0,
        texts: Sequence[str] = (),
        resume: bool = False,
        quiet: bool = False,
        log: Callable[[str], None] = print,
    ):
        self.out = Path(out)
        self.preset = preset
        self.seed = seed
        self.texts = [str(text) for text in texts]
        self.quiet = quiet
        self.log = log
        self.device = torch.device("cpu")  # where pretraining runs
        self.web = Web(WORLD_SEED)
        self.figures = Figures()
        self.done: dict[str, float] = {}  # stage: seconds
        self.saved_seconds = 0.0  # of earlier sessions
        self._began = time.perf_counter()
        self._lock = self._locked()
        try:
            self._open(resume)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self._lock.release()

    # -- the folder ---------------------------------------------------------------------------------------------

    def _locked(self) -> FolderLock:
        """Make the folder, and keep every other process out of it while this one writes."""
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            return FolderLock(self.out)
        except FolderInUse as error:
            raise RunError(
                f"{self.out}: {error} writes there: wait for it, or choose another --out"
            ) from None
        except OSError as error:
            raise RunError(f"{self.out}: cannot be written ({error.strerror})") from None

    def _open(self, resume: bool) -> None:
        """Take over what was done before; where no stage was finished, begin anew, with any settings."""
        file = self.out / "run.json"
        try:
            if file.exists() and not _nothing_done(file):
                if not resume:
                    raise RunError(
                        f"{self.out} holds a run already: add --resume to go on with it, "
                        "or choose another --out"
                    )
                self._read(file)
            self.save()
        except OSError as error:
            raise RunError(f"{self.out}: cannot be written ({error.strerror})") from None

    def _read(self, file: Path) -> None:
        """Take over what an earlier session has done."""
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
            difference = _difference(state["settings"], self.settings)
            self.done = dict(state["done"])
            self.figures = Figures.from_dict(state["figures"])
            self.saved_seconds = float(state["seconds"])
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise RunError(
                f"{file}: damaged ({type(error).__name__}): choose another --out"
            ) from None
        if difference:
            raise RunError(
                f"{self.out} was begun with other settings ({difference}): "
                "use the same ones, or choose another --out"
            )

    @property
    def settings(self) -> dict:
        """What a session must share with the one before, as JSON holds it."""
        return {"preset": self.preset.to_dict(), "seed": self.seed, "texts": self.texts}

    def save(self) -> None:
        """Write `run.json`, aside and renamed."""
        state = {
            "settings": self.settings,
            "done": self.done,
            "figures": self.figures.to_dict(),
            "seconds": self.seconds,
        }
        write_atomically(self.out / "run.json", as_json(state))

    @property
    def seconds(self) -> float:
        """Time spent on this run so far, earlier sessions included."""
        return self.saved_seconds + time.perf_counter() - self._began

    def stage(self, name: str, title: str, work: Callable[[], None]) -> None:
        """Do one stage unless an earlier session did."""
        if name in self.done:
            self.log(f"{title}: done before")
            return
        self.log(f"{title} …")
        began = time.perf_counter()
        work()
        self.done[name] = round(time.perf_counter() - began, 2)
        self.save()

    def change(self, preset: Preset) -> None:
        """Go on with other settings for the stages that are still to come; a resumed session finds them."""
        self.preset = preset
        self.save()

    def bar(self, label: str) -> progress_bar.Progress:
        """A progress bar, unless the run is a quiet one."""
        return progress_bar.bar(label, quiet=self.quiet)

    # -- what stages share --------------------------------------------------------------------------------------

    def model(self, stage: str) -> GPT:
        """The model that a stage left behind, on the fused functions."""
        model = self._model(stage)
        assert isinstance(model, GPT)  # only the stage "reward" leaves another
        return model

    def reward_model(self) -> RewardModel:
        """The reward model, on the fused functions."""
        model = self._model("reward")
        assert isinstance(model, RewardModel)
        return model

    def _model(self, stage: str) -> GPT | ScalarHeadModel:
        return checkpoint.load(self.out / stage, fused=True, optimizer=False).model

    def assistant(self, stage: str) -> Assistant:
        """The same as one that writes."""
        return Assistant(self.model(stage), self.tokenizer, stage)

    @functools.cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of all the run's models."""
        return Tokenizer.load(self.out / "tokenizer.json")

    @functools.cached_property
    def stream(self) -> torch.Tensor:
        """The pretraining stream; (N,) int."""
        try:
            return corpus.as_stream(np.load(self.out / "corpus.npy", mmap_mode="r"))
        except (OSError, ValueError, EOFError):
            raise RunError(f"{self.out / 'corpus.npy'}: damaged: choose another --out") from None


def saved_preset(out: str | Path) -> Preset | None:
    """What a run in that folder was begun with; None where there is none that has finished a stage."""
    file = Path(out) / "run.json"
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        return from_saved(state["settings"]["preset"]) if state["done"] else None
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return None


def as_json(content: dict) -> bytes:
    """JSON as a file holds it; a lone surrogate, which a path of odd bytes brings, is written as its escape."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def _nothing_done(file: Path) -> bool:
    """Whether a `run.json` that can be read has no finished stage."""
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        return state["done"] == {} and isinstance(state["settings"]["preset"], dict)
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def _difference(old: dict, new: dict) -> str:
    """The first setting in which two runs differ, "" where they are the same."""
    new = json.loads(json.dumps(new))
    if old == new:
        return ""
    for key in ("seed", "texts"):
        if old.get(key) != new[key]:
            return f"{key} {old.get(key)!r}, not {new[key]!r}"
    for key, value in new["preset"].items():
        if old["preset"].get(key) != value:
            return f"preset {old['preset'].get('name')}, {key} {old['preset'].get(key)!r}"
    return "unknown"
