"""Wrong bodies of `overlapping_chunks`, `cosine_similarity` and `best_matches` in gptlab/agents.py."""

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- overlapping_chunks


CHUNKS = "agents.overlapping_chunks"


def _chunks(name, hint):
    return mistake(CHUNKS, name, hint)


def _cut(step=lambda size, overlap: size - overlap, stop=lambda ids, overlap: len(ids) - overlap):
    def body(ids, size, overlap):
        if not 0 <= overlap < size:
            raise ValueError("overlap must be at least 0 and less than size")
        last = max(stop(ids, overlap), 1) if ids else 0
        return [ids[start : start + size] for start in range(0, last, step(size, overlap))]

    return body


_chunks("no overlap", "Neighbours share `overlap` tokens: the start moves by less than `size`.")(
    _cut(step=lambda size, overlap: size)
)
_chunks("the overlap added", "With an overlap, the start moves by less than `size`, not by more.")(
    _cut(step=lambda size, overlap: size + overlap)
)
_chunks("the start moves by one", "The start moves by size − overlap.")(
    _cut(step=lambda size, overlap: 1)
)
_chunks(
    "a last chunk without anything new",
    "A chunk that lies wholly in the one before it is left out.",
)(_cut(stop=lambda ids, overlap: len(ids)))
_chunks("a short rest lost", "The last chunk may be shorter: none of the tokens is lost.")(
    lambda ids, size, overlap: [chunk for chunk in _cut()(ids, size, overlap) if len(chunk) == size]
)
_chunks(
    "a short document lost", "A document that is shorter than the overlap still has one chunk."
)(
    lambda ids, size, overlap: (
        _cut()(ids, size, overlap) if len(ids) > overlap else _checked(size, overlap)
    )
)
_chunks("an empty chunk of an empty document", "An empty document has no chunks: [].")(
    lambda ids, size, overlap: _cut()(ids, size, overlap) or [[]]
)
_chunks("one long list", "A list of chunks comes back, each a list of its own.")(
    lambda ids, size, overlap: [token for chunk in _cut()(ids, size, overlap) for token in chunk]
)
_chunks("an overlap as large as the chunk", "Where overlap is not less than size: ValueError.")(
    lambda ids, size, overlap: _cut()(ids, size, overlap) if 0 <= overlap < size else []
)
another_way("agents.overlapping_chunks", "an overlap as large as the chunk")(
    lambda ids, size, overlap: _cut()(ids, size, overlap) if 0 <= overlap < size else [ids]
)
_chunks("the overlap is not tested", "Where overlap is out of its range: ValueError.")(
    lambda ids, size, overlap: _untested(ids, size, overlap)
)
another_way(CHUNKS, "the overlap is not tested")(
    lambda ids, size, overlap: [
        ids[i : i + size]
        for i in range(0, max(len(ids) - overlap, 1 if ids else 0), size - overlap)
    ]
)
another_way(CHUNKS, "the overlap is not tested")(
    lambda ids, size, overlap: _untested(ids, size, overlap) if size > overlap else []
)


@another_way(CHUNKS, "the overlap is not tested")
def _(ids, size, overlap):
    chunks = []
    for start in range(0, len(ids), size - overlap):
        chunks.append(ids[start : start + size])
        if start + size >= len(ids):
            break
    return chunks


_chunks("a negative overlap", "Where overlap is less than 0, tokens would be lost: ValueError.")(
    lambda ids, size, overlap: [ids] if overlap < 0 else _cut()(ids, size, overlap)
)
_chunks("one token too many", "A chunk has `size` tokens.")(
    lambda ids, size, overlap: (
        _checked(size, overlap)
        or [
            ids[i : i + size + 1]
            for i in range(0, max(len(ids) - overlap, 1), size - overlap)
            if ids
        ]
    )
)


def _untested(ids, size, overlap):
    starts = range(0, max(len(ids) - overlap, 1), size - overlap)
    return [ids[start : start + size] for start in starts if ids]


