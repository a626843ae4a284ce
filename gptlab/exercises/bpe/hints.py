"""Hints for gptlab/bpe.py."""

HINTS = {
    "pair_counts": (
        "Line the list up with itself, one place later.",
        "zip(ids, ids[1:]) gives all pairs of neighbours; a dict counts them.",
        "For each pair: counts[pair] = counts.get(pair, 0) + 1. collections.Counter does the same in one go.",
    ),
    "merge_pair": (
        "Walk through the list with a place t of your own, since you sometimes go two steps at once.",
        "At each place: do the next two tokens make the pair? Then new_id and two steps; else the token and one step.",
        "while t < len(ids): look at t + 1 only if it exists. Append to a new list; never write into ids.",
    ),
    "train_bpe": (
        "Write the slow version first: cut, count all pairs of all pieces, take the best, merge it everywhere, repeat.",
        "The best pair is the minimum by (−count, pair): that settles ties. Pieces are lists of "
        'bytes: list(piece.encode("utf-8")) for each piece of regex.findall(pattern, text).',
        "Stop when there are vocab_size − 256 merges or when the best count is below 2. "
        "Quicker: keep each distinct piece once with its number, and after a merge touch only "
        "the pieces that hold the pair.",
    ),
    "encode": (
        "In training, the merges happened in an order. A text that is encoded goes through them in the same order.",
        "For each piece: of all pairs that occur in it and have a merge, take the one learnt earliest; merge; repeat.",
        "A dict from pair to 256 + i gives both the rank and the new id. Loop: candidates = "
        "neighbours that are in the dict; none left: done; else merge_pair with the one whose "
        "id is smallest.",
    ),
    "decode": (
        "A token is a string of bytes, and a character may be spread over several tokens.",
        "token_bytes(merges) spells every id. Join the bytes of all tokens first, decode once.",
        'Raise ValueError for an id outside 0 … len(spelled) − 1; then b"".join(…).decode '
        "with UTF-8 and the errors argument that writes U+FFFD.",
    ),
}
