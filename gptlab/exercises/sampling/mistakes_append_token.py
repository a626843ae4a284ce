"""Wrong bodies of `append_token`."""

from gptlab.exercises.mistake import mistake


@mistake(
    "sampling.append_token",
    "append gives nothing back",
    "list.append changes the list that was given and returns None.",
)
def _(ids, token):
    ids.append(token)


@mistake(
    "sampling.append_token",
    "the given list changed",
    "Whoever called you still needs the list as it was: build another one.",
)
def _(ids, token):
    ids.append(token)
    return ids


@mistake("sampling.append_token", "the token in front", "Text is written from left to right.")
def _(ids, token):
    return [token, *ids]


@mistake(
    "sampling.append_token",
    "a list inside a list",
    "The old tokens have to be unpacked into the new list.",
)
def _(ids, token):
    return [ids, token]


@mistake(
    "sampling.append_token",
    "the last token overwritten",
    "The new list has one token more than the old one.",
)
def _(ids, token):
    return [*ids[:-1], token]


@mistake(
    "sampling.append_token",
    "a list plus a number",
    "+ joins two lists; a single token is not a list yet.",
)
def _(ids, token):
    return ids + token


@mistake(
    "sampling.append_token", "only the new token", "The text so far has to stay in front of it."
)
def _(ids, token):
    return [token]


@mistake(
    "sampling.append_token",
    "a tuple for a list",
    "Round brackets make a tuple; whoever adds the next token needs a list: square brackets.",
)
def _(ids, token):
    return (*ids, token)


@mistake(
    "sampling.append_token",
    "the token inside a list of its own",
    "[[token]] holds a list; one pair of brackets is enough.",
)
def _(ids, token):
    return [*ids, [token]]


@mistake(
    "sampling.append_token",
    "a set for a list",
    "A set drops what comes twice and has no order; a text needs both.",
)
def _(ids, token):
    return list({*ids, token})


@mistake("sampling.append_token", "the token left out", "The new list has one token more.")
def _(ids, token):
    return list(ids)