def _checked(size, overlap):
    if not 0 <= overlap < size:
        raise ValueError("overlap must be at least 0 and less than size")
    return []


# ---- cosine_similarity


def _cosine(name, hint):
    return mistake("agents.cosine_similarity", name, hint)


def _similar(by_query=True, by_keys=True, zero=True, after=lambda s: s, axis=1):
    def body(query, keys):
        lengths = torch.ones(len(keys), dtype=keys.dtype)
        if by_keys:
            lengths = lengths * keys.norm(dim=axis)
        if by_query:
            lengths = lengths * query.norm()
        products = keys @ query
        return after(
            torch.where(lengths > 0, products / lengths, 0) if zero else products / lengths
        )

    return body


_cosine("a bare dot product", "Divide by both lengths: otherwise a long vector is similar to all.")(
    _similar(by_query=False, by_keys=False)
)
_cosine("the query's length left out", "Divide by the length of the query, too.")(
    _similar(by_query=False)
)
_cosine("the keys' lengths left out", "Divide each product by the length of its key, too.")(
    _similar(by_keys=False)
)
_cosine("0 / 0", "A vector of length 0 gives nan: its similarity is 0.")(_similar(zero=False))
_cosine("the sign lost", "Opposite directions have similarity −1, not 1.")(
    _similar(after=torch.abs)
)
_cosine("a distance", "Similar vectors get a large number: the cosine itself, not 1 − cosine.")(
    _similar(after=lambda s: 1 - s)
)
_cosine("from 0 to 1", "The cosine runs from −1 to 1: nothing is shifted.")(
    _similar(after=lambda s: (1 + s) / 2)
)
_cosine("a softmax over the keys", "The similarity of a key does not depend on the other keys.")(
    _similar(after=lambda s: s.softmax(0))
)
_cosine("squared lengths", "A length is a square root: ‖k‖, not k · k.")(
    lambda query, keys: torch.where(
        (keys.norm(dim=1) > 0) & (query.norm() > 0),
        keys @ query / ((keys * keys).sum(1) * (query * query).sum()),
        0,
    )
)
_cosine("one length for all keys", "Each key has a length of its own: norm(dim=1).")(
    lambda query, keys: torch.where(
        (keys.norm(dim=1) > 0) & (query.norm() > 0), keys @ query / (keys.norm() * query.norm()), 0
    )
)
_cosine("lengths along the wrong axis", "Every key is a row: its length runs over dim 1.")(
    lambda query, keys: (keys / keys.norm(dim=0)) @ (query / query.norm())
)
_cosine("Euclid's distance", "The angle counts, not how far apart the points are.")(
    lambda query, keys: (keys - query).norm(dim=1)
)


# ---- best_matches


BEST = "agents.best_matches"


def _best(name, hint):
    return mistake(BEST, name, hint)


def _stable(s):
    return torch.argsort(s, descending=True, stable=True)


def _unstable(s):
    return torch.argsort(s, descending=True)


def _topk(s, k):
    return torch.topk(s, k).indices


def _in_a_tensor(places, s, k, threshold):
    return places[s[places] >= threshold][:k]


def _chosen(
    order=lambda s: _stable(s).tolist(),
    enough=lambda value, threshold: value >= threshold,
    first=lambda places, k: places[:k],
    form=lambda s, places: places,
):
    def body(similarities, k, threshold):
        places = [n for n in order(similarities) if enough(float(similarities[n]), threshold)]
        return form(similarities, first(places, k))

    return body


