"""One run as a folder: its settings, what its stages have produced so far, and how it is opened again."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from gptlab.blanks.files import write_atomically
from gptlab.engine.data import corpus
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.run.presets import Preset
from gptlab.engine.train import progress_bar
from gptlab.world.web import Web

WORLD_SEED = 0  # every run lives in the same world; seeds change pages, order and weights


class RunError(ValueError):
    """A run cannot start or go on; the message is one line."""


class Run:
    """One run: its folder, its settings and what its stages have produced so far.

    `figures` collects everything that the report will say.
    """

    def __init__(
        self,
        out: str | Path,
        preset: Preset,
        seed: int = 0,
        texts: list[str] = (),
        resume: bool = False,
        quiet: bool = False,
        say: Callable[[str], None] = print,
    ):
        self.out, self.preset, self.seed, self.texts = (
            Path(out),
            preset,
            seed,
            [str(t) for t in texts],
        )
        self.quiet, self.say = quiet, say
        self.web = Web(WORLD_SEED)
        self.figures: dict = {}
        self.done: dict[str, float] = {}  # stage: seconds
        self.saved_seconds = 0.0  # of earlier sessions
        self._began = time.perf_counter()
        self._open(resume)

    # -- the folder ---------------------------------------------------------------------------------------------

    def _open(self, resume: bool) -> None:
        settings = {"preset": self.preset.to_dict(), "seed": self.seed, "texts": self.texts}
        file = self.out / "run.json"
        if file.exists() and not resume:
            raise RunError(
                f"{self.out} holds a run already: add --resume to go on with it, or choose another --out"
            )
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if file.exists():
                state = json.loads(file.read_text(encoding="utf-8"))
                if state["settings"] != json.loads(json.dumps(settings)):
                    raise RunError(
                        f"{self.out} was begun with other settings ({_difference(state['settings'], settings)}): "
                        "use the same ones, or choose another --out"
                    )
                self.done, self.figures, self.saved_seconds = (
                    dict(state["done"]),
                    dict(state["figures"]),
                    float(state["seconds"]),
                )
            self.settings = settings
            self.save()
        except OSError as error:
            raise RunError(f"{self.out}: cannot be written ({error.strerror})") from None
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            if isinstance(error, RunError):
                raise
            raise RunError(
                f"{file}: damaged ({type(error).__name__}): choose another --out"
            ) from None

    def save(self) -> None:
        """Write `run.json`, aside and renamed."""
        state = {
            "settings": self.settings,
            "done": self.done,
            "figures": self.figures,
            "seconds": self.seconds,
        }
        write_atomically(self.out / "run.json", json.dumps(state, ensure_ascii=False, indent=1))

    @property
    def seconds(self) -> float:
        """Time spent on this run so far, earlier sessions included."""
        return self.saved_seconds + time.perf_counter() - self._began

    def stage(self, name: str, title: str, work: Callable[[], None]) -> None:
        """Do one stage unless an earlier session did."""
        if name in self.done:
            self.say(f"{title}: done before")
            return
        self.say(f"{title} …")
        began = time.perf_counter()
        work()
        self.done[name] = round(time.perf_counter() - began, 2)
        self.save()

    def bar(self, label: str) -> progress_bar.Progress:
        return progress_bar.bar(label, quiet=self.quiet)

    # -- what stages share --------------------------------------------------------------------------------------

    def model(self, stage: str) -> GPT | RewardModel:
        """The model that a stage left behind, on the fused functions."""
        return checkpoint.load(self.out / stage, fused=True, optimizer=False).model

    @property
    def tokenizer(self):
        if not hasattr(self, "_tokenizer"):
            self._tokenizer = corpus.Tokenizer.load(self.out / "tokenizer.json")
        return self._tokenizer

    @property
    def stream(self) -> torch.Tensor:
        """The pretraining stream; (N,) int."""
        if not hasattr(self, "_stream"):
            try:
                self._stream = torch.from_numpy(np.load(self.out / "corpus.npy").astype(np.int64))
            except (OSError, ValueError, EOFError):
                raise RunError(
                    f"{self.out / 'corpus.npy'}: damaged: choose another --out"
                ) from None
        return self._stream

    def random(self, purpose: int) -> random.Random:
        return random.Random(f"gptlab run {self.seed} {purpose}")


def _difference(old: dict, new: dict) -> str:
    """The first setting in which two runs differ."""
    new = json.loads(json.dumps(new))
    for key in ("seed", "texts"):
        if old.get(key) != new[key]:
            return f"{key} {old.get(key)!r}, not {new[key]!r}"
    for key, value in new["preset"].items():
        if old["preset"].get(key) != value:
            return f"preset {old['preset'].get('name')}, {key} {old['preset'].get(key)!r}"
    return "unknown"
