"""How a model's guesses come to be: one turn of training on one token, then some more on pages of the little web."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gptlab.course import lesson
from gptlab.engine.assistant import Assistant
from gptlab.engine.config import TrainConfig
from gptlab.engine.data import corpus
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.run.presets import preset
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.world.web import Web

NUDGE = 0.01  # a parameter changes by so much times its slope
PAGES_AT_ONCE = (
    4  # pieces of the web that a turn looks at; the shipped model's turns see four times as many
)
WEB_BYTES, WEB_SEED = 300_000, 1
WARMUP = 3  # turns until the changes have their full size
SHOWN = 3  # parameters whose change is shown


@dataclass(frozen=True)
class Turn:
    """One turn of training: a text, the token that came after it, and what the turn changed.

    before, after  (V) float, the probabilities of the next token
    parameters     (before, after) of a few parameters
    """

    pieces: list[bytes]
    came: int
    before: Tensor
    after: Tensor
    parameters: list[tuple[float, float]]
    n_parameters: int

    @property
    def right_before(self) -> float:
        """The probability of the token that came, before the turn."""
        return float(self.before[self.came])


def untrained(assistant: Assistant, seed: int = 0) -> GPT:
    """A model of the same shape, whose parameters are still the random numbers that training starts from."""
    lesson.fill_other_lessons()
    return GPT(assistant.model.config, seed=seed).run_on("fused")


def one_turn(assistant: Assistant, text: str, came: str) -> Turn:
    """Let a new model guess how a text goes on, and change every parameter so that the right guess grows.

    w ← w − NUDGE · ∂(−ln p(came | text)) / ∂w
    """
    model, token = untrained(assistant), assistant.tokenizer.encode(came)[0]
    ids = assistant.begin(text)
    scores = model(torch.tensor([ids]))[0, -1]
    F.cross_entropy(scores, torch.tensor(token)).backward()
    seen = [model.wte[token, i] for i in range(SHOWN)]
    old = [float(x.detach()) for x in seen]
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.sub_(NUDGE * parameter.grad)
    return Turn(
        [assistant.tokenizer.decode_bytes([i]) for i in ids[1:]],
        token,
        scores.detach().softmax(-1),
        guess(model, ids),
        list(zip(old, model.wte.detach()[token, :SHOWN].tolist())),
        assistant.n_parameters,
    )


@torch.no_grad()
def guess(model: GPT, ids: list[int]) -> Tensor:
    """The probabilities of the token after these; (V) float."""
    return model(torch.tensor([ids]))[0, -1].softmax(-1)


@one_thread()
def guesses_while_learning(
    assistant: Assistant, text: str, turns: tuple[int, ...] = (0, 10, 30)
) -> dict[int, Tensor]:
    """How a new model goes on with a text after so many turns, and last the assistant's model after all of its own.

    Each turn is one of pretraining, on a few pieces of the little web. Returns {turns: (V) float}.
    """
    model, ids = untrained(assistant), assistant.begin(text)
    stream = corpus.web_stream(Web(), assistant.tokenizer, WEB_BYTES, WEB_SEED)
    run = PretrainingRun(model, stream, _short(turns[-1]), n_workers=1)
    found = {}
    with run.gradient:
        for wanted in turns:
            model.train()
            while len(run.history) < wanted:
                run.update()
            model.eval()
            found[wanted] = guess(model, ids)
    return found | {shipped_turns(): assistant.probabilities(ids)}


def _short(steps: int) -> TrainConfig:
    """The shipped model's own settings, for a few turns on less text each."""
    whole = preset("shipped").pretrain
    return TrainConfig(
        steps=max(steps, WARMUP + 1),
        batch_size=PAGES_AT_ONCE,
        lr=whole.lr,
        min_lr=whole.lr,
        warmup=WARMUP,
        muon_lr=whole.muon_lr,
    )


def shipped_turns() -> int:
    """How many turns the shipped base model's training had."""
    return preset("shipped").pretrain.steps


def guesses_a_turn(assistant: Assistant) -> int:
    """How many next tokens the shipped base model guessed in each of its turns."""
    return preset("shipped").pretrain.batch_size * assistant.context
