"""Wrong bodies of `sequence_log_probability`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "zero_shot.sequence_log_probability"


def _seq(name, hint):
    return mistake(KEY, name, hint)


def pick(table, ids):
    """Of each position the number of its id."""
    return table.gather(-1, ids[..., None]).squeeze(-1)


def _kept(table, mask):
    return torch.where(mask, table, 0.0)


def _tokens(logits, ids):
    return pick(logits[:, :-1].log_softmax(-1), ids[:, 1:])


def _total(tokens=_tokens, keep=lambda mask: mask[:, 1:], end=lambda kept: kept.sum(-1)):
    """The reference with one step changed: the tokens' numbers, the mask, what is made of them."""
    return lambda logits, ids, mask: end(_kept(tokens(logits, ids), keep(mask)))


_seq("nothing shifted", "Position t − 1 of the logits says how likely token t is.")(
    lambda logits, ids, mask: _kept(pick(logits.log_softmax(-1), ids), mask).sum(-1)
)
another_way(KEY, "nothing shifted")(
    _total(tokens=lambda logits, ids: pick(logits.log_softmax(-1), ids)[:, 1:])
)
_seq(
    "shifted the wrong way", "Position t − 1 of the logits says how likely token t is, not t − 2."
)(
    lambda logits, ids, mask: _kept(
        pick(logits[:, 1:].log_softmax(-1), ids[:, :-1]), mask[:, :-1]
    ).sum(-1)
)
another_way(KEY, "shifted the wrong way")(
    _total(tokens=lambda logits, ids: pick(logits[:, 1:].log_softmax(-1), ids[:, :-1]))
)
_seq(
    "the mask one token early",
    "mask[:, t] belongs to the target ids[:, t]: where the first target is dropped, so is its mark.",
)(_total(keep=lambda mask: mask[:, :-1]))
_seq("shifted around the end", "The last token is followed by nothing, not by the first.")(
    lambda logits, ids, mask: _kept(
        pick(logits.log_softmax(-1), ids.roll(-1, 1)), mask.roll(-1, 1)
    ).sum(-1)
)
another_way(KEY, "shifted around the end")(
    lambda logits, ids, mask: _kept(pick(logits.roll(1, 1).log_softmax(-1), ids), mask).sum(-1)
)
_seq("two tokens ahead", "Position t − 1 of the logits says how likely token t is, not t + 1.")(
    lambda logits, ids, mask: _kept(
        pick(logits[:, :-2].log_softmax(-1), ids[:, 2:]), mask[:, 2:]
    ).sum(-1)
)
_seq("the mask not used", "Only the marked tokens count: the prompt's own would be added too.")(
    _total(keep=lambda mask: torch.ones_like(mask[:, 1:]))
)
_seq("the mask upside down", "True means that the token counts.")(
    _total(keep=lambda mask: ~mask[:, 1:])
)
_seq(
    "the mask still has T columns",
    "T tokens have T − 1 predictions: shift the mask as you shift the ids.",
)(lambda logits, ids, mask: torch.where(mask, _tokens(logits, ids), 0.0).sum(-1))
for _body in (
    lambda logits, ids, mask: (_tokens(logits, ids) * mask).sum(-1),
    lambda logits, ids, mask: _tokens(logits, ids).masked_fill(~mask, 0.0).sum(-1),
    lambda logits, ids, mask: _tokens(logits, ids)[mask].sum(-1),
):
    another_way(KEY, "the mask still has T columns")(_body)
