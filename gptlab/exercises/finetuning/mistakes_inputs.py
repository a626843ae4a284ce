"""Wrong bodies of the four functions of gptlab/finetuning.py that arrange an input."""

from gptlab.exercises.mistake import another_way, mistake

# ---- classification_input


def _text(name, hint):
    return mistake("finetuning.classification_input", name, hint)


_text("no start token", "The input is opened by the start token.")(
    lambda text_ids, start, extract: [*text_ids, extract]
)
_text("no extract token", "The head needs a place to read: the extract token, after the text.")(
    lambda text_ids, start, extract: [start, *text_ids]
)
_text("start and extract exchanged", "`start` opens the input, `extract` closes it.")(
    lambda text_ids, start, extract: [extract, *text_ids, start]
)
_text(
    "a list inside the list",
    "One list of numbers: the text's ids stand in it one by one, not as a list of their own.",
)(lambda text_ids, start, extract: [start, text_ids, extract])
_text(
    "extract before the text",
    "A causal network has seen only what comes before: where the head reads, the text must be over.",
)(lambda text_ids, start, extract: [start, extract, *text_ids])
_text("both special tokens after the text", "The start token comes before the text.")(
    lambda text_ids, start, extract: [*text_ids, start, extract]
)
_text("the start token at both ends", "`extract` closes the input.")(
    lambda text_ids, start, extract: [start, *text_ids, start]
)
_text("the extract token at both ends", "`start` opens the input.")(
    lambda text_ids, start, extract: [extract, *text_ids, extract]
)
_text("the text left out", "The text's ids belong between the two special tokens.")(
    lambda text_ids, start, extract: [start, extract]
)
_text("the text backwards", "The ids keep their order.")(
    lambda text_ids, start, extract: [start, *text_ids[::-1], extract]
)
_text("a row around the list", "One input is a flat list: rows are made later, of several.")(
    lambda text_ids, start, extract: [[start, *text_ids, extract]]
)
_text(
    "a number added to a list",
    "+ joins two lists: put square brackets around a single id to make a list of it.",
)(lambda text_ids, start, extract: start + text_ids + extract)
_text(
    "a list added to a number",
    "+ joins two lists: put square brackets around a single id to make a list of it.",
)(lambda text_ids, start, extract: text_ids + start + extract)


@_text(
    "her own text changed", "insert, append and += write into the caller's list: make a new one."
)
def _(text_ids, start, extract):
    text_ids.insert(0, start)
    text_ids.append(extract)
    return text_ids


@another_way("finetuning.classification_input", "her own text changed")
def _(text_ids, start, extract):
    text_ids.append(extract)
    return [start, *text_ids]


@_text("what append gives back", "append changes a list and gives back None.")
def _(text_ids, start, extract):
    return [start, *text_ids].append(extract)


# ---- entailment_input


def _pair(name, hint):
    return mistake("finetuning.entailment_input", name, hint)


