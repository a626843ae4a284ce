"""GRPO and RLOO: policy gradients without a value model. Several replies to one prompt are each other's yardstick."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gptlab import alignment, ppo
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.rollout import reply_logprobs
from gptlab.experiments.alignment.bench import Bench, copied, rectangle, reply_mask
from gptlab.experiments.alignment.policy_steps import PolicySteps

PROMPTS, REPLIES = 16, 4  # of a round
PASSES = 2  # over the replies of a round
GRPO, RLOO = "GRPO", "RLOO"


def token_advantages(method: str, rewards: Tensor, mask: Tensor) -> Tensor:
    """The advantage of every token, to be averaged over all tokens of the batch.

    rewards  (P, K) float
    mask     (P·K, R) bool
    ->       (P·K, R) float

    RLOO gives each token its reply's advantage. GRPO averages over the tokens of each reply first, and over replies
    then (Shao et al. 2024, eq. 3): a token of a reply of length n counts 1/n.
    """
    if method == RLOO:
        return alignment.leave_one_out_advantages(rewards).view(-1, 1) * mask
    lengths = mask.sum(1, keepdim=True)
    weights = lengths.float().mean() / lengths
    return alignment.group_advantages(rewards).view(-1, 1) * weights * mask


@one_thread()
def train_group_policy(
    bench: Bench,
    proxy: nn.Module,
    method: str,
    rounds: int,
    lr: float,
    report: Callable[[int, GPT], None] | None = None,
) -> GPT:
    """A policy trained against a reward model; no penalty on KL. `report` gets the number of rounds and the policy."""
    policy = copied(bench.reference).requires_grad_(True).train()
    stepper = PolicySteps(policy, lr)
    questions = bench.training_questions(rounds * PROMPTS)
    for done in range(rounds):
        asked = questions[done * PROMPTS : (done + 1) * PROMPTS]
        written = bench.write(policy, asked, 100_000 * bench.seed + done, REPLIES)
        ids, keep, starts = rectangle(written)
        mask = reply_mask(keep, starts)
        rewards = bench.proxy_scores(proxy, written).view(PROMPTS, REPLIES)
        aims = token_advantages(method, rewards, mask)
        with torch.no_grad():
            old = reply_logprobs(policy, ids, starts, mask)
        for _ in range(PASSES):
            stepper(ppo.policy_loss(reply_logprobs(policy, ids, starts, mask), old, aims, mask))
        if report:
            report(done + 1, policy)
    return policy.eval()
