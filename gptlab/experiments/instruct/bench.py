"""Tune the base model on demonstrations, and have the gold labeler judge what it then replies."""

import copy
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from gptlab import instruct
from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.config import SFTConfig
from gptlab.engine.data import seeds
from gptlab.engine.data.demonstrations import init_chat_embeddings
from gptlab.engine.evaluate import replies
from gptlab.engine.train.sft import Example, finetune, held_out_loss
from gptlab.world.gold_labeler import GoldLabeler, Judgement
from gptlab.world.questions import Question, Questions, Replies
from gptlab.world.web import Web

LR, MUON_RATIO, BATCH = 2e-3, 5.0, 32  # as the shipped model was tuned, in smaller batches
VALIDATION_SEED, TEST_SEED = 905, 906
N_TEST = 200  # questions, of the kind that no demonstration shows
Chat = list[dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """One demonstration: what was asked, and what a person replied."""

    question: Question
    reply: str

    @property
    def messages(self) -> Chat:
        """The demonstration as a conversation."""
        return [
            {"role": "user", "content": self.question.text},
            {"role": "assistant", "content": self.reply},
        ]


class Bench:
    """The base model, people who write demonstrations, and the labeler who judges replies."""

    def __init__(self, base: Assistant, web: Web):
        self.base = base
        self.web = web
        self.gold = GoldLabeler(web)
        self.writer = Replies(web)

    def stream(self, seed: int, held_out: bool = False) -> Iterator[Shown]:
        """Demonstrations without end, as hurried people write them."""
        rng = seeds.rng_for(seeds.DEMONSTRATIONS, seed)
        asked = Questions(self.web).draw(seeds.seed_for(seeds.DEMONSTRATIONS, seed), held_out)
        for question in asked:
            yield Shown(question, self.writer.demonstrate(question, rng))

    def demonstrations(self, n: int, seed: int = 0) -> list[Shown]:
        """The first n demonstrations of a seed."""
        return list(islice(self.stream(seed), n))

    def validation(self, n: int = 200) -> list[Shown]:
        """Demonstrations to questions that training never asks."""
        return list(islice(self.stream(VALIDATION_SEED, held_out=True), n))

    def render(self, shown: Iterable[Shown]) -> list[Example]:
        """Demonstrations as tokens and masks, by `instruct.render_chat`; what is too long is passed over."""
        tokenizer = self.base.tokenizer
        rendered = [
            instruct.render_chat(one.messages, tokenizer.encode, tokenizer.special) for one in shown
        ]
        return [(list(ids), list(mask)) for ids, mask in rendered if len(ids) <= self.base.context]

    def untuned(self) -> Assistant:
        """The base model as a chat model that has seen no demonstration."""
        return self.tuned([], epochs=0)

    def tuned(
        self,
        examples: Sequence[Example],
        epochs: int = 1,
        seed: int = 0,
        watch: Callable[[Assistant, dict], None] | None = None,
        lr: float = LR,
    ) -> Assistant:
        """A copy of the base model, tuned on rendered demonstrations.

        watch  called every ten steps with the model as it is then, and the step's figures
        """
        model = copy.deepcopy(self.base.model).run_on("fused").train()
        init_chat_embeddings(model, self.base.tokenizer)
        assistant = Assistant(model, self.base.tokenizer, "sft", f"{len(examples)} demonstrations")

        def report(row: dict) -> None:
            if watch is not None:
                model.eval()
                watch(assistant, row)
                model.train()

        if epochs:
            config = SFTConfig(
                epochs=epochs, batch_size=BATCH, lr=lr, muon_ratio=MUON_RATIO, seed=seed
            )
            finetune(model, list(examples), config, report=report)
        model.eval()
        return assistant

    def loss(self, assistant: Assistant, shown: Sequence[Shown]) -> float:
        """The loss on the replies, nats per token."""
        return held_out_loss(assistant.model, self.render(shown))

    def questions(self, n: int = N_TEST) -> list[Question]:
        """Test questions, none of which a demonstration asks."""
        return replies.distinct_questions(Questions(self.web).draw(TEST_SEED, held_out=True), n)

    def judged(
        self, assistant: Assistant, questions: list[Question], temperature: float = CHAT_TEMPERATURE
    ) -> list[Judgement]:
        """The gold labeler's judgement of one reply to each question."""
        written = replies.ask(assistant, questions, temperature)
        return replies.judge_replies(self.gold, questions, written)


def figures(judgements: Sequence[Judgement]) -> dict[str, float]:
    """Shares and means over judged replies."""
    mean = replies.mean_judgement(list(judgements))
    found = {name: getattr(mean, name) for name in ("gold", "right", "answers", "polite", "rude")}
    return found | {"finished": mean.finished, "bytes": mean.bytes}


def statements(judgements: Sequence[Judgement]) -> dict[str, float]:
    """Shares of replies that state the truth, say that they do not know, or state something false.

    wrong_name           the part of the false ones that gives the answer to another question of this kind; the others
                         name what cannot be an answer at all ("the language of Guyana is the dollar")
    false_per_statement  of the replies that state something
    """
    right = fmean(j.content == "right" for j in judgements)
    admits = fmean(j.content in ("admits", "declines") for j in judgements)
    wrong_name = fmean(j.content in ("wrong", "both") for j in judgements)
    found = {
        "right": right,
        "admits": admits,
        "wrong_name": wrong_name,
        "false": 1 - right - admits,
    }
    return found | {"false_per_statement": (1 - right - admits) / max(1e-9, 1 - admits)}


def shuffled(shown: Sequence[Shown], seed: int) -> list[Shown]:
    """Demonstrations in another order."""
    mixed = list(shown)
    random.Random(seed).shuffle(mixed)
    return mixed