_pair("no delimiter", "Without the delimiter nobody can tell where the premise ends.")(
    lambda premise, hypothesis, start, delim, extract: [start, *premise, *hypothesis, extract]
)
_pair("no start token", "The input is opened by the start token.")(
    lambda premise, hypothesis, start, delim, extract: [*premise, delim, *hypothesis, extract]
)
_pair("no extract token", "The head needs a place to read: the extract token, after both texts.")(
    lambda premise, hypothesis, start, delim, extract: [start, *premise, delim, *hypothesis]
)
_pair("the hypothesis first", "The premise is what is known: it is read first.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *hypothesis, delim, *premise, extract,
    ]
)  # fmt: skip
_pair("delimiter and extract exchanged", "The delimiter parts the texts, `extract` closes them.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, extract, *hypothesis, delim,
    ]
)  # fmt: skip
_pair("start and extract exchanged", "`start` opens the input, `extract` closes it.")(
    lambda premise, hypothesis, start, delim, extract: [
        extract, *premise, delim, *hypothesis, start,
    ]
)  # fmt: skip
_pair("start and delimiter exchanged", "`start` opens the input, the delimiter parts the texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        delim, *premise, start, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("an extract token after each text", "There is one place to read, and it sees both texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, extract, delim, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("extract in the delimiter's place too", "The delimiter has an id of its own.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, extract, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("a second start token", "The two texts are one input: it starts once.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, delim, start, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("start in the delimiter's place too", "The delimiter has an id of its own.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, start, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("a delimiter after each text", "That is BERT's way: here the extract token closes the input.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, delim, *hypothesis, delim, extract,
    ]
)  # fmt: skip
_pair("the delimiter for the extract token", "The head reads at the extract token: it closes the input.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, delim, *hypothesis, delim,
    ]
)  # fmt: skip
_pair("two delimiters", "That is RoBERTa's way: here one delimiter parts the texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, delim, delim, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("a delimiter after the start token", "One delimiter, between the two texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, delim, *premise, delim, *hypothesis, extract,
    ]
)  # fmt: skip
_pair("the delimiter at the end", "The delimiter goes between the two texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, *premise, *hypothesis, delim, extract,
    ]
)  # fmt: skip
_pair("the delimiter at the front", "The delimiter goes between the two texts.")(
    lambda premise, hypothesis, start, delim, extract: [
        start, delim, *premise, *hypothesis, extract,
    ]
)  # fmt: skip
_pair(
    "lists inside the list",
    "One list of numbers: the ids of both texts stand in it one by one, not as lists of their own.",
)(lambda premise, hypothesis, start, delim, extract: [start, premise, delim, hypothesis, extract])
_pair("an input for each text", "Both texts go into one input: only so can they be compared.")(
    lambda premise, hypothesis, start, delim, extract: [
        [start, *premise, extract], [start, *hypothesis, extract],
    ]
)  # fmt: skip
_pair("the hypothesis left out", "The question is about both texts.")(
    lambda premise, hypothesis, start, delim, extract: [start, *premise, delim, extract]
)
_pair("the premise twice", "After the delimiter comes the hypothesis.")(
    lambda premise, hypothesis, start, delim, extract: [start, *premise, delim, *premise, extract]
)
_pair(
    "a number added to a list",
    "+ joins two lists: put square brackets around a single id to make a list of it.",
)(lambda premise, hypothesis, start, delim, extract: start + premise + delim + hypothesis + extract)
another_way("finetuning.entailment_input", "a number added to a list")(
    lambda premise, hypothesis, start, delim, extract: (
        [start] + premise + delim + hypothesis + [extract]  # noqa: RUF005
    )
)


@_pair(
    "a premise that grows", "append, insert and += write into the caller's list: make a new one."
)
def _(premise, hypothesis, start, delim, extract):
    premise += [delim, *hypothesis, extract]
    return [start, *premise]


@another_way("finetuning.entailment_input", "a premise that grows")
def _(premise, hypothesis, start, delim, extract):
    premise.append(delim)
    return [start, *premise, *hypothesis, extract]


@another_way("finetuning.entailment_input", "a premise that grows")
def _(premise, hypothesis, start, delim, extract):
    premise.append(delim)
    hypothesis.append(extract)
    return [start, *premise, *hypothesis]


@another_way("finetuning.entailment_input", "a premise that grows")
def _(premise, hypothesis, start, delim, extract):
    premise.insert(0, start)
    premise.append(delim)
    premise.extend(hypothesis)
    premise.append(extract)
    return premise


# ---- similarity_inputs


def _both(name, hint):
    return mistake("finetuning.similarity_inputs", name, hint)


def _joined(a, b, start, delim, extract):
    return [start, *a, delim, *b, extract]


