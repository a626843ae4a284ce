"""Wrong bodies of `parse_action` and `transcript_tokens` in gptlab/agents.py."""

import re

from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION, THOUGHT
from gptlab.blanks.registry import reference
from gptlab.exercises.mistake import another_way, mistake

# ---- parse_action


PARSE = "agents.parse_action"


def _parse(name, hint):
    return mistake(PARSE, name, hint)


def _first(text):
    return next((line for line in text.split("\n") if line.startswith(ACTION)), None)


def _found(pattern, text, named=True):
    """What an expression finds in the first action line."""
    found = re.search(pattern, _first(text) or "")
    return (
        (found[1].strip(), found[2].strip()) if found and (found[1].strip() or not named) else None
    )


def _by_find(text, find=str.rfind, named=True, ordered=False):
    """By the places of the two brackets, which are not held against each other."""
    line = _first(text)
    if line is None or "[" not in line or "]" not in line:
        return None
    left, right = line.find("["), find(line, "]")
    tool = line[len(ACTION) : left].strip()
    if (named and not tool) or (ordered and right < left):
        return None
    return tool, line[left + 1 : right].strip()


def _lines(
    begins=lambda line: line.startswith(ACTION),
    order=1,
    opened=str.partition,
    closed=str.rpartition,
    name=lambda tool: bool(tool),
    given=lambda inside: True,
    strip=str.strip,
    more=False,
    none=None,
    rest_counts=False,
):
    """Reading with one thing changed. more: look on after a line that cannot be read."""

    def body(text):
        for line in text.split("\n")[::order]:
            if not begins(line):
                continue
            tool, left, rest = opened(line[line.index(":") + 1 :], "[")
            inside, right, after = closed(rest, "]")
            fine = name(tool.strip()) and left and right and given(inside.strip())
            if fine and not (rest_counts and after.strip()):
                return strip(tool), strip(inside)
            if not more:
                return none
        return none

    return body


_parse("the last action", "The first action line counts.")(_lines(order=-1))
_parse("anywhere in a line", 'The word has to begin its line: a thought may mention "Action:".')(
    lambda text: _lines(begins=lambda line: ACTION in line)(re.sub(r".*(?=Action:)", "", text))
)
_parse("up to the first closing bracket", "The input may hold brackets: it goes up to the last ].")(
    _lines(closed=str.partition)
)
another_way(PARSE, "up to the first closing bracket")(
    lambda text: _found(r"^Action:([^\[\n]*)\[(.*?)\]", text)
)
_parse("from the last opening bracket", "The input begins after the first [ of the line.")(
    _lines(opened=str.rpartition)
)
_parse("spaces kept", "Strip the spaces around the name and around the input.")(
    _lines(strip=lambda text: text)
)
_parse("a later action taken", "Only the first action line counts, even where it cannot be read.")(
    _lines(more=True)
)
_parse("an action without a name", "Without a name before the brackets there is no tool: None.")(
    _lines(name=lambda tool: True)
)
another_way(PARSE, "an action without a name")(
    lambda text: _by_find(text, named=False, ordered=True)
)
for _name in (r".*?", r"[^\[\n]*", r"[^\[]*", r"\s*\w*\s*", r"\s*\w*"):
    another_way(PARSE, "an action without a name")(
        lambda text, name=_name: _everywhere(name, text, ".*")
    )
    another_way(PARSE, "up to the first closing bracket")(
        lambda text, name=_name: _everywhere(name, text, ".*?")
    )
