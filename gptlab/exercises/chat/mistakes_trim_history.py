"""Wrong bodies of `chat.trim_history`."""

from gptlab import chat
from gptlab.exercises.mistake import another_way, mistake

KEY = "chat.trim_history"


def _trim(name, hint):
    return mistake(KEY, name, hint)


def _cost(message, count):
    try:
        return count(message["content"])
    except (TypeError, AttributeError, KeyError):
        return count(message)


def _first_apart(messages):
    """A system message at the start, where others follow, and the rest."""
    first = 1 if len(messages) > 1 and messages[0]["role"] == "system" else 0
    return messages[:first], messages[first:]


def _assistant(role):
    return role == "assistant"


def _while_others_follow(kept, unwanted=_assistant):
    """Rule 3: nothing goes where only unwanted roles are left."""
    if any(not unwanted(m["role"]) for m in kept):
        while unwanted(kept[0]["role"]):
            kept = kept[1:]
    return kept


def _down_to_one(kept, unwanted=_assistant):
    while len(kept) > 1 and unwanted(kept[0]["role"]):
        kept = kept[1:]
    return kept


def _down_to_none(kept, unwanted=_assistant):
    while kept and unwanted(kept[0]["role"]):
        kept = kept[1:]
    return kept


def _past_the_end(kept, unwanted=_assistant):
    while unwanted(kept[0]["role"]):
        kept = kept[1:]
    return kept


def _fitted(
    apart=_first_apart,
    charge=True,
    fits=lambda used, budget: used <= budget,
    gaps=False,
    begun=_while_others_follow,
    last=True,
    charge_last=True,
    cost=_cost,
):
    """Trimming with one thing changed."""

    def body(messages, budget, count_tokens):
        head, rest = apart(messages)
        kept, rest = (rest[-1:], rest[:-1]) if last else ([], rest)
        used = sum(cost(m, count_tokens) for m in head) if charge else 0
        used += sum(cost(m, count_tokens) for m in kept) if charge_last else 0
        for message in reversed(rest):
            price = cost(message, count_tokens)
            if fits(used + price, budget):
                kept, used = [message, *kept], used + price
            elif not gaps:
                break
        return head + begun(kept)

    return body


_trim("the system message lost", "A system message at the very start stays.")(
    _fitted(apart=lambda messages: ([], messages))
)
_trim(
    "the system message costs nothing",
    "The budget is for everything kept, the system message included.",
)(_fitted(charge=False))
_trim(
    "the last message costs nothing",
    "The budget is for everything kept, the last message included.",
)(_fitted(charge_last=False))
_trim(
    "one token of the budget left", "Everything kept is at most `budget`: all of it may be used."
)(_fitted(fits=lambda used, budget: used < budget))
_trim(
    "a gap in the middle",
    "The first message that does not fit ends it, even if an older one would fit again.",
)(_fitted(gaps=True))
_trim("an answer without its question", "A history must not begin with an assistant message.")(
    _fitted(begun=list)
)
_trim("the last message lost", "The last message stays, even over the budget.")(_fitted(last=False))
_trim("nothing dropped", "What does not fit the budget goes, the oldest first.")(
    lambda messages, budget, count: list(messages)
)
_trim("messages counted, not tokens", "Ask message_tokens what each message costs.")(
    _fitted(cost=lambda m, count: 1)
)
_trim("characters counted", "Ask message_tokens what each message costs.")(
    _fitted(cost=lambda m, count: len(m["content"]))
)


_FITS = "Where all fits, too, the history must not begin with an assistant message."


@_trim("a conversation that fits is left as it is", _FITS)
def _(messages, budget, count_tokens):
    if sum(_cost(m, count_tokens) for m in messages) <= budget:
        return list(messages)
    return _fitted()(messages, budget, count_tokens)


@another_way(KEY, "a conversation that fits is left as it is")
def _(messages, budget, count_tokens):
    kept = _fitted(begun=list)(messages, budget, count_tokens)
    return kept if len(kept) == len(messages) else _fitted()(messages, budget, count_tokens)


@_trim("the oldest kept", "Go back from the last message: what was said long ago goes first.")
def _(messages, budget, count_tokens):
    kept, used = [], 0
    for message in messages:
        used += _cost(message, count_tokens)
        if used > budget:
            break
        kept.append(message)
    return kept


@_trim("in reverse order", "The kept messages stand in the order of the conversation.")
def _(messages, budget, count_tokens):
    kept = _fitted()(messages, budget, count_tokens)
    first = kept[:1] if len(messages) > 1 and messages[0]["role"] == "system" else []
    return first + kept[len(first) :][::-1]


@_trim("the given list changed", "The conversation itself stays as it is: build a new list.")
def _(messages, budget, count_tokens):
    messages[:] = _fitted()(messages, budget, count_tokens)
    return messages


