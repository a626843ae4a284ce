"""Generation beside transformers' `generate`, and a round of PPO beside one with the steps of trl 0.11.4.

trl is not among the course's packages, so the peer's round is written out here from its documented steps: generate;
log-probabilities of the policy and of the reference, values and a reward by one forward pass each of the same batch;
then for every minibatch a forward pass of policy and value model, the clipped losses, and AdamW. All its models are
transformers' GPT-2. trl's bookkeeping is left out, which is to the peer's advantage.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from gptlab.engine import hardware
from gptlab.engine.config import PPOConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train.ppo import PPOTrainer, make_value_model
from gptlab.engine.train.rollout import PPOModels
from gptlab.engine.writers import Writers
from gptlab.experiments.bench.pairs import Row, alone, compare, installed, on_all_cores
from gptlab.experiments.bench.training import SMALL, Settings, peer_model

PROMPT, NEW = 20, 60  # tokens
PPO_PROMPTS, PPO_NEW, MINIBATCH, EPOCHS = 64, 32, 32, 2


def generate(settings: Settings) -> Iterator[Row]:
    """Cached generation, one by one and 64 at once."""
    ours = GPT(SMALL, fused=True).eval()
    for batch, target in ((1, 4.0), (64, 3.0)):
        prompts = torch.randint(SMALL.vocab_size, (batch, PROMPT))
        rows = prompts.tolist()
        what, units = f"batch {batch}", batch * NEW

        def write(rows: list = rows) -> object:
            with Writers(
                ours
            ) as writers:  # their start counts, as it does where replies are written
                return writers.write(rows, NEW)

        if not installed("transformers"):
            yield alone("generate", what, "tokens/s", units, write, settings.seconds)
            continue
        theirs = on_all_cores(peer_writer(peer_model(SMALL).eval(), prompts), hardware.cores())
        yield compare(
            "generate",
            what,
            "tokens/s",
            units,
            write,
            theirs,
            "transformers' generate",
            settings.seconds,
            target,
        )


def ppo(settings: Settings) -> Iterator[Row]:
    """One round of PPO: 64 replies of 32 tokens, two passes in minibatches of 32."""
    prompts = torch.randint(SMALL.vocab_size, (PPO_PROMPTS, PROMPT))
    trainer = ppo_trainer(prompts)
    with trainer.workers:
        if not installed("transformers"):
            yield alone("ppo", "one round", "rounds/s", 1, trainer.run_round, settings.seconds)
            return
        theirs = on_all_cores(_PeerPPO(prompts).one_round, hardware.cores())
        yield compare(
            "ppo",
            "one round",
            "rounds/s",
            1,
            trainer.run_round,
            theirs,
            "trl's steps on transformers",
            settings.seconds,
            2.0,
        )


def ppo_trainer(prompts: Tensor) -> PPOTrainer:
    """Four models of `small`'s shape, ready for rounds on these prompts, (B, T)."""
    config = PPOConfig(
        rounds=10**6,
        prompts_per_round=PPO_PROMPTS,
        minibatch=MINIBATCH,
        epochs=EPOCHS,
        lr=1e-6,
        gamma_ptx=0.0,
        max_new_tokens=PPO_NEW,
    )
    policy, reference = GPT(SMALL, fused=True), GPT(SMALL, fused=True)
    reward = RewardModel(GPT(SMALL, fused=True))
    models = PPOModels(policy, reference, reward, make_value_model(reward, reference))
    return PPOTrainer(models, prompts.tolist(), config)


def peer_writer(model, prompts: Tensor, new: int = NEW) -> Callable[[], Tensor]:
    settings = {"max_new_tokens": new, "min_new_tokens": new, "do_sample": True, "top_k": 0}
    mask = torch.ones_like(prompts)
    return lambda: model.generate(prompts, attention_mask=mask, pad_token_id=0, **settings)


class Scalar(nn.Module):
    """A GPT-2 with one number at every position."""

    def __init__(self) -> None:
        super().__init__()
        self.body = peer_model(SMALL).transformer
        self.head = nn.Linear(SMALL.d_model, 1)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.body(ids).last_hidden_state).squeeze(-1)


class _PeerPPO:
    """Four GPT-2s, and the steps of trl's PPO."""

    def __init__(self, prompts: Tensor) -> None:
        self.policy, self.reference = peer_model(SMALL), peer_model(SMALL)
        self.value, self.reward = Scalar(), Scalar()
        trained = [*self.policy.parameters(), *self.value.parameters()]
        self.optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=True)
        self.write = peer_writer(self.policy, prompts, PPO_NEW)

    def one_round(self) -> None:
        """Write, read, learn."""
        with torch.no_grad():
            ids = self.write()
            old, theirs = _logprobs(self.policy, ids), _logprobs(self.reference, ids)
            before = self._values(ids)
            rewards = -0.05 * (old - theirs)
            rewards[:, -1] += self.reward(ids)[:, -1]
            advantages = _advantages(rewards, before)
            returns = advantages + before
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(ids)).split(MINIBATCH):
                known = (old[rows], before[rows], advantages[rows], returns[rows])
                self._learn(ids[rows], *known)

    def _values(self, ids: Tensor) -> Tensor:
        return self.value(ids)[:, PROMPT - 1 : -1]  # (B, R)

    def _learn(
        self, ids: Tensor, old: Tensor, before: Tensor, advantages: Tensor, returns: Tensor
    ) -> None:
        """One step on a minibatch; ids (B, T), the others (B, R)."""
        ratio = (_logprobs(self.policy, ids) - old).exp()
        gain = torch.minimum(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
        now = self._values(ids)
        near = before + (now - before).clamp(-0.2, 0.2)
        misses = torch.maximum((now - returns) ** 2, (near - returns) ** 2)
        self.optimizer.zero_grad(set_to_none=True)
        (0.5 * misses.mean() - gain.mean()).backward()
        nn.utils.clip_grad_norm_(self.policy.parameters(), 1.0)
        self.optimizer.step()


def _logprobs(model, ids: Tensor) -> Tensor:
    logits = model(ids).logits[:, PROMPT - 1 : -1]  # (B, R, V)
    return logits.log_softmax(-1).gather(2, ids[:, PROMPT:, None]).squeeze(2)


def _advantages(rewards: Tensor, values: Tensor) -> Tensor:
    """GAE with λ = 0.95; (B, R) -> (B, R)."""
    found = torch.zeros_like(rewards)
    last = after = torch.zeros(len(rewards))
    for t in reversed(range(rewards.shape[1])):
        last = rewards[:, t] + after - values[:, t] + 0.95 * last
        after = values[:, t]
        found[:, t] = last
    return found
