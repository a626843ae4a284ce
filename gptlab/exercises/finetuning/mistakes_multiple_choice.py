"""Wrong bodies of `multiple_choice_inputs` in gptlab/finetuning.py."""

from gptlab.exercises.mistake import another_way, mistake

# ---- multiple_choice_inputs


def _choice(name, hint):
    return mistake("finetuning.multiple_choice_inputs", name, hint)


def _each(arrange):
    """A body that arranges option after option."""

    def body(context, question, options, start, delim, extract):
        return [arrange(context, question, option, start, delim, extract) for option in options]

    return body


_choice("the context left out", "Each input begins with the context.")(
    _each(lambda z, q, a, start, delim, extract: [start, *q, delim, *a, extract])
)
_choice("the question left out", "After the context comes the question.")(
    _each(lambda z, q, a, start, delim, extract: [start, *z, delim, *a, extract])
)
_choice("the option left out", "The inputs differ in their options: each holds its own.")(
    _each(lambda z, q, a, start, delim, extract: [start, *z, *q, delim, extract])
)
_choice(
    "a delimiter after the context", "Context and question have nothing between them: [z; q; $; a]."
)(_each(lambda z, q, a, start, delim, extract: [start, *z, delim, *q, delim, *a, extract]))
_choice(
    "the delimiter after the context, not after the question",
    "The delimiter stands before the option.",
)(_each(lambda z, q, a, start, delim, extract: [start, *z, delim, *q, *a, extract]))
_choice("the delimiter after the option", "The delimiter stands before the option.")(
    _each(lambda z, q, a, start, delim, extract: [start, *z, *q, *a, delim, extract])
)
_choice("no delimiter", "Without the delimiter nobody can tell where the question ends.")(
    _each(lambda z, q, a, start, delim, extract: [start, *z, *q, *a, extract])
)
_choice("the question before the context", "The context comes first: [z; q; $; a].")(
    _each(lambda z, q, a, start, delim, extract: [start, *q, *z, delim, *a, extract])
)
_choice("the option before the question", "The option comes last: [z; q; $; a].")(
    _each(lambda z, q, a, start, delim, extract: [start, *a, delim, *z, *q, extract])
)
_choice("no start token", "Each input is opened by the start token.")(
    _each(lambda z, q, a, start, delim, extract: [*z, *q, delim, *a, extract])
)
_choice(
    "no extract token", "The head reads at the extract token: each input needs one at its end."
)(_each(lambda z, q, a, start, delim, extract: [start, *z, *q, delim, *a]))
_choice(
    "delimiter and extract exchanged",
    "The delimiter stands before the option, `extract` at the end.",
)(_each(lambda z, q, a, start, delim, extract: [start, *z, *q, extract, *a, delim]))
_choice(
    "lists inside the lists", "Flat lists of numbers: the ids of a text stand in them one by one."
)(_each(lambda z, q, a, start, delim, extract: [start, z, q, delim, a, extract]))
another_way("finetuning.multiple_choice_inputs", "lists inside the lists")(
    _each(lambda z, q, a, start, delim, extract: [start, *z, *q, delim, a, extract])
)
_choice("all options in one input", "Each option gets an input of its own, and so a score of its own.")(
    lambda context, question, options, start, delim, extract: [
        start, *context, *question, delim,
        *(token for option in options for token in option), extract,
    ]
)  # fmt: skip
_choice("all options in each input", "Each input holds one option, so that its score is about that one.")(
    lambda context, question, options, start, delim, extract: [
        [
            start, *context, *question, delim,
            *(token for option in options for token in option), extract,
        ]
        for _ in options
    ]
)  # fmt: skip
_choice("options parted by delimiters", "Each option gets an input of its own, and so a score of its own.")(
    lambda context, question, options, start, delim, extract: [
        start, *context, *question,
        *(token for option in options for token in (delim, *option)), extract,
    ]
)  # fmt: skip
_choice("the first option only", "One input for each option: the return belongs after the loop.")(
    lambda context, question, options, start, delim, extract: [
        [start, *context, *question, delim, *options[0], extract]
    ]
)
another_way("finetuning.multiple_choice_inputs", "the first option only")(
    lambda context, question, options, start, delim, extract: [
        start, *context, *question, delim, *options[0], extract,
    ]
)  # fmt: skip
_choice("the last option only", "One input for each option: a list of them, which grows in the loop.")(
    lambda context, question, options, start, delim, extract: [
        start, *context, *question, delim, *options[-1], extract,
    ]
)  # fmt: skip
_choice(
    "one long list", "A list of lists: append keeps each input a list of its own, += does not."
)(
    lambda context, question, options, start, delim, extract: [
        token
        for option in options
        for token in (start, *context, *question, delim, *option, extract)
    ]
)
_choice(
    "context and question once only", "The network reads each input apart: each holds everything."
)(
    lambda context, question, options, start, delim, extract: [
        [start, *context, *question, delim, *options[0], extract],
        *([start, delim, *option, extract] for option in options[1:]),
    ]
)
_choice("options in reverse", "The inputs stay in the order of the options.")(
    lambda context, question, options, start, delim, extract: [
        [start, *context, *question, delim, *option, extract] for option in options[::-1]
    ]
)
_choice(
    "a number added to a list",
    "+ joins two lists: put square brackets around a single id to make a list of it.",
)(_each(lambda z, q, a, start, delim, extract: start + z + q + delim + a + extract))


@_choice(
    "a beginning that grows",
    "+=, append and extend write into the shared beginning: the next option finds the last one there.",
)
def _(context, question, options, start, delim, extract):
    shared, inputs = [start, *context, *question, delim], []
    for option in options:
        shared += [*option, extract]
        inputs.append(list(shared))
    return inputs


@another_way("finetuning.multiple_choice_inputs", "a beginning that grows")
def _(context, question, options, start, delim, extract):
    shared, inputs = [start, *context, *question, delim], []
    for option in options:
        shared += [*option, extract]
        inputs.append(shared)
    return inputs


@_choice("her own context changed", "+= and append write into the caller's list: make a new one.")
def _(context, question, options, start, delim, extract):
    context += [*question, delim]
    return [[start, *context, *option, extract] for option in options]


@another_way("finetuning.multiple_choice_inputs", "her own context changed")
def _(context, question, options, start, delim, extract):
    context.insert(0, start)
    context.extend(question)
    context.append(delim)
    return [[*context, *option, extract] for option in options]


@_choice("her own options changed", "append writes into the caller's lists: make new ones.")
def _(context, question, options, start, delim, extract):
    inputs = []
    for option in options:
        option.append(extract)
        inputs.append([start, *context, *question, delim, *option])
    return inputs


@mistake(
    "finetuning.multiple_choice_inputs",
    "one input for all answers",
    "Each answer has an input of its own.",
)
def _(context, question, options, start, delim, extract):
    row = [start, *context, *question]
    for answer in options:
        row += [delim, *answer]
    return [[*row, extract]]


@mistake(
    "finetuning.multiple_choice_inputs",
    "answers that pile up",
    "+= makes the common part longer each time: a + b makes a new list.",
)
def _(context, question, options, start, delim, extract):
    row, out = [start, *context, *question, delim], []
    for answer in options:
        row += answer
        out.append([*row, extract])
    return out
