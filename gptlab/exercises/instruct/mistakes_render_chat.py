"""Wrong bodies of `instruct.render_chat`."""

from gptlab.exercises.mistake import another_way, mistake


@another_way("instruct.render_chat", "everything learnt")
def _(messages, encode, special, add_reply=False):
    ids = []
    for m in messages:
        ids += [special[m["role"]], *encode(m["content"]), special["end"]]
    if add_reply:
        ids.append(special["assistant"])
    return ids, [True] * len(ids)


@another_way("instruct.render_chat", "the user's words learnt")
def _(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for m in messages:
        c = encode(m["content"])
        learn = m["role"] == "user"
        ids += [special[m["role"]], *c, special["end"]]
        mask += [False] + [learn] * (len(c) + 1)
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask


@mistake(
    "instruct.render_chat",
    "the role after its words",
    "First the role's token, then what was said.",
)
def _(messages, encode, special, add_reply=False):
    ids, mask = [], []
    for m in messages:
        c = encode(m["content"])
        own = m["role"] == "assistant"
        ids += [*c, special[m["role"]], special["end"]]
        mask += [own] * len(c) + [False, own]
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask


@mistake(
    "instruct.render_chat",
    "only the first message",
    "Every message of the conversation is rendered.",
)
def _(messages, encode, special, add_reply=False):
    m = messages[0]
    c = encode(m["content"])
    own = m["role"] == "assistant"
    ids, mask = [special[m["role"]], *c, special["end"]], [False, *[own] * (len(c) + 1)]
    if add_reply:
        ids.append(special["assistant"])
        mask.append(False)
    return ids, mask
