"""Wrong bodies of the functions of gptlab/finetuning.py that arrange one text or two."""

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
    "the caller's list changed",
    "insert, append and += write into the caller's list: make a new one.",
)
def _(text_ids, start, extract):
    text_ids.insert(0, start)
    text_ids.append(extract)
    return text_ids


@another_way("finetuning.classification_input", "the caller's list changed")
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


@mistake(
    "finetuning.classification_input", "two extract tokens", "`extract` stands once, at the end."
)
def _(text_ids, start, extract):
    return [start, *text_ids, extract, extract]
