"""Wrong bodies of `react_loop` in gptlab/agents.py."""

from gptlab import agents
from gptlab.agents import ACTION, ANSWER, OBSERVATION, QUESTION
from gptlab.exercises.mistake import another_way, mistake

LOOP = "agents.react_loop"


def _react(name, hint):
    return mistake(LOOP, name, hint)


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
    key=lambda action, line: action,
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
            this = key(action, lines[-1])
            again = this in (done[-1:] if only_last else done)
            if ends_again and again and (action is not None or nothing_again):
                break
            done.append(this)
            label = f"{OBSERVATION} " if labels else ""
            transcript += f"{label}{observe(action, tools)}\n"
        return unanswered(lines), transcript

    return body


_react(
    "what follows the action is kept",
    "A model goes on writing after its action and invents what the tool will say: cut it off there.",
)(_loop(cut=_uncut, answered=lambda lines: any(line.startswith(ANSWER) for line in lines)))
another_way(LOOP, "what follows the action is kept")(
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
)(_loop(key=lambda action, line: action and action[0]))
_react("an input may be used only once", "Tool and input together make an action.")(
    _loop(key=lambda action, line: action and action[1])
)
_react(
    "no action twice is taken for a circle",
    "Where there was no action, nothing was repeated: only real actions are remembered.",
)(_loop(nothing_again=True))
_react("one step too many", "The model may write max_steps times.")(_loop(late=1))
_react(
    "lines are compared, not actions",
    "add[1 + 1] and add[ 1 + 1 ] are one action: compare what parse_action returns.",
)(_loop(key=lambda action, line: line))
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


@_react(
    "a tool's error ends the loop", "`observe` makes words of a tool that raises, or is not there."
)
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


def _ended_by_no_action(observe):
    """The loop ends where the model wrote no action, as it does where an action comes a second time."""

    def body(model, question, tools, max_steps):
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
            transcript += f"{OBSERVATION} {observe(action, tools)}\n"
        return None, transcript

    return body


_react("no action ends the loop", "A model that wrote no action may try again.")(
    _ended_by_no_action(lambda action, tools: agents.observe(action, tools))
)


@_react("only the transcript comes back", "Two results: the answer, then the transcript.")
def _(model, question, tools, max_steps):
    return _loop()(model, question, tools, max_steps)[1]


_react("answer and transcript swapped", "The answer is the first of the two results.")(
    lambda *given: _loop()(*given)[::-1]
)


def _written_out(
    parsed=lambda written, transcript: written,
    on_none=lambda transcript: transcript + f"{OBSERVATION} {agents.observe(None, {})}\n",
    keeps_repeat=True,
    tail=lambda kept, written: kept,
):
    """The loop as it is written by hand, with one thing changed. on_none: the transcript after no action."""

    def body(model, question, tools, max_steps):
        transcript, done = f"{QUESTION} {question}\n", []
        for _ in range(max_steps):
            text = model(transcript)
            before, lines = transcript, _cut(text)
            written = "\n".join(tail(lines, text)) + "\n"
            transcript += written
            if lines[-1].startswith(ANSWER):
                return lines[-1].removeprefix(ANSWER).strip(), transcript
            action = agents.parse_action(parsed(written, transcript))
            if action is None:
                transcript = on_none(transcript)
                continue
            if action in done:
                return None, transcript if keeps_repeat else before
            done.append(action)
            transcript += f"{OBSERVATION} {agents.observe(action, tools)}\n"
        return None, transcript

    return body


_react(
    "no observation where there was no action",
    "observe says that there was no action: without that line the model reads the same text again.",
)(_written_out(on_none=lambda transcript: transcript))
_react(
    "the whole transcript parsed",
    "parse_action takes the first action that it finds: give it what the model has just written.",
)(_written_out(parsed=lambda written, transcript: transcript))
_react(
    "the repeated action left out of the transcript",
    "What the model wrote belongs to the transcript in any case; only its action does not run again.",
)(_written_out(keeps_repeat=False))
_react(
    "a blank line after what the model wrote",
    "A text that ends in a line break already gets no second one.",
)(
    _written_out(
        tail=lambda kept, text: (
            [*kept, ""]
            if text.endswith("\n") and not kept[-1].startswith((ACTION, ANSWER))
            else kept
        )
    )
)
another_way(LOOP, "a blank line after what the model wrote")(
    _written_out(
        tail=lambda kept, text: (
            [*kept, ""] if text.endswith("\n") and text == "\n".join(kept) + "\n" else kept
        )
    )
)


def _unobserved(on_none):
    """The tool is called by the loop itself. on_none: what becomes of an action that is None."""

    def observe(action, tools):
        if action is None:
            return on_none()
        tool, given = action
        return tools[tool](given)

    return _loop(observe=observe)


def _unpacked(action=None):
    tool, given = action
    return given


def _indexed(action=None):
    return action[0]


for _on_none in (_unpacked, _indexed):
    another_way(LOOP, "a tool's error ends the loop")(_unobserved(_on_none))


another_way(LOOP, "a tool's error ends the loop")(
    _ended_by_no_action(lambda action, tools: tools[action[0]](action[1]))
)


@mistake(
    "agents.react_loop",
    "the model's spaces stripped",
    "What the model wrote stays as it is, spaces and all.",
)
def _(model, question, tools, max_steps):
    transcript = "Question: " + question + "\n"
    seen = set()
    for _ in range(max_steps):
        kept = []
        for line in model(transcript).strip().split("\n"):
            kept.append(line.strip())
            if kept[-1].startswith(("Action:", "Answer:")):
                break
        transcript += "\n".join(kept) + "\n"
        if kept[-1].startswith("Answer:"):
            return kept[-1][len("Answer:") :].strip(), transcript
        action = agents.parse_action(kept[-1])
        if action is not None:
            if action in seen:
                return None, transcript
            seen.add(action)
        transcript += "Observation: " + agents.observe(action, tools) + "\n"
    return None, transcript


@another_way("agents.react_loop", "the answer is missing in the transcript")
def _(model, question, tools, max_steps):
    transcript = "Question: " + question + "\n"
    seen = set()
    for _ in range(max_steps):
        text = model(transcript)
        kept = ""
        for line in text.split("\n"):
            if line.startswith("Answer:"):
                return line[len("Answer:") :].strip(), transcript
            kept += line + "\n"
            if line.startswith("Action:"):
                break
        transcript += kept
        action = agents.parse_action(kept)
        if action is not None:
            if action in seen:
                return None, transcript
            seen.add(action)
        transcript += "Observation: " + agents.observe(action, tools) + "\n"
    return None, transcript