_parse(
    "a ] before the [",
    'In "]calculate[" there is a bracket of each kind, and still nothing between them: look behind the [.',
)(_by_find)
another_way(PARSE, "a ] before the [")(lambda text: _by_find(text, named=False))
another_way(PARSE, "up to the first closing bracket")(lambda text: _by_find(text, find=str.find))
another_way(PARSE, "up to the first closing bracket")(
    lambda text: _by_find(text, find=str.find, named=False)
)
another_way(PARSE, "up to the first closing bracket")(
    lambda text: _found(r"^Action:([^\[]*?)\[(.*?)\]", text, named=False)
)
_parse("an empty input refused", "stop[] is an action: its input is an empty text.")(
    _lines(given=bool)
)
_parse("nothing may follow the bracket", "What follows the last ] is ignored.")(
    _lines(rest_counts=True)
)
_parse("a pair of None", "Where there is no action, the result is None itself.")(
    _lines(none=(None, None))
)
_parse("an empty text for no action", "Where there is no action, the result is None.")(
    _lines(none="")
)
_parse("only the first line read", "An action mostly comes after a thought: go through all lines.")(
    lambda text: _lines()(text.split("\n")[0])
)
_parse("name and input swapped", "First the tool, then its input.")(
    lambda text: _changed(text, lambda tool, given: (given, tool))
)
_parse("the input is run", "Nothing is run here: the input stays the text that it is.")(
    lambda text: _changed(text, lambda tool, given: (tool, str(_run(given))))
)


def _changed(text, change):
    found = _lines()(text)
    return found and change(*found)


def _everywhere(name, text, inside):
    """An expression that goes on to a later line where the first action line does not fit."""
    found = re.search(rf"^Action:({name})\[({inside})\]", text, re.MULTILINE)
    return (found[1].strip(), found[2].strip()) if found else None


def _run(text):
    try:
        return eval(text)
    except Exception:
        return text


@_parse(
    "across lines", "The brackets belong to one line: what is open at its end was never closed."
)
def _(text):
    found = re.search(r"^Action:([^\[\n]*)\[(.*)\]", text, re.MULTILINE | re.DOTALL)
    return (found[1].strip(), found[2].strip()) if found and found[1].strip() else None


@_parse(
    "no brackets are not thought of",
    "A line without brackets gives None; index and [1] raise there.",
)
def _(text):
    for line in text.split("\n"):
        if line.startswith(ACTION):
            tool, inside = line[len(ACTION) :].split("[", 1)
            return tool.strip(), inside[: inside.rindex("]")].strip()
    return None


# ---- transcript_tokens


def _tokens(name, hint):
    return mistake("agents.transcript_tokens", name, hint)


def _marked(learn, line_of=lambda line: line, each=lambda ids, yes: [yes] * len(ids)):
    def body(transcript, encode):
        ids, mask = [], []
        for line in transcript.splitlines(keepends=True):
            piece = encode(line_of(line))
            ids += piece
            mask += each(piece, learn(line))
        return ids, mask

    return body


GIVEN = (QUESTION, OBSERVATION)


def _own(line):
    return not line.startswith(GIVEN)


_tokens(
    "observations are learnt",
    "Who writes the observations when the loop runs? A model that learns to write them will invent them.",
)(_marked(lambda line: not line.startswith(QUESTION)))
_tokens("the question is learnt", "The user writes the question, not the model.")(
    _marked(lambda line: not line.startswith(OBSERVATION))
)
_tokens("everything is learnt", "Only the tokens that the model itself has to write are True.")(
    _marked(lambda line: True)
)
_tokens("nothing is learnt", "True on the tokens that the model itself has to write.")(
    _marked(lambda line: False)
)
_tokens("the mask turned round", "True means: learn this token.")(
    _marked(lambda line: not _own(line))
)
_tokens("only the answer is learnt", "Thoughts and actions are the model's own, too.")(
    _marked(lambda line: line.startswith(ANSWER))
)
_tokens("thoughts are not learnt", "Who writes the thoughts when the loop runs?")(
    _marked(lambda line: _own(line) and not line.startswith(THOUGHT))
)
_tokens("actions are not learnt", "Who writes the actions when the loop runs?")(
    _marked(lambda line: _own(line) and not line.startswith(ACTION))
)
_tokens(
    "a line without a label is not learnt",
    "What is neither question nor observation is the model's.",
)(_marked(lambda line: line.startswith((THOUGHT, ACTION, ANSWER))))
_tokens("the label anywhere in a line", "The word that begins a line says who wrote it.")(
    _marked(lambda line: not any(label in line for label in GIVEN))
)
_tokens("line breaks lost", "Each line is encoded with the line break that ends it.")(
    _marked(_own, line_of=lambda line: line.rstrip("\n"))
)
_tokens("one entry a line", "The mask has as many entries as there are tokens.")(
    _marked(_own, each=lambda ids, yes: [yes])
)
_tokens("the first token of a line left out", "The model writes the label of its line as well.")(
    _marked(_own, each=lambda ids, yes: [False, *[yes] * (len(ids) - 1)])
)
_tokens(
    "the line break left out", "The model has to write the line break that ends its line as well."
)(_marked(_own, each=lambda ids, yes: [*[yes] * (len(ids) - 1), False]))


