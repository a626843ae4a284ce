"""A ladder of small GPTs on the little web: six sizes, four lengths of training, several seeds.

Sizes and lengths double from rung to rung, so runs that cost the same lie on a diagonal of the table, and on the other
diagonal, the stairs, text grows in step with size. Every run has a
cosine schedule of its own length. Its loss on held-out pages is measured whenever the tokens read have doubled, so
that a long run can be compared with a run that was meant to be short.

`python -m dev.ladder` trains what is missing and writes the log; `read_log` gives what is shipped.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from gptlab.course import lesson
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data import corpus
from gptlab.engine.evaluate import page_loss
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.world.web import Page, Web

VOCABULARY, CONTEXT, BATCH = 1024, 128, 8  # tokens, tokens, sequences
D_HEAD = 8
SHAPES = ((1, 8), (1, 16), (2, 24), (2, 40), (4, 48), (4, 72))  # layers, width: N doubles
LENGTHS = tuple(2**k for k in (17, 18, 19, 20))  # tokens of a whole training
STAIRS = tuple(zip(SHAPES, LENGTHS))  # size and length doubled together
SEEDS = (0, 1, 2)
STREAM_BYTES = 6_000_000  # of each seed's own pages
HELD_OUT_PAGES = 400
CURVE_POINTS = 32  # of the training loss that the log keeps
LOG = FOLDER / "logs" / "ladder.json"


@dataclass(frozen=True)
class Rung:
    """One run of the ladder."""

    n_layers: int
    d_model: int
    n_tokens: int  # of the whole training
    seed: int

    @property
    def name(self) -> str:
        """Example: "2x24_262144_seed0"."""
        return f"{self.n_layers}x{self.d_model}_{self.n_tokens}_seed{self.seed}"

    @property
    def model_config(self) -> GPTConfig:
        """The shape of its model."""
        return GPTConfig(
            VOCABULARY, CONTEXT, self.n_layers, max(1, self.d_model // D_HEAD), self.d_model
        )

    def train_config(self, horizon: int | None = None) -> TrainConfig:
        """Its training; `horizon` is where the cosine ends, its own end where that is not given."""
        steps = (horizon or self.n_tokens) // (BATCH * CONTEXT)
        return TrainConfig(
            steps=steps,
            batch_size=BATCH,
            lr=1e-2,
            min_lr=5e-4,
            warmup=min(100, steps // 10),
            muon_lr=0.03,
            seed=self.seed,
        )


def rungs(seeds: tuple[int, ...] = SEEDS) -> list[Rung]:
    """All runs: the stairs of every seed and the first seed's table, cheap ones first; then the rest."""
    stairs = [Rung(*shape, n_tokens, seed) for seed in seeds for shape, n_tokens in STAIRS]
    table = [
        Rung(*shape, n_tokens, seed) for seed in seeds for n_tokens in LENGTHS for shape in SHAPES
    ]
    first = {*stairs, *(rung for rung in table if rung.seed == seeds[0])}
    by_cost = sorted(first, key=lambda r: (r.model_config.n_parameters * r.n_tokens, r.seed))
    return [*by_cost, *(rung for rung in table if rung not in first)]


class Ground:
    """What all runs share: the web, the tokenizer, the held-out pages and their exact floor."""

    def __init__(self) -> None:
        lesson.fill_other_lessons()
        self.web = Web()
        self.tokenizer: Tokenizer = corpus.train_tokenizer(self.web, VOCABULARY, seed=0)
        self.pages: list[Page] = page_loss.page_sample(
            self.web, self.tokenizer, HELD_OUT_PAGES, CONTEXT
        )
        texts = [page.text for page in self.pages]
        self.n_tokens = sum(len(ids) + 1 for ids in self.tokenizer.encode_batch(texts))
        self._streams: dict[int, Tensor] = {}

    @property
    def floor(self) -> float:
        """The loss that no model can beat on the held-out pages, nats a token."""
        return float(page_loss.exact_page_nats(self.web, self.pages).sum()) / self.n_tokens

    def loss(self, model: GPT) -> float:
        """The loss on the held-out pages, each read from its start, nats a token."""
        texts = [page.text for page in self.pages]
        return float(page_loss.text_nats(model, self.tokenizer, texts).sum()) / self.n_tokens

    def stream(self, seed: int) -> Tensor:
        """The pages that the runs of a seed are trained on; (N,) int."""
        if seed not in self._streams:
            self._streams = {seed: corpus.web_stream(self.web, self.tokenizer, STREAM_BYTES, seed)}
        return self._streams[seed]


@one_thread()
def climb(
    rung: Rung, ground: Ground, horizon: int | None = None, precision: str = "auto"
) -> tuple[GPT, dict]:
    """Train one rung; returns the model, and what the log keeps of it.

    horizon  tokens at whose end the learning rate is at its lowest; the run stops at its own end all the same

    The log's "held_out" are pairs of tokens read and loss on the held-out pages.
    """
    model = GPT(rung.model_config, fused=True, seed=rung.seed)
    run = PretrainingRun(model, ground.stream(rung.seed), rung.train_config(horizon), precision)
    model.train()
    began = time.process_time()
    held_out, seconds = [], 0.0
    n_steps = rung.n_tokens // (BATCH * CONTEXT)
    for step in range(1, n_steps + 1):
        run.update()
        n_tokens = step * BATCH * CONTEXT
        if step == n_steps or n_tokens in LENGTHS:
            seconds += time.process_time() - began
            model.eval()
            held_out.append((n_tokens, round(ground.loss(model), 5)))
            model.train(step < n_steps)
            began = time.process_time()
    return model, {
        **asdict(rung),
        "n_parameters": rung.model_config.n_parameters,
        "held_out": held_out,
        "curve": _thinned([row["loss"] for row in run.history]),
        "cpu_seconds": round(seconds, 2),
        "precision": run.precision,
    }


def _thinned(losses: list[float]) -> list[tuple[int, float]]:
    """Tokens read and the mean training loss of as many stretches as the log keeps."""
    size = max(1, len(losses) // CURVE_POINTS)
    return [
        (end * BATCH * CONTEXT, round(sum(losses[end - size : end]) / size, 4))
        for end in range(size, len(losses) + 1, size)
    ]


def read_log(file: Path = LOG) -> dict:
    """The log of the ladder: "floor" and how it was made, and "runs" with one entry a run."""
    return json.loads(file.read_text(encoding="utf-8"))


def load_rung(folder: str | Path, rung: Rung) -> tuple[GPT, Tokenizer]:
    """The trained model of a rung, from the work folder of `python -m dev.ladder`.

    Raises gptlab.engine.model.checkpoint.CheckpointError where there is none.
    """
    saved = checkpoint.load(Path(folder) / rung.name, fused=True, optimizer=False)
    assert isinstance(saved.model, GPT) and saved.tokenizer is not None
    return saved.model.eval(), saved.tokenizer


def measure_rungs(
    folder: str | Path, measure: Callable[[GPT, Tokenizer], dict], found: list[Rung] | None = None
) -> dict[str, dict]:
    """What `measure(model, tokenizer)` says of every trained rung in a work folder, by the rung's name."""
    found = rungs() if found is None else found
    return {
        rung.name: measure(*load_rung(folder, rung))
        for rung in found
        if checkpoint.exists(Path(folder) / rung.name)
    }