@_trim(
    "only one answer dropped from the start", "Drop assistant messages until another role begins."
)
def _(messages, budget, count_tokens):
    def begun(kept):
        others = any(m["role"] != "assistant" for m in kept)
        return kept[1:] if others and kept[0]["role"] == "assistant" else kept

    return _fitted(begun=begun)(messages, budget, count_tokens)


@_trim(
    "the message over the budget kept", "First count, then keep: the one that does not fit ends it."
)
def _(messages, budget, count_tokens):
    head, rest = _first_apart(messages)
    kept = rest[-1:]
    used = sum(_cost(m, count_tokens) for m in head + kept)
    for message in reversed(rest[:-1]):
        if used > budget:
            break
        kept = [message, *kept]
        used += _cost(message, count_tokens)
    return head + _while_others_follow(kept)


# ---- wrong at an edge alone; two such faults at once are told by the first


def _all_apart(messages):
    """All system messages, and the rest."""
    heads = [m for m in messages if m["role"] == "system"]
    return heads, [m for m in messages if m["role"] != "system"]


def _first_always_apart(messages):
    """A system message at the start, and a rest that must have a last message."""
    first = 1 if messages[0]["role"] == "system" else 0
    return messages[:first], [*messages[first:-1], messages[first:][-1]]


def _all_apart_and_a_last(messages):
    heads, rest = _all_apart(messages)
    return heads, [*rest[:-1], rest[-1]]


ENDS = (_while_others_follow, _down_to_one, _down_to_none)
LONE = "a system message alone not thought of"
_trim(LONE, "The only message may be a system message: it is first and last at once.")(
    _fitted(apart=_first_always_apart)
)
another_way(KEY, LONE)(_fitted(apart=_all_apart_and_a_last))
for _end in ENDS[1:]:
    another_way(KEY, LONE)(_fitted(apart=_first_always_apart, begun=_end))
    another_way(KEY, LONE)(_fitted(apart=_all_apart_and_a_last, begun=_end))

LATER = "every system message stays"
_trim(LATER, "Only a system message at the very start stays: a later one can go like any other.")(
    _fitted(apart=_all_apart)
)
another_way(KEY, LATER)(_fitted(apart=_all_apart, begun=_down_to_one))

NO_LAST = "the last message dropped as an answer"
_trim(NO_LAST, "The last message stays, also where it is an answer and only answers are left.")(
    _fitted(begun=_down_to_none)
)
another_way(KEY, NO_LAST)(_fitted(begun=_past_the_end))


def _not_user(role):
    return role != "user"


USER = "dropped until a user speaks"
_trim(USER, "Only assistant messages go from the start: a system message may begin the rest.")(
    _fitted(begun=lambda kept: _while_others_follow(kept, _not_user))
)
for _end in (_down_to_one, _down_to_none, _past_the_end):
    another_way(KEY, USER)(_fitted(begun=lambda kept, end=_end: end(kept, _not_user)))


@mistake(
    "chat.trim_history",
    "the oldest messages kept",
    "The newest matter most: go back from the last message.",
)
def _(messages, budget, count_tokens):
    kept, used = [], 0
    for m in messages[:-1]:
        n = chat.message_tokens(m, count_tokens)
        if used + n > budget - chat.message_tokens(messages[-1], count_tokens):
            break
        kept.append(m)
        used += n
    return kept + messages[-1:]


@mistake(
    "chat.trim_history",
    "the first message kept in any case",
    'Only a message with the role "system" stays at the start.',
)
def _(messages, budget, count_tokens):
    system, rest = messages[:1], messages[1:]
    used = sum(chat.message_tokens(m, count_tokens) for m in system)
    kept = []
    for m in reversed(rest):
        n = chat.message_tokens(m, count_tokens)
        if kept and used + n > budget:
            break
        kept.insert(0, m)
        used += n
    while len(kept) > 1 and kept[0]["role"] == "assistant":
        kept.pop(0)
    return system + kept


@another_way("chat.trim_history", "messages counted, not tokens")
def _(messages, budget, count_tokens):
    head = messages[:1] if messages[0]["role"] == "system" else []
    return head + messages[len(head) :][-budget:]


@mistake(
    "chat.trim_history",
    "every earlier answer dropped",
    "Only answers at the start lose their question: the others stay.",
)
def _(messages, budget, count_tokens):
    head = messages[:1] if messages[0]["role"] == "system" else []
    used = sum(chat.message_tokens(m, count_tokens) for m in head)
    kept = []
    for m in reversed(messages[len(head) :]):
        n = chat.message_tokens(m, count_tokens)
        if kept and used + n > budget:
            break
        kept.insert(0, m)
        used += n
    return head + [m for m in kept[:-1] if m["role"] != "assistant"] + kept[-1:]
