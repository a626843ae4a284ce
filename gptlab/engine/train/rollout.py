"""Rollouts for PPO: the policy answers a batch of prompts, and all that PPO needs of it is computed once.

B replies, T tokens of prompt and reply, R tokens of the longest reply. Everything (B, R) is aligned: column t
belongs to the reply's token t, and to the state before it. True = keep in every mask.
"""

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


@torch.no_grad()
def rollout(
    models: PPOModels,
    prompts: list[list[int]],
    config: PPOConfig,
    stop_id: int | None,
    generator: torch.Generator,
) -> Rollout:
    """Let the policy answer the prompts, and score the replies.

    A reply that never reached `stop_id` gets `config.end_score` instead of its reward (Huang et al. 2024, the
    EOS trick); None leaves the reward as it is.
    """
    policy = models.policy
    replies = generate_batch(
        policy,
        prompts,
        config.max_new_tokens,
        stop_id=stop_id,
        temperature=TEMPERATURE,
        generator=generator,
    )
    pairs = zip(prompts, replies, strict=True)
    ids, keep = (x.to(device_of(policy)) for x in right_pad([p + r for p, r in pairs]))
    starts = torch.tensor([len(prompt) for prompt in prompts], device=ids.device)
    lengths = torch.tensor([len(reply) for reply in replies], device=ids.device)
    mask = torch.arange(int(lengths.max()), device=ids.device) < lengths[:, None]  # (B, R)
    ended = torch.tensor(
        [stop_id is None or reply[-1] == stop_id for reply in replies], device=ids.device
    )
    scores = score_ids(models.reward, ids, keep)
    if config.end_score is not None:
        scores = scores.masked_fill(~ended, config.end_score)
    return Rollout(
        ids=ids,
        starts=starts,
        mask=mask,
        ended=ended,
        logprobs=reply_logprobs(policy, ids, starts, mask),
        ref_logprobs=reply_logprobs(models.reference, ids, starts, mask),
        values=reply_values(models.value, ids, starts, mask),
        scores=scores,
    )


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
    logits = model.unembed(hidden) / TEMPERATURE  # (B, R + 1, V)
    return ppo.token_log_probs(logits, ids.gather(1, at)).masked_fill(~mask, 0.0)  # (B, R)


def reply_values(value_model: nn.Module, ids: Tensor, starts: Tensor, mask: Tensor) -> Tensor:
    """The value before each token of the replies is written; shapes as in `reply_logprobs`; -> (B, R)."""
    at = _positions(starts, mask.shape[1], ids.shape[1])  # (B, R)
    return value_model(ids).gather(1, at).masked_fill(~mask, 0.0)


def _positions(starts: Tensor, n: int, n_ids: int) -> Tensor:
    """The n positions of each row from the last token of its prompt on, held inside the rectangle; (B, n)."""
    return (starts[:, None] - 1 + torch.arange(n, device=starts.device)).clamp(max=n_ids - 1)
