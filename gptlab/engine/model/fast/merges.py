"""Merges in a chain of tokens: every piece lies in one long row, and a merge touches only the places that it changes.

A pair of tokens (a, b) is one number, its key: a · 2³² + b, so that keys are ordered as pairs are.
"""

import heapq
from collections import Counter
from itertools import pairwise

import numpy as np

Pair = tuple[int, int]

SHIFT = 32  # bits of a token's number
GAP = -1  # no token: what lies between two pieces, and the second half of what was merged


class Chain:
    """The tokens of all pieces behind each other, a gap before and after each; all lists go by place.

    multiplicity  how often each piece occurs; it lies in the chain once
    """

    def __init__(self, multiplicity: Counter[str]) -> None:
        spelled = [piece.encode("utf-8") for piece in multiplicity]
        sizes = np.fromiter(map(len, spelled), np.int64, len(spelled))
        inside = np.ones(sizes.sum() + len(sizes) + 1, dtype=bool)
        inside[0] = inside[np.cumsum(sizes + 1)] = False
        ids = np.full(len(inside), GAP, dtype=np.int64)
        ids[inside] = np.frombuffer(b"".join(spelled), dtype=np.uint8)
        times = np.zeros_like(ids)
        times[inside] = np.fromiter(multiplicity.values(), np.int64, len(sizes)).repeat(sizes)
        self.ids: list[int] = ids.tolist()
        self.times: list[int] = times.tolist()  # of the piece
        self.before = list(range(-1, len(ids) - 1))  # the place of the token before
        self.after = list(range(1, len(ids) + 1))
        self.places = _places_of_pairs(ids, inside)  # of each key's left token; some may be gone

    def count(self, places: list[int]) -> int:
        """How often the pairs at these places occur in the text."""
        times = self.times
        return sum([times[place] for place in places])

    def true_places(self, key: int) -> list[int]:
        """Where a pair still is, from left to right."""
        a, b = pair_of(key)
        ids, after = self.ids, self.after
        return [place for place in self.places[key] if ids[place] == a and ids[after[place]] == b]

    def merge(self, key: int, places: list[int], new_id: int) -> dict[int, list[int]]:
        """Write `new_id` for the pair at its true places; returns where each pair with `new_id` came to be."""
        a, b = pair_of(key)
        ids, before, after = self.ids, self.before, self.after
        lefts: dict[int, list[int]] = {}  # by the token before
        rights: dict[int, list[int]] = {}  # by the token after
        for place in places:
            second = after[place]
            if ids[place] != a or ids[second] != b:  # used up by the merge before: aaa
                continue
            left, right = before[place], after[second]
            ids[place] = new_id
            ids[second] = GAP
            after[place] = right
            before[right] = place
            x, y = ids[left], ids[right]
            if x != GAP:
                if x in lefts:
                    lefts[x].append(left)
                else:
                    lefts[x] = [left]
            if y != GAP:
                if y in rights:
                    rights[y].append(place)
                else:
                    rights[y] = [place]
        made = {(x << SHIFT) + new_id: found for x, found in lefts.items()}
        made |= {(new_id << SHIFT) + y: found for y, found in rights.items()}
        return made


def pair_of(key: int) -> Pair:
    """The two tokens of a key."""
    return key >> SHIFT, key & ((1 << SHIFT) - 1)


def merges_of(multiplicity: Counter[str], n_merges: int) -> list[Pair]:
    """The merges that byte-pair encoding learns from pieces that occur so often.

    A heap knows for each pair a number that it occurs at most: once a pair is made, merges beside it can only take
    places from it. So the uppermost is counted anew; what lost places goes back into the heap with its true number.
    """
    chain = Chain(multiplicity)
    heap = [(-chain.count(places), key) for key, places in chain.places.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < n_merges:
        negative_count, key = heapq.heappop(heap)
        places = chain.true_places(key)
        count = chain.count(places)
        if count < 2:
            del chain.places[key]
        elif count < -negative_count:
            chain.places[key] = places
            heapq.heappush(heap, (-count, key))
        else:
            del chain.places[key]
            made = chain.merge(key, places, 256 + len(merges))
            merges.append(pair_of(key))
            chain.places |= made
            for new_key, found in made.items():
                if (at_most := chain.count(found)) > 1:
                    heapq.heappush(heap, (-at_most, new_key))
    return merges


def _places_of_pairs(ids: np.ndarray, inside: np.ndarray) -> dict[int, list[int]]:
    """Where each key's left token is, from left to right; ids, inside (N,)."""
    places = np.flatnonzero(inside[:-1] & inside[1:])
    keys = (ids[places] << SHIFT) + ids[places + 1]
    order = np.argsort(keys, kind="stable")
    keys, ordered = keys[order], places[order].tolist()
    starts = np.flatnonzero(np.diff(keys, prepend=GAP))  # no key is negative
    bounds = [*starts.tolist(), len(keys)]
    return {
        key: ordered[start:end]
        for key, (start, end) in zip(keys[starts].tolist(), pairwise(bounds))
    }
