"""Wrong bodies of `few_shot_prompt` in gptlab/zero_shot.py."""

import random

import torch

from gptlab.exercises.mistake import another_way, mistake


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