@_tokens(
    "the transcript encoded as a whole",
    "A token must not reach over the end of a line: encode line by line.",
)
def _(transcript, encode):
    ids = encode(transcript)
    _, mask = reference("agents.transcript_tokens")(transcript, encode)
    return ids, (mask + [True] * len(ids))[: len(ids)]


_tokens("ids only", "Two results: the ids, then the mask.")(
    lambda transcript, encode: _marked(_own)(transcript, encode)[0]
)


def _without(label):
    """The lines that begin with a label are gone: from the ids and from the mask."""

    def body(transcript, encode):
        lines = [
            line for line in transcript.splitlines(keepends=True) if not line.startswith(label)
        ]
        return _marked(_own)("".join(lines), encode)

    return body


_tokens("thoughts left out", "Every line of the transcript goes into the ids, thoughts too.")(
    _without(THOUGHT)
)
_tokens(
    "only what is learnt is encoded",
    "The model has to read the question and the observations: they are in ids, with False in the mask.",
)(_without(GIVEN))


@mistake(
    "agents.transcript_tokens",
    "only the actions are learnt",
    "Thoughts, answers and lines without a label are the model's own, too.",
)
def _(transcript, encode):
    ids, mask = [], []
    for line in transcript.splitlines(keepends=True):
        tokens = encode(line)
        ids += tokens
        mask += [line.startswith("Action:")] * len(tokens)
    return ids, mask


@another_way("agents.transcript_tokens", "thoughts are not learnt")
def _(transcript, encode):
    ids, mask = [], []
    for line in transcript.splitlines(keepends=True):
        tokens = encode(line)
        ids += tokens
        mask += [line.startswith(("Action:", "Answer:"))] * len(tokens)
    return ids, mask


@another_way("agents.parse_action", "a later action taken")
def _(text):
    for line in text.splitlines():
        m = re.match(r"Action:\s*([^\[]*\S)\s*\[(.*)\]", line)
        if m:
            return m.group(1), m.group(2).strip()
    return None


@another_way("agents.parse_action", "up to the first closing bracket")
def _(text):
    for line in text.splitlines():
        if line.startswith("Action:"):
            m = re.match(r"Action:\s*(.+?)\s*\[(.*?)\]", line)
            return (m.group(1), m.group(2).strip()) if m else None
    return None


@another_way("agents.parse_action", "the last action")
def _(text):
    found = None
    for line in text.splitlines():
        if line.startswith("Action:"):
            rest = line[len("Action:") :]
            if "[" in rest and "]" in rest:
                name = rest[: rest.index("[")].strip()
                found = (
                    (name, rest[rest.index("[") + 1 : rest.rindex("]")].strip()) if name else None
                )
            else:
                found = None
    return found


@another_way("agents.parse_action", "anywhere in a line")
def _(text):
    i = text.find("Action:")
    if i < 0:
        return None
    line = text[i + len("Action:") :].split("\n")[0]
    if "[" not in line or "]" not in line:
        return None
    name = line[: line.index("[")].strip()
    given = line[line.index("[") + 1 : line.rindex("]")].strip()
    return (name, given) if name else None


@another_way("agents.parse_action", "no brackets are not thought of")
def _(text):
    for line in text.split("\n"):
        if line.startswith("Action:"):
            rest = line[len("Action:") :]
            a, b = rest.index("["), rest.rindex("]")
            return rest[:a].strip(), rest[a + 1 : b].strip()
