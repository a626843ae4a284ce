"""Wrong bodies of `bpe.merge_pair`."""

from gptlab.exercises.mistake import mistake


@mistake(
    "bpe.merge_pair",
    "two steps where nothing was merged",
    "Where no pair begins, go on by one token: a pair may begin at the next.",
)
def _(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and (ids[i], ids[i + 1]) == pair:
            out.append(new_id)
        else:
            out += ids[i : i + 2]
        i += 2
    return out


@mistake(
    "bpe.merge_pair",
    "each token of the pair replaced",
    "Two neighbours become one: look at both together.",
)
def _(ids, pair, new_id):
    return [new_id if x in pair else x for x in ids]


@mistake(
    "bpe.merge_pair",
    "a pair at the end left as it is",
    "The last two tokens are a pair as well: how far may i go?",
)
def _(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if i + 2 < len(ids) and (ids[i], ids[i + 1]) == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
