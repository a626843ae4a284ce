"""Wrong bodies of `agents.overlapping_chunks`."""

from gptlab.exercises.mistake import mistake


@mistake(
    "agents.overlapping_chunks",
    "steps of overlap",
    "Each chunk begins size − overlap tokens after the one before: that leaves `overlap` tokens in common.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("overlap")
    out, i = [], 0
    while i < len(ids):
        out.append(ids[i : i + size])
        if i + size >= len(ids):
            break
        i += max(overlap, 1)
    return out


@mistake(
    "agents.overlapping_chunks",
    "chunks longer than size",
    "A chunk has `size` tokens, those it shares with its neighbour among them.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("overlap")
    return [ids[i : i + size + overlap] for i in range(0, len(ids), size)]


@mistake(
    "agents.overlapping_chunks",
    "a wrong overlap not refused",
    "An overlap below 0, or as large as size, raises ValueError: with it no chunk brings anything new.",
)
def _(ids, size, overlap):
    step = size - overlap
    out, i = [], 0
    while ids and i < len(ids):
        out.append(ids[i : i + size])
        if i + size >= len(ids):
            break
        i += step if step > 0 else 1
    return out


@mistake(
    "agents.overlapping_chunks",
    "an overlap as large as size not refused",
    "The overlap has to be smaller than size: else the next chunk begins where this one did.",
)
def _(ids, size, overlap):
    if overlap < 0 or overlap > size:
        raise ValueError("overlap")
    step = max(size - overlap, 1)
    out, i = [], 0
    while i < len(ids):
        out.append(ids[i : i + size])
        if i + size >= len(ids):
            break
        i += step
    return out


@mistake(
    "agents.overlapping_chunks",
    "an overlap below 0 not refused",
    "With an overlap below 0 the tokens between two chunks are lost: it raises ValueError.",
)
def _(ids, size, overlap):
    if overlap >= size:
        raise ValueError("overlap")
    step = size - overlap
    out, i = [], 0
    while i < len(ids):
        out.append(ids[i : i + size])
        if i + size >= len(ids):
            break
        i += step
    return out


@mistake(
    "agents.overlapping_chunks",
    "nothing in common",
    "Neighbours share `overlap` tokens: the next chunk begins before this one ends.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("overlap")
    return [ids[i : i + size] for i in range(0, len(ids), size)]


@mistake(
    "agents.overlapping_chunks",
    "the last chunk moved back",
    "The last chunk begins where its turn is, and may be shorter.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("overlap")
    out, i = [], 0
    while i < len(ids):
        if i + size >= len(ids):
            out.append(ids[max(0, len(ids) - size) :])
            break
        out.append(ids[i : i + size])
        i += size - overlap
    return out


@mistake(
    "agents.overlapping_chunks",
    "one token too many in common",
    "From one beginning to the next it is size − overlap.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("o")
    step = max(1, size - overlap - 1)
    out, i = [], 0
    while i < len(ids):
        out.append(ids[i : i + size])
        if i + size >= len(ids):
            break
        i += step
    return out


@mistake(
    "agents.overlapping_chunks",
    "the rest of the document left out",
    "Go on until a chunk reaches the end of the document.",
)
def _(ids, size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("o")
    return [ids[i : i + size] for i in range(0, len(ids) - size, size - overlap)]
