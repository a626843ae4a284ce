"""The policy gradient on the base model: one question, asked again and again, and a number for every continuation."""

from collections import Counter
from collections.abc import Mapping

import torch

from gptlab import ppo
from gptlab.engine.assistant import Assistant
from gptlab.engine.evaluate.replies import continuation_kind
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import checkpoint
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.world.questions import RUNNING_EXAMPLE
from gptlab.world.web import Web

N_TOKENS = 16  # of a continuation
N_SAMPLES = 32  # a step
LR = 5e-4


class OneQuestion:
    """A copy of the base model that learns what a continuation of the running example is worth."""

    def __init__(self, web: Web | None = None) -> None:
        self.web = web or Web()
        loaded = checkpoint.load(FOLDER / "base", fused=True, optimizer=False)
        self.writer = Assistant(loaded.model, loaded.tokenizer)
        self.start = self.writer.begin(RUNNING_EXAMPLE["zh"])
        self.generator = torch.Generator().manual_seed(0)

    def kind(self, text: str) -> str:
        """What a continuation does: "answer", "question", "exam" or "other"."""
        return continuation_kind(self.web, text)

    def write(self, n: int = N_SAMPLES) -> tuple[list[list[int]], list[str]]:
        """Sample continuations: their ids and their texts."""
        rows = generate_batch(
            self.writer.model,
            [self.start] * n,
            N_TOKENS,
            stop_id=self.writer.stop,
            generator=self.generator,
        )
        return rows, [self.writer.text(row) for row in rows]

    def shares(self, n: int = 100) -> dict[str, float]:
        """How often each kind comes, of n samples."""
        counts = Counter(map(self.kind, self.write(n)[1]))
        return {kind: counts[kind] / n for kind in ("answer", "question", "exam", "other")}

    @one_thread()
    def train(
        self, worth: Mapping[str, float], steps: int = 25, baseline: bool = True
    ) -> list[float]:
        """Policy gradient by the learner's functions; returns the mean reward of every step's samples."""
        model = self.writer.model.train()
        matrices, embeddings, vectors = split_parameters(model)
        optimizer = AdamW(matrices, embeddings | vectors, weight_decay=0.0)
        curve = []
        for _ in range(steps):
            rows, texts = self.write()
            rewards = torch.tensor([float(worth.get(self.kind(text), 0)) for text in texts])
            curve.append(float(rewards.mean()))
            ids, keep = right_pad([self.start + row for row in rows])
            n_prompt = len(self.start)
            # (B, T - 1) -> (B, R): the prompt's last position predicts the first token of the reply
            logprobs = ppo.token_log_probs(model(ids), ids)[:, n_prompt - 1 :]
            advantages = rewards - (rewards.mean() if baseline else 0.0)
            table = advantages[:, None].expand_as(logprobs)  # each token of a reply gets its reward
            loss = ppo.policy_gradient_loss(logprobs, table, keep[:, n_prompt:])
            model.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step(LR)
        model.eval()
        return curve


def describe(shares: Mapping[str, float]) -> str:
    """The shares in one line."""
    return ", ".join(f"{kind} {share:.0%}" for kind, share in shares.items())