_both("one order only", "Neither text comes first by nature: two inputs, one for each order.")(
    lambda a, b, start, delim, extract: _joined(a, b, start, delim, extract)
)
_both("one order, twice", "In the second input, b comes first.")(
    lambda a, b, start, delim, extract: (_joined(a, b, start, delim, extract),) * 2
)
_both("b first in both", "In the first input, a comes first.")(
    lambda a, b, start, delim, extract: (_joined(b, a, start, delim, extract),) * 2
)
_both("the two orders exchanged", "The first result is the one in which a comes first.")(
    lambda a, b, start, delim, extract: (
        _joined(b, a, start, delim, extract), _joined(a, b, start, delim, extract),
    )
)  # fmt: skip
_both("one long input", "The two orders go through the network apart: two lists.")(
    lambda a, b, start, delim, extract: (
        _joined(a, b, start, delim, extract) + _joined(b, a, start, delim, extract)
    )
)
_both(
    "the second one backwards",
    "The two texts trade places; the ids inside a text keep their order, and start stays in front.",
)(
    lambda a, b, start, delim, extract: (
        _joined(a, b, start, delim, extract), _joined(a, b, start, delim, extract)[::-1],
    )
)  # fmt: skip
_both(
    "texts read backwards", "The two texts trade places; the ids inside a text keep their order."
)(
    lambda a, b, start, delim, extract: (
        _joined(a, b, start, delim, extract),
        _joined(b[::-1], a[::-1], start, delim, extract),
    )
)
_both("no delimiter", "Without the delimiter nobody can tell where one text ends.")(
    lambda a, b, start, delim, extract: ([start, *a, *b, extract], [start, *b, *a, extract])
)
_both("an input for each text", "Each input holds both texts: only so can they be compared.")(
    lambda a, b, start, delim, extract: ([start, *a, extract], [start, *b, extract])
)
_both("each text with itself", "Each input holds both texts, in one order or the other.")(
    lambda a, b, start, delim, extract: (
        _joined(a, a, start, delim, extract), _joined(b, b, start, delim, extract),
    )
)  # fmt: skip
_both("no start token", "Each of the two inputs is opened by the start token.")(
    lambda a, b, start, delim, extract: ([*a, delim, *b, extract], [*b, delim, *a, extract])
)
_both("no extract token", "The head reads at the extract token: each input needs one at its end.")(
    lambda a, b, start, delim, extract: ([start, *a, delim, *b], [start, *b, delim, *a])
)
_both("special tokens exchanged too", "Only the two texts trade places.")(
    lambda a, b, start, delim, extract: (
        _joined(a, b, start, delim, extract), _joined(b, a, extract, delim, start),
    )
)  # fmt: skip
_both("delimiter and extract exchanged", "The delimiter parts the texts, `extract` closes them.")(
    lambda a, b, start, delim, extract: (
        _joined(a, b, start, extract, delim), _joined(b, a, start, extract, delim),
    )
)  # fmt: skip
_both(
    "lists inside the lists",
    "Two flat lists of numbers: the ids of a text stand in them one by one.",
)(
    lambda a, b, start, delim, extract: (
        [start, a, delim, b, extract], [start, b, delim, a, extract],
    )
)  # fmt: skip
_both(
    "the two inputs added up",
    "What is added are the network's vectors, later: here the two inputs stay two lists.",
)(
    lambda a, b, start, delim, extract: [
        x + y
        for x, y in zip(
            _joined(a, b, start, delim, extract),
            _joined(b, a, start, delim, extract),
            strict=True,
        )
    ]
)
_both(
    "a number added to a list",
    "+ joins two lists: put square brackets around a single id to make a list of it.",
)(
    lambda a, b, start, delim, extract: (
        start + a + delim + b + extract, start + b + delim + a + extract,
    )
)  # fmt: skip


@_both("texts that grow", "append and += write into the caller's lists: make new ones.")
def _(a, b, start, delim, extract):
    one = [start, *a]
    one += [delim, *b, extract]
    a.append(extract)
    return one, [start, *b, delim, *a]


@another_way("finetuning.similarity_inputs", "texts that grow")
def _(a, b, start, delim, extract):
    first, second = a, b
    first.append(delim)
    second.append(delim)
    return [start, *first, *b, extract], [start, *second, *a, extract]


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
