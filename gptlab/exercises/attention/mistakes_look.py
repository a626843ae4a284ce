"""Wrong bodies of `look`."""

import math

import torch

from gptlab.exercises.mistake import mistake


def _look(name, hint):
    return mistake("attention.look", name, hint)


def _scores(query, keys):
    return keys @ query / math.sqrt(len(query))


@_look(
    "scores not divided by √D",
    "D is the width of the query: the more products a score adds up, the larger it is.",
)
def _(query, keys, values):
    return (keys @ query).softmax(0) @ values


@_look("divided by D", "A sum of D products has a spread of √D, not of D.")
def _(query, keys, values):
    return (keys @ query / len(query)).softmax(0) @ values


@_look("divided by √S", "√D: D is the width of the query, S the number of keys.")
def _(query, keys, values):
    return (keys @ query / math.sqrt(len(keys))).softmax(0) @ values


@_look("multiplied by √D", "The scores have to become smaller.")
def _(query, keys, values):
    return (keys @ query * math.sqrt(len(query))).softmax(0) @ values


@_look("divided after the softmax", "Scale the scores, not the shares: these have to sum to 1.")
def _(query, keys, values):
    return (keys @ query).softmax(0) / math.sqrt(len(query)) @ values


@_look("no softmax", "The scores are not shares: they may be negative, and do not sum to 1.")
def _(query, keys, values):
    return _scores(query, keys) @ values


@_look(
    "scores divided by their sum",
    "Shares are made by the softmax: a negative score would give a negative share.",
)
def _(query, keys, values):
    scores = _scores(query, keys)
    return scores / scores.sum() @ values


@_look(
    "exp without a sum",
    "exp makes the scores positive; divide by the sum of all of them, so that the shares sum to 1.",
)
def _(query, keys, values):
    return _scores(query, keys).exp() @ values


@_look(
    "exp overflows",
    "e to the 10,000th is inf: use your softmax, which subtracts the largest score first.",
)
def _(query, keys, values):
    powers = _scores(query, keys).exp()
    return powers / powers.sum() @ values


@_look(
    "keys mixed in place of values",
    "The keys only decide the shares; what is handed back is a mixture of the values.",
)
def _(query, keys, values):
    return _scores(query, keys).softmax(0) @ keys


@_look("values compared in place of keys", "The query is compared with the keys.")
def _(query, keys, values):
    return _scores(query, values).softmax(0) @ values


@_look(
    "the best value alone", "That is Python's dictionary. Here every value comes in, by its share."
)
def _(query, keys, values):
    return values[_scores(query, keys).argmax()]


@_look("the plain mean of the values", "The shares come from the scores; yours are all alike.")
def _(query, keys, values):
    return values.mean(0)


@_look("the mixture divided by S", "The shares sum to 1 already.")
def _(query, keys, values):
    return _scores(query, keys).softmax(0) @ values / len(keys)


@_look("the shares handed back", "These are the shares. Mix the values by them.")
def _(query, keys, values):
    return _scores(query, keys).softmax(0)


@_look(
    "one number handed back",
    "Each channel of the values is mixed on its own: the result has D numbers.",
)
def _(query, keys, values):
    return (_scores(query, keys).softmax(0) @ values).sum()


@_look(
    "the values not added up",
    "Add the values up, each times its share: one vector of D numbers comes back.",
)
def _(query, keys, values):
    return _scores(query, keys).softmax(0)[:, None] * values


@_look(
    "a softmax for each channel",
    "First one score for each key: the sum of its products. Then one softmax over the keys.",
)
def _(query, keys, values):
    return ((keys * query / math.sqrt(len(query))).softmax(0) * values).sum(0)


@_look(
    "distance in place of the dot product",
    "The score is the dot product: multiply number by number and add up.",
)
def _(query, keys, values):
    return (-(keys - query).norm(dim=-1) / math.sqrt(len(query))).softmax(0) @ values


@_look(
    "the query divided by its length",
    "That is the cosine: the query's own length has to count, it says how sure the query is.",
)
def _(query, keys, values):
    return _scores(query / query.norm().clamp(min=1e-9), keys).softmax(0) @ values


@_look(
    "the loop stops after the first key",
    "The loop returns in its first round: move the return out of it.",
)
def _(query, keys, values):
    mixture = torch.zeros_like(query)
    for share, value in zip(_scores(query, keys).softmax(0), values):
        mixture = mixture + share * value
        return mixture


@_look(
    "only the last key", "Each round forgets the one before: add to the mixture, do not replace it."
)
def _(query, keys, values):
    mixture = torch.zeros_like(query)
    for share, value in zip(_scores(query, keys).softmax(0), values):
        mixture = share * value
    return mixture


@mistake(
    "attention.look",
    "keys and values swapped",
    "The query is compared with the keys; the values are what is mixed.",
)
def _(query, keys, values):
    s = values @ query / math.sqrt(query.shape[0])
    return torch.softmax(s, 0) @ keys


@mistake(
    "attention.look",
    "cosines for scores",
    "The score is the dot product over √D: the lengths of query and key count.",
)
def _(query, keys, values):
    s = torch.nn.functional.cosine_similarity(keys, query[None], dim=-1)
    return torch.softmax(s, 0) @ values


@mistake(
    "attention.look",
    "distances for scores",
    "The score is the dot product of query and key, over √D.",
)
def _(query, keys, values):
    s = -((keys - query) ** 2).sum(-1) / math.sqrt(query.shape[0])
    return torch.softmax(s, 0) @ values