_seq("a mean over the marked tokens", "A product of probabilities is a sum of their logarithms.")(
    lambda logits, ids, mask: _total()(logits, ids, mask) / mask[:, 1:].sum(-1)
)
another_way(KEY, "a mean over the marked tokens")(
    lambda logits, ids, mask: _total()(logits, ids, mask) / mask.sum(-1)
)
_seq("a mean over all tokens", "A product of probabilities is a sum of their logarithms.")(
    _total(end=lambda kept: kept.mean(-1))
)
_seq("a sum of probabilities", "Logarithms are added, probabilities are multiplied.")(
    _total(tokens=lambda logits, ids: _tokens(logits, ids).exp())
)
_seq("the probability itself", "What is asked for is its logarithm, in nats.")(
    _total(end=lambda kept: kept.sum(-1).exp())
)
_seq(
    "the logarithm of a sum of probabilities", "Take the logarithm of each token first, then add."
)(lambda logits, ids, mask: (_tokens(logits, ids).exp() * mask[:, 1:]).sum(-1).log())
_seq("logits added", "Logits are no log-probabilities yet: normalise them over the vocabulary.")(
    _total(tokens=lambda logits, ids: pick(logits[:, :-1], ids[:, 1:]))
)
_seq("the sign of a loss", "A log-probability is never above 0.")(
    _total(end=lambda kept: -kept.sum(-1))
)
_seq("a mean loss", "A log-probability is never above 0, and it is a sum over the tokens.")(
    lambda logits, ids, mask: -_total()(logits, ids, mask) / mask[:, 1:].sum(-1)
)
_seq("bits for nats", "The logarithm is the natural one.")(
    _total(end=lambda kept: kept.sum(-1) / math.log(2))
)
_seq("softmax over time", "Probabilities sum to 1 over the vocabulary, the last axis.")(
    _total(tokens=lambda logits, ids: pick(logits[:, :-1].log_softmax(1), ids[:, 1:]))
)
_seq(
    "the likeliest token's",
    "Ask for the token that is there, not for the one the model likes best.",
)(_total(tokens=lambda logits, ids: logits[:, :-1].log_softmax(-1).amax(-1)))
_seq("one number for the batch", "Each row is a text of its own: add over time only.")(
    _total(end=lambda kept: kept.sum())
)
another_way(KEY, "one number for the batch")(
    lambda logits, ids, mask: _tokens(logits, ids)[mask[:, 1:]].sum()
)
_seq("one number a token", "Add over time: one number a row.")(_total(end=lambda kept: kept))
_seq("added over the rows", "Add over time, the last axis; axis 0 is the batch.")(
    _total(end=lambda kept: kept.sum(0))
)
_seq(
    "ids without a last axis",
    "gather wants ids with as many axes as the logits: ids[..., None], and the last axis taken off again.",
)(_total(tokens=lambda logits, ids: logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:])))
_seq(
    "logits masked, not log-probabilities",
    "A logit of 0 is no probability of 1: mask what you add up.",
)(lambda logits, ids, mask: _tokens(logits * mask[..., None], ids).sum(-1))
_seq(
    "0 times −inf",
    "A token of probability 0 has −inf, and −inf · 0 is nan: torch.where leaves it out without a product.",
)(lambda logits, ids, mask: (_tokens(logits, ids) * mask[:, 1:]).sum(-1))
_seq("the log of a softmax that rounded to 0", "Take the logarithm before anything is rounded.")(
    _total(tokens=lambda logits, ids: pick(logits[:, :-1].softmax(-1).log(), ids[:, 1:]))
)
_seq("exp overflows", "exp(10,000) is inf: logsumexp and log_softmax know how to do without.")(
    _total(
        tokens=lambda logits, ids: pick(
            (logits.exp() / logits.exp().sum(-1, keepdim=True)).log()[:, :-1], ids[:, 1:]
        )
    )
)
another_way(KEY, "exp overflows")(
    _total(
        tokens=lambda logits, ids: pick(
            logits[:, :-1] - logits[:, :-1].exp().sum(-1, keepdim=True).log(), ids[:, 1:]
        )
    )
)
_seq(
    "a little added in the log",
    "A tiny probability has a very negative logarithm: nothing may be added.",
)(_total(tokens=lambda logits, ids: pick((logits[:, :-1].softmax(-1) + 1e-9).log(), ids[:, 1:])))
