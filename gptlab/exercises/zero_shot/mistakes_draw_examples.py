"""Wrong bodies of `draw_examples` in gptlab/zero_shot.py."""

import random

import torch

from gptlab.exercises.mistake import another_way, mistake


def _draw(name, hint):
    return mistake("zero_shot.draw_examples", name, hint)


def _order(n, generator):
    return torch.randperm(n, generator=generator).tolist()


def _but(pairs, query):
    return [pair for pair in pairs if pair[0] != query]


_draw(
    "the answer is in the prompt",
    "A model that only copies would pass such a test: which of the pairs may not be drawn?",
)(lambda pairs, query, k, generator: [pairs[i] for i in _order(len(pairs), generator)[:k]])
_draw(
    "with replacement",
    "Your draws do not know of each other: draw an order of all pairs, and take k from it.",
)(
    lambda pairs, query, k, generator: [
        _but(pairs, query)[i]
        for i in torch.randint(len(pairs) - 1, (k,), generator=generator).tolist()
    ]
)
_draw(
    "with replacement, the query's pair too",
    "Two things go wrong: the query's own pair may come, and a pair may come twice.",
)(
    lambda pairs, query, k, generator: [
        pairs[i] for i in torch.randint(len(pairs), (k,), generator=generator).tolist()
    ]
)
_draw(
    "too few where the query's pair was drawn",
    "Take the query's pair out before you draw, not after.",
)(
    lambda pairs, query, k, generator: _but(
        [pairs[i] for i in _order(len(pairs), generator)[:k]], query
    )
)


@_draw(
    "every pair with the same output left out",
    "Kenya and Mali both lie in Africa: showing Mali gives nothing away, and without it Africa is missing.",
)
def _no_equal_outputs(pairs, query, k, generator):
    answer = dict(pairs)[query]
    others = [pair for pair in pairs if pair[1] != answer]
    return [others[i] for i in _order(len(others), generator)[:k]]


_draw(
    "compared with the output",
    "The query is an input: compare it with the first text of each pair.",
)(
    lambda pairs, query, k, generator: [
        [pair for pair in pairs if pair[1] != query][i] for i in _order(len(pairs), generator)[:k]
    ]
)
_draw("nothing is drawn: always the first k", "Which examples come is to depend on chance.")(
    lambda pairs, query, k, generator: _but(pairs, query)[:k]
)
_draw(
    "k neighbours from a random start",
    "Every set of pairs is to be as likely, not only neighbours in the list.",
)(
    lambda pairs, query, k, generator: (_but(pairs, query) * 2)[
        (s := int(torch.randint(len(pairs) - 1, (), generator=generator))) : s + k
    ]
)


@_draw(
    "drawn, but in the order of the list",
    "A pair that stands early in the list comes first too often: keep the order of the draw.",
)
def _sorted(pairs, query, k, generator):
    others = _but(pairs, query)
    return [others[i] for i in sorted(_order(len(others), generator)[:k])]


_draw(
    "the generator is not used",
    "torch.randperm takes generator=…; without it torch's own chance decides.",
)(
    lambda pairs, query, k, generator: [
        _but(pairs, query)[i] for i in _order(len(pairs) - 1, None)[:k]
    ]
)
another_way("zero_shot.draw_examples", "the generator is not used")(
    lambda pairs, query, k, generator: random.sample(_but(pairs, query), k)
)
_draw(
    "the generator is set back at each call",
    "Seeding it anew makes every draw the same: leave its state to the caller.",
)(
    lambda pairs, query, k, generator: [
        _but(pairs, query)[i]
        for i in _order(len(pairs) - 1, generator.manual_seed(generator.initial_seed()))[:k]
    ]
)
_draw("all of them", "k says how many.")(
    lambda pairs, query, k, generator: [
        _but(pairs, query)[i] for i in _order(len(pairs) - 1, generator)
    ]
)
_draw("the places instead of the pairs", "Look the pairs up at the places that were drawn.")(
    lambda pairs, query, k, generator: _order(len(pairs) - 1, generator)[:k]
)


@_draw("the list that was given is changed", "Make a new list; the caller still needs hers.")
def _removes(pairs, query, k, generator):
    pairs.remove(next(pair for pair in pairs if pair[0] == query))
    return [pairs[i] for i in _order(len(pairs), generator)[:k]]


@_draw(
    "the query's place is drawn over",
    "Another pair stands in for the query's, so that one comes twice or too often: take the query's out first.",
)
def _replaced(pairs, query, k, generator):
    others = _but(pairs, query)
    drawn = [pairs[i] for i in _order(len(pairs), generator)[:k]]
    return [others[0] if pair[0] == query else pair for pair in drawn]
