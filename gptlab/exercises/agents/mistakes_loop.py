"""Wrong bodies of `parse_action`, `react_loop` and `transcript_tokens` in gptlab/agents.py."""

import re

from gptlab import agents
from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION, THOUGHT
from gptlab.blanks.registry import reference
from gptlab.exercises.mistake import another_way, mistake

# ---- parse_action


def _parse(name, hint):
    return mistake("agents.parse_action", name, hint)


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


# ---- react_loop


def _react(name, hint):
    return mistake("agents.react_loop", name, hint)


def _cut(written, ends=(ACTION, ANSWER)):
    kept = []
    for line in written.rstrip("\n").split("\n"):
        kept.append(line)
        if line.startswith(ends):
            break
    return kept


def _uncut(written):
    return written.rstrip("\n").split("\n")


def _observe(action, tools):
    return agents.observe(action, tools)


def _loop(
    cut=_cut,
    observe=_observe,
    answered=lambda lines: lines[-1].startswith(ANSWER),
    answer=lambda line: line.removeprefix(ANSWER).strip(),
    ends_again=True,
    nothing_again=False,
    key=lambda action: action,
    only_last=False,
    late=0,
    asks=lambda transcript, question: transcript,
    keeps_answer=True,
    heads=True,
    labels=True,
    unanswered=lambda lines: None,
):
    """The loop with one thing changed."""

    def body(model, question, tools, max_steps):
        transcript = f"{QUESTION} {question}\n" if heads else f"{question}\n"
        done, lines = [], []
        for _ in range(max_steps + late):
            lines = cut(model(asks(transcript, question)))
            if answered(lines):
                line = next(line for line in reversed(lines) if ANSWER in line)
                told = "\n".join(lines) + "\n" if keeps_answer else ""
                return answer(line), transcript + told
            transcript += "\n".join(lines) + "\n"
            action = agents.parse_action("\n".join(lines))
            again = key(action) in (done[-1:] if only_last else done)
            if ends_again and again and (action is not None or nothing_again):
                break
            done.append(key(action))
            label = f"{OBSERVATION} " if labels else ""
            transcript += f"{label}{observe(action, tools)}\n"
        return unanswered(lines), transcript

    return body


_react(
    "what follows the action is kept",
    "A model goes on writing after its action and invents what the tool will say: cut it off there.",
)(_loop(cut=_uncut, answered=lambda lines: any(line.startswith(ANSWER) for line in lines)))
another_way("agents.react_loop", "what follows the action is kept")(
    _loop(cut=lambda written: _cut(written, (ANSWER,)))
)
_react("what follows the answer is kept", "After an answer, too, the rest is cut off.")(
    _loop(
        cut=lambda written: (
            _cut(written, (ACTION,)) if not written.startswith(ANSWER) else _uncut(written)
        ),
        answered=lambda lines: any(line.startswith(ANSWER) for line in lines),
    )
)
_react(
    "the same action runs again",
    "A model that repeats its action may do so for ever: an action that was there before ends the loop.",
)(_loop(ends_again=False))
_react("only the action just before is remembered", "A, B, A, B is a circle too: remember all.")(
    _loop(only_last=True)
)
_react(
    "a tool may be used only once", "Tool and input together make an action: add[7] is not add[8]."
)(_loop(key=lambda action: action and action[0]))
_react("an input may be used only once", "Tool and input together make an action.")(
    _loop(key=lambda action: action and action[1])
)
_react(
    "no action twice is taken for a circle",
    "Where there was no action, nothing was repeated: only real actions are remembered.",
)(_loop(nothing_again=True))
_react("one step too many", "The model may write max_steps times.")(_loop(late=1))
_react("one step too few", "The model may write max_steps times.")(_loop(late=-1))
_react(
    "the model sees only the question", "It has to read what was observed: give it the transcript."
)(_loop(asks=lambda transcript, question: f"{QUESTION} {question}\n"))
_react("the answer is missing in the transcript", "The line with the answer is a part of it.")(
    _loop(keeps_answer=False)
)
_react("the question without its label", 'The transcript begins with "Question: ".')(
    _loop(heads=False)
)
_react("the observation without its label", 'An observation\'s line begins with "Observation: ".')(
    _loop(labels=False)
)
_react("the answer with its label", 'The answer is what follows "Answer:".')(
    _loop(answer=lambda line: line)
)
_react("the answer with its spaces", "Strip the spaces around the answer.")(
    _loop(answer=lambda line: line.removeprefix(f"{ANSWER} "))
)
_react("an answer in the midst of a line", 'Only a line that begins with "Answer:" is one.')(
    _loop(answered=lambda lines: ANSWER in lines[-1] or any(ANSWER in line for line in lines))
)
_react("some last words for an answer", "Without an answer the result is None.")(
    _loop(unanswered=lambda lines: lines[-1] if lines else "")
)
_react(
    "a tool's lines are kept apart",
    "agents.observe makes one line of what a tool returned: else a tool could write an Answer: line.",
)(
    _loop(
        observe=lambda action, tools: (
            tools[action[0]](action[1])
            if action and action[0] == "page"
            else agents.observe(action, tools)
        )
    )
)


@_react("a tool's error ends the loop", "A tool that raises, or is not there, is an observation.")
def _(model, question, tools, max_steps):
    def observe(action, tools):
        return agents.observe(action, tools) if action is None else tools[action[0]](action[1])

    return _loop(observe=observe)(model, question, tools, max_steps)


@_react("no action is not thought of", "parse_action gives None where the model wrote no action.")
def _(model, question, tools, max_steps):
    def observe(action, tools):
        tool, given = action
        return agents.observe((tool, given), tools)

    return _loop(observe=observe)(model, question, tools, max_steps)


@_react("no action ends the loop", "A model that wrote no action may try again.")
def _(model, question, tools, max_steps):
    transcript, done = f"{QUESTION} {question}\n", []
    for _ in range(max_steps):
        lines = _cut(model(transcript))
        transcript += "\n".join(lines) + "\n"
        if lines[-1].startswith(ANSWER):
            return lines[-1].removeprefix(ANSWER).strip(), transcript
        action = agents.parse_action("\n".join(lines))
        if action is None or action in done:
            break
        done.append(action)
        transcript += f"{OBSERVATION} {agents.observe(action, tools)}\n"
    return None, transcript


@_react("only the transcript comes back", "Two results: the answer, then the transcript.")
def _(model, question, tools, max_steps):
    return _loop()(model, question, tools, max_steps)[1]


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