_best("the least similar first", "Descending: the most similar comes first.")(
    _chosen(order=lambda s: torch.argsort(s, stable=True).tolist())
)
_best("in the order of the document", "The most similar comes first.")(
    _chosen(form=lambda s, places: sorted(places))
)
_best("the first k that are good enough", "Of all that are good enough, the k most similar.")(
    _chosen(order=lambda s: list(range(len(s))))
)
_best("the threshold left out", "None below the threshold: even the best may not be good enough.")(
    _chosen(enough=lambda value, threshold: True)
)
_best("the threshold itself left out", "One that is exactly at the threshold is good enough: ≥.")(
    _chosen(enough=lambda value, threshold: value > threshold)
)
_best("k left out", "At most k are chosen.")(_chosen(first=lambda places, k: places))
_best("one too many", "At most k are chosen.")(_chosen(first=lambda places, k: places[: k + 1]))
_best("similarities for places", "Places in the list come back, not the similarities.")(
    _chosen(form=lambda s, places: [float(s[n]) for n in places])
)
_best("equal ones turned round", "Of equal ones, the earlier comes first: stable=True.")(
    _chosen(order=lambda s: torch.argsort(s, stable=True).flip(0).tolist())
)
_best("a tensor, not a list", "Places go on into plain Python: return a list of int.")(
    lambda s, k, threshold: _in_a_tensor(_stable(s), s, k, threshold)
)
another_way(BEST, "a tensor, not a list")(
    lambda s, k, threshold: _in_a_tensor(_unstable(s), s, k, threshold)
)
another_way(BEST, "a tensor, not a list")(
    lambda s, k, threshold: _in_a_tensor(_topk(s, k), s, k, threshold)
)
another_way(BEST, "a tensor, not a list")(
    lambda s, k, threshold: _in_a_tensor(_topk(s, min(k, len(s))), s, k, threshold)
)
_best("a list of tensors", "A tensor's entries are tensors: its .tolist() makes plain numbers.")(
    _chosen(order=lambda s: list(_stable(s)))
)
another_way(BEST, "a list of tensors")(_chosen(order=lambda s: list(_unstable(s))))
another_way(BEST, "a list of tensors")(
    lambda s, k, threshold: [n for n in _topk(s, min(k, len(s))) if s[n] >= threshold]
)
_best("k asked of too few", "There may be fewer than k, and torch.topk raises then.")(
    lambda s, k, threshold: [n for n in _topk(s, k).tolist() if s[n] >= threshold]
)
another_way(BEST, "k asked of too few")(
    lambda s, k, threshold: [int(n) for n in _topk(s, k) if s[n] >= threshold][:k]
)
_best(
    "ties in any order",
    "Of equal ones the earlier comes first; torch promises that of argsort and sort with stable=True alone.",
)(_chosen(order=lambda s: _unstable(s).tolist()))
another_way(BEST, "ties in any order")(_chosen(order=lambda s: torch.argsort(-s).tolist()))
another_way(BEST, "ties in any order")(
    lambda s, k, threshold: [n for n in _topk(s, min(k, len(s))).tolist() if s[n] >= threshold]
)
another_way(BEST, "ties in any order")(_chosen(order=lambda s: _topk(s, len(s)).tolist()))
_best("the best one alone", "Up to k come back, in a list.")(
    lambda s, k, threshold: _chosen()(s, min(k, 1), threshold)
)
_best("not in the documents gives None", "Where nothing is good enough, the list is empty.")(
    lambda s, k, threshold: _chosen()(s, k, threshold) or None
)
_best(
    "places among what is left", "Count the places in `similarities`, not in what has been left."
)(lambda s, k, threshold: _stable(s[s >= threshold])[:k].tolist())
_best("marks for places", "A list of places comes back, not True and False.")(
    lambda s, k, threshold: (s >= threshold).tolist()
)


@mistake(
    "agents.best_matches",
    "the best one in any case",
    "Where nothing reaches the threshold nothing is chosen: the program says so.",
)
def _(similarities, k, threshold):
    order = torch.argsort(similarities, descending=True, stable=True)
    out = [int(n) for n in order if similarities[n] >= threshold][:k]
    return out or [int(order[0])]


@mistake("agents.best_matches", "one too few", "At most k: [:k] takes k of them.")
def _(similarities, k, threshold):
    order = torch.argsort(similarities, descending=True, stable=True)
    return [int(n) for n in order if similarities[n] >= threshold][: k - 1]
