"""What every experiment of lesson 14 starts from: the shipped SFT model, questions, the gold labeler, and measurements.

KL is in nats per reply, at temperature 1: of the policy that writes, from the SFT model.
"""

import copy
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn

from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.data.preferences import prompts_that_fit
from gptlab.engine.evaluate.fact_recall import recall
from gptlab.engine.evaluate.replies import distinct_questions
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import checkpoint
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.reward_model import score
from gptlab.engine.train.rollout import reply_logprobs
from gptlab.world.gold_labeler import GoldLabeler, Judgement
from gptlab.world.questions import Question, Questions
from gptlab.world.web import Web

MOST = 32  # tokens of a reply
EVAL_SEED, TRAIN_SEED, PAGES_SEED = (
    9,
    13,
    78,
)  # of questions that are measured on, trained on, of pages
N_MEASURED = 96  # questions of one measurement
EACH = 2  # replies to each of them
LENGTHS = (12, 20, 30)  # bytes: replies are told apart by length at these
END_SCORE = -3.0  # of a reply that does not end, as in the shipped run


@dataclass(frozen=True)
class Written:
    """Replies to questions, as token ids with their end, and what the gold labeler says of them."""

    sequences: list[list[int]]  # prompt and reply
    starts: list[int]  # where each reply begins
    judged: list[Judgement]
    questions: list[Question]


