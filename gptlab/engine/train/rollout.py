"""Rollouts for PPO: the policy answers a batch of prompts, and all that PPO needs of it is computed once.

B replies, T tokens of prompt and reply, R tokens of the longest reply. Everything (B, R) is aligned: column t
belongs to the reply's token t, and to the state before it. True = keep in every mask.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gptlab import ppo
from gptlab.engine.config import PPOConfig
from gptlab.engine.model.batches import device_of, right_pad
from gptlab.engine.model.generate import generate_batch
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import ValueModel
from gptlab.engine.model.protocol import LanguageModel
from gptlab.engine.train.reward_model import score_ids
from gptlab.engine.train.shards import shards_of
from gptlab.engine.workers import Jobs

TEMPERATURE = 1.0  # of sampling, and therefore of every log-probability (InstructGPT, C.4)


@dataclass(frozen=True)
class PPOModels:
    """The four networks of PPO: two are trained, two are only asked."""

    policy: GPT  # writes the replies
    reference: GPT  # the SFT model, near which the policy stays
    reward: nn.Module  # scores replies
    value: ValueModel  # expects scores; `ppo.make_value_model` makes one


@dataclass(frozen=True)
class Rollout:
    """Replies to B prompts, and what four models say about them."""

    ids: Tensor  # (B, T) int, prompt and reply, padded on the right
    starts: Tensor  # (B,) int, where each reply begins
    mask: Tensor  # (B, R) bool, True = a token of the reply
    ended: Tensor  # (B,) bool, True = the reply has its end token
    logprobs: Tensor  # (B, R) of the policy that wrote them
    ref_logprobs: Tensor  # (B, R) of the SFT model
    values: Tensor  # (B, R) reward still expected, before each token is written
    scores: Tensor  # (B,) the reward model's, or the penalty for a reply without an end

    def select(self, rows: Tensor) -> "Rollout":
        """Some of the replies, cut to the longest of them."""
        lengths = self.mask[rows].sum(1)
        n_reply, n_ids = int(lengths.max()), int((self.starts[rows] + lengths).max())
        cut = {name: getattr(self, name)[rows] for name in ("starts", "ended", "scores")}
        cut |= {
            n: getattr(self, n)[rows, :n_reply]
            for n in ("mask", "logprobs", "ref_logprobs", "values")
        }
        return Rollout(ids=self.ids[rows, :n_ids], **cut)

    def to(self, device: torch.device) -> "Rollout":
        """The same on a device."""
        return Rollout(**{name: table.to(device) for name, table in vars(self).items()})


def rollout_jobs(
    models: PPOModels, config: PPOConfig, stop_id: int | None, temperature: float = TEMPERATURE
) -> Jobs:
    """What a worker does for `rollout`: "write" replies to some prompts, and "read" some of all replies.

    temperature  of writing; any other than TEMPERATURE is a mistake, which lesson 13 makes on purpose
    """

    @torch.no_grad()
    def write(part: tuple[list[list[int]], int]) -> list[list[int]]:
        prompts, seed = part
        return generate_batch(
            models.policy,
            prompts,
            config.max_new_tokens,
            stop_id=stop_id,
            temperature=temperature,
            generator=torch.Generator().manual_seed(seed),
        )

    @torch.no_grad()
    def read(part: tuple[Tensor, Tensor, Tensor, Tensor]) -> dict[str, Tensor]:
        ids, keep, starts, mask = (x.to(device_of(models.policy)) for x in part)
        found = {
            "scores": score_ids(models.reward, ids, keep),
            "logprobs": reply_logprobs(models.policy, ids, starts, mask),
            "ref_logprobs": reply_logprobs(models.reference, ids, starts, mask),
            "values": reply_values(models.value, ids, starts, mask),
        }
        return {name: table.cpu() for name, table in found.items()}

    return {"write": write, "read": read}


@torch.no_grad()
def rollout(
    prompts: list[list[int]],
    config: PPOConfig,
    stop_id: int | None,
    generator: torch.Generator,
    do: Callable[[str, list], list],
) -> Rollout:
    """Let the policy answer the prompts, and score the replies; `do` runs the jobs of `rollout_jobs` on parts.

    A reply that never reached `stop_id` gets `config.end_score` instead of its reward (Huang et al. 2024, the
    EOS trick); None leaves the reward as it is. The prompts are dealt to a fixed number of parts, each with its own
    random numbers, so that the replies do not depend on how many parts are written at once.
    """
    dealt = shards_of(len(prompts))
    seeds = torch.randint(2**62, (len(dealt),), generator=generator).tolist()
    written = do("write", [([prompts[i] for i in rows], seed) for rows, seed in zip(dealt, seeds)])
    replies = _dealt_back(dealt, written)
    ids, keep = right_pad([p + r for p, r in zip(prompts, replies, strict=True)])
    starts = torch.tensor([len(prompt) for prompt in prompts])
    lengths = torch.tensor([len(reply) for reply in replies])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]  # (B, R)
    ended = torch.tensor([stop_id is None or reply[-1] == stop_id for reply in replies])
    read = do("read", [(ids[rows], keep[rows], starts[rows], mask[rows]) for rows in dealt])
    found = {
        name: torch.stack(_dealt_back(dealt, [part[name].unbind() for part in read]))
        for name in read[0]
    }
    if config.end_score is not None:
        found["scores"] = found["scores"].masked_fill(~ended, config.end_score)
    return Rollout(ids=ids, starts=starts, mask=mask, ended=ended, **found)


def _dealt_back(dealt: list[list[int]], parts: Sequence[Sequence]) -> list:
    """What each shard holds, in the order before the rows were dealt."""
    found = {i: one for rows, part in zip(dealt, parts) for i, one in zip(rows, part, strict=True)}
    return [found[i] for i in range(len(found))]


def reply_logprobs(model: LanguageModel, ids: Tensor, starts: Tensor, mask: Tensor) -> Tensor:
    """Log-probability of each token of the replies, at the temperature at which they were drawn.

    ids     (B, T) int
    starts  (B,) int
    mask    (B, R) bool
    ->      (B, R) float, 0 where not kept
    """
    # Padding stands on the right of a causal model: no kept position can see it, so no key mask is needed.
    # The vocabulary is the widest axis of all: logits are made for the reply's positions only.
    # (B, R + 1), from the last token of the prompt
    at = _positions(starts, mask.shape[1] + 1, ids.shape[1])
    hidden = model.hidden(ids)  # (B, T, C)
    hidden = hidden.gather(1, at[:, :, None].expand(-1, -1, hidden.shape[2]))  # (B, R + 1, C)
    logits = model.unembed(hidden)  # (B, R + 1, V)
    if TEMPERATURE != 1:  # a pass over all logits, and one more for the gradient
        logits = logits / TEMPERATURE
    return ppo.token_log_probs(logits, ids.gather(1, at)).masked_fill(~mask, 0.0)  # (B, R)


def reply_values(value_model: nn.Module, ids: Tensor, starts: Tensor, mask: Tensor) -> Tensor:
    """The value before each token of the replies is written; shapes as in `reply_logprobs`; -> (B, R)."""
    at = _positions(starts, mask.shape[1], ids.shape[1])  # (B, R)
    return value_model(ids).gather(1, at).masked_fill(~mask, 0.0)


def _positions(starts: Tensor, n: int, n_ids: int) -> Tensor:
    """The n positions of each row from the last token of its prompt on, held inside the rectangle; (B, n)."""
    return (starts[:, None] - 1 + torch.arange(n, device=starts.device)).clamp(max=n_ids - 1)
