"""Wrong bodies of `few_shot_prompt` and `draw_examples` in gptlab/zero_shot.py."""

import random

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- few_shot_prompt


def _prompt(name, hint):
    return mistake("zero_shot.few_shot_prompt", name, hint)


def _lines(examples, arrow):
    return [f"{x}{arrow}{y}" for x, y in examples]


_prompt(
    "a space after the last arrow",
    "The tokenizer puts a space with the word after it, so a model has hardly ever seen a line that ends in one.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query + arrow]
    )
)
_prompt("the last line has no arrow", "How would a reader know that an output is wanted?")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query]
    )
)
_prompt(
    "both spaces of the last arrow are gone",
    "Only the end of the prompt loses its space: the query and the arrow stay apart as in the examples.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query + arrow.strip()]
    )
)
_prompt(
    "every arrow has lost its space", "Only the last line ends in the arrow: the others go on."
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow.rstrip()), query + arrow.rstrip()]
    )
)
_prompt("something after the last line", "The model goes on where the prompt ends: at the arrow.")(
    lambda examples, query, separator="\n", arrow=" -> ": (
        separator.join([*_lines(examples, arrow), query + arrow.rstrip()]) + separator
    )
)
_prompt("no separator before the query", "The query has a line of its own.")(
    lambda examples, query, separator="\n", arrow=" -> ": (
        separator.join(_lines(examples, arrow)) + query + arrow.rstrip()
    )
)
_prompt("no separators at all", "Between two lines comes the separator.")(
    lambda examples, query, separator="\n", arrow=" -> ": "".join(
        [*_lines(examples, arrow), query + arrow.rstrip()]
    )
)
_prompt("always a new line", "The argument `separator` changes nothing in your result.")(
    lambda examples, query, separator="\n", arrow=" -> ": "\n".join(
        [*_lines(examples, arrow), query + arrow.rstrip()]
    )
)
_prompt("always the same arrow", "The argument `arrow` changes nothing in your result.")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, " -> "), query + " ->"]
    )
)
_prompt(
    "the last arrow is always the same",
    "The open line has the arrow that was given, too, without the space at its end.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query + " ->"]
    )
)
_prompt("the query comes first", "A model writes at the end, so the open line is the last.")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [query + arrow.rstrip(), *_lines(examples, arrow)]
    )
)
_prompt("output before input", "A pair is (input, output).")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*(f"{y}{arrow}{x}" for x, y in examples), query + arrow.rstrip()]
    )
)
_prompt("the examples backwards", "They stay in the order given.")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples[::-1], arrow), query + arrow.rstrip()]
    )
)
_prompt("only one example", "All of the examples belong in the prompt: walk through the list.")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples[:1], arrow), query + arrow.rstrip()]
    )
)
another_way("zero_shot.few_shot_prompt", "only one example")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples[-1:], arrow), query + arrow.rstrip()]
    )
)
_prompt(
    "both ends of the prompt stripped",
    "Only the space at the end has to go: rstrip leaves the beginning as it is.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query + arrow]
    ).strip()
)
_prompt("the pairs as Python prints them", "Write input, arrow and output one after the other.")(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*map(str, examples), query + arrow.rstrip()]
    )
)
_prompt("a list of lines", "The prompt is one text: join the lines.")(
    lambda examples, query, separator="\n", arrow=" -> ": [
        *_lines(examples, arrow),
        query + arrow.rstrip(),
    ]
)
_prompt(
    "a separator in front where there are no examples",
    "Without examples the open line is the whole prompt: separators come only between lines.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": (
        separator.join(_lines(examples, arrow)) + separator + query + arrow.rstrip()
    )
)
_prompt(
    "the arrow's last character is cut, whatever it is",
    "Only a space may go from the end: an arrow such as → has none.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*_lines(examples, arrow), query + arrow[:-1]]
    )
)
_prompt(
    "spaces cut off the texts",
    "Inputs and outputs are written as they are given; only the end of the prompt loses its space.",
)(
    lambda examples, query, separator="\n", arrow=" -> ": separator.join(
        [*(f"{x.strip()}{arrow}{y.strip()}" for x, y in examples), query.strip() + arrow.rstrip()]
    )
)

# ---- draw_examples


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


@mistake(
    "zero_shot.few_shot_prompt",
    "the spaces of every arrow stripped",
    "Only the end of the prompt is stripped: in the other lines the arrow stays as it is.",
)
def _(examples, query, separator="\n", arrow=" -> "):
    return separator.join([a + arrow.strip() + b for a, b in examples] + [query + arrow.strip()])


@mistake(
    "zero_shot.few_shot_prompt", "a separator at the front", "Nothing comes before the first line."
)
def _(examples, query, separator="\n", arrow=" -> "):
    return (
        "".join(separator + a + arrow + b for a, b in examples) + separator + query + arrow.rstrip()
    )


@mistake(
    "zero_shot.few_shot_prompt",
    "nothing without examples",
    "Without examples the open line is the whole prompt.",
)
def _(examples, query, separator="\n", arrow=" -> "):
    if not examples:
        return ""
    return separator.join([a + arrow + b for a, b in examples] + [query + arrow.rstrip()])


@mistake(
    "zero_shot.draw_examples",
    "the outputs compared with the query",
    "The query is one of the inputs.",
)
def _(pairs, query, k, generator):
    rest = [p for p in pairs if p[1] != query]
    return [rest[j] for j in torch.randperm(len(rest), generator=generator)[:k].tolist()]


@mistake(
    "zero_shot.draw_examples",
    "k neighbours in their order",
    "Every pair is as likely in every place: draw each.",
)
def _(pairs, query, k, generator):
    rest = [p for p in pairs if p[0] != query]
    s = int(torch.randint(0, max(1, len(rest) - k + 1), (1,), generator=generator))
    return rest[s : s + k]


@mistake(
    "zero_shot.draw_examples",
    "a seed set inside",
    "All chance comes from the generator that is given.",
)
def _(pairs, query, k, generator):
    rest = [p for p in pairs if p[0] != query]
    g = torch.Generator().manual_seed(0)
    return [rest[j] for j in torch.randperm(len(rest), generator=g)[:k].tolist()]