class Bench:
    """Models, questions and measurements."""

    def __init__(self, seed: int = 0) -> None:
        self.web = Web(0)
        self.seed = seed
        self.tokenizer = shipped("sft").tokenizer
        self.reference = self.model("sft").eval().requires_grad_(False)
        self.assistant = Assistant(self.reference, self.tokenizer, "sft")
        self.stop = self.assistant.stop
        self.gold = GoldLabeler(self.web)

    def model(self, stage: str) -> GPT:
        """A new copy of a shipped model that can be trained."""
        return checkpoint.load(FOLDER / stage, fused=True, optimizer=False).model

    @functools.cached_property
    def shipped_reward(self) -> nn.Module:
        """The reward model that comes with the course."""
        return self.model("reward").eval().requires_grad_(False)

    def training_questions(self, n: int) -> list[Question]:
        """Questions to train on, other ones for each seed."""
        drawn = Questions(self.web).draw(1000 * self.seed + TRAIN_SEED)
        return prompts_that_fit(self.assistant, drawn, n, MOST)

    @functools.cache  # noqa: B019  (one bench lives as long as its lesson)
    def measured_questions(self, n: int = N_MEASURED) -> list[Question]:
        """Different questions that no stage was trained on, the same for every seed."""
        drawn = Questions(self.web).draw(EVAL_SEED, held_out=True)
        return distinct_questions(
            (
                q
                for q in drawn
                if len(self.assistant.begin(q.text)) + MOST <= self.assistant.context
            ),
            n,
        )

    @functools.cached_property
    def stream(self) -> Tensor:
        """Pages of the little web as one row of tokens, for PPO-ptx; (N) int."""
        return self._pages(3000, PAGES_SEED + 1)

    @functools.cached_property
    def held_out_rows(self) -> Tensor:
        """Rows of other pages, on which the loss of pretraining is measured; (64, context + 1) int."""
        width = self.assistant.context + 1
        return self._pages(500, PAGES_SEED)[: 64 * width].view(64, width)

    def _pages(self, n: int, seed: int) -> Tensor:
        ids: list[int] = []
        for page in islice(self.web.pages(seed=seed), n):
            ids += [self.tokenizer.special["endoftext"], *self.tokenizer.encode(page.text)]
        return torch.tensor(ids)

    def judge(self, question: Question, new: Sequence[int]) -> Judgement:
        """The gold labeler's judgement of the new tokens of one reply."""
        finished = bool(new) and new[-1] == self.stop
        text = self.tokenizer.decode(list(new[:-1] if finished else new))
        return self.gold.judge(question, text, finished)

    def write(self, policy: GPT, questions: list[Question], seed: int, each: int = 1) -> Written:
        """`each` replies to every question, at temperature 1."""
        asked = [question for question in questions for _ in range(each)]
        prompts = [self.assistant.begin(question.text) for question in asked]
        generator = torch.Generator().manual_seed(seed)
        was = policy.training
        new = generate_batch(policy.eval(), prompts, MOST, self.stop, generator=generator)
        policy.train(was)
        judged = [self.judge(*one) for one in zip(asked, new, strict=True)]
        sequences = [prompt + reply for prompt, reply in zip(prompts, new, strict=True)]
        return Written(sequences, [len(prompt) for prompt in prompts], judged, asked)

    def proxy_scores(self, proxy: nn.Module, written: Written) -> Tensor:
        """What a reward model says of replies; those without an end get the penalty of the shipped run. (N,)"""
        scores = score(proxy, written.sequences)
        unended = torch.tensor([not judgement.finished for judgement in written.judged])
        return scores.masked_fill(unended, END_SCORE)

    @torch.no_grad()
    @one_thread()
    def measure(self, policy: GPT, proxies: dict[str, nn.Module], seed: int = 0) -> dict:
        """Gold, each proxy, KL and the kinds of replies, on the questions that no stage was trained on."""
        written = self.write(policy, self.measured_questions(), 5000 + seed, EACH)
        ids, keep, starts = rectangle(written)
        was = policy.training
        mask = reply_mask(keep, starts)
        kl = (
            reply_logprobs(policy.eval(), ids, starts, mask)
            - reply_logprobs(self.reference, ids, starts, mask)
        ).sum(1)
        policy.train(was)
        found = {"gold": sum(j.score for j in written.judged) / len(written.judged)}
        found |= {n: float(self.proxy_scores(p, written).mean()) for n, p in proxies.items()}
        found |= {"kl": float(kl.mean()), "kl_error": float(kl.std()) / len(kl) ** 0.5}
        found["tokens"] = float(mask.sum(1).float().mean())
        return {k: round(v, 4) for k, v in found.items()} | {"facts": claims_by_length(written)}

    @torch.no_grad()
    @one_thread()
    def tax(self, policy: GPT) -> dict:
        """What was forgotten: the loss on pages, in nats per token, and the share of facts that it recalls."""
        was = policy.training
        policy.eval()
        loss = float(policy.loss(self.held_out_rows[:, :-1], self.held_out_rows[:, 1:]))
        recalled = recall(policy, self.tokenizer, self.web, n_facts=100)
        policy.train(was)
        return {"page_loss": round(loss, 4), "recall": round(sum(recalled.values()) / 2, 4)}


def rectangle(written: Written) -> tuple[Tensor, Tensor, Tensor]:
    """Replies as one batch: ids (B, T), keep (B, T), starts (B,)."""
    ids, keep = right_pad(written.sequences)
    return ids, keep, torch.tensor(written.starts)


def reply_mask(keep: Tensor, starts: Tensor) -> Tensor:
    """Which columns of the replies are tokens; keep (B, T) bool, starts (B,) -> (B, R) bool."""
    lengths = keep.sum(1) - starts
    return torch.arange(int(lengths.max())) < lengths[:, None]


def claims_by_length(written: Written) -> list[list[int]]:
    """Replies to questions of fact, by length in bytes: [all, false ones] for each stretch of LENGTHS."""
    table = [[0, 0] for _ in range(len(LENGTHS) + 1)]
    for question, judgement in zip(written.questions, written.judged, strict=True):
        if question.kind == "fact":
            row = table[sum(judgement.n_bytes > length for length in LENGTHS)]
            row[0] += 1
            row[1] += judgement.content in ("wrong", "both")
    return table


def copied(model: GPT) -> GPT:
    """A copy to go on from."""
    return copy.deepcopy(model)
