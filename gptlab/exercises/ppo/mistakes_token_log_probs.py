"""Wrong bodies of `token_log_probs`."""

import math

import torch.nn.functional as F

from gptlab.exercises.mistake import mistake


def _probs(name, hint):
    return mistake("ppo.token_log_probs", name, hint)


def _pick(table, ids):
    return table.gather(-1, ids[..., None]).squeeze(-1)


_probs(
    "nothing shifted, the first dropped", "Position t of the logits says how likely token t + 1 is."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids)[:, 1:])
_probs(
    "nothing shifted, the last dropped", "Position t of the logits says how likely token t + 1 is."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids)[:, :-1])
_probs(
    "nothing shifted", "Nobody predicts the first token: T tokens have T − 1 log-probabilities."
)(lambda logits, ids: _pick(logits.log_softmax(-1), ids))
_probs(
    "shifted the wrong way", "Position t of the logits says how likely token t + 1 is, not t − 1."
)(lambda logits, ids: _pick(logits[:, 1:].log_softmax(-1), ids[:, :-1]))
_probs("shifted around the end", "The last token is followed by nothing, not by the first.")(
    lambda logits, ids: _pick(logits.log_softmax(-1), ids.roll(-1, 1))
)
_probs("probabilities", "The logarithm is missing.")(
    lambda logits, ids: _pick(logits[:, :-1].softmax(-1), ids[:, 1:])
)
_probs("scores", "Logits are no log-probabilities yet: normalise them.")(
    lambda logits, ids: _pick(logits[:, :-1], ids[:, 1:])
)
_probs("the minus sign of a loss", "A log-probability is never above 0.")(
    lambda logits, ids: -_pick(logits[:, :-1].log_softmax(-1), ids[:, 1:])
)
_probs("softmax over time", "Probabilities sum to 1 over the vocabulary, the last axis.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(1), ids[:, 1:])
)
_probs("the likeliest token's", "Ask for the token that was sampled.")(
    lambda logits, ids: logits[:, :-1].log_softmax(-1).amax(-1)
)
_probs("an axis too many", "gather leaves one more axis, of size 1.")(
    lambda logits, ids: logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])
)
_probs("the log of a softmax that rounded to 0", "Take the logarithm before anything is rounded.")(
    lambda logits, ids: _pick(logits[:, :-1].softmax(-1).log(), ids[:, 1:])
)
_probs("exp overflows", "exp(10,000) is inf: logsumexp knows how to do without.")(
    lambda logits, ids: _pick(
        logits[:, :-1] - logits[:, :-1].exp().sum(-1, keepdim=True).log(), ids[:, 1:]
    )
)


_probs("bits for nats", "The logarithm is the natural one.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(-1), ids[:, 1:]) / math.log(2)
)
_probs(
    "the whole vocabulary's", "Of each position, the sampled token's alone is asked for: gather."
)(lambda logits, ids: logits[:, :-1].log_softmax(-1))
_probs(
    "gather without the last axis",
    "gather wants ids with as many axes as the table: ids[..., None].",
)(lambda logits, ids: logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:]))
_probs("one number for a text", "Each token after the first has a log-probability of its own.")(
    lambda logits, ids: _pick(logits[:, :-1].log_softmax(-1), ids[:, 1:]).sum(-1)
)
_probs("two tokens ahead", "Position t of the logits says how likely token t + 1 is, not t + 2.")(
    lambda logits, ids: F.pad(_pick(logits[:, :-2].log_softmax(-1), ids[:, 2:]), (0, 1))
)
