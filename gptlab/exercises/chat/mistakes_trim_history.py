"""Wrong bodies of `chat.trim_history`."""

from gptlab.exercises.mistake import another_way, mistake


def _trim(name, hint):
    return mistake("chat.trim_history", name, hint)


def _cost(message, count):
    try:
        return count(message["content"])
    except (TypeError, AttributeError, KeyError):
        return count(message)


def _fitted(
    system=True,
    charge=True,
    fits=lambda used, budget: used <= budget,
    gaps=False,
    question=True,
    last=True,
    charge_last=True,
    cost=_cost,
):
    """Trimming with one thing changed."""

    def body(messages, budget, count_tokens):
        first = 1 if system and len(messages) > 1 and messages[0]["role"] == "system" else 0
        kept, rest = (messages[-1:], messages[first:-1]) if last else ([], messages[first:])
        used = sum(cost(m, count_tokens) for m in messages[:first]) if charge else 0
        used += sum(cost(m, count_tokens) for m in kept) if charge_last else 0
        for message in reversed(rest):
            price = cost(message, count_tokens)
            if fits(used + price, budget):
                kept, used = [message, *kept], used + price
            elif not gaps:
                break
        others = any(m["role"] != "assistant" for m in kept)
        while question and kept and kept[0]["role"] == "assistant" and others:
            kept = kept[1:]
        return messages[:first] + kept

    return body


_trim("the system message lost", "A system message at the very start stays.")(_fitted(system=False))
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
    _fitted(question=False)
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
    kept = _fitted(question=False)(messages, budget, count_tokens)
    first = 1 if len(kept) > 1 and kept[0]["role"] == "system" and kept[0] is messages[0] else 0
    others = any(m["role"] != "assistant" for m in kept[first:])
    if kept[first]["role"] == "assistant" and others:
        kept = kept[:first] + kept[first + 1 :]
    return kept


@_trim(
    "the message over the budget kept", "First count, then keep: the one that does not fit ends it."
)
def _(messages, budget, count_tokens):
    first = 1 if len(messages) > 1 and messages[0]["role"] == "system" else 0
    kept = messages[-1:]
    used = sum(_cost(m, count_tokens) for m in messages[:first] + kept)
    for message in reversed(messages[first:-1]):
        if used > budget:
            break
        kept = [message, *kept]
        used += _cost(message, count_tokens)
    while kept[0]["role"] == "assistant" and any(m["role"] != "assistant" for m in kept):
        kept = kept[1:]
    return messages[:first] + kept
