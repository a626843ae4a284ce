"""Short PPO runs from the shipped SFT model, each with at most one detail of the implementation changed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import torch
from torch import nn

from gptlab.course import lesson
from gptlab.engine.assistant import Assistant, Reply
from gptlab.engine.config import PPOConfig
from gptlab.engine.data import seeds
from gptlab.engine.data.preferences import prompts_that_fit
from gptlab.engine.model import checkpoint
from gptlab.engine.model.batches import TrainingDiverged
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.ppo import make_value_model, train_ppo
from gptlab.engine.train.reward_model import score
from gptlab.engine.train.rollout import PPOModels
from gptlab.experiments.ppo.details import ALL_ON, ALTERED, DetailTrainer
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.questions import Question, Questions
from gptlab.world.web import Web

SHORT = PPOConfig(
    rounds=15,
    prompts_per_round=32,
    minibatch=16,
    epochs=2,
    lr=2e-4,
    beta=0.1,
    gamma_ptx=0.0,
    end_score=-3.0,
    max_new_tokens=20,
)
TEST_SEED = 130_013  # of the test questions
N_TEST = 200  # questions that no run has trained on
CURVES = {  # what is kept of each round: its name, and what it is called
    "score": "reward",
    "kl_k1": "KL, nats per reply",
    "entropy": "entropy, nats per token",
    "reply_length": "length, tokens",
}
SCALE_KEYS = (*CURVES, "clip_fraction", "value_loss")


class Tested(NamedTuple):
    """Replies to the test questions, and what is thought of them."""

    replies: list[Reply]
    reward: float  # the reward model's mean score, the penalty for no end included
    gold: float  # the gold labeler's
    right: float  # share of replies whose claim is right
    length: float  # tokens


@dataclass
class Run:
    """One training: the setting, the seed, what each round measured, and what came of it."""

    setting: str
    seed: int
    curves: dict[str, list[float]] = field(default_factory=dict)
    tested: dict[str, float] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)
    lost: str = ""  # why it was stopped, where it was
    policy: Assistant | None = field(default=None, repr=False, compare=False)


class PPOLab:
    """The shipped models, prompts, and test questions; each run begins anew from the SFT model."""

    def __init__(self, config: PPOConfig = SHORT, web: Web | None = None) -> None:
        lesson.fill_other_lessons()
        self.config = config
        self.web = web or Web()
        self.gold = GoldLabeler(self.web)

    @cached_property
    def sft(self) -> Assistant:
        """The SFT model, as it is shipped; it is the reference of every run."""
        return self.new_policy()

    @cached_property
    def reward(self) -> RewardModel:
        """The shipped reward model."""
        return _load("reward")

    @cached_property
    def test_questions(self) -> list[Question]:
        """Questions that no run trains on."""
        drawn = Questions(self.web).draw(TEST_SEED)
        return prompts_that_fit(self.sft, drawn, N_TEST, self.config.max_new_tokens)

    def new_policy(self) -> Assistant:
        """A copy of the SFT model, to be trained."""
        loaded = checkpoint.load(FOLDER / "sft", fused=True, optimizer=False)
        return Assistant(loaded.model, loaded.tokenizer, "sft")

    def prompts(self, seed: int) -> list[list[int]]:
        """As many different prompts as a run needs."""
        n = self.config.rounds * self.config.prompts_per_round
        drawn = Questions(self.web).draw(seeds.seed_for(seeds.PROMPTS, seed))
        asked = prompts_that_fit(self.sft, drawn, n, self.config.max_new_tokens)
        return [self.sft.begin(question.text) for question in asked]

    def run(
        self,
        setting: str = ALL_ON,
        seed: int = 0,
        reward: nn.Module | None = None,
        report: Callable[[dict], None] | None = None,
        **changes: float,
    ) -> Run:
        """Train once; `changes` are fields of the configuration, `reward` takes the reward model's place."""
        altered = ALTERED[setting]
        config = replace(self.config, seed=seed, **(dict(altered.config) | changes))
        torch.manual_seed(seed)  # for dropout, where it is on
        policy = self.new_policy()
        policy.stage = "ppo"
        judge = altered.reward(self.reward) if reward is None else reward
        value = altered.value(make_value_model(judge, self.sft.model), seed)
        models = PPOModels(policy.model, self.sft.model, judge, value)
        trainer = DetailTrainer(models, self.prompts(seed), config, policy.stop, altered)
        run = Run(setting, seed, policy=policy)
        try:
            train_ppo(trainer, report)
        except TrainingDiverged as error:
            run.lost = str(error)
        for name in SCALE_KEYS:
            run.curves[name] = [round(row[name], 4) for row in trainer.history]
        if not run.lost:
            tested = self.test(policy)
            figures = tested._asdict()
            run.samples = [reply.text for reply in figures.pop("replies")]
            run.tested = {name: round(value, 4) for name, value in figures.items()}
        return run

    def test(self, assistant: Assistant, n: int = N_TEST) -> Tested:
        """Let a model answer the first n test questions at temperature 1."""
        asked = self.test_questions[:n]
        texts = [question.text for question in asked]
        replies = assistant.replies(texts, self.config.max_new_tokens, 1.0)
        judged = [
            self.gold.judge(question, reply.text, reply.finished)
            for question, reply in zip(asked, replies, strict=True)
        ]
        encode = assistant.tokenizer.encode
        sequences = [
            [*assistant.begin(text), *encode(reply.text), assistant.stop]
            for text, reply in zip(texts, replies, strict=True)
        ]
        scores = score(self.reward, sequences)
        ended = torch.tensor([reply.finished for reply in replies])
        scores = scores.masked_fill(~ended, self.config.end_score)
        return Tested(
            replies,
            float(scores.mean()),
            sum(judgement.score for judgement in judged) / len(judged),
            sum(judgement.content == "right" for judgement in judged) / len(judged),
            sum(len(encode(reply.text)) for reply in replies) / len(replies),
        )


def _load(stage: str) -> RewardModel:
    model = checkpoint.load(FOLDER / stage, fused=True, optimizer=False).model
    return model.eval().requires_grad_(False)
